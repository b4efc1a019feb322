"""What the way over gRPC adds to a search: one query, and 256 at once, by the graph and exact."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from monshin_ann.collection import Collection
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.core.segment import Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import RequestKey
from monshin_protos.ann.v1 import ann_pb2 as pb

from benchmarks.ann.points import COLLECTION, DIM, MOST_A_REQUEST, K, batches, packed, requests
from benchmarks.ann.server import Ann
from benchmarks.ann.timing import p50_ms
from benchmarks.report import Result, median_interleaved

_NO_REQUEST = RequestKey("", "", "", b"")


def overhead(
    ann: Ann, empty_call: Callable[[], object], points: Matrix, queries: Matrix, rounds: int
) -> Iterator[Result]:
    """The service beside a collection in this process; both hold all points in one graph before anything is timed."""
    for request in requests(points, MOST_A_REQUEST):
        ann.Upsert(request)
    ann.index_all()
    with _collection(points) as collection:
        for kind, target_recall in (("graph", 0.95), ("exact", 1.0)):
            yield from _of(kind, target_recall, ann, empty_call, collection, queries, rounds)


def _of(
    kind: str, target_recall: float, ann: Ann, empty_call: Callable[[], object],
    collection: Collection, queries: Matrix, rounds: int,
) -> Iterator[Result]:  # fmt: skip
    effort = Effort(target_recall=target_recall)

    def called(some: Matrix) -> Callable[[], object]:
        request = pb.SearchRequest(collection=COLLECTION, queries=packed(some), k=K, target_recall=target_recall)
        return partial(ann.Search, request)

    def in_process(some: Matrix) -> Callable[[], object]:
        return partial(collection.search, some, K, None, FOREVER, effort)

    one = queries[:1]
    service, inside, empty = median_interleaved(
        rounds, p50_ms(called(one), 100), p50_ms(in_process(one), 100), p50_ms(empty_call, 100)
    )
    peer_name = "in process + 1.3 empty calls"
    yield Result(f"service, {kind}, 1 query, p50", service, inside + 1.3 * empty, peer_name, 1.0, "ms", "lower")
    service, inside = median_interleaved(rounds, p50_ms(called(queries), 5), p50_ms(in_process(queries), 5))
    yield Result(f"service, {kind}, {len(queries)} queries", service, inside, "in process", 1.1, "ms", "lower")


@contextmanager
def _collection(points: Matrix) -> Iterator[Collection]:
    """The same as the service's, in this process, all points in one graph."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite"
        definition = Definition(CollectionId("bench"), DIM, Metric.L2, 1)
        PointsFile.create(path, definition)
        collection = Collection(definition, path)
        for batch in batches(points):
            collection.upsert(batch, _NO_REQUEST).result()
        collection.want_index(_NO_REQUEST)
        while collection.build_next():
            pass
        yield collection
        collection.close()
