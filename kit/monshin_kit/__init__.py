"""What every Monshin service is built with."""

import os

# Both are read when their package is imported. gRPC's own lines are no JSON and quote what a peer said.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
os.environ.setdefault("TQDM_DISABLE", "1")
