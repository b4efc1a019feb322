"""Lists of names that are installed beside the service."""
