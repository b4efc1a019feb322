"""Collections larger than memory: built in shards by workers, read-only, served from mapped files."""
