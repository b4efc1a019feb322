"""The real service with collections that real workers built: searched, read, kept through a kill, and hidden."""

from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf.struct_pb2 import Struct
from monshin_ann.core.definition import Metric
from monshin_ann.core.distances import Queries
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.ann.v1 import sharded_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2
from sharded_calls import ROWS, MakeWorker, builds_of, built, collections_of, restart, search
from sharded_sources import DIM, Rows, artefacts_folder

pytestmark = pytest.mark.slow  # each test starts a service and a worker


def exact(rows: Rows, query: Rows, k: int, metric: Any) -> list[tuple[float, str]]:
    """By comparing with all, as the core measures."""
    distances = Queries.of(metric, query[None]).distances(rows, np.zeros(len(rows), dtype=np.intp))
    return sorted((float(distance), f"p{row:07}") for row, distance in enumerate(distances.tolist()))[:k]


@pytest.mark.parametrize("metric", ["METRIC_L2", "METRIC_COSINE"])
async def test_a_built_collection_is_searched_read_and_listed_like_any_other(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path, metric: str
) -> None:
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
