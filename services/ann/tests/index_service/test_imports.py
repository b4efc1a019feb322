"""Bulk loads into the real process: what of a file becomes points, and what is left as it is."""

import uuid
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
from import_calls import NPY, PARQUET, everything, importing, npy, points_of, table
from index_calls import DIM, Stub, received, rows, until
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import index_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("kind", ["<f2", "<f4", ">f4", "<f8"])
async def test_the_rows_of_an_npy_file_become_points(stub: Stub, index: Stub, new_collection: Any, kind: str) -> None:
    """In the order of the file, by their numbers; rounded to float32."""
    name = await new_collection(DIM)
    vectors = rows(3000).astype(kind)
    answer = await index.ImportPoints(importing(name, npy(vectors, kind), id_prefix="row-"))
    assert (answer.sequence, answer.inserted, answer.replaced) == (3000, 3000, 0)
    expected = {f"row-{number}": (row.astype("<f4").tobytes(), {}) for number, row in enumerate(vectors)}
    assert await everything(stub, name) == expected


async def test_columns_side_by_side_are_read_as_rows(stub: Stub, index: Stub, new_collection: Any) -> None:
    """An .npy file may be in Fortran's order."""
    name = await new_collection(DIM)
    await index.ImportPoints(importing(name, npy(np.asfortranarray(rows(700)))))
    assert await everything(stub, name) == {str(n): (row.tobytes(), {}) for n, row in enumerate(rows(700))}


async def test_ids_may_come_before_the_matrix(stub: Stub, index: Stub, new_collection: Any) -> None:
    name = await new_collection(DIM)
    ids = [f"患者 {number}" for number in range(700)]
    lines = "".join(f"{each}\n" for each in ids).encode()
    await index.ImportPoints(importing(name, lines + npy(rows(700)), id_bytes=len(lines)))
    assert list(await everything(stub, name)) == sorted(ids)


async def test_what_was_exported_comes_back_whole(stub: Stub, index: Stub, new_collection: Any, fill: Any) -> None:
    """Vectors and payloads of 5,000 points, some in a graph, some not; into another collection and into the same."""
    name, other = await new_collection(DIM), await new_collection(DIM)
    await fill(name, rows(5000))
    await stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{name}", ids=pb.PointIds(ids=["p5"])))
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_PARQUET)
    data = await received(index.ExportCollection(request))
    before = await everything(stub, name)
    assert len(before) == 4999

    await index.ImportPoints(importing(other, data, PARQUET))
    again = await index.ImportPoints(importing(name, data, PARQUET))

    assert await everything(stub, other) == before
    assert (again.inserted, again.replaced, again.sequence) == (0, 4999, 5001 + 4999)
    assert await everything(stub, name) == before
    assert await points_of(stub, name) == 4999


async def test_an_import_replaces_adds_and_leaves_the_others(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, pack: Callable[..., Any]
) -> None:
    """Searches find the new vectors, also where a graph held the old ones; filters see the new payloads."""
    name = await new_collection(DIM)
    await fill(name, rows(3000))
    await until(index, name, index_pb2.INDEX_STATE_READY)
    fresh = rows(4000, seed=7)
    ids = [f"p{number}" for number in range(1000, 5000)]
    answer = await index.ImportPoints(importing(name, table(ids, fresh, [{"new": True}] * 4000), PARQUET))
    assert (answer.sequence, answer.inserted, answer.replaced) == (7000, 2000, 2000)
    model = {f"p{number}": row for number, row in enumerate(rows(3000)[:1000])} | dict(zip(ids, fresh, strict=True))
    assert {each: vector for each, (vector, _) in (await everything(stub, name)).items()} == {
        each: row.tobytes() for each, row in model.items()
    }
    search = pb.SearchRequest(collection=f"collections/{name}", queries=pack(fresh[[0, 3999]]), k=1, target_recall=1)
    assert [list(hits.ids) for hits in (await stub.Search(search)).hits] == [["p1000"], ["p4999"]]
    gone = pb.DeletePointsRequest(collection=f"collections/{name}")
    gone.filter.condition.field = "new"
    gone.filter.condition.equals.bool_value = True
    assert (await stub.DeletePoints(gone)).deleted == 4000
    assert await points_of(stub, name) == 1000


async def test_an_import_of_nothing_changes_nothing(stub: Stub, index: Stub, new_collection: Any, fill: Any) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(3))
    for data, kind in ((npy(rows(0)), NPY), (table([], rows(0)), PARQUET)):
        assert (await index.ImportPoints(importing(name, data, kind))).sequence == 3
    assert await points_of(stub, name) == 3


async def test_a_repeated_request_is_answered_again_and_stores_nothing(
    stub: Stub, index: Stub, new_collection: Any, fields_of: Any
) -> None:
    """Also where the points were changed meanwhile; the same id for other data is refused."""
    name, request_id = await new_collection(DIM), str(uuid.uuid4())
    data = npy(rows(3000))
    first = await index.ImportPoints(importing(name, data, request_id=request_id))
    await stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{name}", ids=pb.PointIds(ids=["7"])))
    assert await index.ImportPoints(importing(name, data, request_id=request_id)) == first
    assert await points_of(stub, name) == 2999
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, npy(rows(2)), request_id=request_id))
    assert fields_of(refused.value) == ["request_id"]
