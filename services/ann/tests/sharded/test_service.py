"""The real service, with real workers over a real Redis: builds begun, watched, resumed, served, deleted."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from google.longrunning.operations_pb2 import Operation
from google.protobuf.struct_pb2 import Struct
from monshin_ann.core.distances import Queries
from monshin_kit.testing import ServiceProcess, eventually
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from monshin_protos.ann.v1 import sharded_pb2 as pb
from monshin_protos.ann.v1 import sharded_pb2_grpc as pb_grpc
from monshin_protos.vectors.v1 import vectors_pb2
from sharded_sources import DIM, Rows, artefacts_folder, clustered, write_parquet

pytestmark = pytest.mark.slow  # each test starts a service and a worker

ROWS = 3000
LIMIT_S = 60.0

MakeWorker = Callable[..., WorkerProcess]


@pytest.fixture
async def ann(redis: RedisProcess, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """The service."""
    async with ServiceProcess("monshin_ann", tmp_path, redis.env) as process:
        yield process


async def restart(ann: ServiceProcess) -> None:
    """After a kill."""
    await ann.start()
    await ann.wait_serving()


def builds_of(ann: ServiceProcess, **caller: Any) -> Any:
    return pb_grpc.ShardedIndexServiceStub(ann.channel(**caller))


def collections_of(ann: ServiceProcess, **caller: Any) -> Any:
    return ann_pb2_grpc.AnnServiceStub(ann.channel(**caller))


def request(collection: str = "notes", **changes: Any) -> pb.BuildShardedCollectionRequest:
    fields = {"metric": ann_pb2.METRIC_L2, "dim": DIM, "source": "imports/notes", "shard_rows": 1000, "degree": 16}
    return pb.BuildShardedCollectionRequest(collection_id=collection, **{**fields, **changes})


def progress_of(build: Operation) -> pb.ShardedBuildProgress:
    progress = pb.ShardedBuildProgress()
    assert build.metadata.Unpack(progress)
    return progress


async def ended(ann: ServiceProcess, build: Operation) -> Operation:
    """The build once it is done; fails after a while."""
    stub = builds_of(ann)
    for _ in range(int(LIMIT_S / 0.1)):
        build = await stub.GetShardedBuild(pb.GetShardedBuildRequest(name=build.name))
        if build.done:
            return build
        await asyncio.sleep(0.1)
    raise AssertionError(f"not done: {progress_of(build)}")


async def built(ann: ServiceProcess, worker: MakeWorker, home: Path, **changes: Any) -> Rows:
    """Makes the collection `notes`; its vectors."""
    rows = clustered(ROWS + 20)
    write_parquet(artefacts_folder(home) / "imports" / "notes" / "a.parquet", rows[:ROWS])
    with worker():
        begun = await builds_of(ann).BuildShardedCollection(request(**changes))
        assert not begun.done
        done = await ended(ann, begun)
    assert done.WhichOneof("result") == "response", done.error
    return rows


async def search(ann: ServiceProcess, queries: Rows, k: int = 10, **fields: Any) -> ann_pb2.SearchResponse:
    vectors = vectors_pb2.Vectors(data=queries.astype("<f4").tobytes(), dim=queries.shape[1])
    return await collections_of(ann).Search(
        ann_pb2.SearchRequest(collection="collections/notes", queries=vectors, k=k, **fields)
    )


def exact(rows: Rows, query: Rows, k: int, metric: Any) -> list[tuple[float, str]]:
    """By comparing with all, as the core measures."""
    distances = Queries.of(metric, query[None]).distances(rows, np.zeros(len(rows), dtype=np.intp))
    return sorted((float(distance), f"p{row:07}") for row, distance in enumerate(distances.tolist()))[:k]


@pytest.mark.parametrize("metric", ["METRIC_L2", "METRIC_COSINE"])
async def test_a_built_collection_is_searched_read_and_listed_like_any_other(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path, metric: str
) -> None:
    from monshin_ann.core.definition import Metric

    core = Metric.L2 if metric == "METRIC_L2" else Metric.COSINE
    rows = await built(ann, worker, tmp_path, metric=metric)
    stored, queries = rows[:ROWS], rows[ROWS:]
    stub = collections_of(ann)
    collection = await stub.GetCollection(ann_pb2.GetCollectionRequest(name="collections/notes"))
    assert (collection.dim, collection.stats.points, collection.stats.indexed_points) == (DIM, ROWS, ROWS)
    assert collection.state == ann_pb2.COLLECTION_STATE_SERVING
    listed = await stub.ListCollections(ann_pb2.ListCollectionsRequest())
    assert [each.name for each in listed.collections] == ["collections/notes"]
    expected = [exact(stored, query, 10, core) for query in queries]

    found = await search(ann, queries, target_recall=1.0)
    assert [list(zip(hits.distances, hits.ids, strict=True)) for hits in found.hits] == expected
    found = await search(ann, queries, ef=128, with_payloads=True)
    hits = [set(each.ids) & {name for _, name in wanted} for each, wanted in zip(found.hits, expected, strict=True)]
    assert sum(map(len, hits)) / (10 * len(queries)) >= 0.95
    assert found.hits[0].payloads[0]["ward"] in "ABC"

    ward = ann_pb2.Filter(condition=ann_pb2.Condition(field="ward", equals={"string_value": "B"}))
    found = await search(ann, queries, k=1000, filter=ward)
    passing = [f"p{n:07}" for n in range(ROWS) if n % 3 == 1 and n % 100]  # every 100th row has no payload
    assert all(sorted(each.ids) == passing for each in found.hits), "min(k, matching)"
    for each, query in zip(found.hits, queries, strict=True):
        known = {name: distance for distance, name in exact(stored, query, ROWS, core)}
        assert list(each.distances) == [known[name] for name in each.ids] == sorted(each.distances)

    names = ["p0000007", "none", "p0000100", "p0000007"]
    points = (await stub.GetPoints(ann_pb2.GetPointsRequest(
        collection="collections/notes", ids=names, with_vectors=True))).points  # fmt: skip
    assert list(points.ids) == ["p0000007", "p0000100"]
    assert points.vectors.data == stored[[7, 100]].astype("<f4").tobytes(), "as they came, also under cosine"
    payload = Struct()
    payload.update({"ward": "B", "n": 7})
    assert list(points.payloads) == [payload, Struct()]

    seen: list[str] = []
    token = ""
    while True:
        page = await stub.ListPoints(ann_pb2.ListPointsRequest(
            collection="collections/notes", filter=ward, page_size=300, page_token=token))  # fmt: skip
        seen += page.points.ids
        token = page.next_page_token
        if not token:
            break
    assert seen == passing


async def test_its_points_cannot_be_changed(ann: ServiceProcess, worker: MakeWorker, tmp_path: Path) -> None:
    rows = await built(ann, worker, tmp_path)
    stub = collections_of(ann)
    vectors = vectors_pb2.Vectors(data=rows[:1].astype("<f4").tobytes(), dim=DIM)
    ids = ann_pb2.PointIds(ids=["p0000000"])
    for call in (
        stub.Upsert(ann_pb2.UpsertRequest(collection="collections/notes", ids=["new"], vectors=vectors)),
        stub.DeletePoints(ann_pb2.DeletePointsRequest(collection="collections/notes", ids=ids)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert [hits.ids[0] for hits in (await search(ann, rows[:1], k=1)).hits] == ["p0000000"]


async def test_it_survives_a_kill_of_the_service_and_a_deletion_is_for_good(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    rows = await built(ann, worker, tmp_path)
    before = await search(ann, rows[ROWS:])
    await ann.kill()
    await restart(ann)
    assert await search(ann, rows[ROWS:]) == before
    published = artefacts_folder(tmp_path) / "ann" / "sharded"
    local = tmp_path / "data" / "ann" / "sharded"
    assert any(published.rglob("*"))
    await collections_of(ann).DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/notes"))
    await ann.kill()
    await restart(ann)
    with pytest.raises(grpc.aio.AioRpcError) as gone:
        await search(ann, rows[ROWS:])
    assert gone.value.code() == grpc.StatusCode.NOT_FOUND
    await eventually(lambda: not any(local.iterdir()), "the local files are deleted")
    assert not [path for path in published.rglob("*") if path.is_file()], "so are those that the build published"


async def test_readers_hold_for_the_collection_and_its_builds(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    await built(ann, worker, tmp_path, readers=["role:auditor"])
    listed = await builds_of(ann).ListShardedBuilds(pb.ListShardedBuildsRequest())
    name = listed.builds[0].name
    developer = {"role": "model_developer"}
    with pytest.raises(grpc.aio.AioRpcError) as hidden:
        await builds_of(ann, **developer).GetShardedBuild(pb.GetShardedBuildRequest(name=name))
    assert hidden.value.code() == grpc.StatusCode.NOT_FOUND
    assert not (await builds_of(ann, **developer).ListShardedBuilds(pb.ListShardedBuildsRequest())).builds
    update = ann_pb2.UpdateCollectionRequest(collection={"name": "collections/notes", "readers": []})
    await collections_of(ann).UpdateCollection(update)
    await ann.kill()
    await restart(ann)
    assert (await builds_of(ann, **developer).GetShardedBuild(pb.GetShardedBuildRequest(name=name))).done
    get = ann_pb2.GetCollectionRequest(name="collections/notes")
    assert not (await collections_of(ann, **developer).GetCollection(get)).readers


async def test_a_watcher_sees_every_phase_and_goes_on_where_it_was_cut_off(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    rows = clustered(80_000)  # so many that no phase is over between two looks of the service, 0.3 s apart
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", rows)
    stub = builds_of(ann)
    begun = await stub.BuildShardedCollection(request(shard_rows=20_000, degree=32))
    seen: list[pb.ShardedBuildProgress] = []
    with worker():
        async for answer in stub.WatchShardedBuild(pb.WatchShardedBuildRequest(name=begun.name)):
            seen.append(progress_of(answer.build))
            if seen[-1].shards_done >= 1:
                break  # cut off
        last = seen[-1].sequence
        again = pb.WatchShardedBuildRequest(name=begun.name, after_sequence=last)
        async for answer in stub.WatchShardedBuild(again):
            seen.append(progress_of(answer.build))
            final = answer.build
    assert final.done
    sequences = [each.sequence for each in seen]
    assert sequences == sorted(set(sequences)), "each once, rising"
    assert seen[-1].phase == pb.SHARDED_BUILD_PHASE_READY
    assert {pb.SHARDED_BUILD_PHASE_SHARDS, pb.SHARDED_BUILD_PHASE_MERGING} <= {each.phase for each in seen}
    fractions = [each.fraction for each in seen]
    assert fractions == sorted(fractions)
    assert (seen[-1].shards, fractions[-1]) == (seen[-1].shards_done, 1.0)
    assert seen[-1].distances > 80_000 * 10
    assert any(each.remaining.seconds or each.remaining.nanos for each in seen)
    beyond = pb.WatchShardedBuildRequest(name=begun.name, after_sequence=seen[-1].sequence + 1)
    with pytest.raises(grpc.aio.AioRpcError) as wrong:
        await anext(aiter(stub.WatchShardedBuild(beyond)))
    assert wrong.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_a_build_outlives_the_service_that_was_asked_for_it(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    with worker():
        await asyncio.sleep(2)
        await restart(ann)
        done = await ended(ann, begun)
    assert done.WhichOneof("result") == "response", done.error
    found = await search(ann, clustered(5), k=1, target_recall=1.0)
    assert [list(hits.ids) for hits in found.hits] == [[f"p{n:07}"] for n in range(5)]


async def test_a_request_that_a_kill_cut_off_leaves_a_build_or_nothing(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    """Hazard: the service dies between taking a place for the collection, queueing the job, and noting which it is."""
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    shelf = tmp_path / "data" / "ann" / "sharded"
    (place,) = shelf.iterdir()
    (place / "job").unlink()  # queued, and not noted
    shutil.copytree(place, shelf / "notes-0123456789ab")  # not even queued
    await restart(ann)
    with worker():
        done = await ended(ann, begun)
    assert done.WhichOneof("result") == "response", done.error
    await eventually(lambda: [path.name for path in shelf.iterdir()] == [place.name], "the other place is given back")


async def test_a_cancelled_build_gives_its_id_away_or_is_resumed(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    stub = builds_of(ann)
    begun = await stub.BuildShardedCollection(request())
    create = ann_pb2.CreateCollectionRequest(
        collection_id="notes", collection=ann_pb2.Collection(dim=2, metric=ann_pb2.METRIC_L2)
    )
    for taken in (stub.BuildShardedCollection(request()), collections_of(ann).CreateCollection(create)):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await taken
        assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
    cancel = pb.CancelShardedBuildRequest(name=begun.name, request_id=str(uuid.uuid4()))
    cancelled = await stub.CancelShardedBuild(cancel)
    assert cancelled.done
    assert progress_of(cancelled).phase == pb.SHARDED_BUILD_PHASE_CANCELLED
    resume = pb.ResumeShardedBuildRequest(name=begun.name, request_id=str(uuid.uuid4()))
    assert not (await stub.ResumeShardedBuild(resume)).done
    assert not (await stub.CancelShardedBuild(cancel)).done, "repeated, it changes nothing"
    with worker():
        assert (await ended(ann, begun)).WhichOneof("result") == "response"
    await collections_of(ann).DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/notes"))
    second = await stub.BuildShardedCollection(request())
    await stub.CancelShardedBuild(pb.CancelShardedBuildRequest(name=second.name))

    async def created() -> bool:
        try:
            await collections_of(ann).CreateCollection(create)
            return True
        except grpc.aio.AioRpcError:
            return False

    await eventually(created, "the id is free again")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.ResumeShardedBuild(pb.ResumeShardedBuildRequest(name=second.name))
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS


async def test_a_repeated_request_is_the_same_build(ann: ServiceProcess, worker: MakeWorker, tmp_path: Path) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    stub, id_, others = builds_of(ann), str(uuid.uuid4()), await build_names(ann)
    first = await stub.BuildShardedCollection(request(request_id=id_))
    assert (await stub.BuildShardedCollection(request(request_id=id_))).name == first.name
    with pytest.raises(grpc.aio.AioRpcError) as reused:
        await stub.BuildShardedCollection(request(request_id=id_, seed=1))
    assert reused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with worker():
        await ended(ann, first)
    assert (await stub.BuildShardedCollection(request(request_id=id_))).name == first.name
    assert await build_names(ann) - others == {first.name}


async def build_names(ann: ServiceProcess) -> set[str]:
    """Of all builds; other tests leave theirs in the same Redis."""
    return {each.name for each in (await builds_of(ann).ListShardedBuilds(pb.ListShardedBuildsRequest())).builds}


async def test_a_damaged_collection_is_quarantined_and_the_others_serve(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    """Hazard: a disk that loses or changes bytes of any one of a collection's files."""
    await built(ann, worker, tmp_path)
    other = ann_pb2.CreateCollectionRequest(
        collection_id="other", collection=ann_pb2.Collection(dim=2, metric=ann_pb2.METRIC_L2)
    )
    await collections_of(ann).CreateCollection(other)
    folder = next((tmp_path / "data" / "ann" / "sharded").iterdir())
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    names = ["graph.grnnd", "points.table", "manifest.json"]
    for name, harm in [*((name, harm) for name in names for harm in ("changed", "missing")), ("reference", "changed")]:
        await ann.kill()
        for path, content in whole.items():
            path.write_bytes(content)
        if harm == "missing":
            (folder / name).unlink()
        else:
            content = bytearray((folder / name).read_bytes())
            content[len(content) // 2] ^= 1
            (folder / name).write_bytes(content)
        await restart(ann)
        listed = await collections_of(ann).ListCollections(ann_pb2.ListCollectionsRequest())
        states = {each.name: each.state for each in listed.collections}
        assert states["collections/other"] == ann_pb2.COLLECTION_STATE_SERVING
        assert states["collections/notes"] == ann_pb2.COLLECTION_STATE_QUARANTINED, (name, harm)
        with pytest.raises(grpc.aio.AioRpcError) as damaged:
            await search(ann, clustered(1))
        assert damaged.value.code() == grpc.StatusCode.DATA_LOSS
    await collections_of(ann).DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/notes"))


async def test_a_service_killed_while_it_fetches_a_collection_fetches_it_again(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    """`reference` is written last: without it, what else is there counts as unfinished."""
    rows = await built(ann, worker, tmp_path)
    before = await search(ann, rows[ROWS:])
    await ann.kill()
    folder = next((tmp_path / "data" / "ann" / "sharded").iterdir())
    (folder / "reference").unlink()
    (folder / "graph.grnnd").write_bytes(b"half")
    await restart(ann)

    async def serves() -> bool:
        try:
            return bool(await search(ann, rows[ROWS:]) == before)
        except grpc.aio.AioRpcError:
            return False

    await eventually(serves, "it answers as before")


async def test_what_was_published_and_harmed_before_it_was_fetched_fails_the_build(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    published = artefacts_folder(tmp_path) / "ann" / "sharded"
    with worker():
        await eventually(lambda: bool(list(published.rglob("manifest-*"))), "it is published", limit_s=LIMIT_S)
        await asyncio.sleep(1.5)  # until the job has ended
    for path in published.rglob("graph-*"):
        path.write_bytes(b"x")
    await restart(ann)

    async def failed() -> bool:
        build = await builds_of(ann).GetShardedBuild(pb.GetShardedBuildRequest(name=begun.name))
        return build.done and build.error.code == grpc.StatusCode.DATA_LOSS.value[0]

    await eventually(failed, "the build says that what it published is damaged")
    shutil.rmtree(published)
    again = await builds_of(ann).BuildShardedCollection(request())
    assert not again.done


async def finished_unseen(ann: ServiceProcess, worker: MakeWorker, home: Path) -> tuple[Operation, Path]:
    """A build that ended while the service was away, which it is still; and the manifest that it published."""
    write_parquet(artefacts_folder(home) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    (place,) = (home / "data" / "ann" / "sharded").iterdir()
    published = artefacts_folder(home) / "ann" / "sharded" / place.name  # the worker may do builds of other tests too
    with worker():
        await eventually(lambda: bool(list(published.glob("manifest-*"))), "it is published", limit_s=LIMIT_S)
        await asyncio.sleep(1.5)  # until the job has ended
    (manifest,) = published.glob("manifest-*")
    return begun, manifest


async def test_others_are_served_while_a_collection_is_fetched(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    """Hazard: the artefact store is slow, and a collection large; here reading it does not even begin."""
    begun, manifest = await finished_unseen(ann, worker, tmp_path)
    content = manifest.read_bytes()
    manifest.unlink()
    os.mkfifo(manifest)  # whoever opens it waits
    await restart(ann)
    await asyncio.sleep(1.5)  # until it is opened
    stub = builds_of(ann)
    other = await stub.BuildShardedCollection(request("other"), timeout=20)
    for call, message in (
        (stub.CancelShardedBuild, pb.CancelShardedBuildRequest),
        (stub.ResumeShardedBuild, pb.ResumeShardedBuildRequest),
        (stub.CancelShardedBuild, pb.CancelShardedBuildRequest),
    ):
        await call(message(name=other.name, request_id=str(uuid.uuid4())), timeout=20)

    async def gives_way() -> bool:
        try:
            again = await stub.BuildShardedCollection(request("other"), timeout=20)
            return bool((await stub.CancelShardedBuild(pb.CancelShardedBuildRequest(name=again.name))).name)
        except grpc.aio.AioRpcError:
            return False

    await eventually(gives_way, "a cancelled build gives its place up meanwhile")
    assert not (await stub.GetShardedBuild(pb.GetShardedBuildRequest(name=begun.name))).done
    waiting = os.open(manifest, os.O_WRONLY)
    manifest.unlink()
    manifest.write_bytes(content)
    os.close(waiting)
    assert (await ended(ann, begun)).WhichOneof("result") == "response"


async def test_a_store_that_is_away_when_a_collection_is_fetched_is_told_and_tried_again(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    begun, manifest = await finished_unseen(ann, worker, tmp_path)
    away = manifest.with_name("away")
    manifest.rename(away)
    manifest.symlink_to(manifest.name)  # opening it is an error of the system, not of what is stored
    await restart(ann)
    await eventually(lambda: "a chore for a collection built in shards fails" in ann.log(), "the log tells it")
    await asyncio.sleep(2.5)
    assert ann.log().count("a chore for a collection built in shards fails") == 1, "once"
    assert not (await builds_of(ann).GetShardedBuild(pb.GetShardedBuildRequest(name=begun.name))).done
    away.replace(manifest)
    assert (await ended(ann, begun)).WhichOneof("result") == "response"
    await eventually(lambda: "a chore that failed has succeeded" in ann.log(), "its end too")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"metric": ann_pb2.METRIC_INNER_PRODUCT}, "metric"),
        ({"dim": 0}, "dim"),
        ({"source": "ann/checkpoints"}, "source"),
        ({"source": "imports/../keys"}, "source"),
        ({"shard_rows": 10}, "shard_rows"),
        ({"overlap": 5}, "overlap"),
        ({"degree": 2}, "degree"),
        ({"collection": "Notes"}, "collection_id"),
        ({"readers": ["everybody"]}, "readers[0]"),
    ],
)
async def test_a_wrong_request_is_refused_by_field(
    service: ServiceProcess, fields_of: Callable[..., list[str]], changes: dict[str, Any], field: str
) -> None:
    message = request(**{"collection": "notes", **changes})
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await builds_of(service).BuildShardedCollection(message)
    assert fields_of(refused.value) == [field]


async def test_without_redis_the_service_serves_and_builds_are_unavailable_with_the_reason(
    service: ServiceProcess,
) -> None:
    stub = builds_of(service)
    name = f"ann/jobs/{'0' * 32}"
    calls: list[Awaitable[Any]] = [
        stub.BuildShardedCollection(request()),
        stub.GetShardedBuild(pb.GetShardedBuildRequest(name=name)),
        stub.ListShardedBuilds(pb.ListShardedBuildsRequest()),
        stub.CancelShardedBuild(pb.CancelShardedBuildRequest(name=name)),
        stub.ResumeShardedBuild(pb.ResumeShardedBuildRequest(name=name)),
    ]
    for call in calls:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert "MONSHIN_JOBS_REDIS_URL" in str(refused.value.details())
    created = ann_pb2.Collection(dim=2, metric=ann_pb2.METRIC_L2)
    await collections_of(service).CreateCollection(
        ann_pb2.CreateCollectionRequest(collection_id="without-redis", collection=created)
    )
    listed = (await collections_of(service).ListCollections(ann_pb2.ListCollectionsRequest())).collections
    states = {each.name: each.state for each in listed}
    assert states["collections/without-redis"] == ann_pb2.COLLECTION_STATE_SERVING
