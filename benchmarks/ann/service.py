"""The service: exact search in process, what the way over gRPC adds to searches, and durable upserts."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import faiss
import grpc
import numpy as np
from monshin_ann.collection import Collection
from monshin_ann.core import vectors
from monshin_ann.core.block import Batch
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.core.distances import Queries
from monshin_ann.core.filters import OneOf, Plan
from monshin_ann.core.index import Index
from monshin_ann.core.search import search
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import RequestKey
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2, index_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

from benchmarks.report import Result, main, median_interleaved

DIM = 384
K = 10
CHUNK = 170  # points a message: 256 KiB, as our clients stream
COLLECTION = "collections/bench"


def measure(quick: bool) -> Iterator[Result]:
    """Unit vectors with noise around 400 centres; one thread each."""
    count, rounds = (25_000, 3) if quick else (100_000, 5)
    rng = np.random.default_rng(0)
    data = rng.standard_normal((400, DIM))[rng.integers(0, 400, count)] + rng.standard_normal((count, DIM))
    points = (data / np.linalg.norm(data, axis=1, keepdims=True)).astype(np.float32)
    queries = points[rng.integers(0, count, 256)] + 0.02 * rng.standard_normal((256, DIM)).astype(np.float32)
    index = _filled_index(points)
    yield from in_process(index, points, queries, rounds)
    with _running() as (ann, empty_call):
        yield upserts(ann, points[: 20 * CHUNK if quick else 100 * CHUNK], rounds)
        _fill(ann, points)
        with _collection(points) as collection:
            _wait_indexed(ann, count)
            yield from overhead(ann, empty_call, collection, queries, rounds)


def in_process(index: Index, points: Matrix, queries: Matrix, rounds: int) -> Iterator[Result]:
    """Our exact search, which breaks ties by id and sums distances in float64, beside IndexFlatL2, which does not."""
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatL2(DIM)
    flat.add(points)
    for batch, target in ((1, 0.6), (16, 1.0), (256, 1.0)):
        some, repeats = queries[:batch], max(1, 64 // batch)
        ours, peer = median_interleaved(
            rounds,
            _rate(partial(_search, index, some), batch, repeats),
            _rate(partial(flat.search, some, K), batch, repeats),
        )
        yield Result(
            f"exact search, {batch} at once", ours, peer, "faiss IndexFlatL2", target, "queries/CPU-s", "higher"
        )
    plan = Plan(OneOf("percent", (7.0,)))
    filtered, all_of_them = median_interleaved(
        rounds, _rate(lambda: _search(index, queries[:16], plan), 16), _rate(lambda: _search(index, queries[:16]), 16)
    )
    yield Result("filter that 1 % pass, 16 at once", filtered, all_of_them, "no filter", 0.5, "queries/CPU-s", "higher")


def upserts(ann: Any, points: Matrix, rounds: int) -> Result:
    """A stream whose chunks are each on disk before they are answered, beside SQLite alone with the same commits.

    From the second round on, ours replaces the points, which the peer, in a new file each time, is spared.
    """
    requests = [pb.UpsertStreamRequest(chunk=each) for each in _requests(points, CHUNK)]

    def stream() -> float:
        started = time.perf_counter()
        answers = [answer.stored for answer in ann.UpsertStream(iter(requests))]
        assert sum(answer.inserted + answer.replaced for answer in answers) == len(points)
        return len(points) / (time.perf_counter() - started)

    def sqlite() -> float:
        with tempfile.TemporaryDirectory() as folder:
            connection = apsw.Connection(f"{folder}/peer.sqlite")
            connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
            connection.execute("CREATE TABLE points (id TEXT NOT NULL UNIQUE, vector BLOB NOT NULL)")
            started = time.perf_counter()
            for request in requests:
                rows = zip(request.chunk.ids, _rows(request.chunk.vectors), strict=True)
                with connection:
                    connection.executemany("INSERT OR REPLACE INTO points VALUES (?, ?)", rows)
            return len(points) / (time.perf_counter() - started)

    ours, peer = median_interleaved(rounds, stream, sqlite)
    return Result("durable upserts by stream", ours, peer, "SQLite in process", 0.25, "points/s", "higher")


def overhead(
    ann: Any, empty_call: Callable[[], object], collection: Collection, queries: Matrix, rounds: int
) -> Iterator[Result]:
    """What the way over gRPC adds to a search, by the graph and exact."""
    for kind, target_recall in (("graph", 0.95), ("exact", 1.0)):
        one, many = (_search_request(some, target_recall) for some in (queries[:1], queries))
        effort = Effort(target_recall=target_recall)
        service, inside, empty = median_interleaved(
            rounds,
            _p50_ms(lambda: ann.Search(one), 100),  # noqa: B023  # called in this round only
            _p50_ms(lambda: collection.search(queries[:1], K, None, FOREVER, effort), 100),  # noqa: B023
            _p50_ms(empty_call, 100),
        )
        peer_name = "in process + 1.3 empty calls"
        yield Result(f"service, {kind}, 1 query, p50", service, inside + 1.3 * empty, peer_name, 1.0, "ms", "lower")
        service, inside = median_interleaved(
            rounds,
            _p50_ms(lambda: ann.Search(many), 5),  # noqa: B023
            _p50_ms(lambda: collection.search(queries, K, None, FOREVER, effort), 5),  # noqa: B023
        )
        yield Result(f"service, {kind}, 256 queries", service, inside, "in process", 1.1, "ms", "lower")


def _filled_index(points: Matrix) -> Index:
    index = Index(DIM)
    for start in range(0, len(points), 4096):
        rows = points[start : start + 4096]
        names = [f"p{number}" for number in range(start, start + len(rows))]
        payloads = [f'{{"percent":{number % 100}.0}}' for number in range(start, start + len(rows))]
        index.upsert(start + len(rows), Batch(names, rows, vectors.lengths(rows), payloads))
    return index


def _search(index: Index, queries: Matrix, plan: Plan | None = None) -> object:
    return search(index.snapshot, Queries.of(Metric.L2, queries), K, plan, effort=Effort(target_recall=EXACT))


@contextmanager
def _collection(points: Matrix) -> Iterator[Collection]:
    """The same as the service's, in this process, all points in one graph."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite"
        definition = Definition(CollectionId("bench"), DIM, Metric.L2, 1)
        PointsFile.create(path, definition)
        collection = Collection(definition, path)
        for start in range(0, len(points), 4096):
            rows = points[start : start + 4096]
            names = [f"p{number}" for number in range(start, start + len(rows))]
            batch = Batch(names, rows, vectors.lengths(rows), [None] * len(rows))
            collection.upsert(batch, RequestKey("", "", "", b"")).result()
        collection.want_index(RequestKey("", "", "", b""))
        while collection.build_next():
            pass
        yield collection
        collection.close()


def _wait_indexed(ann: Any, count: int) -> None:
    ann.BuildIndex(index_pb2.BuildIndexRequest(name=f"{COLLECTION}/index"))
    request = pb.GetCollectionRequest(name=COLLECTION)
    while ann.GetCollection(request).stats.indexed_points < count:
        time.sleep(0.5)


def _search_request(queries: Matrix, target_recall: float) -> pb.SearchRequest:
    return pb.SearchRequest(collection=COLLECTION, queries=_packed(queries), k=K, target_recall=target_recall)


def _packed(rows: Matrix) -> vectors_pb2.Vectors:
    return vectors_pb2.Vectors(data=rows.tobytes(), dim=DIM)


def _rows(packed: vectors_pb2.Vectors) -> Iterator[bytes]:
    return (packed.data[start : start + 4 * DIM] for start in range(0, len(packed.data), 4 * DIM))


def _requests(points: Matrix, chunk: int) -> Iterator[pb.UpsertRequest]:
    for start in range(0, len(points), chunk):
        rows = points[start : start + chunk]
        ids = [f"p{number}" for number in range(start, start + len(rows))]
        yield pb.UpsertRequest(collection=COLLECTION, ids=ids, vectors=_packed(rows))


def _fill(ann: Any, points: Matrix) -> None:
    for request in _requests(points, 4096):
        ann.Upsert(request)


def _rate(work: Callable[[], object], count: int, repeats: int = 1) -> Callable[[], float]:
    """How many of `count` things a CPU-second, which a busy machine changes less than one of the clock."""

    def measured() -> float:
        started = time.process_time()
        for _ in range(repeats):
            work()
        return count * repeats / (time.process_time() - started)

    return measured


def _p50_ms(work: Callable[[], object], repeats: int) -> Callable[[], float]:
    def measured() -> float:
        taken = []
        for _ in range(repeats):
            started = time.perf_counter()
            work()
            taken.append(1000 * (time.perf_counter() - started))
        return statistics.median(taken)

    return measured


class _Ann:
    """The calls of both services that are measured."""

    def __init__(self, channel: grpc.Channel) -> None:
        stub: Any = ann_pb2_grpc.AnnServiceStub(channel)
        index: Any = index_pb2_grpc.IndexServiceStub(channel)
        self.CreateCollection, self.GetCollection = stub.CreateCollection, stub.GetCollection
        self.Upsert, self.UpsertStream, self.Search = stub.Upsert, stub.UpsertStream, stub.Search
        self.BuildIndex = index.BuildIndex


@contextmanager
def _running() -> Iterator[tuple[Any, Callable[[], object]]]:
    """A stub of ann's real process with an empty collection, and a call of a bare grpc.aio server."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        processes = [ServiceProcess(name, Path(folder)) for name in ("monshin_ann", "benchmarks.echo.bare")]
        try:
            for process in processes:
                runner.run(process.start())
                runner.run(process.wait_serving())
            ann, bare = processes
            with _channel(ann) as channel, grpc.insecure_channel(bare.target) as plain:
                stub = _Ann(channel)
                collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
                stub.CreateCollection(pb.CreateCollectionRequest(collection_id="bench", collection=collection))
                echo: Any = embed_pb2_grpc.EmbedServiceStub(plain)
                yield stub, lambda: echo.Embed(embed_pb2.EmbedRequest())
        finally:
            for process in processes:
                runner.run(process.stop())


@contextmanager
def _channel(process: ServiceProcess) -> Iterator[grpc.Channel]:
    bearer = [("authorization", f"Bearer {process.token('administrator')}")]

    class Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):  # type: ignore[type-arg]
        """Adds the token to each call."""

        def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
            return continuation(client_call_details._replace(metadata=bearer), request)

        def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
            return continuation(client_call_details._replace(metadata=bearer), request_iterator)

    with grpc.insecure_channel(process.target) as channel:
        yield grpc.intercept_channel(channel, Bearer())


if __name__ == "__main__":
    if "OPENBLAS_NUM_THREADS" not in os.environ:  # read when numpy is imported, so start once more
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.ann", *sys.argv[1:]])
    main(__doc__ or "", measure)
