"""GetPoints, ListPoints and Search against the real process."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import numpy as np
import pytest
from ann_requests import failure_of, in_ward, search
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

Stub = Any  # the stubs' stub has one type for sync and async channels
NewCollection = Callable[..., Awaitable[str]]


class TestGetAndListPoints:
    async def test_points_come_in_the_order_asked_for_without_the_unknown(self, stub: Stub, filled: str) -> None:
        request = pb.GetPointsRequest(
            collection=f"collections/{filled}", ids=["p07", "nobody", "p03", "p07"], with_vectors=True
        )
        points = (await stub.GetPoints(request)).points
        assert list(points.ids) == ["p07", "p03"]
        assert np.frombuffer(points.vectors.data, "<f4").reshape(2, 2).tolist() == [[7, 0], [3, 0]]
        assert [dict(payload) for payload in points.payloads] == [{"ward": "B", "n": 7}, {"ward": "B", "n": 3}]
        request.with_vectors = False
        assert not (await stub.GetPoints(request)).points.HasField("vectors")

    async def test_payloads_come_back_as_they_went(self, stub: Stub, notes: str, upsert: Callable[..., Any]) -> None:
        payload = {"病棟": "ICU\x00\n", "n": -1.5, "yes": True, "no": False, "tags": ["a", 2, True], "none": []}
        await stub.Upsert(upsert(notes, {"a": [1, 0], "b": [1, 1]}, {"a": payload}))
        points = (await stub.GetPoints(pb.GetPointsRequest(collection=f"collections/{notes}", ids=["a", "b"]))).points
        found = dict(points.payloads[0])
        assert {name: list(value) if name in ("tags", "none") else value for name, value in found.items()} == payload
        assert dict(points.payloads[1]) == {}

    async def test_pages_cover_all_matching_points(self, stub: Stub, filled: str) -> None:
        request = pb.ListPointsRequest(collection=f"collections/{filled}", filter=in_ward("A"), page_size=3)
        ids: list[str] = []
        while True:
            page = await stub.ListPoints(request)
            ids += page.points.ids
            assert len(page.points.ids) <= 3
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        assert ids == [f"p{i:02}" for i in range(0, 20, 2)]

    async def test_a_token_serves_its_own_request_only(
        self, stub: Stub, filled: str, fields_of: Callable[..., Any]
    ) -> None:
        request = pb.ListPointsRequest(collection=f"collections/{filled}", page_size=3)
        request.page_token = (await stub.ListPoints(request)).next_page_token
        request.filter.CopyFrom(in_ward("A"))
        assert fields_of(await failure_of(stub.ListPoints(request))) == ["page_token"]

    async def test_large_vectors_make_short_pages_and_refused_gets(
        self, stub: Stub, new_collection: NewCollection, upsert: Callable[..., Any], fields_of: Callable[..., Any]
    ) -> None:
        """An answer never outgrows what can be sent."""
        name = await new_collection(dim=8192)
        row = np.ones(8192)
        for part in range(2):
            await stub.Upsert(upsert(name, {f"{part}-{i:03}": row for i in range(200)}))
        request = pb.ListPointsRequest(collection=f"collections/{name}", page_size=1000, with_vectors=True)
        ids: list[str] = []
        while not ids or request.page_token:
            page = await stub.ListPoints(request)
            ids += page.points.ids
            request.page_token = page.next_page_token
        assert len(ids) == len(set(ids)) == 400
        get = pb.GetPointsRequest(collection=f"collections/{name}", ids=ids, with_vectors=True)
        assert fields_of(await failure_of(stub.GetPoints(get))) == ["ids"]


class TestSearch:
    async def test_queries_are_answered_in_their_order(self, stub: Stub, filled: str, pack: Callable[..., Any]) -> None:
        answer = await stub.Search(search(filled, pack([[19, 0], [4.5, 0]]), k=2, with_payloads=True))
        assert [list(hits.ids) for hits in answer.hits] == [["p19", "p18"], ["p04", "p05"]]
        assert [list(hits.distances) for hits in answer.hits] == [[0, 1], [0.25, 0.25]]
        assert [payload["n"] for payload in answer.hits[0].payloads] == [19, 18]
        answer = await stub.Search(search(filled, pack([19, 0])))
        assert not answer.hits[0].payloads

    async def test_there_are_always_min_of_k_and_matching_points(
        self, stub: Stub, filled: str, pack: Callable[..., Any]
    ) -> None:
        for k, tree, expected in ((1000, None, 20), (7, None, 7), (7, in_ward("A"), 7), (15, in_ward("A"), 10)):
            answer = await stub.Search(search(filled, pack([3, 0]), k=k, filter=tree))
            assert len(answer.hits[0].ids) == expected

    async def test_filters_of_every_kind(self, stub: Stub, filled: str, pack: Callable[..., Any]) -> None:
        def number(**bounds: float) -> pb.Filter:
            return pb.Filter(condition=pb.Condition(field="n", range=pb.Range(**bounds)))

        equals = pb.Filter(condition=pb.Condition(field="n"))
        equals.condition.equals.number_value = 4
        absent = pb.Filter(condition=pb.Condition(field="x", exists=False))
        negated = pb.Filter()
        getattr(negated, "not").CopyFrom(number(lt=18))
        both = pb.Filter(all=pb.FilterList(filters=[in_ward("B"), number(gte=15, lt=19)]))
        either = pb.Filter(any=pb.FilterList(filters=[equals, number(gt=18)]))
        cases = [(equals, [4]), (absent, [*range(20)]), (negated, [18, 19]), (both, [15, 17]), (either, [4, 19])]
        for tree, expected in cases:
            answer = await stub.Search(search(filled, pack([0, 0]), k=30, filter=tree))
            assert list(answer.hits[0].ids) == [f"p{i:02}" for i in expected]

    @pytest.mark.parametrize(
        ("harm", "field"),
        [
            (lambda r: setattr(r, "k", 0), "k"),
            (lambda r: setattr(r, "k", 1001), "k"),
            (lambda r: r.ClearField("queries"), "queries"),
            (lambda r: setattr(r.queries, "data", b""), "queries.data"),
            (lambda r: setattr(r.queries, "data", np.zeros((257, 2), "<f4").tobytes()), "queries.data"),
            (lambda r: setattr(r.queries, "data", np.array([np.nan, 0], "<f4").tobytes()), "queries.data"),
            (lambda r: r.queries.CopyFrom(vectors_pb2.Vectors(data=bytes(12), dim=3)), "queries.dim"),
            (lambda r: r.filter.SetInParent(), "filter.kind"),
            (lambda r: r.filter.all.SetInParent(), "filter.all.filters"),
            (lambda r: r.filter.condition.SetInParent(), "filter.condition.field"),
            (lambda r: r.filter.condition.MergeFrom(pb.Condition(field="n")), "filter.condition.test"),
            (lambda r: r.filter.condition.MergeFrom(condition_of_null()), "filter.condition.equals"),
            (lambda r: r.filter.CopyFrom(nested(9)), "filter"),
        ],
    )
    async def test_bad_input_is_named(
        self, stub: Stub, filled: str, pack: Callable[..., Any], fields_of: Callable[..., Any], harm: Any, field: str
    ) -> None:
        request = search(filled, pack([1, 0]))
        harm(request)
        assert field in fields_of(await failure_of(stub.Search(request)))

    async def test_unknown_collections_are_not_found(self, stub: Stub, pack: Callable[..., Any]) -> None:
        error = await failure_of(stub.Search(search("never-made", pack([1, 0]))))
        assert error.code() == grpc.StatusCode.NOT_FOUND

    async def test_an_answer_too_large_to_send_is_refused_with_the_way_out(
        self, stub: Stub, notes: str, upsert: Callable[..., Any], pack: Callable[..., Any], fields_of: Any
    ) -> None:
        await stub.Upsert(upsert(notes, {f"{i:0512}": [i, 0] for i in range(1000)}))
        error = await failure_of(stub.Search(search(notes, pack(np.zeros((40, 2))), k=1000)))
        assert fields_of(error) == ["k"]

    async def test_a_deadline_that_passes_returns_nothing(
        self, stub: Stub, new_collection: NewCollection, upsert: Callable[..., Any], pack: Callable[..., Any]
    ) -> None:
        name = await new_collection(dim=512)
        rows = np.zeros((4000, 512))
        await stub.Upsert(upsert(name, {str(i): row for i, row in enumerate(rows)}))
        error = await failure_of(stub.Search(search(name, pack(np.zeros((256, 512))), k=1), timeout=0.2))
        assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        answer = await stub.Search(search(name, pack(np.zeros(512)), k=1), timeout=10)
        assert list(answer.hits[0].ids) == ["0"]


def condition_of_null() -> pb.Condition:
    """A test for equality with null."""
    condition = pb.Condition(field="n")
    condition.equals.null_value = 0  # type: ignore[assignment]
    return condition


def nested(levels: int) -> pb.Filter:
    """So many levels of negation around a condition, it included."""
    tree = pb.Filter(condition=pb.Condition(field="n", exists=True))
    for _ in range(levels - 1):
        outer = pb.Filter()
        getattr(outer, "not").CopyFrom(tree)
        tree = outer
    return tree


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
