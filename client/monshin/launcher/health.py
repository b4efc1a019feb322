"""Whether a unit serves, asked the way Kubernetes asks."""

import asyncio

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc
from monshin_kit import tls
from monshin_kit.channel import ChannelSettings
from monshin_kit.settings import load

from monshin.launcher.units import Unit

TIMEOUT_S = 2.0


async def is_serving(unit: Unit) -> bool:
    """One question; False for any answer but yes."""
    if not unit.target:
        return await _socket(unit.socket)
    return await (_http(unit.target) if unit.speaks_http else _grpc(unit.target))


async def _grpc(target: str) -> bool:
    settings = load(ChannelSettings)
    if settings.tls_ca.name:
        credentials = tls.channel_credentials(settings.tls_ca, settings.tls_certificate, settings.tls_key)
        channel = grpc.aio.secure_channel(target, credentials)
    else:
        channel = grpc.aio.insecure_channel(target)
    async with channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S)
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def _socket(path: str) -> bool:
    if not path:
        return True
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True


async def _http(target: str) -> bool:
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        try:
            return (await client.get(f"http://{target}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False
