"""Faults against the real process: kills, damaged files, and many writers and searchers at once."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc
from versioned_points import DIM, Deleter, Stub, Version, row, stored_versions

END: Any = grpc.aio.EOF  # type: ignore[attr-defined]  # missing in the stubs


async def create(stub: Stub, name: str) -> None:
    """A collection of DIM under L2."""
    collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
    await stub.CreateCollection(pb.CreateCollectionRequest(collection_id=name, collection=collection))


async def restart(service: ServiceProcess) -> Stub:
    """Starts the process after its end; the stub of a new channel, since the old one waits before it reconnects."""
    await service.start()
    await service.wait_serving()
    return ann_pb2_grpc.AnnServiceStub(service.channel())


async def kill_soon(service: ServiceProcess, delay_s: float) -> None:
    """SIGKILL at a moment that no message decides."""
    await asyncio.sleep(delay_s)
    await service.kill()


async def answers_until_broken(call: Any) -> int:
    """How many more answers come before the connection breaks."""
    count = 0
    while True:
        try:
            answer = await call.read()
        except grpc.aio.AioRpcError:
            return count
        assert answer is not END, "the stream ended as if nothing had happened"
        count += 1


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_when_killed_while_writing_deleting_and_compacting(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any]
) -> None:
    """Hazard: a kill between writing, syncing and answering, or while rows are moved. Ten kills, five at seeded moments
    and five as soon as a deletion is answered, within a stream of chunks that insert and replace, beside deletions by
    ids and by a filter, and a compaction each 50 ms. After each, what was answered is so, deletions too, and the rest
    as a whole or not at all."""
    rng = random.Random(20)
    acknowledged: Version = {}
    version = 0
    deleter = Deleter(random.Random(21), upsert)
    async with process(MONSHIN_ANN_COMPACT_INTERVAL_S="0.05") as service:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(service.channel())
        await create(stub, "notes")
        for turn in range(10):
            sent: list[Version] = []

            async def chunks(sent: list[Version] = sent) -> AsyncIterator[pb.UpsertStreamRequest]:
                nonlocal version
                while True:
                    ids = [f"p{number}" for number in rng.sample(range(500), rng.randint(1, 60))]
                    chunk = {point_id: version + offset for offset, point_id in enumerate(ids, start=1)}
                    version += len(ids)
                    sent.append(chunk)
                    points = {point_id: row(number) for point_id, number in chunk.items()}
                    facts = {point_id: {"version": number} for point_id, number in chunk.items()}
                    yield pb.UpsertStreamRequest(chunk=upsert("notes", points, facts))

            call = stub.UpsertStream(chunks())
            deleting = asyncio.create_task(deleter.work_until_broken(stub))
            answered = 0
            for _ in range(rng.randint(1, 40)):
                assert await call.read() is not END
                answered += 1
            if turn % 2:
                deleter.on_deleted = partial(os.kill, service.pid, signal.SIGKILL)
                answered += await answers_until_broken(call)
                await asyncio.gather(service.kill(), deleting)
                deleter.on_deleted = lambda: None
            else:
                killing = asyncio.create_task(kill_soon(service, rng.random() * 0.01))
                answered += await answers_until_broken(call)
                await asyncio.gather(killing, deleting)
            stub = await restart(service)

            stored = await stored_versions(stub, "notes")
            rest = {each: number for each, number in stored.items() if each.startswith("d")}
            assert rest in (deleter.model, deleter.maybe)
            deleter.model = deleter.maybe = rest
            found = {each: number for each, number in stored.items() if each not in rest}
            for chunk in sent[:answered]:
                acknowledged.update(chunk)
            acceptable = [dict(acknowledged)]
            for chunk in sent[answered:]:  # in flight: stored in order, each as a whole
                acceptable.append(acceptable[-1] | chunk)
            assert found in acceptable
            acknowledged = found
    assert min(deleter.answered[kind] for kind in ("upsert", "ids", "filter")) >= 10


@pytest.mark.parametrize("harm", ["overwritten", "truncated"])
async def test_a_damaged_collection_is_quarantined_while_the_others_serve(
    process: Callable[..., ServiceProcess],
    upsert: Callable[..., Any],
    pack: Callable[..., Any],
    tmp_path: Path,
    harm: str,
) -> None:
    async with process() as service:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(service.channel())
        for name in ("hurt", "sound"):
            await create(stub, name)
            await stub.Upsert(upsert(name, {f"p{i}": row(i) for i in range(300)}))
        await service.stop()
        [path] = (tmp_path / "data" / "ann" / "collections").glob("hurt-*.sqlite")
        data = path.read_bytes()
        place = data.index(row(150).tobytes())
        path.write_bytes(data[:place] + (b"\xa5" * 100 + data[place + 100 :] if harm == "overwritten" else b""))

        stub = await restart(service)

        get = pb.GetCollectionRequest(name="collections/hurt")
        assert (await stub.GetCollection(get)).state == pb.COLLECTION_STATE_QUARANTINED
        listed = (await stub.ListCollections(pb.ListCollectionsRequest())).collections
        assert [each.state for each in listed] == [pb.COLLECTION_STATE_QUARANTINED, pb.COLLECTION_STATE_SERVING]
        search = pb.SearchRequest(collection="collections/hurt", queries=pack(row(7)), k=1)
        reader = pb.ListPointsRequest(collection="collections/hurt")
        for call in (stub.Search(search), stub.ListPoints(reader), stub.Upsert(upsert("hurt", {"a": row(1)}))):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() == grpc.StatusCode.DATA_LOSS
        search.collection = "collections/sound"
        assert list((await stub.Search(search)).hits[0].ids) == ["p7"]
        await stub.Upsert(upsert("sound", {"a": row(1)}))
        await stub.DeleteCollection(pb.DeleteCollectionRequest(name="collections/hurt"))
        assert not path.exists()


@pytest.mark.slow
async def test_writers_and_searchers_at_once_equal_a_model(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any], pack: Callable[..., Any]
) -> None:
    """Six writers, each with its own ids, and three searchers, over compactions, builds and merges of graphs; for ten
    seconds, or MONSHIN_TEST_SECONDS (`make faults`: two minutes). A writer finds what it wrote and not what it deleted;
    a searcher sees whole points that pass its filter, always k of them, since so many are never changed; and it never
    goes back in time. Of those that are never changed brute force says which belong into an answer, whatever the others
    do: all of them are found where every point is compared, and 90 of 100 by way of the graphs (97 or 98 in fact)."""
    models: list[Version] = [{} for _ in range(6)]
    unchanged = {f"0-unchanged-{number}": 9_000_000 + number for number in range(1000)}
    fixed_ids, fixed_rows = list(unchanged), np.stack([row(each) for each in unchanged.values()]).astype(np.float64)
    owed, found_by_graph = 0, 0
    loop = asyncio.get_running_loop()
    end = loop.time() + float(os.environ.get("MONSHIN_TEST_SECONDS", "10"))

    async def write(stub: Stub, number: int) -> None:
        rng = random.Random(number)
        model, version = models[number], 1_000_000 * (number + 1)
        while loop.time() < end:
            ids = [f"{number}-{each}" for each in rng.sample(range(300), rng.randint(1, 40))]
            if rng.random() < 0.3:
                request = pb.DeletePointsRequest(collection="collections/notes", ids=pb.PointIds(ids=ids))
                answer = await stub.DeletePoints(request)
                assert answer.deleted == len([model.pop(each) for each in ids if each in model])
                continue
            chunk = {point_id: version + offset for offset, point_id in enumerate(ids, start=1)}
            version += len(ids)
            facts = {point_id: {"version": each, "writer": number} for point_id, each in chunk.items()}
            stored = await stub.Upsert(upsert("notes", {each: row(v) for each, v in chunk.items()}, facts))
            assert stored.replaced == len(model.keys() & chunk.keys())
            model.update(chunk)
            own = pb.SearchRequest(collection="collections/notes", queries=pack(row(version)), k=1)
            answer = await stub.Search(own)
            assert (answer.hits[0].ids[0], answer.hits[0].distances[0]) == (ids[-1], 0)
            assert answer.sequence >= stored.sequence

    async def look(stub: Stub, number: int) -> int:
        nonlocal owed, found_by_graph
        query, sequence, searches = row(8_000_000 + number), 0, 0
        nearness = np.square(fixed_rows - query).sum(axis=1).astype(np.float32)
        request = pb.SearchRequest(collection="collections/notes", queries=pack(query), k=20, with_payloads=True)
        request.filter.condition.field = "writer"
        getattr(request.filter.condition, "in").extend([0, 2, 4])
        while loop.time() < end:
            is_compared = searches % 2 == 1
            if is_compared:
                request.target_recall = 1
            else:
                request.ef = 32  # so narrow that a graph is walked, not scanned
            searches += 1
            answer = await stub.Search(request)
            assert answer.sequence >= sequence
            sequence = answer.sequence
            [hits] = answer.hits
            assert not hits.truncated
            assert len(set(hits.ids)) == len(hits.ids) == 20
            assert list(hits.distances) == sorted(hits.distances)
            due = {fixed_ids[each] for each in np.flatnonzero(nearness < hits.distances[-1])}
            if is_compared:
                assert due <= set(hits.ids)
            else:
                owed, found_by_graph = owed + len(due), found_by_graph + len(due & set(hits.ids))
            for point_id, distance, payload in zip(hits.ids, hits.distances, hits.payloads, strict=True):
                difference = row(int(payload["version"])).astype(np.float64) - query
                assert distance == np.float32(np.square(difference).sum())
                assert point_id.startswith(f"{int(payload['writer'])}-")
                assert payload["writer"] in (0, 2, 4)
        return searches

    small = {"MONSHIN_ANN_SEAL_POINTS": "200", "MONSHIN_ANN_SEGMENT_POINTS": "5000"}
    async with process(MONSHIN_ANN_COMPACT_INTERVAL_S="0.5", MONSHIN_COMPUTE_THREADS="3", **small) as service:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(service.channel())
        await create(stub, "notes")
        facts = {point_id: {"version": version, "writer": 0} for point_id, version in unchanged.items()}
        await stub.Upsert(upsert("notes", {each: row(version) for each, version in unchanged.items()}, facts))
        writers = [asyncio.create_task(write(stub, number)) for number in range(6)]
        assert min(await asyncio.gather(*(look(stub, number) for number in range(3)))) >= 2, "one of either kind"
        await asyncio.gather(*writers)
        model = unchanged | {point_id: version for each in models for point_id, version in each.items()}
        assert await stored_versions(stub, "notes") == model
        stats = (await stub.GetCollection(pb.GetCollectionRequest(name="collections/notes"))).stats
        assert stats.indexed_points > 0
        assert found_by_graph >= 0.9 * owed > 0
        await service.kill()
        stub = await restart(service)
        assert await stored_versions(stub, "notes") == model
