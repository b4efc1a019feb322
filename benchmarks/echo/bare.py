"""The echo server by grpc.aio and uvloop alone: what kit's overhead is measured against."""

import asyncio
import os
import signal
from typing import Any

import grpc
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2_grpc

from benchmarks.echo.servicer import EchoServicer


class _Servicer(EchoServicer, embed_pb2_grpc.EmbedServiceServicer):
    """The same methods, under the generated base class."""


async def serve(port: int) -> None:
    """Until SIGTERM."""
    server = grpc.aio.server()
    embed_pb2_grpc.add_EmbedServiceServicer_to_server(_Servicer(), server)  # type: ignore[abstract]  # Embed alone
    servicer: Any = health.aio.HealthServicer()  # type: ignore[attr-defined]  # made at run time
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await stopping.wait()
    await server.stop(5)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(os.environ["MONSHIN_PORT"])))
