"""ann beside its peers: the library's builds and searches, its growth and memory, and what the service adds."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before any library starts its threads
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import tempfile
from collections.abc import Iterator

from benchmarks.ann import (
    curves,
    data,
    document,
    filters,
    growth,
    library,
    memory,
    plots,
    service,
    tight_clusters,
)
from benchmarks.report import Result, main


def measure(quick: bool) -> Iterator[Result]:
    """Three kinds of data; quick: one, and little of it, and nothing is written."""
    if quick:
        yield from _measured(quick)
        return
    yield from curves.kept(_measured(quick))
    plots.draw()
    document.write()


def _measured(quick: bool) -> Iterator[Result]:
    count, rounds = (10_000, 1) if quick else (100_000, 3)
    kinds = {"photos": data.photos} if quick else {
        "photos": data.photos, "diagnoses": data.diagnoses, "clusters": data.clusters,
    }  # fmt: skip
    for name, load in kinds.items():
        rows, queries = load(count)
        yield from library.compare(name, rows, queries, rounds)
        yield from filters.filtered(name, rows, queries)
        with tempfile.TemporaryDirectory() as folder:
            yield from memory.memory(f"{name} × {rows.shape[1]}", rows, folder, rounds)
    yield from tight_clusters.tight_clusters(10_000 if quick else 60_000)
    yield from growth.grown((2500, 5000, 10_000) if quick else (25_000, 50_000, 100_000, 200_000, 400_000), rounds)
    yield from service.measure(quick)


if __name__ == "__main__":
    main(__doc__ or "", measure)
