"""Builds asked of the real service, with real workers: watched, cut off, cancelled, repeated, refused."""

import shutil
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from monshin_kit.jobs import operations
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.ann.v1 import sharded_pb2 as pb
from sharded_calls import (
    LIMIT_S,
    ROWS,
    MakeWorker,
    builds_of,
    collections_of,
    ended,
    progress_of,
    request,
    restart,
    search,
)
from sharded_sources import artefacts_folder, clustered, write_parquet

pytestmark = pytest.mark.slow  # each test starts a service and a worker


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
    ann: ServiceProcess, store: JobStore, worker: MakeWorker, tmp_path: Path
) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    job = operations.parse_name("ann", begun.name)

    async def is_taken() -> bool:
        return (await store.get(job)).attempt > 0

    with worker():
        await eventually(is_taken, "a worker is at it", limit_s=LIMIT_S)
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
