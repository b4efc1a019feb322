"""The service: exact search in process, durable upserts, and what the way over gRPC adds to searches."""

from collections.abc import Iterator

from benchmarks.ann.exact import exact_search
from benchmarks.ann.overhead import overhead
from benchmarks.ann.points import points_and_queries
from benchmarks.ann.server import running
from benchmarks.ann.upserts import CHUNK, upserts
from benchmarks.report import Result

_QUERIES = 256


def measure(quick: bool) -> Iterator[Result]:
    """One thread each; quick: a quarter of the points."""
    count, chunks, rounds = (25_000, 20, 3) if quick else (100_000, 100, 5)
    points, queries = points_and_queries(count, _QUERIES)
    yield from exact_search(points, queries, rounds)
    with running() as (ann, empty_call):
        yield upserts(ann, points[: chunks * CHUNK], rounds)
        yield from overhead(ann, empty_call, points, queries, rounds)
