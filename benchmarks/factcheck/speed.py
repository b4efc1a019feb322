"""How fast factcheck answers: claims a second by the rules, the first result, the end of an answer as it is written.

The real process; claims are checked against eight passages that come with the request, so that judges are timed and
neither embed nor a search.
"""

from __future__ import annotations  # the async stubs exist for type checkers only

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from monshin_factcheck.core.claims.split import split_claims
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb
from monshin_protos.factcheck.v1 import factcheck_pb2_grpc

from benchmarks.factcheck.sets import development
from benchmarks.report import Result

_ROUNDS = 5
_SENTENCES = 40
_PASSAGES = 8
# A language model's usual pace, four letters at a time.
_LETTERS, _PAUSE_S = 4, 0.01


def measure() -> Iterator[Result]:
    """Medians of five rounds. No judge reads and no gateway stands between: what is timed is the quick verdict."""
    first, rate, last = asyncio.run(_measure())
    yield Result("first result of an answer, rules alone, 8 sources, over gRPC", first, None, "", 300.0, "ms", "lower")
    yield Result("claims by the rules alone, over gRPC", rate, None, "", 20.0, "claims/s", "higher")
    yield Result("last letter of a stream to the last verdict of the rules", last, None, "", 150.0, "ms", "lower")


async def _measure() -> tuple[float, float, float]:
    rows = [row for row in development()["dev"] if len(row.texts) == 1][:_SENTENCES]
    answer = "".join(row.claim for row in rows)
    passages = list(dict.fromkeys(row.texts[0] for row in rows))[:_PASSAGES]
    sources = [pb.Source(text=passage) for passage in passages]
    with tempfile.TemporaryDirectory() as folder:
        environment = {"MONSHIN_FACTCHECK_JUDGES": "none", "MONSHIN_FACTCHECK_PASSAGES_JUDGED": str(_PASSAGES)}
        async with ServiceProcess("monshin_factcheck", Path(folder), environment) as process:
            stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub
            stub = factcheck_pb2_grpc.FactcheckServiceStub(process.channel("clinician"))
            whole = [await _whole(stub, answer, sources) for _ in range(_ROUNDS)]
            streamed = [await _streamed(stub, answer, sources) for _ in range(_ROUNDS)]
    claims = len(split_claims(answer))
    first = statistics.median(first for first, _ in whole)
    return first * 1000, claims / statistics.median(total for _, total in whole), statistics.median(streamed) * 1000


async def _whole(
    stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub, answer: str, sources: list[pb.Source]
) -> tuple[float, float]:
    """Seconds to the first result and to the last."""
    began = time.perf_counter()
    first = 0.0
    async for event in stub.CheckAnswer(pb.CheckAnswerRequest(answer=answer, sources=sources)):
        if event.HasField("claim_result") and not first:
            first = time.perf_counter() - began
    return first, time.perf_counter() - began


async def _streamed(stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub, answer: str, sources: list[pb.Source]) -> float:
    """Seconds from the last letter to the last result."""
    sent = told = 0.0

    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        nonlocal sent
        yield pb.CheckStreamRequest(sources=sources)
        for start in range(0, len(answer), _LETTERS):
            await asyncio.sleep(_PAUSE_S)
            yield pb.CheckStreamRequest(text=answer[start : start + _LETTERS])
        sent = time.perf_counter()

    async for event in stub.CheckStream(requests()):
        if event.HasField("claim_result"):
            told = time.perf_counter()
    return told - sent
