"""A silent server told from a busy one: while a call waits, the server's health must go on answering."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from monshin_kit.errors import Unavailable

LIVENESS = "liveness"  # health name that is SERVING as soon as the loop runs; '' and the services wait for loading
PATIENCE_S = 0.3
LIMIT_S = 0.6

_SILENT = (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)

T = TypeVar("T")


class Heartbeat:
    """Watches calls for which somebody waits, so that their deadlines can allow for a busy server."""

    def __init__(self, channel: grpc.aio.Channel, name: str) -> None:
        self._health: health_pb2_grpc.HealthAsyncStub = health_pb2_grpc.HealthStub(channel)
        self._name = name

    async def during(self, call: Awaitable[T]) -> T:
        """The call's result. Raises Unavailable, 0.9 s after the server fell silent, and whatever the call raises."""
        task = asyncio.ensure_future(call)
        try:
            while not (await asyncio.wait({task}, timeout=PATIENCE_S))[0]:
                await self._beat(task)
            return task.result()
        finally:
            task.cancel()

    async def _beat(self, task: "asyncio.Future[T]") -> None:
        try:
            await self._health.Check(health_pb2.HealthCheckRequest(service=LIVENESS), timeout=LIMIT_S)
        except grpc.aio.AioRpcError as error:
            if error.code() in _SILENT and not task.done():
                raise Unavailable(f"{self._name} is silent") from error
