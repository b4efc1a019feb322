"""`python -m monshin_factcheck`: the service's process."""

import os

from monshin_kit.server import Runtime, run
from monshin_protos.factcheck.v1 import (  # noqa: F401  # makes the services known to kit
    corpus_pb2,
    explain_pb2,
    factcheck_pb2,
    results_pb2,
)

CORPORA = "monshin.factcheck.v1.CorpusService"
CHECKS = "monshin.factcheck.v1.FactcheckService"
EXPLANATIONS = "monshin.factcheck.v1.ExplainService"
RESULTS = "monshin.factcheck.v1.ResultService"
PORT = 50053


async def start(runtime: Runtime) -> None:
    """Opens the corpora, goes on with what was being published, then serves."""
    # Here, since numpy and the dictionary take a while to load and the port is open already.
    from monshin_factcheck.bootstrap import assemble

    await assemble(runtime)


def main() -> None:
    """Runs until SIGTERM."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run("factcheck", start, services=[CORPORA, CHECKS, EXPLANATIONS, RESULTS], port=PORT)


if __name__ == "__main__":
    main()
