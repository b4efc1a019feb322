"""Two servers with the same servicer: one by kit, one by grpc.aio alone."""
