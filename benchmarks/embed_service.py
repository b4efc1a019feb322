"""What embed's server adds to its model, and how it behaves under more work than it can do."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import uvloop
from monshin_embed.core.meter import Tally
from monshin_embed.core.request import EmbedRequest, Kind, Priority, Requester
from monshin_embed.embedding import Embedding
from monshin_embed.models.loader import load_models
from monshin_embed.settings import EmbedSettings
from monshin_embed.testing import EmbedServer, rows
from monshin_kit.executor import Executor
from monshin_kit.testing import ServiceProcess
from monshin_protos.embed.v1 import embed_pb2 as pb

from benchmarks.embed_load import Closed, Seen
from benchmarks.embed_texts import passages, sentences
from benchmarks.report import Result

_QUEUE_TOKENS = 3400  # 1.7 s of work on the machine where this was written
_BULK_TEXTS = 32
_IN_FLIGHT = 2


async def port_open(cache_dir: Path, rounds: int) -> AsyncIterator[Result]:
    """From the start of the process to an open port."""
    seconds = [await _start_s(cache_dir, ServiceProcess.wait_port) for _ in range(rounds)]
    yield Result("port open", statistics.median(seconds), None, "", 1.5, "s", "lower")


async def second_start(cache_dir: Path, rounds: int) -> AsyncIterator[Result]:
    """To the first answers, once the model was converted before."""
    seconds = [await _start_s(cache_dir, ServiceProcess.wait_serving) for _ in range(rounds)]
    yield Result("second start, serving", statistics.median(seconds), None, "", 5.0, "s", "lower")


async def load(cache_dir: Path, rounds: int, requests: int, seconds: float) -> AsyncIterator[Result]:
    """One server, first with bulk that fits, then with more interactive calls than its queue holds."""
    env = {"MONSHIN_EMBED_CACHE_ROWS": "0", "MONSHIN_EMBED_QUEUE_TOKENS": str(_QUEUE_TOKENS)}
    with TemporaryDirectory() as home:
        async with EmbedServer(Path(home), cache_dir, env) as server:
            yield await _overhead(server, cache_dir, rounds, requests)
            for result in await _overload(server, rounds, seconds):
                yield result


async def _start_s(cache_dir: Path, wait: Callable[[ServiceProcess], Awaitable[None]]) -> float:
    with TemporaryDirectory() as home:
        process = EmbedServer(Path(home), cache_dir).process
        started = time.perf_counter()
        await process.start()
        await wait(process)
        seconds = time.perf_counter() - started
        await process.kill()
        return seconds


async def _overhead(server: EmbedServer, cache_dir: Path, rounds: int, requests: int) -> Result:
    """The same bulk requests through gRPC and in process, by the same code and model; wall time, in turn."""
    texts = sentences(_BULK_TEXTS * requests)
    lists = [texts[start : start + _BULK_TEXTS] for start in range(0, len(texts), _BULK_TEXTS)]
    models = load_models(EmbedSettings(cache_rows=0), cache_dir, lambda name: Tally())
    executor = Executor()
    embedding = Embedding(executor)
    stub = server.stub()

    async def in_process(texts: Sequence[str]) -> None:
        request = EmbedRequest(tuple(texts), Kind.PASSAGE)
        await embedding.embed(models.get(""), request, Requester("me", Priority.BULK))

    async def by_grpc(texts: Sequence[str]) -> None:
        await stub.Embed(pb.EmbedRequest(kind=pb.KIND_PASSAGE, texts=texts, priority=pb.PRIORITY_BULK))

    taken = [[await _wall_s(call, lists) for call in (by_grpc, in_process)] for _ in range(rounds)]
    models.close()
    executor.close()
    ours, peer = (statistics.median(figures) for figures in zip(*taken, strict=True))
    return Result(f"bulk by gRPC, requests of {_BULK_TEXTS} texts", ours, peer, "in process", 1.05, "s", "lower")


async def _overload(server: EmbedServer, rounds: int, seconds: float) -> list[Result]:
    """Twice as many callers as the queue holds, beside exactly as many as it holds; each sends passages, one by one."""
    texts = tuple(passages(12 * rounds))
    alone = [await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=[text])) for text in texts]
    tokens = sum(answer.reports[0].token_count for answer in alone) / len(texts)
    callers = round(_QUEUE_TOKENS / 2 / tokens)  # one caller may hold half of a queue, and these all have one name
    closed = Closed(server, texts, np.concatenate([rows(answer) for answer in alone]))
    fitting, twice = Seen(), Seen()
    for _ in range(rounds):
        fitting.add(await closed.run(callers, seconds))
        twice.add(await closed.run(2 * callers, seconds))
    wrong = float(fitting.wrong_rows + twice.wrong_rows)
    full_ms, ours_ms = _p99_ms(fitting.accepted_s), _p99_ms(twice.accepted_s)
    return [
        Result("2× overload, p99 of accepted", ours_ms, full_ms, "p99 at full load", 2.0, "ms", "lower"),
        Result("2× overload, p99 of refusals", _p99_ms(twice.refused_s), None, "", 10.0, "ms", "lower"),
        Result("2× overload, rows lost or swapped", wrong, None, "", 0.0, "rows", "lower"),
        Result("2× overload, p99 of health", _p99_ms(twice.health_s), None, "", 50.0, "ms", "lower"),
    ]


def run_all(parts: Sequence[AsyncIterator[Result]]) -> Iterator[Result]:
    """The results of these parts, one part after the other."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for part in parts:
            yield from runner.run(_collect(part))


async def _collect(part: AsyncIterator[Result]) -> list[Result]:
    return [result async for result in part]


async def _wall_s(call: Callable[[Sequence[str]], Awaitable[None]], lists: Sequence[Sequence[str]]) -> float:
    """With a few requests under way at a time, so that the model never waits."""
    waiting = iter(lists)

    async def work() -> None:
        for texts in waiting:
            await call(texts)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(_IN_FLIGHT)))
    return time.perf_counter() - started


def _p99_ms(seconds: Sequence[float]) -> float:
    return float(np.percentile(seconds, 99)) * 1000 if seconds else float("nan")
