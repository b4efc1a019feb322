"""Bulk loads that are refused, by field or row, and change nothing."""

import re
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
from import_calls import NPY, PARQUET, everything, importing, left_over, lying, npy, points_of, table
from index_calls import DIM, Stub, rows
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2, index_pb2_grpc

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _with(row: int, value: float) -> Any:
    vectors = rows(10_000)
    vectors[row, 3] = value
    return vectors


P = [f"p{number}" for number in range(10_000)]
BAD_ROWS: dict[str, tuple[Any, bytes, str]] = {
    "not finite": (NPY, npy(_with(8197, np.nan)), "rows[8197]"),
    "overflows in float32": (NPY, npy(_with(8197, 1).astype("<f8") * 1e39, "<f8"), "rows[0]"),
    "too long": (PARQUET, table(P, _with(9999, 2e18)), "rows[9999]"),
    "an id twice": (PARQUET, table([*P[:9500], "p7", *P[9501:]], rows(10_000)), "rows[9500]"),
    "an id of nothing": (PARQUET, table([*P[:9500], "", *P[9501:]], rows(10_000)), "rows[9500]"),
    "an id too long": (PARQUET, table([*P[:9500], "x" * 513, *P[9501:]], rows(10_000)), "rows[9500]"),
    "no id": (PARQUET, table([*P[:9500], None, *P[9501:]], rows(10_000)), "rows[9500]"),
    "payload no JSON": (PARQUET, table(P, rows(10_000), [*[None] * 9321, "{", *[None] * 678]), "rows[9321]"),
    "payload nested": (PARQUET, table(P, rows(10_000), [*[None] * 9321, {"a": {"b": 1}}, *[None] * 678]), "rows[9321]"),
    "payload deep": (PARQUET, table(P, rows(10_000), [*[None] * 9321, "[" * 99999, *[None] * 678]), "rows[9321]"),
    "payload null": (PARQUET, table(P, rows(10_000), [*[None] * 9321, {"a": None}, *[None] * 678]), "rows[9321]"),
    "payload large": (PARQUET, table(P, rows(10_000), [*[None] * 9, {"a": "x" * 17000}, *[None] * 9990]), "rows[9]"),
    "payload not finite": (PARQUET, table(P, rows(10_000), [*[None] * 9, '{"a": NaN}', *[None] * 9990]), "rows[9]"),
    "half a character": (PARQUET, table(P, rows(10_000), [*[None] * 9, '{"a": "\\ud800"}', *[None] * 9990]), "rows[9]"),
}


@pytest.mark.parametrize("harm", sorted(BAD_ROWS))
async def test_a_bad_row_is_named_and_nothing_changed(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any, fields_of: Any, harm: str
) -> None:
    """Also where rows of the same file were staged before it was met."""
    kind, data, field = BAD_ROWS[harm]
    name = await new_collection(DIM)
    await fill(name, rows(20))
    before = await everything(stub, name)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, data, kind))
    assert fields_of(refused.value) == [field]
    assert f"row {field[5:-1]} " in str(refused.value.details())
    assert await everything(stub, name) == before
    assert (await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))).stats.sequence == 20
    assert left_over(service, name) == []


async def test_a_zero_vector_is_refused_under_cosine(index: Stub, new_collection: Any, fields_of: Any) -> None:
    name = await new_collection(DIM, pb.METRIC_COSINE)
    vectors = rows(100)
    vectors[42] = 0
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, npy(vectors)))
    assert fields_of(refused.value) == ["rows[42]"]


LINES = "".join(f"{number}\n" for number in range(100)).encode()
BAD_FILES: dict[str, tuple[Any, bytes, dict[str, Any], str]] = {
    "no npy": (NPY, b"no npy" * 99, {}, "data"),
    "nothing": (NPY, b"", {}, "data"),
    "npy cut": (NPY, npy(rows(100))[:-1], {}, "data"),
    "npy and more": (NPY, npy(rows(100)) + b"x", {}, "data"),
    "npy of another dim": (NPY, npy(np.ones((4, DIM + 1))), {}, "data"),
    "npy of whole numbers": (NPY, npy(np.ones((4, DIM)), "<i4"), {}, "data"),
    "npy of one axis": (NPY, npy(np.ones(DIM)), {}, "data"),
    "npy as Parquet": (PARQUET, npy(rows(100)), {}, "data"),
    "Parquet cut": (PARQUET, table(P[:100], rows(100))[:-20], {}, "data"),
    "Parquet of another dim": (PARQUET, table(P[:4], np.ones((4, DIM + 1))), {}, "data"),
    "Parquet that says fewer rows": (PARQUET, lying(table(P, rows(10_000)), 70, "file"), {}, "data"),
    "Parquet that says a row less": (PARQUET, lying(table(P, rows(10_000)), 9999, "file"), {}, "data"),
    "Parquet that says a row more": (PARQUET, lying(table(P, rows(10_000)), 10_001, "file"), {}, "data"),
    "Parquet that says less than nothing": (PARQUET, lying(table(P, rows(10_000)), -70, "file"), {}, "data"),
    "Parquet whose row group says fewer": (PARQUET, lying(table(P, rows(10_000)), 70, "row group"), {}, "data"),
    "too few ids": (NPY, LINES[:-3] + npy(rows(100)), {"id_bytes": len(LINES) - 3}, "rows[99]"),
    "too many ids": (NPY, LINES + npy(rows(99)), {"id_bytes": len(LINES)}, "data"),
    "an empty id": (NPY, b"\n" + npy(rows(1)), {"id_bytes": 1}, "rows[0]"),
    "an id without an end": (NPY, b"a" + npy(rows(1)), {"id_bytes": 1}, "rows[0]"),
    "an id that is no text": (NPY, b"\xff\n" + npy(rows(1)), {"id_bytes": 2}, "rows[0]"),
    "ids beyond the data": (NPY, npy(rows(1)), {"id_bytes": 9999}, "id_bytes"),
    "ids of Parquet": (PARQUET, table(P[:1], rows(1)), {"id_bytes": 5}, "id_bytes"),
    "another checksum": (NPY, npy(rows(100)), {"sha256": "0" * 64}, "sha256"),
    "no checksum": (NPY, npy(rows(100)), {"sha256": ""}, "sha256"),
    "too few bytes": (NPY, npy(rows(100)), {"size": 9999}, "size"),
    "too many bytes": (NPY, npy(rows(100)), {"size": 99}, "size"),
    "no format": (index_pb2.IMPORT_FORMAT_UNSPECIFIED, npy(rows(1)), {}, "format"),
}


@pytest.mark.parametrize("harm", sorted(BAD_FILES))
async def test_a_bad_file_is_refused_and_nothing_changed(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any, fields_of: Any, harm: str
) -> None:
    kind, data, said, field = BAD_FILES[harm]
    name = await new_collection(DIM)
    await fill(name, rows(20))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, data, kind, **said))
    assert fields_of(refused.value) == [field]
    assert await points_of(stub, name) == 20
    assert left_over(service, name) == []
    assert (await index.ImportPoints(importing(name, npy(rows(5))))).sequence == 25


async def test_a_damaged_page_of_parquet_is_refused(index: Stub, new_collection: Any, fields_of: Any) -> None:
    """Hazard: bits of a vector that flipped on their way to the file, before its sum was made."""
    name = await new_collection(DIM)
    data = table(P[:5000], rows(5000), compression="none", use_dictionary=False, write_page_checksum=True)
    place = data.index(rows(5000)[2500].tobytes())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, data[:place] + bytes(4) + data[place + 4 :], PARQUET))
    assert fields_of(refused.value) == ["data"]


async def test_vectors_of_another_model_are_refused(index: Stub, new_collection: Any) -> None:
    name = await new_collection(DIM, digest="a" * 64)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, npy(rows(5)), fingerprint_digest="b" * 64))
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert (await index.ImportPoints(importing(name, npy(rows(5)), fingerprint_digest="a" * 64))).inserted == 5


async def test_an_import_that_memory_has_no_room_for_is_refused_before_it_is_staged(
    process: Callable[..., ServiceProcess],
) -> None:
    """With the estimate; and so is a file that says of itself that it would fit."""
    async with process(MONSHIN_ANN_MEMORY_LIMIT_MIB="1") as own:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(own.channel())
        index: Stub = index_pb2_grpc.IndexServiceStub(own.channel())
        collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
        await stub.CreateCollection(pb.CreateCollectionRequest(collection_id="notes", collection=collection))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await index.ImportPoints(importing("notes", npy(rows(20_000))))
        assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert re.search(rf"{20_000 * DIM * 4} bytes of vectors", str(refused.value.details()))
        lie = lying(table([f"p{number}" for number in range(20_000)], rows(20_000)), 70, "file")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await index.ImportPoints(importing("notes", lie, PARQUET))
        assert "more rows than the 70" in str(refused.value.details())
        assert left_over(own, "notes") == []
        assert (await index.ImportPoints(importing("notes", npy(rows(5000))))).inserted == 5000
