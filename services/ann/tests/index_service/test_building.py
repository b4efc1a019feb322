"""Graphs of the real process: they come by themselves, are watched, held and taken up, and outlive kills."""

import asyncio
import random
from collections.abc import Callable
from itertools import count
from typing import Any

import grpc
import numpy as np
import pytest
from index_calls import DIM, SMALL, Stub, kill_after, rows, until
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2, index_pb2_grpc

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    answer = await stub.Search(request)
    assert 0.5 < answer.calibrated_recall <= 1
    for number, hits in enumerate(answer.hits):
        assert (hits.ids[0], hits.distances[0], len(hits.ids), hits.truncated) == (f"p{number}", 0, 5, False)
    request.filter.condition.field, request.filter.condition.exists = "n", True
    assert not (await stub.Search(request)).HasField("calibrated_recall")
    request.target_recall = 1
    assert (await stub.Search(request)).calibrated_recall == 1
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
    await asyncio.sleep(1.5)  # in which no graph is begun
    held = await index.GetIndex(index_pb2.GetIndexRequest(name=f"collections/{name}/index"))
    assert (held.state, held.head_points) == (index_pb2.INDEX_STATE_HELD, 4000)
    await index.BuildIndex(index_pb2.BuildIndexRequest(name=f"collections/{name}/index"))
    assert (await until(index, name, index_pb2.INDEX_STATE_READY)).head_points == 0


@pytest.mark.parametrize("call", ["GetIndex", "BuildIndex", "CancelBuild"])
async def test_an_unknown_collection_has_no_index(index: Stub, call: str) -> None:
    request = getattr(index_pb2, f"{call}Request")(name="collections/nothing/index")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await getattr(index, call)(request)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


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
            killing = asyncio.create_task(kill_after(own, rng.uniform(0.5, 3)))
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


@pytest.mark.slow
async def test_a_build_that_is_asked_for_amid_writes_ends_also_over_a_kill(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any]
) -> None:
    """Somebody writes all the time, before and after the kill: what was there when it was asked for gets a graph."""
    env = SMALL | {"MONSHIN_ANN_SEAL_POINTS": "1000000"}  # so that nothing is built but what is asked for
    name = "collections/notes/index"
    async with process(**env) as own:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(own.channel())
        collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
        await stub.CreateCollection(pb.CreateCollectionRequest(collection_id="notes", collection=collection))
        for start in range(0, 12_000, 4000):
            points = {f"p{start + number}": row for number, row in enumerate(rows(4000, seed=start))}
            await stub.Upsert(upsert("notes", points))

        async def write(stub: Stub) -> None:
            for number in count():
                await stub.Upsert(upsert("notes", {f"late{number}": rows(1, seed=number)[0]}))

        writing = asyncio.create_task(write(stub))
        index: Stub = index_pb2_grpc.IndexServiceStub(own.channel())
        wanted = (await index.BuildIndex(index_pb2.BuildIndexRequest(name=name))).wanted_sequence
        assert wanted >= 12_000
        await own.kill()
        await asyncio.wait([writing])
        await own.start()
        await own.wait_serving()
        index = index_pb2_grpc.IndexServiceStub(own.channel())
        writing = asyncio.create_task(write(ann_pb2_grpc.AnnServiceStub(own.channel())))
        async with asyncio.timeout(60):
            while (found := await index.GetIndex(index_pb2.GetIndexRequest(name=name))).wanted_sequence:
                assert found.wanted_sequence == wanted
        assert not writing.done(), writing
        assert sum(each.points for each in found.segments) >= 12_000
        assert found.sequence > wanted
        writing.cancel()


async def _is_stored(stub: Stub, collection: str, name: str, version: int) -> bool:
    """Whether the point has the vector of this version: a chunk is stored as a whole or not at all."""
    found = await stub.GetPoints(pb.GetPointsRequest(collection=collection, ids=[name], with_vectors=True))
    return bool(found.points.vectors.data == rows(1, version)[0].tobytes())
