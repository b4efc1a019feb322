"""Each RPC against the real process: what the comments of the proto promise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stub = Any  # the stubs' stub has one type for sync and async channels


def creation(name: str, *, dim: int = 2, metric: Any = pb.METRIC_L2, **more: Any) -> pb.CreateCollectionRequest:
    """A request for a new collection."""
    collection = pb.Collection(dim=dim, metric=metric, **more)
    return pb.CreateCollectionRequest(collection_id=name, collection=collection)


async def code_of(call: Any) -> str:
    """The status that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return str(caught.value.code().name)


def ward(*names: str, field: str = "ward") -> pb.Filter:
    """Whether the field is one of these."""
    condition = pb.Condition(field=field)
    getattr(condition, "in").extend(names)
    return pb.Filter(condition=condition)


class TestCreateCollection:
    async def test_the_answer_is_the_collection_as_get_shows_it(self, stub: Stub, name: str) -> None:
        fingerprint = vectors_pb2.Fingerprint(model="m", revision="r", dim=2, normalized=True, digest="ab" * 32)
        request = creation(name, metric=pb.METRIC_COSINE, fingerprint=fingerprint, readers=["role:clinician"])

        created = await stub.CreateCollection(request)

        got = await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))
        assert got.stats.disk_bytes < 64 * 1024
        got.ClearField("stats")
        assert created == got
        assert created.name == f"collections/{name}"
        assert (created.dim, created.metric, created.fingerprint) == (2, pb.METRIC_COSINE, fingerprint)
        assert (list(created.readers), created.state) == (["role:clinician"], pb.COLLECTION_STATE_SERVING)

    async def test_a_taken_id_is_refused(self, stub: Stub, name: str) -> None:
        await stub.CreateCollection(creation(name))
        assert await code_of(stub.CreateCollection(creation(name, dim=3))) == "ALREADY_EXISTS"

    async def test_a_repeated_request_gets_the_first_answer(self, stub: Stub, name: str) -> None:
        request = creation(name)
        request.request_id = str(uuid4())
        first = await stub.CreateCollection(request)
        assert await stub.CreateCollection(request) == first
        request.collection.dim = 3
        assert await code_of(stub.CreateCollection(request)) == "INVALID_ARGUMENT"

    @pytest.mark.parametrize(
        ("harm", "field"),
        [
            (lambda request: setattr(request, "collection_id", "Notes"), "collection_id"),
            (lambda request: setattr(request, "collection_id", "../notes"), "collection_id"),
            (lambda request: setattr(request, "collection_id", ""), "collection_id"),
            (lambda request: setattr(request.collection, "dim", 0), "collection"),
            (lambda request: setattr(request.collection, "dim", 8193), "collection.dim"),
            (lambda request: setattr(request.collection, "metric", 0), "collection"),
            (lambda request: setattr(request.collection, "metric", 9), "collection.metric"),
            (lambda request: request.collection.readers.append("clinician"), "collection.readers[0]"),
            (lambda request: request.collection.fingerprint.SetInParent(), "collection.fingerprint.digest"),
            (lambda request: request.ClearField("collection"), "collection"),
        ],
    )
    async def test_bad_input_is_named(
        self, stub: Stub, name: str, fields_of: Callable[..., Any], harm: Any, field: str
    ) -> None:
        request = creation(name)
        harm(request)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.CreateCollection(request)
        assert field in fields_of(caught.value)


class TestGetAndListCollections:
    async def test_unknown_and_unreadable_are_the_same(self, service: ServiceProcess, stub: Stub, name: str) -> None:
        await stub.CreateCollection(creation(name, readers=["role:auditor"]))
        viewer: Stub = ann_pb2_grpc.AnnServiceStub(service.channel("viewer"))
        for each in (name, "never-made"):
            assert (
                await code_of(viewer.GetCollection(pb.GetCollectionRequest(name=f"collections/{each}"))) == "NOT_FOUND"
            )

    async def test_pages_cover_what_the_caller_may_read_by_name(
        self, service: ServiceProcess, stub: Stub, name: str
    ) -> None:
        mine = [f"{name}-{i}" for i in range(5)]
        for each in mine:
            await stub.CreateCollection(creation(each, readers=["role:clinician"] if each != mine[2] else ["client:x"]))
        clinician: Stub = ann_pb2_grpc.AnnServiceStub(service.channel("clinician"))
        found, token = [], ""
        while True:
            page = await clinician.ListCollections(pb.ListCollectionsRequest(page_size=2, page_token=token))
            found += [each.name for each in page.collections]
            assert len(page.collections) <= 2
            token = page.next_page_token
            if not token:
                break
        assert [each for each in found if name in each] == [f"collections/{each}" for each in mine if each != mine[2]]
        assert found == sorted(found)

    async def test_a_made_up_token_is_refused(self, stub: Stub, fields_of: Callable[..., Any]) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ListCollections(pb.ListCollectionsRequest(page_token="x"))
        assert fields_of(caught.value) == ["page_token"]


class TestUpdateCollection:
    async def test_readers_change_and_the_etag_with_them(self, stub: Stub, name: str) -> None:
        created = await stub.CreateCollection(creation(name))
        change = pb.Collection(name=created.name, readers=["role:viewer"], etag=created.etag)

        updated = await stub.UpdateCollection(pb.UpdateCollectionRequest(collection=change))

        assert list(updated.readers) == ["role:viewer"]
        assert updated.etag != created.etag
        assert await code_of(stub.UpdateCollection(pb.UpdateCollectionRequest(collection=change))) == "ABORTED"
        change.etag = ""
        assert (await stub.UpdateCollection(pb.UpdateCollectionRequest(collection=change))).etag != updated.etag

    async def test_nothing_else_can_change(self, stub: Stub, name: str, fields_of: Callable[..., Any]) -> None:
        created = await stub.CreateCollection(creation(name))
        request = pb.UpdateCollectionRequest(collection=pb.Collection(name=created.name, dim=3))
        request.update_mask.paths.append("dim")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.UpdateCollection(request)
        assert fields_of(caught.value) == ["update_mask"]

    async def test_an_unknown_collection_is_not_found(self, stub: Stub) -> None:
        request = pb.UpdateCollectionRequest(collection=pb.Collection(name="collections/never-made"))
        assert await code_of(stub.UpdateCollection(request)) == "NOT_FOUND"


class TestDeleteCollection:
    async def test_it_is_gone_with_its_points_and_its_id_is_free(
        self, stub: Stub, name: str, upsert: Callable[..., Any]
    ) -> None:
        await stub.CreateCollection(creation(name))
        await stub.Upsert(upsert(name, {"a": [1, 2]}))
        request = pb.DeleteCollectionRequest(name=f"collections/{name}", request_id=str(uuid4()))

        await stub.DeleteCollection(request)

        assert await code_of(stub.Upsert(upsert(name, {"a": [1, 2]}))) == "NOT_FOUND"
        await stub.DeleteCollection(request)  # repeated: done already
        request.request_id = ""
        assert await code_of(stub.DeleteCollection(request)) == "NOT_FOUND"
        await stub.CreateCollection(creation(name))
        assert (await stub.GetCollection(pb.GetCollectionRequest(name=request.name))).stats.points == 0


class TestScopes:
    async def test_a_reader_cannot_write(
        self, service: ServiceProcess, stub: Stub, name: str, upsert: Callable[..., Any], pack: Callable[..., Any]
    ) -> None:
        await stub.CreateCollection(creation(name))
        viewer: Stub = ann_pb2_grpc.AnnServiceStub(service.channel("viewer"))
        collection = f"collections/{name}"
        refused = [
            viewer.CreateCollection(creation(f"{name}-2")),
            viewer.Upsert(upsert(name, {"a": [1, 2]})),
            viewer.DeletePoints(pb.DeletePointsRequest(collection=collection, ids=pb.PointIds(ids=["a"]))),
            viewer.UpdateCollection(pb.UpdateCollectionRequest(collection=pb.Collection(name=collection))),
            viewer.DeleteCollection(pb.DeleteCollectionRequest(name=collection)),
        ]
        assert [await code_of(call) for call in refused] == ["PERMISSION_DENIED"] * 5
        answer = await viewer.Search(pb.SearchRequest(collection=collection, queries=pack([1, 2]), k=1))
        assert [list(hits.ids) for hits in answer.hits] == [[]]


async def test_domain_events_name_the_collection_only(service: ServiceProcess, stub: Stub, name: str) -> None:
    from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc

    await stub.CreateCollection(creation(name))
    await stub.DeleteCollection(pb.DeleteCollectionRequest(name=f"collections/{name}"))

    audit: Any = audit_pb2_grpc.AuditServiceStub(service.channel("auditor"))
    request = audit_pb2.ListAuditEntriesRequest(kind=audit_pb2.ENTRY_KIND_EVENT, page_size=1000)
    entries = (await audit.ListAuditEntries(request)).entries
    mine = [each.name for each in entries if f'"collections/{name}"' in each.attributes_json]
    assert mine == ["ann.collection.created", "ann.collection.deleted"]


async def test_logs_hold_no_collection_name(service: ServiceProcess, stub: Stub, tmp_path: Path) -> None:
    secret = "hospital-id-4711"
    await stub.CreateCollection(creation(secret))
    await stub.DeleteCollection(pb.DeleteCollectionRequest(name=f"collections/{secret}"))
    assert secret not in service.log()


async def test_an_empty_collection_takes_little_disk(stub: Stub, service: ServiceProcess, notes: str) -> None:
    """Less than 64 KB once the log is empty."""
    [path] = (service.home / "data" / "ann" / "collections").glob(f"{notes}-*.sqlite")
    assert path.stat().st_size < 64 * 1024
