"""The platform beside grpc.aio alone: what kit adds to a call, how soon a port is open, how vectors travel."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import uvloop
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from monshin_kit.testing import OtlpReceiver, ServiceProcess
from monshin_protos.embed.v1 import embed_pb2 as pb
from monshin_protos.embed.v1 import embed_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

from benchmarks.report import Result, main, median_interleaved

BARE, KIT = "benchmarks.echo.bare", "benchmarks.echo.kit"
IN_FLIGHT = 16
SERVICES = ("monshin_embed", "monshin_ann", "monshin_factcheck")
ROWS, DIM = 256, 384
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(quick: bool) -> Iterator[Result]:
    """Each server is a process of its own; CPU is the server's alone, user and system."""
    calls, rounds, starts = (1000, 3, 1) if quick else (4000, 5, 3)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for part in (overhead(calls, rounds), ports(starts), health(3.0 if quick else 10.0)):
            yield from runner.run(_collect(part))
    yield vectors(rounds)


async def overhead(calls: int, rounds: int) -> AsyncIterator[Result]:
    """Authentication, scopes, validation, the access log of reads, metrics; and spans, recorded and exported or not."""
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(OtlpReceiver())
        recorded = {"MONSHIN_OTLP_ENDPOINT": receiver.endpoint, "MONSHIN_TRACE_RATIO": "1"}
        servers = [
            await stack.enter_async_context(_server(stack, module, env))
            for module, env in ((BARE, {}), (KIT, {}), (KIT, recorded))
        ]
        for server in servers:
            await _cpu_us(server, calls)  # warm
        rows = [[await _cpu_us(server, calls) for server in servers] for _ in range(rounds)]
        bare, plain, traced = (statistics.median(column) for column in zip(*rows, strict=True))
        assert len(receiver.spans) > calls, "no spans were exported: the traced figure would be a lie"
    yield Result("kit, CPU a call, no exporter", plain, bare, "bare grpc.aio", 1.3, "µs", "lower")
    yield Result("kit, CPU a call, every span exported", traced, bare, "bare grpc.aio", 1.3, "µs", "lower")


async def ports(starts: int) -> AsyncIterator[Result]:
    """From the start of the process until health answers NOT_SERVING or better."""
    for module in SERVICES:
        seconds = []
        for _ in range(starts):
            with tempfile.TemporaryDirectory() as home:
                process = ServiceProcess(module, Path(home))
                started = time.perf_counter()
                await process.start()
                await process.wait_port()
                seconds.append(time.perf_counter() - started)
                await process.kill()
        yield Result(f"port open, {module}", statistics.median(seconds), None, "", 1.5, "s", "lower")


async def health(seconds: float) -> AsyncIterator[Result]:
    """Health every 20 ms while `IN_FLIGHT` callers send one call after the other."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(_server(stack, KIT, {}))
        until = time.perf_counter() + seconds
        async with grpc.aio.insecure_channel(server.target) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            taken: list[float] = []

            async def ask() -> None:
                while time.perf_counter() < until:
                    started = time.perf_counter()
                    await stub.Check(health_pb2.HealthCheckRequest())
                    taken.append(1000 * (time.perf_counter() - started))
                    await asyncio.sleep(0.02)

            await asyncio.gather(ask(), _send(server, lambda: time.perf_counter() < until))
    yield Result("health under full load, p99", float(np.percentile(taken, 99)), None, "", 50.0, "ms", "lower")


def vectors(rounds: int) -> Result:
    """A matrix from numpy into a message, to bytes, back and into numpy: packed bytes beside `repeated float`."""
    matrix = np.random.default_rng(0).standard_normal((ROWS, DIM)).astype(np.float32)
    floats = _repeated_float()

    def packed() -> None:
        sent = vectors_pb2.Vectors(data=matrix.tobytes(), dim=DIM).SerializeToString()
        back = vectors_pb2.Vectors.FromString(sent)
        assert np.frombuffer(back.data, "<f4").reshape(-1, back.dim).shape == (ROWS, DIM)

    def repeated() -> None:
        sent = floats(values=matrix.ravel().tolist()).SerializeToString()
        assert np.array(floats.FromString(sent).values, np.float32).reshape(-1, DIM).shape == (ROWS, DIM)

    ours, peer = median_interleaved(rounds, _cpu_ms(packed), _cpu_ms(repeated))
    return Result(f"vectors {ROWS} × {DIM} as bytes", ours, peer, "repeated float", 1 / 15, "ms", "lower")


def _server(stack: AsyncExitStack, module: str, env: dict[str, str]) -> ServiceProcess:
    return ServiceProcess(module, Path(stack.enter_context(tempfile.TemporaryDirectory())), env)


async def _cpu_us(server: ServiceProcess, calls: int) -> float:
    """CPU of the server's process for each of so many calls, microseconds."""
    left = iter(range(calls))
    before = _cpu_ticks(server.pid)
    await _send(server, lambda: next(left, None) is not None)
    return (_cpu_ticks(server.pid) - before) / _TICKS / calls * 1e6


async def _send(server: ServiceProcess, goes_on: Callable[[], bool]) -> None:
    # Bare: a channel of kit's would take its share of a small machine from the server.
    metadata = (("authorization", f"Bearer {server.token('service')}"),)
    request = pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["気管支喘息の患者にプロプラノロールは投与しない。"])
    async with grpc.aio.insecure_channel(server.target) as channel:
        embed: Callable[..., Awaitable[Any]] = embed_pb2_grpc.EmbedServiceStub(channel).Embed

        async def caller() -> None:
            while goes_on():
                await embed(request, metadata=metadata, timeout=30)

        await asyncio.gather(*(caller() for _ in range(IN_FLIGHT)))


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _cpu_ms(work: Callable[[], None], repeats: int = 20) -> Callable[[], float]:
    def measured() -> float:
        started = time.process_time()
        for _ in range(repeats):
            work()
        return 1000 * (time.process_time() - started) / repeats

    return measured


def _repeated_float() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="peer.proto", package="peer", syntax="proto3")
    field = file.message_type.add(name="Floats").field.add(name="values", number=1)
    field.type, field.label = field.TYPE_FLOAT, field.LABEL_REPEATED
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("peer.Floats"))


async def _collect(part: AsyncIterator[Result]) -> list[Result]:
    return [result async for result in part]


if __name__ == "__main__":
    main(__doc__ or "", measure)
