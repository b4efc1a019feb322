"""Snapshots of the real process: they bring everything back, tell nothing else, and do no harm where they are bad."""

import asyncio
import os
import random
import re
import shutil
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest
from index_calls import DIM, Stub, kill_after, received, rows, until, upload
from monshin_kit.testing import ServiceProcess, eventually
from monshin_kit.testing.temporary_files import unnamed_files
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2, index_pb2_grpc

pytestmark = pytest.mark.asyncio(loop_scope="module")

PADDING_MB = 300


async def test_a_snapshot_brings_everything_back(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, pack: Callable[..., Any]
) -> None:
    """Also what was changed, added and deleted since is as it was; graphs are built anew."""
    name = await new_collection(DIM)
    full = f"collections/{name}"
    await fill(name, rows(3000))
    await until(index, name, index_pb2.INDEX_STATE_READY)
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=full)))
    await fill(name, rows(500, seed=1))
    await fill(name, rows(100, seed=2), first=9000)
    gone = pb.DeletePointsRequest(collection=full, ids=pb.PointIds(ids=["p700", "p701"]))
    token = (await stub.DeletePoints(gone)).sequence

    restored = await index.RestoreCollection(iter(upload(name, copy)))

    assert restored.stats.points == 3000
    assert restored.stats.sequence > token
    search = pb.SearchRequest(collection=full, queries=pack(rows(3000)[[0, 700]]), k=1)
    assert [list(hits.ids) for hits in (await stub.Search(search)).hits] == [["p0"], ["p700"]]
    assert (await until(index, name, index_pb2.INDEX_STATE_READY)).head_points < 2000


async def test_calls_beside_restores_find_the_collection_and_what_they_write_stays(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, pack: Callable[..., Any], upsert: Callable[..., Any]
) -> None:
    """Hazard: a call holds the old points while the new ones take their place, and finds them closed; or a point is
    acknowledged into the old file after that. Points that were written since the last restore are there."""
    name = await new_collection(DIM)
    full = f"collections/{name}"
    await fill(name, rows(300))
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=full)))
    is_over = False
    written: list[tuple[int, str]] = []

    async def search() -> int:
        done = 0
        request = pb.SearchRequest(collection=full, queries=pack(rows(40)), k=3)
        while not is_over:
            assert len((await stub.Search(request)).hits) == 40
            done += 1
        return done

    async def write(writer: int) -> None:
        while not is_over:
            point = f"w{writer}-{len(written)}"
            answer = await stub.Upsert(upsert(name, {point: rows(1)[0]}))
            written.append((answer.sequence, point))

    calls = [asyncio.create_task(search()) for _ in range(6)] + [asyncio.create_task(write(n)) for n in range(6)]
    for _ in range(12):
        restored = await index.RestoreCollection(iter(upload(name, copy)))
    await asyncio.sleep(0.2)
    is_over = True
    await asyncio.gather(*calls)

    beginning = restored.stats.sequence
    kept = [point for sequence, point in written if sequence > beginning][:200]
    assert kept
    assert len((await stub.GetPoints(pb.GetPointsRequest(collection=full, ids=kept[:200]))).points.ids) == len(
        kept[:200]
    )


@pytest.mark.slow
async def test_kills_while_restoring_bring_no_number_back(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any]
) -> None:
    """Eight kills at seeded moments between an upload's first piece and the answer, while somebody writes. After each,
    old or restored, the next write has a number greater than every one that was given away."""
    rng = random.Random(11)
    request = index_pb2.SnapshotCollectionRequest(name="collections/notes")
    async with process() as own:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(own.channel())
        collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
        await stub.CreateCollection(pb.CreateCollectionRequest(collection_id="notes", collection=collection))
        await stub.Upsert(upsert("notes", {f"p{number}": row for number, row in enumerate(rows(4000))}))
        copy = await received(index_pb2_grpc.IndexServiceStub(own.channel()).SnapshotCollection(request))
        token = 4000
        for _ in range(8):
            index: Stub = index_pb2_grpc.IndexServiceStub(own.channel())
            restoring = asyncio.ensure_future(index.RestoreCollection(iter(upload("notes", copy))))
            killing = asyncio.create_task(kill_after(own, rng.uniform(0.05, 0.4)))
            try:
                while True:
                    token = max(token, (await stub.Upsert(upsert("notes", {"a": rows(1)[0]}))).sequence)
            except grpc.aio.AioRpcError:
                await killing
            await asyncio.gather(restoring, return_exceptions=True)
            await own.start()
            await own.wait_serving()
            stub = ann_pb2_grpc.AnnServiceStub(own.channel())
            stored = await stub.Upsert(upsert("notes", {"b": rows(1)[0]}))
            assert stored.sequence > token
            token = stored.sequence
        index = index_pb2_grpc.IndexServiceStub(own.channel())
        assert (await index.RestoreCollection(iter(upload("notes", copy)))).stats.sequence > token


async def test_a_snapshot_tells_nothing_but_the_points(
    stub: Stub, index: Stub, new_collection: Any, upsert: Callable[..., Any]
) -> None:
    """Neither what was deleted or replaced, nor who asked for what."""
    name = await new_collection(DIM)
    gone, asked = "deleted-canary", str(uuid.uuid4())
    facts = {f"p{number}": {"note": f"{gone}-{number}"} for number in range(300)}
    await stub.Upsert(upsert(name, dict(zip(facts, rows(300), strict=True)), facts, request_id=asked))
    ids = pb.PointIds(ids=list(facts)[:299])
    await stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{name}", ids=ids))
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{name}")))
    assert f"{gone}-299".encode() in copy
    assert copy.count(gone.encode()) == 1
    assert asked.encode() not in copy


async def test_a_quarantined_collection_can_be_restored(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any], tmp_path: Path
) -> None:
    async with process() as own:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(own.channel())
        index: Stub = index_pb2_grpc.IndexServiceStub(own.channel())
        collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2, readers=["role:clinician"])
        await stub.CreateCollection(pb.CreateCollectionRequest(collection_id="notes", collection=collection))
        await stub.Upsert(upsert("notes", {"a": rows(1)[0]}))
        copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name="collections/notes")))
        await own.stop()
        [path] = (tmp_path / "data" / "ann" / "collections").glob("notes-*.sqlite")
        path.write_bytes(b"no database")
        await own.start()
        await own.wait_serving()
        index = index_pb2_grpc.IndexServiceStub(own.channel())
        restored = await index.RestoreCollection(iter(upload("notes", copy)))
        assert (restored.state, restored.stats.points) == (pb.COLLECTION_STATE_SERVING, 1)
        assert list(restored.readers) == ["role:clinician"]
        assert not path.exists()


async def test_a_snapshot_takes_no_room_but_where_the_collections_lie(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, upsert: Callable[..., Any]
) -> None:
    """Hazard: SQLite vacuums in a file without a name in /tmp, which is small where we are deployed."""
    name = await new_collection(DIM)
    for first in range(0, 2000, 400):
        points = {f"p{first + number}": row for number, row in enumerate(rows(400))}
        await stub.Upsert(upsert(name, points, {each: {"note": "x" * 12_000} for each in points}))
    seen, ended = set[Path](), threading.Event()

    def watch() -> None:
        while not ended.is_set():
            seen.update(unnamed_files(service.pid))

    watching = asyncio.ensure_future(asyncio.to_thread(watch))
    try:
        copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{name}")))
    finally:
        ended.set()
    await watching
    assert len(copy) > 2000 * 12_000
    assert seen == set()


async def test_a_copy_that_the_disk_has_no_room_for_is_refused_with_the_figures(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any
) -> None:
    """Hazard: copies lie on the disk of the truth, and fill it. A log with a hole is as large as one without."""
    name = await new_collection(DIM)
    full = f"collections/{name}"
    await fill(name, rows(100))
    folder = service.home / "data" / "ann" / "collections"
    [log] = folder.glob(f"{name}-*.sqlite-wal")
    size = log.stat().st_size
    os.truncate(log, 4 * shutil.disk_usage(folder).total)
    snapshot = index_pb2.SnapshotCollectionRequest(name=full)
    parquet_ = index_pb2.ExportCollectionRequest(name=full, format=index_pb2.EXPORT_FORMAT_PARQUET)
    for call in (index.SnapshotCollection(snapshot), index.ExportCollection(parquet_)):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await received(call)
        assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert re.search(r"[0-9]{12,} bytes are needed .* only [0-9]+ are", str(refused.value.details()))
    assert list((folder / ".scratch").iterdir()) == []
    os.truncate(log, size)
    await received(index.SnapshotCollection(snapshot))


async def test_a_copy_ends_soon_where_its_client_left(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any
) -> None:
    """Hazard: copies take turns, and one of many GB that nobody waits for keeps all others waiting."""
    name = await new_collection(DIM)
    full = f"collections/{name}"
    await fill(name, rows(100))
    folder = service.home / "data" / "ann" / "collections"
    [file] = folder.glob(f"{name}-*.sqlite")
    with closing(apsw.Connection(str(file))) as connection:
        connection.set_busy_timeout(5000)
        connection.execute("CREATE TABLE padding (value BLOB)")
        for _ in range(PADDING_MB):
            connection.execute("INSERT INTO padding VALUES (zeroblob(1000000))")
    before = written_bytes(service)

    call = index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=full))
    await eventually(lambda: any(folder.glob(".scratch/*/whole.sqlite")), "the copy is being made")
    call.cancel()
    other = await new_collection(DIM)
    await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{other}")))

    assert written_bytes(service) - before < PADDING_MB * 1_000_000 / 2
    await stub.DeleteCollection(pb.DeleteCollectionRequest(name=full))


def written_bytes(service: ServiceProcess) -> int:
    """What the process has written so far, to whichever files."""
    [line] = [line for line in Path(f"/proc/{service.pid}/io").read_text().splitlines() if line.startswith("wchar")]
    return int(line.split()[1])


@pytest.mark.parametrize("harm", ["flipped", "cut", "wrong sum", "no sum", "no database", "another collection"])
async def test_a_bad_snapshot_changes_nothing(
    stub: Stub, index: Stub, service: ServiceProcess, new_collection: Any, fill: Any, fields_of: Any, harm: str
) -> None:
    name, other = await new_collection(DIM), await new_collection(DIM)
    for each in (name, other):
        await fill(each, rows(300))
    source = other if harm == "another collection" else name
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{source}")))
    sha256 = {"wrong sum": "0" * 64, "no sum": ""}.get(harm)
    if harm == "flipped":  # in a vector, where SQLite sees nothing
        place = copy.index(rows(300)[150].tobytes())
        copy = copy[:place] + bytes(8) + copy[place + 8 :]
    elif harm == "cut":
        copy = copy[: len(copy) // 2]
    elif harm == "no database":
        copy = b"x" * 100_000

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await index.RestoreCollection(iter(upload(name, copy, sha256)))

    assert fields_of(caught.value) == ["sha256" if "sum" in harm else "data"]
    left = await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))
    assert (left.state, left.stats.points) == (pb.COLLECTION_STATE_SERVING, 300)
    assert list((service.home / "data" / "ann" / "collections" / ".scratch").iterdir()) == []


async def test_a_repeated_request_changes_nothing(stub: Stub, index: Stub, new_collection: Any, fill: Any) -> None:
    """A late retry of BuildIndex does not undo CancelBuild, nor one of RestoreCollection what came after it."""
    name, other = await new_collection(DIM), await new_collection(DIM)
    build = index_pb2.BuildIndexRequest(name=f"collections/{name}/index", request_id=str(uuid.uuid4()))
    cancel = index_pb2.CancelBuildRequest(name=f"collections/{name}/index", request_id=str(uuid.uuid4()))
    await index.BuildIndex(build)
    await index.CancelBuild(cancel)
    assert (await index.BuildIndex(build)).state == index_pb2.INDEX_STATE_HELD

    await fill(other, rows(10))
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{other}")))
    messages = list(upload(other, copy))
    messages[0].request_id = str(uuid.uuid4())
    await index.RestoreCollection(iter(messages))
    await fill(other, rows(5, seed=1), first=10)
    assert (await index.RestoreCollection(iter(messages))).stats.points == 15
