"""The real service, which makes graphs early, and points for it."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import index_pb2_grpc

sys.path.insert(0, str(Path(__file__).parent))

from index_calls import SMALL, Stub  # found through the line above


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """Graphs from 2,000 points on."""
    async with ServiceProcess("monshin_ann", tmp_path_factory.mktemp("ann"), SMALL) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def index(service: ServiceProcess) -> Stub:
    """An administrator's."""
    return index_pb2_grpc.IndexServiceStub(service.channel())


@pytest.fixture
def fill(stub: Stub, upsert: Callable[..., Any]) -> Callable[..., Awaitable[None]]:
    """Stores vectors as p0, p1 …"""

    async def store(name: str, vectors: Any, first: int = 0) -> None:
        for start in range(0, len(vectors), 1000):
            chunk = vectors[start : start + 1000]
            points = {f"p{first + start + number}": row for number, row in enumerate(chunk)}
            await stub.Upsert(upsert(name, points, {each: {"n": int(each[1:])} for each in points}))

    return store
