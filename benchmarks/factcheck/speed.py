"""How fast factcheck answers over gRPC: the first result, claims a second by the rules, the end of a streamed answer.

The real processes. Once with eight passages that come with the request, so that judges alone are timed and neither
embed nor a search; once against a published corpus, with embed, ann and the judges that read by default at work.
"""

from __future__ import annotations  # the async stubs exist for type checkers only

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.testing import Calls
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2_grpc
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from benchmarks.factcheck.sets import Labelled, development
from benchmarks.factcheck_vectors import CACHE
from benchmarks.report import Result

_ROUNDS = 5
_SENTENCES = 40
_PASSAGES = 8
# A language model's usual pace, four letters at a time.
_LETTERS, _PAUSE_S = 4, 0.01
_FIRST_MS, _LAST_MS = 300.0, 150.0
_DEMO = Path(__file__).parents[2] / "demo" / "corpus"
_CORPUS = "bench"


@dataclass(frozen=True, slots=True)
class _Timed:
    """Medians, in seconds: to the first result of an answer and to its last, and from the last letter of a stream to
    the last quick verdict."""

    first: float
    whole: float
    after_last_letter: float


def measure() -> Iterator[Result]:
    """No gateway stands between: what is timed is the quick verdict, which does not wait for judges that read."""
    rows = [row for row in development()["dev"] if len(row.texts) == 1][:_SENTENCES]
    answer = "".join(row.claim for row in rows)
    timed = asyncio.run(_with_sources(answer, rows))
    rate = len(split_claims(answer)) / timed.whole
    last = timed.after_last_letter * 1000
    yield Result(
        "first result of an answer, rules alone, 8 sources, over gRPC", timed.first * 1000, None, "", _FIRST_MS, "ms",
        "lower",
    )  # fmt: skip
    yield Result("claims by the rules alone, over gRPC", rate, None, "", 20.0, "claims/s", "higher")
    yield Result("last letter of a stream to the last verdict of the rules", last, None, "", _LAST_MS, "ms", "lower")
    timed, passages = asyncio.run(_with_a_corpus(answer, rows))
    first, last = timed.first * 1000, timed.after_last_letter * 1000
    searched = f"corpus of {passages:,} passages, embed, ann and the default judges at work"
    yield Result(f"first result of an answer, {searched}", first, None, "", _FIRST_MS, "ms", "lower")
    yield Result(
        f"last letter of a stream to the last quick verdict, {searched}", last, None, "", _LAST_MS, "ms", "lower"
    )


async def _with_sources(answer: str, rows: Sequence[Labelled]) -> _Timed:
    passages = list(dict.fromkeys(row.texts[0] for row in rows))[:_PASSAGES]
    evidence = pb.CheckStreamRequest(sources=[pb.Source(text=passage) for passage in passages])
    environment = {"MONSHIN_FACTCHECK_JUDGES": "none", "MONSHIN_FACTCHECK_PASSAGES_JUDGED": str(_PASSAGES)}
    with tempfile.TemporaryDirectory() as folder:
        async with ServiceProcess("monshin_factcheck", Path(folder), environment) as process:
            return await _timed(process, answer, evidence)


async def _with_a_corpus(answer: str, rows: Sequence[Labelled]) -> tuple[_Timed, int]:
    """The demonstration's corpus and the passages that the claims were written for; with its number of passages."""
    texts = {
        one["id"]: one["text"]
        for file in sorted(_DEMO.glob("*.jsonl"))
        for one in map(json.loads, file.read_text("utf-8").splitlines())
    }
    texts |= {f"dev-{at}": text for at, text in enumerate(dict.fromkeys(row.texts[0] for row in rows))}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "cache").mkdir()
        (home / "cache" / "factcheck").symlink_to(CACHE / "factcheck")
        async with AsyncExitStack() as stack:
            environment = {"MONSHIN_EMBED_CACHE_DIR": str(CACHE / "embed")}
            embed = await stack.enter_async_context(ServiceProcess("monshin_embed", home, environment))
            ann = await stack.enter_async_context(ServiceProcess("monshin_ann", home))
            environment = {
                "MONSHIN_FACTCHECK_EMBED_TARGET": embed.target,
                "MONSHIN_FACTCHECK_ANN_TARGET": ann.target,
            }
            process = await stack.enter_async_context(ServiceProcess("monshin_factcheck", home, environment))
            version = await Calls(process).fill(_CORPUS, texts)
            if version is None or version.state != corpus_pb2.VERSION_STATE_PUBLISHED:
                raise SystemExit(f"the corpus was not published: {version}")
            timed = await _timed(process, answer, pb.CheckStreamRequest(corpus=f"corpora/{_CORPUS}"))
    return timed, version.passages


async def _timed(process: ServiceProcess, answer: str, evidence: pb.CheckStreamRequest) -> _Timed:
    """Of five rounds; a check before them loads what is loaded once. Ends the program if anything did not run."""
    stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub
    stub = factcheck_pb2_grpc.FactcheckServiceStub(process.channel("clinician"))
    await _whole(stub, answer, evidence)
    whole = [await _whole(stub, answer, evidence) for _ in range(_ROUNDS)]
    streamed = [await _streamed(stub, answer, evidence) for _ in range(_ROUNDS)]
    return _Timed(
        statistics.median(first for first, _ in whole),
        statistics.median(total for _, total in whole),
        statistics.median(streamed),
    )


async def _whole(
    stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub, answer: str, evidence: pb.CheckStreamRequest
) -> tuple[float, float]:
    """Seconds to the first result and to the last."""
    request = pb.CheckAnswerRequest(answer=answer, sources=evidence.sources, corpus=evidence.corpus)
    began = time.perf_counter()
    first = 0.0
    async for event in stub.CheckAnswer(request):
        if event.HasField("claim_result") and not first:
            first = time.perf_counter() - began
        _require_all(event.summary)
    return first, time.perf_counter() - began


async def _streamed(
    stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub, answer: str, evidence: pb.CheckStreamRequest
) -> float:
    """Seconds from the last letter to the last claim that gets its first verdict."""
    sent = told = 0.0
    seen: set[int] = set()

    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        nonlocal sent
        yield evidence
        for start in range(0, len(answer), _LETTERS):
            await asyncio.sleep(_PAUSE_S)
            yield pb.CheckStreamRequest(text=answer[start : start + _LETTERS])
        sent = time.perf_counter()

    async for event in stub.CheckStream(requests()):
        if event.HasField("claim_result") and event.claim_result.claim.index not in seen:
            seen.add(event.claim_result.claim.index)
            told = time.perf_counter()
        _require_all(event.summary)
    return told - sent


def _require_all(summary: pb.Summary) -> None:
    if summary.not_run:
        raise SystemExit(f"these did not run: {summary.not_run}")
