"""IndexService against the real process: builds watched and held, collections copied, restored and exported."""

import asyncio
import hashlib
import io
import json
import os
import random
import re
import shutil
import uuid
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import faiss
import grpc
import numpy as np
import pytest
import pytest_asyncio
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2, index_pb2_grpc
from pyarrow import parquet

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIM = 16
Stub = Any
SMALL = {"MONSHIN_ANN_SEAL_POINTS": "2000", "MONSHIN_ANN_SEGMENT_POINTS": "20000"}


def rows(count: int, seed: int = 0) -> Any:
    """Random vectors."""
    return np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """Graphs from 2,000 points on."""
    async with ServiceProcess("monshin_ann", tmp_path_factory.mktemp("ann"), SMALL) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def index(service: ServiceProcess) -> Stub:
    """An administrator's."""
    return index_pb2_grpc.IndexServiceStub(service.channel())


@pytest.fixture
def fill(stub: Stub, upsert: Callable[..., Any]) -> Callable[..., Awaitable[None]]:
    """Stores vectors as p0, p1 …"""

    async def store(name: str, vectors: Any, first: int = 0) -> None:
        for start in range(0, len(vectors), 1000):
            chunk = vectors[start : start + 1000]
            points = {f"p{first + start + number}": row for number, row in enumerate(chunk)}
            await stub.Upsert(upsert(name, points, {each: {"n": int(each[1:])} for each in points}))

    return store


async def until(index: Stub, name: str, state: Any) -> Any:
    """The index once it is in this state."""
    async with asyncio.timeout(60):
        while True:
            found = await index.GetIndex(index_pb2.GetIndexRequest(name=f"collections/{name}/index"))
            if found.state == state:
                return found
            await asyncio.sleep(0.05)


async def received(call: AsyncIterator[Any]) -> bytes:
    """The data of a copy, whose checksum must agree."""
    data, digest = b"", ""
    async for message in call:
        assert len(message.data) <= 256 * 1024
        data += message.data
        digest = message.sha256
    assert hashlib.sha256(data).hexdigest() == digest
    return data


def upload(name: str, data: bytes, sha256: str | None = None) -> Iterable[Any]:
    """A snapshot on its way back."""
    pieces = [data[start : start + 200_000] for start in range(0, len(data), 200_000)]
    for number, piece in enumerate(pieces):
        message = index_pb2.RestoreCollectionRequest(data=piece)
        if number == 0:
            message.name = f"collections/{name}"
        if number == len(pieces) - 1:
            message.sha256 = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
        yield message


async def test_graphs_come_by_themselves(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, pack: Callable[..., Any]
) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(5000))
    found = await until(index, name, index_pb2.INDEX_STATE_READY)
    assert sum(segment.points for segment in found.segments) + found.head_points == 5000
    assert found.head_points < 2000
    assert found.sequence == 5000
    [segment, *_] = found.segments
    assert segment.graph_bytes >= 32 * 4 * segment.points
    assert [point.recall for point in segment.recalls] == sorted(point.recall for point in segment.recalls)

    request = pb.SearchRequest(collection=f"collections/{name}", queries=pack(rows(3)), k=5, ef=64)
    for number, hits in enumerate((await stub.Search(request)).hits):
        assert (hits.ids[0], hits.distances[0], len(hits.ids), hits.truncated) == (f"p{number}", 0, 5, False)
    stats = (await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))).stats
    assert stats.indexed_points == 5000 - found.head_points


async def test_a_build_is_watched_to_its_end(index: Stub, new_collection: Any, fill: Any) -> None:
    """The stream tells of the build at work, and ends with nothing left to build."""
    name = await new_collection(DIM)
    await fill(name, rows(1500))
    request = index_pb2.BuildIndexRequest(name=f"collections/{name}/index")
    assert (await index.BuildIndex(request)).state in (
        index_pb2.INDEX_STATE_WAITING,
        index_pb2.INDEX_STATE_BUILDING,
        index_pb2.INDEX_STATE_READY,
    )
    seen = [
        message.index
        async for message in index.WatchIndex(index_pb2.WatchIndexRequest(name=f"collections/{name}/index"))
    ]
    assert seen[-1].state == index_pb2.INDEX_STATE_READY
    assert not seen[-1].HasField("build")
    assert (seen[-1].head_points, sum(each.points for each in seen[-1].segments)) == (0, 1500)


async def test_a_build_at_work_tells_how_far_it_is(index: Stub, new_collection: Any, fill: Any) -> None:
    """Phase, share, distances and time left, never going back. 20,000 points take long enough to be seen."""
    name = await new_collection(DIM)
    await index.CancelBuild(index_pb2.CancelBuildRequest(name=f"collections/{name}/index"))
    await fill(name, rows(20_000))
    await index.BuildIndex(index_pb2.BuildIndexRequest(name=f"collections/{name}/index"))
    watch = index_pb2.WatchIndexRequest(name=f"collections/{name}/index")
    builds = [message.index.build async for message in index.WatchIndex(watch) if message.index.HasField("build")]
    assert {build.points for build in builds} == {20_000}
    told = [build for build in builds if build.phase]
    assert told
    assert [build.fraction for build in told] == sorted(build.fraction for build in told)
    assert [build.distances for build in told] == sorted(build.distances for build in told)
    assert told[-1].memory_bytes > 20_000 * DIM * 4
    assert all(build.remaining_seconds > 0 for build in told if build.fraction > 0.1)


async def test_building_can_be_held_and_taken_up(index: Stub, new_collection: Any, fill: Any) -> None:
    name = await new_collection(DIM)
    cancel = index_pb2.CancelBuildRequest(name=f"collections/{name}/index")
    assert (await index.CancelBuild(cancel)).state == index_pb2.INDEX_STATE_HELD
    await fill(name, rows(4000))
    await asyncio.sleep(1.5)
    held = await index.GetIndex(index_pb2.GetIndexRequest(name=f"collections/{name}/index"))
    assert (held.state, held.head_points) == (index_pb2.INDEX_STATE_HELD, 4000)
    await index.BuildIndex(index_pb2.BuildIndexRequest(name=f"collections/{name}/index"))
    assert (await until(index, name, index_pb2.INDEX_STATE_READY)).head_points == 0


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
    await stub.DeletePoints(pb.DeletePointsRequest(collection=full, ids=pb.PointIds(ids=["p700", "p701"])))

    restored = await index.RestoreCollection(iter(upload(name, copy)))

    assert (restored.stats.points, restored.stats.sequence) == (3000, 3000)
    search = pb.SearchRequest(collection=full, queries=pack(rows(3000)[[0, 700]]), k=1)
    assert [list(hits.ids) for hits in (await stub.Search(search)).hits] == [["p0"], ["p700"]]
    assert (await until(index, name, index_pb2.INDEX_STATE_READY)).head_points < 2000


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
    assert list(folder.glob("copy-*")) == []
    os.truncate(log, size)
    await received(index.SnapshotCollection(snapshot))


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
    assert list((service.home / "data" / "ann" / "collections").glob("*upload*")) == []


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


async def test_parquet_holds_every_point(stub: Stub, index: Stub, new_collection: Any, fill: Any) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(2600))
    full = f"collections/{name}"
    await stub.DeletePoints(pb.DeletePointsRequest(collection=full, ids=pb.PointIds(ids=["p5"])))
    request = index_pb2.ExportCollectionRequest(name=full, format=index_pb2.EXPORT_FORMAT_PARQUET)
    table = parquet.read_table(io.BytesIO(await received(index.ExportCollection(request)))).to_pydict()
    assert sorted(table["id"]) == sorted(f"p{number}" for number in range(2600) if number != 5)
    numbers = [int(point_id[1:]) for point_id in table["id"]]
    assert np.array_equal(np.array(table["vector"], np.float32), rows(2600)[numbers])
    assert [json.loads(payload) for payload in table["payload"]] == [{"n": number} for number in numbers]
    assert table["sequence"] == [number + 1 for number in numbers]


async def test_faiss_loads_the_graph(index: Stub, new_collection: Any, fill: Any, tmp_path: Path) -> None:
    """In plain faiss: the nearest of points are themselves, by the ids in the second file."""
    name = await new_collection(DIM)
    await fill(name, rows(2500))
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_FAISS)
    await fill(name, rows(10, seed=9), first=2500)
    await index.BuildIndex(index_pb2.BuildIndexRequest(name=f"collections/{name}/index"))
    await until(index, name, index_pb2.INDEX_STATE_READY)
    files: dict[str, bytes] = {}
    async for message in index.ExportCollection(request):
        files[message.file] = files.get(message.file, b"") + message.data
        if message.sha256:
            assert hashlib.sha256(files[message.file]).hexdigest() == message.sha256
    assert list(files) == ["index.faiss", "ids.txt"]
    (tmp_path / "index.faiss").write_bytes(files["index.faiss"])
    ids = [json.loads(line) for line in files["ids.txt"].decode().splitlines()]
    loaded = faiss.read_index(str(tmp_path / "index.faiss"))
    every = np.concatenate([rows(2500), rows(10, seed=9)])
    assert sorted(ids) == sorted(f"p{number}" for number in range(2510))
    assert np.array_equal(loaded.reconstruct_n(0, 2510), every[[int(each[1:]) for each in ids]])
    loaded.hnsw.efSearch = 64
    _, found = loaded.search(rows(2500)[:50], 1)
    assert np.mean([ids[row] == f"p{number}" for number, row in enumerate(found[:, 0])]) >= 0.98


async def test_faiss_can_be_had_again_after_a_deletion(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, tmp_path: Path
) -> None:
    """Without the deleted point, of which nothing is left in the files."""
    name = await new_collection(DIM)
    await fill(name, rows(500))
    build = index_pb2.BuildIndexRequest(name=f"collections/{name}/index")
    await index.BuildIndex(build)
    await until(index, name, index_pb2.INDEX_STATE_READY)
    await stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{name}", ids=pb.PointIds(ids=["p7"])))
    await index.BuildIndex(build)
    await until(index, name, index_pb2.INDEX_STATE_READY)
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_FAISS)
    files: dict[str, bytes] = {}
    async for message in index.ExportCollection(request):
        files[message.file] = files.get(message.file, b"") + message.data
    ids = [json.loads(line) for line in files["ids.txt"].decode().splitlines()]
    assert sorted(ids) == sorted(f"p{number}" for number in range(500) if number != 7)
    assert rows(500)[7].tobytes() not in files["index.faiss"]


async def test_faiss_needs_one_segment(index: Stub, new_collection: Any, fill: Any) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(10))
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_FAISS)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await received(index.ExportCollection(request))
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION


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


HOSTILE = {
    "another degree": 'UPDATE collection SET definition=replace(definition, \'"degree": 32\', \'"degree": "a lot"\')',
    "a checksum that fits": "UPDATE points SET payload='[1, 2]'",
    "a sequence to come": "UPDATE points SET sequence=sequence+1000",
}


@pytest.mark.parametrize("harm", sorted(HOSTILE))
async def test_a_forged_snapshot_is_refused_or_does_no_harm(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, fields_of: Any, tmp_path: Path, harm: str
) -> None:
    """Hazard: a checksum is no signature. What could not have been stored is refused; the definition is never taken."""
    name = await new_collection(DIM)
    await fill(name, rows(2500))
    copy = await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{name}")))
    file = tmp_path / "forged"
    file.write_bytes(copy)
    with closing(apsw.Connection(str(file))) as connection:
        connection.execute(HOSTILE[harm])
        connection.create_scalar_function("crc", lambda text, data: zlib.crc32(data, zlib.crc32(text.encode())))
        connection.execute("UPDATE collection SET checksum=crc(definition, x'')")
        connection.execute("UPDATE points SET checksum=crc(id || char(0) || coalesce(payload, ''), vector)")
    call = index.RestoreCollection(iter(upload(name, file.read_bytes())))
    if harm == "another degree":
        await call
        assert (await until(index, name, index_pb2.INDEX_STATE_READY)).head_points < 2000
    else:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        assert fields_of(caught.value) == ["data"]
    stats = (await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))).stats
    assert stats.points == 2500


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


@pytest.mark.parametrize("call", ["GetIndex", "BuildIndex", "CancelBuild"])
async def test_an_unknown_collection_has_no_index(index: Stub, call: str) -> None:
    request = getattr(index_pb2, f"{call}Request")(name="collections/nothing/index")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await getattr(index, call)(request)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_an_effort_out_of_range_is_refused(
    stub: Stub, notes: str, pack: Callable[..., Any], fields_of: Any
) -> None:
    for field, value in (("target_recall", 1.5), ("target_recall", 0), ("ef", 0)):
        request = pb.SearchRequest(collection=f"collections/{notes}", queries=pack([0, 0]), k=1, **{field: value})
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Search(request)
        assert fields_of(caught.value) == [field]


async def test_a_sequence_not_reached_is_unavailable(stub: Stub, filled: str, pack: Callable[..., Any]) -> None:
    request = pb.SearchRequest(collection=f"collections/{filled}", queries=pack([0, 0]), k=1, min_sequence=20)
    assert (await stub.Search(request)).sequence == 20
    request.min_sequence = 21
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Search(request)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_an_empty_collection_takes_little_disk(stub: Stub, service: ServiceProcess, notes: str) -> None:
    """Less than 64 KB once the log is empty."""
    [path] = (service.home / "data" / "ann" / "collections").glob(f"{notes}-*.sqlite")
    assert path.stat().st_size < 64 * 1024


@pytest.mark.slow
async def test_kills_while_building_lose_nothing(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any], pack: Callable[..., Any]
) -> None:
    """Eight kills at seeded moments while points come and graphs are built, saved, merged and swapped. After each,
    every acknowledged point is found under its own vector, and nothing twice; in the end all of them get a graph."""
    rng = random.Random(3)
    known: dict[str, int] = {}
    full = "collections/notes"
    async with process(**SMALL | {"MONSHIN_ANN_SEAL_POINTS": "300"}) as own:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(own.channel())
        await stub.CreateCollection(
            pb.CreateCollectionRequest(
                collection_id="notes", collection=pb.Collection(dim=DIM, metric=pb.METRIC_COSINE)
            )
        )
        version = 0
        for _ in range(8):
            killing = asyncio.create_task(_kill_after(own, rng.uniform(0.5, 3)))
            in_flight: dict[str, int] = {}
            while not killing.done():
                ids = [f"p{number}" for number in rng.sample(range(3000), 100)]
                in_flight = {name: version + offset for offset, name in enumerate(ids)}
                version += len(ids)
                try:
                    await stub.Upsert(upsert("notes", {name: rows(1, each)[0] for name, each in in_flight.items()}))
                except grpc.aio.AioRpcError:
                    break
                known.update(in_flight)
                in_flight = {}
            await killing
            await own.start()
            await own.wait_serving()
            stub = ann_pb2_grpc.AnnServiceStub(own.channel())
            if in_flight and await _is_stored(stub, full, *next(iter(in_flight.items()))):
                known.update(in_flight)
            stats = (await stub.GetCollection(pb.GetCollectionRequest(name=full))).stats
            assert stats.points == len(known)
            sample = rng.sample(sorted(known), 200)
            queries = pack(np.stack([rows(1, known[name])[0] for name in sample]))
            answer = await stub.Search(pb.SearchRequest(collection=full, queries=queries, k=3, target_recall=1))
            for name, hits in zip(sample, answer.hits, strict=True):
                assert hits.ids[0] == name
                assert len(set(hits.ids)) == 3
        index: Stub = index_pb2_grpc.IndexServiceStub(own.channel())
        await index.BuildIndex(index_pb2.BuildIndexRequest(name=f"{full}/index"))
        found = await until(index, "notes", index_pb2.INDEX_STATE_READY)
        assert (found.head_points, sum(each.points - each.dead_points for each in found.segments)) == (0, len(known))


async def _is_stored(stub: Stub, collection: str, name: str, version: int) -> bool:
    """Whether the point has the vector of this version: a chunk is stored as a whole or not at all."""
    found = await stub.GetPoints(pb.GetPointsRequest(collection=collection, ids=[name], with_vectors=True))
    return bool(found.points.vectors.data == rows(1, version)[0].tobytes())


async def _kill_after(service: ServiceProcess, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await service.kill()
