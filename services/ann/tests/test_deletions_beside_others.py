"""What a deletion takes long for keeps nobody else from writing or searching."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ann_requests import in_ward, search
from monshin_protos.ann.v1 import ann_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

POINTS, CHUNK = 5000, 500
VALUES = [number / 7 for number in range(400)]  # which take seconds to parse


async def test_others_go_on_while_deletions_parse_payloads_and_wait(
    stub: Any, new_collection: Callable[..., Any], upsert: Callable[..., Any], pack: Callable[..., Any]
) -> None:
    """Hazards: payloads are parsed, for seconds, on the thread of all writes; and the deletion of a collection waits
    until that ends, on the only thread of all searches."""
    large, other = await new_collection(), await new_collection()
    for start in range(0, POINTS, CHUNK):
        points = {f"p{number}": [number, 0] for number in range(start, start + CHUNK)}
        await stub.Upsert(upsert(large, points, {each: {"ward": "A", "values": VALUES} for each in points}))

    request = pb.DeletePointsRequest(collection=f"collections/{large}", filter=in_ward("A"))
    deleting = asyncio.ensure_future(stub.DeletePoints(request))
    await asyncio.sleep(0.05)  # it is at work by then
    removing = asyncio.ensure_future(stub.DeleteCollection(pb.DeleteCollectionRequest(name=f"collections/{large}")))
    for number in range(5):
        await stub.Upsert(upsert(other, {f"q{number}": [0, number]}))
        assert list((await stub.Search(search(other, pack([0, number]), k=1))).hits[0].ids) == [f"q{number}"]
        ids = pb.PointIds(ids=[f"q{number}"])
        await stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{other}", ids=ids))
    await new_collection()

    assert not deleting.done()
    assert not removing.done()
    assert (await deleting).deleted == POINTS
    await removing
