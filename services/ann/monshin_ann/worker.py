"""`python -m monshin_ann.worker`: builds sharded collections, beside any number of its like."""

import os

from monshin_kit.jobs.worker import run_worker

if __name__ == "__main__":
    # Our threads are the parallelism: OpenBLAS, which reads this when numpy is imported, must not add its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run_worker("ann", "monshin_ann.sharded.handlers:HANDLERS")
