"""Oracles: what the answers must be, worked out point by point in plain Python. And ways to call the real process."""

import math
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, cast

import grpc
import numpy as np
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from monshin_ann.collections import Collections
from monshin_ann.core import filters, payloads, vectors
from monshin_ann.core.block import Batch
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.core.filters import Filter
from monshin_ann.core.vectors import Matrix
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

sys.path.insert(0, str(Path(__file__).parent))
pytest.register_assert_rewrite("model_points", "rounds", "versioned_points")  # their failures tell values, too

Ranked = list[tuple[float, str]]

_numbers = count()


def nearest(points: Mapping[str, Matrix], query: Matrix, k: int, metric: Metric) -> Ranked:
    """(distance, id) of the k nearest points: distances in float64, rounded once, ties by id."""
    with np.errstate(over="ignore"):
        ranked = sorted((float(np.float32(_distance(row, query, metric))), name) for name, row in points.items())
    return ranked[:k]


def _distance(row: Matrix, query: Matrix, metric: Metric) -> float:
    x, q = row.astype(np.float64), query.astype(np.float64)
    match metric:
        case Metric.L2:
            return float(((x - q) ** 2).sum())
        case Metric.INNER_PRODUCT:
            return 0.0 - float((x * q).sum())
        case Metric.COSINE:
            return 1 - float((x * q).sum()) / math.sqrt(float((x * x).sum()) * float((q * q).sum()))


def passes(payload: Mapping[str, Any], tree: Filter) -> bool:
    """Whether a payload passes a filter, as the proto's comments say it."""
    match tree:
        case filters.AllOf(trees):
            return all(passes(payload, each) for each in trees)
        case filters.AnyOf(trees):
            return any(passes(payload, each) for each in trees)
        case filters.Not(inner):
            return not passes(payload, inner)
        case filters.Exists(field, wanted):
            return (field in payload) == wanted
        case filters.OneOf(field, values):
            wanted_values = [(type(value), value) for value in values]
            return any((type(element), element) in wanted_values for element in _elements(payload, field))
        case filters.InRange(field, gt, gte, lt, lte):
            numbers = [element for element in _elements(payload, field) if type(element) is float]
            return any(gt < number and gte <= number and number < lt and number <= lte for number in numbers)


def _elements(payload: Mapping[str, Any], field: str) -> list[Any]:
    if field not in payload:
        return []
    value = payload[field]
    return value if isinstance(value, list) else [value]


def make_batch(points: Mapping[str, Matrix], facts: Mapping[str, Mapping[str, Any]] | None = None) -> Batch:
    """A batch of these vectors, with the payloads of those that have one."""
    rows = np.stack(list(points.values())).astype(np.float32)
    texts = [payloads.encode((facts or {}).get(name, {}), "payloads") for name in points]
    return Batch(list(points), rows, vectors.lengths(rows), texts)


def make_definition(dim: int = 3, metric: Metric = Metric.L2, name: str = "notes", **more: Any) -> Definition:
    """A collection to test with."""
    return Definition(CollectionId(name), dim, metric, time.time_ns(), **more)


@pytest.fixture
def oracle() -> Callable[..., Ranked]:
    """`nearest`."""
    return nearest


@pytest.fixture
def naive_filter() -> Callable[..., bool]:
    """`passes`."""
    return passes


@pytest.fixture
def batch() -> Callable[..., Batch]:
    """`make_batch`."""
    return make_batch


@pytest.fixture
def definition() -> Callable[..., Definition]:
    """`make_definition`."""
    return make_definition


def broken_fields(error: grpc.aio.AioRpcError) -> list[str]:
    """The fields that an INVALID_ARGUMENT names."""
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    status = rpc_status.from_call(cast(Any, error))
    request = error_details_pb2.BadRequest()
    assert status is not None
    assert any(detail.Unpack(request) for detail in status.details)
    return [violation.field for violation in request.field_violations]


@pytest.fixture
def fields_of() -> Callable[..., list[str]]:
    """`broken_fields`."""
    return broken_fields


def packed(rows: Any, dtype: str = "<f4") -> vectors_pb2.Vectors:
    """A matrix as the proto wants it."""
    matrix = np.atleast_2d(np.asarray(rows, dtype=dtype))
    kind = vectors_pb2.D_TYPE_FLOAT16 if dtype == "<f2" else vectors_pb2.D_TYPE_FLOAT32
    return vectors_pb2.Vectors(data=matrix.tobytes(), dim=matrix.shape[1], dtype=kind)


def upsert_request(collection: str, points: Mapping[str, Any], facts: Any = None, **more: Any) -> pb.UpsertRequest:
    """Stores points, with payloads for all or none."""
    request = pb.UpsertRequest(
        collection=f"collections/{collection}", ids=list(points), vectors=packed(list(points.values())), **more
    )
    for name in points if facts is not None else ():
        request.payloads.add().update(facts.get(name, {}))
    return request


@pytest.fixture
def pack() -> Callable[..., vectors_pb2.Vectors]:
    """`packed`."""
    return packed


@pytest.fixture
def upsert() -> Callable[..., pb.UpsertRequest]:
    """`upsert_request`."""
    return upsert_request


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Collections]]:
    """Opens the folder of this test again, after closing what was open: a restart. Takes settings of Collections."""
    running: list[Collections] = []

    def open_again(**settings: Any) -> Collections:
        for collections in running:
            collections.close()
        running[:] = [Collections(tmp_path, **settings)]
        return running[0]

    yield open_again
    for collections in running:
        collections.close()


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., ServiceProcess]:
    """Makes a process of the service in the test's folder; keyword arguments are settings of its environment."""

    def make(**env: str) -> ServiceProcess:
        return ServiceProcess("monshin_ann", tmp_path, env)

    return make


def some_vectors(names: Iterable[str], dim: int, seed: int) -> dict[str, Matrix]:
    """A random vector for each name."""
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(dim).astype(np.float32) for name in names}


@pytest.fixture
def random_points() -> Callable[..., dict[str, Matrix]]:
    """`some_vectors`."""
    return some_vectors


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """One process for all tests of a module; each works in its own collection."""
    async with ServiceProcess("monshin_ann", tmp_path_factory.mktemp("ann")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stub(service: ServiceProcess) -> Any:
    """An administrator's."""
    return ann_pb2_grpc.AnnServiceStub(service.channel())


@pytest.fixture
def name() -> str:
    """A collection id that no other test uses."""
    return f"test-{next(_numbers)}"


@pytest.fixture
def new_collection(stub: Any) -> Callable[..., Awaitable[str]]:
    """Makes a collection, of dim 2 under L2 unless asked otherwise; gives its id."""

    async def make(dim: int = 2, metric: Any = pb.METRIC_L2, digest: str = "") -> str:
        collection = pb.Collection(dim=dim, metric=metric)
        if digest:
            collection.fingerprint.digest = digest
        request = pb.CreateCollectionRequest(collection_id=f"test-{next(_numbers)}", collection=collection)
        await stub.CreateCollection(request)
        return request.collection_id

    return make


@pytest_asyncio.fixture(loop_scope="module")
async def notes(new_collection: Callable[..., Awaitable[str]]) -> str:
    """An empty collection."""
    return await new_collection()


@pytest_asyncio.fixture(loop_scope="module")
async def filled(stub: Any, new_collection: Callable[..., Awaitable[str]]) -> str:
    """20 points on a line, p00 to p19, in wards A and B by turns."""
    made = await new_collection()
    points = {f"p{i:02}": [i, 0] for i in range(20)}
    facts = {point_id: {"ward": "AB"[i % 2], "n": i} for i, point_id in enumerate(points)}
    await stub.Upsert(upsert_request(made, points, facts))
    return made
