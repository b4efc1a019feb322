"""What a deletion by a filter takes long for keeps nobody else from writing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ann_requests import in_ward
from monshin_protos.ann.v1 import ann_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIM, POINTS, CHUNK = 2, 5000, 500
VALUES = [number / 7 for number in range(400)]


async def test_upserts_go_on_while_a_deletion_by_a_filter_parses_payloads(
    stub: Any, new_collection: Callable[..., Any], upsert: Callable[..., Any]
) -> None:
    """Hazard: payloads are parsed, for seconds, on the thread that all writes of all collections take their turn on."""
    large, other = await new_collection(), await new_collection()
    for start in range(0, POINTS, CHUNK):
        points = {f"p{number}": [number, 0] for number in range(start, start + CHUNK)}
        await stub.Upsert(upsert(large, points, {each: {"ward": "A", "values": VALUES} for each in points}))

    request = pb.DeletePointsRequest(collection=f"collections/{large}", filter=in_ward("A"))
    deleting = asyncio.ensure_future(stub.DeletePoints(request))
    await asyncio.sleep(0.05)  # it is at work by then
    for number in range(5):
        await stub.Upsert(upsert(other, {f"q{number}": [0, number]}))
        await stub.DeletePoints(
            pb.DeletePointsRequest(collection=f"collections/{other}", ids=pb.PointIds(ids=[f"q{number}"]))
        )

    assert not deleting.done()
    assert (await deleting).deleted == POINTS
