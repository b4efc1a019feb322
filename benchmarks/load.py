"""A load tool: sends calls to the running services at a fixed rate, whether or not the ones before were answered.

Latency counts from the moment when a call was due (an open loop), so that a server that stalls cannot hide it. Loopback
only: it would be an attack on anything else.
"""

import argparse
import asyncio
import ipaddress
import json
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import uvloop
from grpc_health.v1 import health_pb2, health_pb2_grpc
from monshin import Client
from monshin.settings import ClientSettings
from monshin_kit.settings import load
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.embed.v1 import embed_pb2
from monshin_protos.factcheck.v1 import factcheck_pb2
from monshin_protos.vectors.v1 import vectors_pb2

ANSWERS = Path(__file__).parents[1] / "demo" / "answers" / "blind.jsonl"
POINTS, DIM, K = 5_000, 384, 10
HEALTH_EVERY_S = 0.05

Send = Callable[[int], Awaitable[Any]]


@dataclass(slots=True)
class Seen:
    """What came back: milliseconds of accepted calls, how many calls ended with each status, health's milliseconds."""

    accepted_ms: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    health_ms: list[float] = field(default_factory=list)

    def report(self, service: str, rate: float, seconds: float) -> dict[str, Any]:
        """As it is printed."""
        return {
            "service": service,
            "rate_per_s": rate,
            "accepted_per_s": round(len(self.accepted_ms) / seconds, 1),
            "statuses": dict(self.statuses),
            "ms": _percentiles(self.accepted_ms),
            "health_ms": _percentiles(self.health_ms),
        }


async def drive(send: Send, rate: float, seconds: float, seen: Seen) -> float:
    """Sends `rate` calls a second for so long; returns the seconds until the last was answered."""
    begin = time.perf_counter()

    async def one(number: int, due: float) -> None:
        try:
            await send(number)
        except grpc.aio.AioRpcError as error:
            seen.statuses[error.code().name] += 1
        else:
            seen.statuses["OK"] += 1
            seen.accepted_ms.append(1000 * (time.perf_counter() - due))

    async with asyncio.TaskGroup() as tasks:
        for number in range(round(rate * seconds)):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(one(number, due))
    return time.perf_counter() - begin


async def watch_health(target: str, seen: Seen) -> None:
    """Asks until it is cancelled."""
    async with grpc.aio.insecure_channel(target) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        while True:
            started = time.perf_counter()
            await stub.Check(health_pb2.HealthCheckRequest(), timeout=30)
            seen.health_ms.append(1000 * (time.perf_counter() - started))
            await asyncio.sleep(HEALTH_EVERY_S)


@asynccontextmanager
async def embed_calls(client: Client) -> AsyncIterator[Send]:
    """One text a call, each another one, so that the cache does not answer."""
    texts = _answers()
    run = uuid.uuid4().hex[:8]

    async def send(number: int) -> Any:
        text = f"{run} {number} {texts[number % len(texts)]}"[:200]
        return await client.embed.Embed(embed_pb2.EmbedRequest(kind=embed_pb2.KIND_QUERY, texts=[text]), timeout=30)

    yield send


@asynccontextmanager
async def ann_calls(client: Client) -> AsyncIterator[Send]:
    """One query a call against a collection of 5,000 random vectors, made for the run and deleted after it."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((POINTS, DIM)).astype(np.float32)
    created = await client.ann.CreateCollection(
        ann_pb2.CreateCollectionRequest(
            collection_id=f"load-{uuid.uuid4().hex[:8]}",
            collection=ann_pb2.Collection(dim=DIM, metric=ann_pb2.METRIC_COSINE),
        )
    )
    try:
        for start in range(0, POINTS, 1000):
            ids = [str(number) for number in range(start, start + 1000)]
            rows = _packed(points[start : start + 1000])
            await client.ann.Upsert(ann_pb2.UpsertRequest(collection=created.name, ids=ids, vectors=rows))

        async def send(number: int) -> Any:
            query = _packed(points[number % POINTS][None])
            return await client.ann.Search(
                ann_pb2.SearchRequest(collection=created.name, queries=query, k=K), timeout=30
            )

        yield send
    finally:
        await client.ann.DeleteCollection(ann_pb2.DeleteCollectionRequest(name=created.name))


@asynccontextmanager
async def factcheck_calls(client: Client) -> AsyncIterator[Send]:
    """One answer a call, each checked against another answer as its source."""
    texts = _answers()

    async def send(number: int) -> Any:
        source = factcheck_pb2.Source(text=texts[(number + 1) % len(texts)])
        request = factcheck_pb2.CheckAnswerRequest(answer=texts[number % len(texts)], sources=[source])
        return [event async for event in client.factcheck.CheckAnswer(request, timeout=30)]

    yield send


CALLS = {"embed": embed_calls, "ann": ann_calls, "factcheck": factcheck_calls}


async def run(service: str, rate: float, seconds: float) -> dict[str, Any]:
    """One load on one service; raises ValueError if it does not run on this machine."""
    settings = load(ClientSettings)
    target = settings.targets()[service]
    _require_loopback(target)
    seen = Seen()
    async with Client(settings, role="administrator") as client, CALLS[service](client) as send:
        await send(0)
        health = asyncio.create_task(watch_health(target, seen))
        try:
            took = await drive(send, rate, seconds, seen)
        finally:
            health.cancel()
    return seen.report(service, rate, took)


def _require_loopback(target: str) -> None:
    host = target.rpartition(":")[0].strip("[]")
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{target} is not this machine: the load tool only loads loopback addresses")


def _answers() -> Sequence[str]:
    return [json.loads(line)["answer"] for line in ANSWERS.read_text().splitlines()]


def _packed(rows: Any) -> vectors_pb2.Vectors:
    return vectors_pb2.Vectors(data=rows.tobytes(), dim=DIM)


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    ranks = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
    return {name: round(float(np.percentile(values, rank)), 1) for name, rank in ranks.items()}


def main() -> None:
    """`python -m benchmarks.load`; prints one JSON line a service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", nargs="*", choices=[*CALLS, []], help="which to load, one after the other")
    parser.add_argument("--rate", type=float, default=10.0, help="calls a second (10)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long (10)")
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for service in arguments.service or CALLS:
            report = runner.run(run(service, arguments.rate, arguments.seconds))
            print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
