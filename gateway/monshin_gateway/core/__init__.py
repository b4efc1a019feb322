"""How REST maps to gRPC, in plain functions over descriptors: no transport, no settings."""
