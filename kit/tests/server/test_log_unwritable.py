"""server: what cannot be logged does not happen, and service resumes by itself.

The hazard is a full or read-only disk. A stranger who holds SQLite's write lock stands for it: the same code path, the
same error to the caller, and it needs no file system of its own.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest
from monshin_kit.sqlite import BUSY_LIMIT_MS
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]
RECOVERY_S = 10.0


@pytest.fixture
async def service(sample: Make) -> AsyncIterator[ServiceProcess]:
    """Serving."""
    async with sample() as service:
        yield service


class Blocked:
    """While its block runs nothing can be written into the log."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path))

    def __enter__(self) -> None:
        self._connection.set_busy_timeout(5000)
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


async def _code(call: Any) -> grpc.StatusCode:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def test_while_the_log_cannot_be_written_calls_are_unavailable_and_then_resume(
    service: ServiceProcess, tmp_path: Path, embed: Any
) -> None:
    channel = service.channel()
    stub = ann_pb2_grpc.AnnServiceStub(channel)
    delete = ann_pb2.DeleteCollectionRequest(name="collections/a")
    limit_s = BUSY_LIMIT_MS / 1000 + 30
    with Blocked(tmp_path / "data" / "sample" / "outbox.sqlite"):
        assert await _code(stub.DeleteCollection(delete, timeout=limit_s)) is grpc.StatusCode.UNAVAILABLE
        assert await _code(embed(channel, "a", timeout=limit_s)) is grpc.StatusCode.UNAVAILABLE

    async def resumed() -> bool:
        codes = [
            await _code(embed(channel, "a", timeout=limit_s)),
            await _code(stub.DeleteCollection(delete, timeout=limit_s)),
        ]
        return codes == [grpc.StatusCode.OK] * 2

    assert await eventually(resumed, "calls are served again") < RECOVERY_S


async def test_a_call_that_is_refused_for_that_reason_was_not_begun(
    service: ServiceProcess, tmp_path: Path, embed: Any
) -> None:
    """A handler that fails would be logged as an unexpected error: none is, so none ran."""
    channel = service.channel()
    stub = ann_pb2_grpc.AnnServiceStub(channel)
    with Blocked(tmp_path / "data" / "sample" / "outbox.sqlite"):
        await _code(stub.DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/a"), timeout=60))
        assert await _code(embed(channel, "fail", timeout=60)) is grpc.StatusCode.UNAVAILABLE
    assert "unexpected error" not in service.log()
