"""HTTP requests made into gRPC calls, and their answers."""
