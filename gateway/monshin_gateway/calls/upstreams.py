"""The services behind the gateway: one channel each, which of them serves a call, and how they are."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.errors import InvalidInput, Unavailable

from monshin_gateway.core.methods import Method

# Together with kit's two retries the answer of a dead service is known within a second.
CONNECT_S = 0.6
HEALTH_S = 0.5


class Upstreams:
    """Channels by the name of the service: `ann` serves the package `monshin.ann.v1`."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._channels = dict(channels)

    @classmethod
    def open(cls, targets: Mapping[str, str], methods: Iterable[Method], settings: ChannelSettings) -> "Upstreams":
        """Channels to `targets` (name → `host:port`); they connect when first used."""
        known = sorted({(method.package, method.service) for method in methods})
        return cls({name: connect(target, _served_by(name, known), settings) for name, target in targets.items()})

    @property
    def names(self) -> tuple[str, ...]:
        """All services, in the order of the settings."""
        return tuple(self._channels)

    async def channel(self, method: Method, request: Message) -> grpc.aio.Channel:
        """The connected channel for a call.

        Raises InvalidInput if the request does not say which service is meant, Unavailable if the service cannot be
        reached within 0.6 s: gRPC itself would wait for the deadline when packets vanish.
        """
        name = self._name(method, request)
        channel = self._channels[name]
        try:
            async with asyncio.timeout(CONNECT_S):
                await _connected(channel)
        except (TimeoutError, ConnectionError):
            raise Unavailable(f"the service {name} does not answer now") from None
        return channel

    async def health(self) -> dict[str, str]:
        """Each service's state: `SERVING`, `NOT_SERVING` while it loads or drains, `UNREACHABLE`."""
        states = await asyncio.gather(*(_health(channel) for channel in self._channels.values()))
        return dict(zip(self._channels, states, strict=True))

    async def close(self) -> None:
        """Ends all channels; running calls are cancelled."""
        for channel in self._channels.values():
            await channel.close(None)

    def _name(self, method: Method, request: Message) -> str:
        name = _package_owner(method.package)
        if name not in self._channels:
            # A service that all of them offer, such as the access log: the request says which one is asked.
            name = getattr(request, "service", "")
        if name not in self._channels:
            raise InvalidInput(f"must be one of {', '.join(self._channels)}", field="service", reason="UNKNOWN_SERVICE")
        return name


def targets(pairs: Sequence[str]) -> dict[str, str]:
    """Reads `name=host:port` settings; raises InvalidInput for one without name or address."""
    split = [pair.partition("=") for pair in pairs]
    if not all(name and address for name, _, address in split):
        raise InvalidInput("upstreams must be name=host:port, separated by spaces", field="MONSHIN_GATEWAY_UPSTREAMS")
    return {name: address for name, _, address in split}


def _package_owner(package: str) -> str:
    return package.split(".")[1]


def _served_by(name: str, known: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{package}.{service}" for package, service in known if _package_owner(package) in (name, "audit")]


async def _connected(channel: grpc.aio.Channel) -> None:
    state = channel.get_state(try_to_connect=True)
    while state is not grpc.ChannelConnectivity.READY:
        if state in (grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.SHUTDOWN):
            raise ConnectionError
        await channel.wait_for_state_change(state)
        state = channel.get_state(try_to_connect=True)


async def _health(channel: grpc.aio.Channel) -> str:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=HEALTH_S)
    except grpc.aio.AioRpcError:
        return "UNREACHABLE"
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
