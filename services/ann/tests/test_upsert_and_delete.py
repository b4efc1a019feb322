"""Upsert, UpsertStream and DeletePoints against the real process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any
from uuid import uuid4

import grpc
import numpy as np
import pytest
from ann_requests import failure_of, in_ward, search
from monshin_protos.ann.v1 import ann_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stub = Any  # the stubs' stub has one type for sync and async channels
DIGEST = "0f" * 32
NewCollection = Callable[..., Awaitable[str]]


class TestUpsert:
    async def test_points_are_inserted_or_replaced_and_found_at_once(
        self, stub: Stub, notes: str, upsert: Callable[..., Any], pack: Callable[..., Any]
    ) -> None:
        first = await stub.Upsert(upsert(notes, {"a": [1, 0], "b": [2, 0]}))
        second = await stub.Upsert(upsert(notes, {"b": [5, 0], "患者 3/ノート": [6, 0]}))

        assert (first.sequence, first.inserted, first.replaced) == (2, 2, 0)
        assert (second.sequence, second.inserted, second.replaced) == (4, 1, 1)
        answer = await stub.Search(search(notes, pack([0, 0]), k=5))
        assert list(answer.hits[0].ids) == ["a", "b", "患者 3/ノート"]
        assert list(answer.hits[0].distances) == [1, 25, 36]
        assert answer.sequence == 4

    async def test_a_repeated_request_changes_nothing(self, stub: Stub, notes: str, upsert: Callable[..., Any]) -> None:
        request = upsert(notes, {"a": [1, 0]}, request_id=str(uuid4()))
        first = await stub.Upsert(request)
        await stub.Upsert(upsert(notes, {"a": [2, 0]}))
        assert await stub.Upsert(request) == first
        points = await stub.GetPoints(
            pb.GetPointsRequest(collection=f"collections/{notes}", ids=["a"], with_vectors=True)
        )
        assert points.points.vectors.data == np.array([2, 0], "<f4").tobytes()

    @pytest.mark.parametrize(
        ("harm", "field"),
        [
            (lambda r: setattr(r.vectors, "dim", 4), "vectors.dim"),
            (lambda r: setattr(r.vectors, "dim", 0), "vectors.dim"),
            (lambda r: setattr(r.vectors, "dim", 8193), "vectors.dim"),
            (lambda r: setattr(r.vectors, "data", r.vectors.data[:-1]), "vectors.data"),
            (lambda r: setattr(r.vectors, "data", b""), "vectors.data"),
            (lambda r: setattr(r.vectors, "data", r.vectors.data[:-8]), "vectors.data"),
            (lambda r: setattr(r.vectors, "data", np.array([[1, 1], [1, np.nan]], "<f4").tobytes()), "vectors.data"),
            (lambda r: setattr(r.vectors, "data", np.array([[np.inf, 1], [1, 1]], "<f4").tobytes()), "vectors.data"),
            (lambda r: setattr(r.vectors, "dtype", 7), "vectors.dtype"),
            (lambda r: r.ClearField("vectors"), "vectors"),
            (lambda r: r.ids.__setitem__(1, "a"), "ids"),
            (lambda r: r.ids.__setitem__(1, ""), "ids[1]"),
            (lambda r: r.ids.__setitem__(1, "x" * 513), "ids[1]"),
            (lambda r: r.ClearField("ids"), "ids"),
            (lambda r: r.payloads.add(), "payloads"),
            (lambda r: [r.payloads.add(), r.payloads.add().update({"x": {"nested": 1}})], "payloads[1]"),
            (lambda r: [r.payloads.add(), r.payloads.add().update({"x": None})], "payloads[1]"),
            (lambda r: [r.payloads.add().update({"x": float("nan")}), r.payloads.add()], "payloads[0]"),
            (lambda r: [r.payloads.add().update({"x": "y" * 20_000}), r.payloads.add()], "payloads[0]"),
            (lambda r: setattr(r, "request_id", "r1"), "request_id"),
            (lambda r: setattr(r, "collection", "notes"), "collection"),
        ],
    )
    async def test_bad_input_is_named_and_stores_nothing(
        self, stub: Stub, notes: str, upsert: Callable[..., Any], fields_of: Callable[..., Any], harm: Any, field: str
    ) -> None:
        request = upsert(notes, {"a": [1, 0], "b": [2, 0]})
        harm(request)

        error = await failure_of(stub.Upsert(request))

        assert field in fields_of(error)
        got = await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{notes}"))
        assert (got.stats.points, got.stats.sequence) == (0, 0)

    async def test_4097_points_are_too_many(
        self, stub: Stub, notes: str, upsert: Callable[..., Any], fields_of: Callable[..., Any]
    ) -> None:
        error = await failure_of(stub.Upsert(upsert(notes, {str(i): [1, 0] for i in range(4097)})))
        assert "ids" in fields_of(error)

    async def test_a_zero_vector_is_refused_under_cosine(
        self,
        stub: Stub,
        new_collection: NewCollection,
        upsert: Callable[..., Any],
        fields_of: Callable[..., Any],
        pack: Callable[..., Any],
    ) -> None:
        name = await new_collection(metric=pb.METRIC_COSINE)
        error = await failure_of(stub.Upsert(upsert(name, {"a": [1, 0], "b": [0, 0]})))
        assert fields_of(error) == ["vectors.data"]
        assert fields_of(await failure_of(stub.Search(search(name, pack([0, 0]))))) == ["queries.data"]

    async def test_float16_is_taken(self, stub: Stub, notes: str, pack: Callable[..., Any]) -> None:
        request = pb.UpsertRequest(collection=f"collections/{notes}", ids=["a"], vectors=pack([0.5, -2], "<f2"))
        await stub.Upsert(request)
        answer = await stub.Search(search(notes, pack([0.5, -2], "<f2")))
        assert list(answer.hits[0].distances) == [0]

    async def test_vectors_of_another_model_are_refused(
        self, stub: Stub, new_collection: NewCollection, upsert: Callable[..., Any], pack: Callable[..., Any]
    ) -> None:
        name = await new_collection(digest=DIGEST)
        await stub.Upsert(upsert(name, {"a": [1, 0]}, fingerprint_digest=DIGEST))
        for digest in ("", "ab" * 32):
            error = await failure_of(stub.Upsert(upsert(name, {"a": [1, 0]}, fingerprint_digest=digest)))
            assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
            error = await failure_of(stub.Search(search(name, pack([1, 0]), fingerprint_digest=digest)))
            assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
        answer = await stub.Search(search(name, pack([1, 0]), fingerprint_digest=DIGEST))
        assert list(answer.hits[0].ids) == ["a"]


class TestUpsertStream:
    @staticmethod
    async def chunks(requests: Iterable[pb.UpsertRequest]) -> AsyncIterator[pb.UpsertStreamRequest]:
        """As a stream."""
        for request in requests:
            yield pb.UpsertStreamRequest(chunk=request)

    async def test_each_chunk_is_answered_in_order(self, stub: Stub, notes: str, upsert: Callable[..., Any]) -> None:
        requests = [upsert(notes, {f"{i}-{j}": [i, j] for j in range(i + 1)}) for i in range(20)]
        answers = [answer.stored async for answer in stub.UpsertStream(self.chunks(requests))]
        assert [answer.inserted for answer in answers] == list(range(1, 21))
        assert [answer.sequence for answer in answers] == np.cumsum(range(1, 21)).tolist()

    async def test_the_first_refused_chunk_ends_it_and_earlier_ones_stay(
        self, stub: Stub, notes: str, upsert: Callable[..., Any], fields_of: Callable[..., Any]
    ) -> None:
        requests = [upsert(notes, {str(i): [i, 0]}) for i in range(5)]
        requests[3].vectors.data = np.array([1, np.nan], "<f4").tobytes()
        call = stub.UpsertStream(self.chunks(requests))
        answers = [await call.read() for _ in range(3)]
        assert [answer.stored.sequence for answer in answers] == [1, 2, 3]
        assert fields_of(await failure_of(call.read())) == ["chunk.vectors.data"]
        got = await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{notes}"))
        assert got.stats.points == 3

    async def test_a_stream_goes_to_one_collection(
        self, stub: Stub, notes: str, filled: str, upsert: Callable[..., Any], fields_of: Callable[..., Any]
    ) -> None:
        requests = [upsert(notes, {"a": [1, 0]}), upsert(filled, {"a": [1, 0]})]
        call = stub.UpsertStream(self.chunks(requests))
        assert (await call.read()).stored.inserted == 1
        assert fields_of(await failure_of(call.read())) == ["chunk.collection"]


class TestDeletePoints:
    async def test_ids_that_do_not_exist_are_no_error(self, stub: Stub, filled: str, pack: Callable[..., Any]) -> None:
        request = pb.DeletePointsRequest(
            collection=f"collections/{filled}", ids=pb.PointIds(ids=["p00", "p01", "p00", "nobody"])
        )
        answer = await stub.DeletePoints(request)
        assert (answer.deleted, answer.sequence) == (2, 21)
        again = await stub.DeletePoints(request)
        assert (again.deleted, again.sequence) == (0, 21)
        assert list((await stub.Search(search(filled, pack([0, 0])))).hits[0].ids) == ["p02", "p03", "p04"]

    async def test_a_filter_deletes_what_it_passes(self, stub: Stub, filled: str) -> None:
        collection = f"collections/{filled}"
        answer = await stub.DeletePoints(pb.DeletePointsRequest(collection=collection, filter=in_ward("A")))
        assert answer.deleted == 10
        left = await stub.ListPoints(pb.ListPointsRequest(collection=collection))
        assert list(left.points.ids) == [f"p{i:02}" for i in range(1, 20, 2)]

    async def test_one_of_ids_and_filter_must_come(
        self, stub: Stub, filled: str, fields_of: Callable[..., Any]
    ) -> None:
        error = await failure_of(stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{filled}")))
        assert fields_of(error) == ["which"]
