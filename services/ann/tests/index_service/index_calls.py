"""Calls of IndexService, and points for it; found through the path that conftest sets."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import numpy as np
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import index_pb2

DIM = 16
Stub = Any
SMALL = {"MONSHIN_ANN_SEAL_POINTS": "2000", "MONSHIN_ANN_SEGMENT_POINTS": "20000"}


def rows(count: int, seed: int = 0) -> Any:
    """Random vectors."""
    return np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)


async def until(index: Stub, name: str, state: Any) -> Any:
    """The index once it is in this state."""
    async with asyncio.timeout(60):
        while True:
            found = await index.GetIndex(index_pb2.GetIndexRequest(name=f"collections/{name}/index"))
            if found.state == state:
                return found
            await asyncio.sleep(0.05)


async def kill_after(service: ServiceProcess, delay_s: float) -> None:
    """SIGKILL at a moment that no message decides."""
    await asyncio.sleep(delay_s)
    await service.kill()


async def received(call: AsyncIterator[Any]) -> bytes:
    """The data of a copy, whose checksum must agree."""
    data, digest = b"", ""
    async for message in call:
        assert len(message.data) <= 256 * 1024
        data += message.data
        digest = message.sha256
    assert hashlib.sha256(data).hexdigest() == digest
    return data


def upload(name: str, data: bytes, sha256: str | None = None) -> Iterable[Any]:
    """A snapshot on its way back."""
    pieces = [data[start : start + 200_000] for start in range(0, len(data), 200_000)]
    for number, piece in enumerate(pieces):
        message = index_pb2.RestoreCollectionRequest(data=piece)
        if number == 0:
            message.name = f"collections/{name}"
        if number == len(pieces) - 1:
            message.sha256 = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
        yield message
