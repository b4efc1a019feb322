"""Busy or silent: a real server behind a proxy that can swallow everything."""

import asyncio
import time
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from monshin_kit.errors import Unavailable
from monshin_kit.heartbeat import LIVENESS, Heartbeat
from monshin_kit.testing import FaultProxy


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    server = grpc.aio.server()
    servicer = health.aio.HealthServicer()  # type: ignore[attr-defined]  # made at run time
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    await servicer.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with FaultProxy(f"127.0.0.1:{port}") as proxy:
        yield proxy
    await server.stop(None)


async def slow(answer: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return answer


async def test_a_busy_server_is_waited_for(proxy: FaultProxy) -> None:
    async with grpc.aio.insecure_channel(proxy.target) as channel:
        assert await Heartbeat(channel, "embed").during(slow("done", 2.0)) == "done"


async def test_a_silent_server_is_given_up_within_a_second(proxy: FaultProxy) -> None:
    """Hazard: a half-open network holds each call until its deadline, which has to allow for a busy server."""
    async with grpc.aio.insecure_channel(proxy.target) as channel:
        heartbeat = Heartbeat(channel, "embed")
        assert await heartbeat.during(slow("done", 0.5)) == "done"  # connected
        proxy.is_silent = True
        began = time.monotonic()
        with pytest.raises(Unavailable, match="embed is silent"):
            await heartbeat.during(slow("never", 60))
        assert time.monotonic() - began < 3  # 0.9 on a quiet machine


async def test_the_failure_of_the_call_itself_is_passed_on(proxy: FaultProxy) -> None:
    async def fails() -> None:
        raise ValueError("its own")

    async with grpc.aio.insecure_channel(proxy.target) as channel:
        with pytest.raises(ValueError, match="its own"):
            await Heartbeat(channel, "embed").during(fails())


async def test_a_caller_that_leaves_takes_the_call_along(proxy: FaultProxy) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with grpc.aio.insecure_channel(proxy.target) as channel:
        task = asyncio.create_task(Heartbeat(channel, "embed").during(work()))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait({task})
        async with asyncio.timeout(1):
            await ended.wait()


async def test_a_server_without_this_health_name_lives_too(proxy: FaultProxy) -> None:
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)  # type: ignore[attr-defined]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert await Heartbeat(channel, "embed").during(slow("done", 1.0)) == "done"
    await server.stop(None)
