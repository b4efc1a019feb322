"""Bulk loads beside other calls, and those that are cut off: everything of a file at once, or nothing of it."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
from import_calls import PARQUET, everything, importing, left_over, npy, once_free, points_of, table, until_staging
from index_calls import DIM, Stub, received, rows
from monshin_kit.testing import ServiceProcess
from monshin_kit.uploads import Upload
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import index_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _upload(sent: asyncio.Event, go_on: asyncio.Event, messages: Any) -> Any:
    messages = list(messages)
    for number, message in enumerate(messages):
        if number == len(messages) - 1:
            sent.set()
            await go_on.wait()
        yield message


async def test_one_import_at_a_time(stub: Stub, index: Stub, new_collection: Any) -> None:
    """A second into the same collection is refused at once, one into another is not; afterwards all goes on."""
    name, other = await new_collection(DIM), await new_collection(DIM)
    sent, go_on = asyncio.Event(), asyncio.Event()
    running = asyncio.ensure_future(index.ImportPoints(_upload(sent, go_on, importing(name, npy(rows(9000))))))
    await sent.wait()
    await index.ImportPoints(importing(other, npy(rows(5))))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.ImportPoints(importing(name, npy(rows(5))))
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "another import" in str(refused.value.details())
    go_on.set()
    assert (await running).inserted == 9000
    assert (await index.ImportPoints(importing(name, npy(rows(5))))).replaced == 5


@pytest.mark.parametrize("amid", ["upload", "staging"])
async def test_an_import_whose_caller_goes_away_leaves_nothing(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any, amid: str
) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(20))
    before = await everything(stub, name)
    sent, go_on = asyncio.Event(), asyncio.Event()
    data = table([f"q{number}" for number in range(200_000)], np.tile(rows(1), (200_000, 1)))
    call = index.ImportPoints(_upload(sent, go_on, importing(name, data, PARQUET)))
    await sent.wait()
    if amid == "staging":
        go_on.set()
        async with asyncio.timeout(30):
            await until_staging(service, name)
    call.cancel()
    async with asyncio.timeout(30):
        assert (await once_free(index, name, npy(rows(0)))).sequence == 20
    assert await everything(stub, name) == before
    assert left_over(service, name) == []


async def test_a_deadline_ends_an_import(stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any) -> None:
    name = await new_collection(DIM)
    sent, go_on = asyncio.Event(), asyncio.Event()
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await index.ImportPoints(_upload(sent, go_on, importing(name, npy(rows(9000)))), timeout=0.5)
    assert ended.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    async with asyncio.timeout(10):
        while left_over(service, name):
            await asyncio.sleep(0.02)
    assert await points_of(stub, name) == 0


@pytest.mark.parametrize("amid", ["upload", "staging"])
async def test_a_collection_that_is_deleted_ends_its_import(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, amid: str
) -> None:
    """Also while its data are still coming."""
    name = await new_collection(DIM)
    has_begun = asyncio.Event()
    data = table([f"q{number}" for number in range(200_000)], np.tile(rows(1), (200_000, 1)))

    async def forever() -> Any:
        yield next(iter(importing(name, data, PARQUET, size=10**9)))
        while True:
            yield index_pb2.ImportPointsRequest(data=b"x")
            has_begun.set()
            await asyncio.sleep(0.01)

    messages = forever() if amid == "upload" else importing(name, data, PARQUET)
    running = asyncio.ensure_future(Upload[Any](index.ImportPoints(messages)).response())
    async with asyncio.timeout(30):
        if amid == "upload":
            await has_begun.wait()
        else:
            await until_staging(service, name)
        await stub.DeleteCollection(pb.DeleteCollectionRequest(name=f"collections/{name}"))
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await running
        assert ended.value.code() == grpc.StatusCode.NOT_FOUND
        while left_over(service, name):
            await asyncio.sleep(0.02)
    assert list((service.home / "data" / "ann" / "collections").glob(f"{name}-*")) == []


async def test_copies_beside_an_import_hold_the_points_and_nothing_staged(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any
) -> None:
    """A snapshot and an export, amid the staging; the snapshot, restored, ends the import (ABORTED)."""
    name = await new_collection(DIM)
    await fill(name, rows(300))
    before = await everything(stub, name)
    data = table([f"staged-canary-{number}" for number in range(200_000)], np.tile(rows(1), (200_000, 1)))
    running = asyncio.ensure_future(index.ImportPoints(importing(name, data, PARQUET)))
    async with asyncio.timeout(30):
        await until_staging(service, name)
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{name}")))
    assert not running.done()
    assert b"staged-canary" not in copy
    assert b"CREATE TABLE staging" not in copy
    assert len(copy) < 200_000
    assert await everything(stub, name) == before
    upload = [index_pb2.RestoreCollectionRequest(
        name=f"collections/{name}", data=copy, sha256=hashlib.sha256(copy).hexdigest()
    )]  # fmt: skip
    assert (await index.RestoreCollection(iter(upload))).stats.points == 300
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await running
    assert ended.value.code() == grpc.StatusCode.ABORTED
    assert await everything(stub, name) == before


async def test_searches_beside_an_import_see_none_or_all_and_writes_go_on(
    stub: Stub, index: Stub, new_collection: Any, upsert: Callable[..., Any], pack: Callable[..., Any], fill: Any
) -> None:
    """Every point is replaced by one at another place: an answer is of the old ones alone, or of the new ones alone, by
    its sequence number. What others write meanwhile is acknowledged and stays."""
    name = await new_collection(DIM)
    old, new = rows(8000) * 0.01, rows(8000) * 0.01 + 100
    await fill(name, old)
    data = table([f"p{number}" for number in range(8000)], new)
    is_over = False
    seen: list[tuple[int, bool]] = []
    written: list[tuple[int, str]] = []

    async def search() -> None:
        request = pb.SearchRequest(collection=f"collections/{name}", queries=pack(np.zeros((1, DIM))), k=1000)
        while not is_over:
            answer = await stub.Search(request)
            distances = answer.hits[0].distances
            is_new = [distance > 1000 for distance in distances]
            assert all(is_new) or not any(is_new)
            assert len(distances) == 1000
            seen.append((answer.sequence, is_new[0]))

    async def write() -> None:
        while not is_over:
            point = f"w{len(written)}"
            far = np.full(DIM, 1e4, np.float32)
            written.append(((await stub.Upsert(upsert(name, {point: far}))).sequence, point))

    calls = [asyncio.create_task(search()) for _ in range(3)] + [asyncio.create_task(write()) for _ in range(2)]
    await asyncio.sleep(0.1)
    stored = await index.ImportPoints(importing(name, data, PARQUET))
    await asyncio.sleep(0.3)
    is_over = True
    await asyncio.gather(*calls)
    assert {sequence >= stored.sequence for sequence, is_new in seen if is_new} == {True}
    assert {sequence < stored.sequence - 7999 for sequence, is_new in seen if not is_new} <= {True}
    assert {is_new for _, is_new in seen} == {True, False}
    assert stored.replaced == 8000
    assert await points_of(stub, name) == 8000 + len({point for _, point in written})
    sequences = sorted(sequence for sequence, _ in written)
    assert any(sequence <= stored.sequence - 8000 for sequence in sequences)
    assert not any(stored.sequence - 8000 < sequence <= stored.sequence for sequence in sequences)
