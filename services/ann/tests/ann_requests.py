"""Requests to the real process, and how those end that must fail; found through the path that conftest sets."""

from typing import Any

import grpc
import pytest
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2


def search(collection: str, queries: vectors_pb2.Vectors, k: int = 3, **more: Any) -> pb.SearchRequest:
    """A request."""
    return pb.SearchRequest(collection=f"collections/{collection}", queries=queries, k=k, **more)


def in_ward(*wards: str) -> pb.Filter:
    """Points in one of these wards."""
    condition = pb.Condition(field="ward")
    getattr(condition, "in").extend(wards)
    return pb.Filter(condition=condition)


async def failure_of(call: Any) -> grpc.aio.AioRpcError:
    """How a call ends that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value
