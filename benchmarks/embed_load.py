"""Callers of an embed server, and what they saw."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from monshin_embed.testing import EmbedServer, rows
from monshin_protos.embed.v1 import embed_pb2 as pb
from monshin_protos.embed.v1 import embed_pb2_grpc
from numpy.typing import NDArray

_HEALTH_EVERY_S = 0.02
_RAMP_S = 0.02  # between the first calls of two callers: people do not press a key in the same millisecond


@dataclass(slots=True)
class Seen:
    """Seconds of each accepted and refused call and of each health check; rows that were not those of their text."""

    accepted_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    health_s: list[float] = field(default_factory=list)
    wrong_rows: int = 0

    def add(self, other: "Seen") -> None:
        """Takes over what another run saw."""
        self.accepted_s += other.accepted_s
        self.refused_s += other.refused_s
        self.health_s += other.health_s
        self.wrong_rows += other.wrong_rows


@dataclass(frozen=True, slots=True)
class Closed:
    """Callers who each send one text, wait for the answer, and send the next; refused, they come back when told.

    expected: the row of each text, float32 of shape (texts, dim), computed alone.
    """

    server: EmbedServer
    texts: tuple[str, ...]
    expected: NDArray[np.float32]

    async def run(self, callers: int, seconds: float) -> Seen:
        """What all callers saw in this time, with health checked beside them."""
        seen = Seen()
        until = time.perf_counter() + seconds
        turns = itertools.cycle(range(len(self.texts)))
        # Bare: what a channel of kit adds to a call would be counted as the server's on a machine of two cores.
        async with grpc.aio.insecure_channel(self.server.process.target) as channel:
            stub = embed_pb2_grpc.EmbedServiceStub(channel)
            work = [self._call(stub, turns, until, seen, after_s=_RAMP_S * caller) for caller in range(callers)]
            await asyncio.gather(*work, check_health(self.server, until, seen))
        return seen

    async def _call(
        self, stub: Any, turns: "itertools.cycle[int]", until: float, seen: Seen, *, after_s: float
    ) -> None:
        await asyncio.sleep(after_s)
        metadata = (("authorization", f"Bearer {self.server.process.token('service')}"),)
        while time.perf_counter() < until:
            turn = next(turns)
            started = time.perf_counter()
            try:
                request = pb.EmbedRequest(kind=pb.KIND_RAW, texts=[self.texts[turn]])
                answer = await stub.Embed(request, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                seen.refused_s.append(time.perf_counter() - started)
                await asyncio.sleep(_retry_after_s(error))
                continue
            seen.accepted_s.append(time.perf_counter() - started)
            seen.wrong_rows += float(rows(answer)[0] @ self.expected[turn]) < 0.9999


async def check_health(server: EmbedServer, until: float, seen: Seen) -> None:
    """Asks again and again how the server is."""
    async with grpc.aio.insecure_channel(server.process.target) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        while time.perf_counter() < until:
            started = time.perf_counter()
            await stub.Check(health_pb2.HealthCheckRequest())
            seen.health_s.append(time.perf_counter() - started)
            await asyncio.sleep(_HEALTH_EVERY_S)


def _retry_after_s(error: grpc.aio.AioRpcError) -> float:
    if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
        raise error
    retry = error_details_pb2.RetryInfo()
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # of a sync call in the stubs
    assert any(detail.Unpack(retry) for detail in status.details), "a refusal does not say when to come back"
    return float(retry.retry_delay.ToMilliseconds()) / 1000
