"""FactcheckService: parse, check, render. Nothing of a text is kept."""

import hashlib
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any

from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput, ResourceExhausted
from monshin_kit.executor import Executor
from monshin_kit.outbox import Outbox
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.arrivals import arrivals
from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.checking.evidence import Evidence
from monshin_factcheck.checking.library import Library
from monshin_factcheck.checking.pipeline import Put, put_by
from monshin_factcheck.core.claims.arriving import ArrivingAnswer
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.split import split_claims, whole_claim
from monshin_factcheck.rpc import parse, render_check
from monshin_factcheck.rpc.render_check import Renderer

Spawn = Callable[[Coroutine[Any, Any, None]], object]
# Events that may wait for a slow caller.
_UNSENT = 64


class FactcheckServicer:
    """limit: checks at the same time; more are refused at once."""

    def __init__(
        self, checker: Checker, library: Library, executor: Executor, outbox: Outbox, spawn: Spawn, limit: int
    ) -> None:
        self._checker = checker
        self._library = library
        self._executor = executor
        self._outbox = outbox
        self._spawn = spawn
        self._limit = limit
        self._running = 0

    async def CheckAnswer(self, request: pb.CheckAnswerRequest, context: Any) -> AsyncIterator[pb.CheckAnswerResponse]:
        """As in the proto."""
        with self._one_more():
            began = time.perf_counter()
            evidence = await self._evidence(request.corpus, request.sources)
            claims = await self._executor.run(split_claims, request.answer, request.question)
            renderer = Renderer(request.answer, parse.offset_unit(request.offset_unit), evidence.text_of)
            rendered = [renderer.claim(index, claim) for index, claim in enumerate(claims)]
            yield pb.CheckAnswerResponse(claims_found=pb.ClaimsFound(claims=rendered, version=evidence.version))
            run, results = Run(evidence, wants_quick=True), list[Checked]()
            async with aclosing(self._checker.check(run, claims)) as checks:
                async for checked in checks:
                    yield pb.CheckAnswerResponse(claim_result=renderer.result(checked.index, checked))
                    if not checked.is_provisional:
                        results.append(checked)
            self._announce(_sha256(request.answer).hexdigest(), [run], results)
            yield pb.CheckAnswerResponse(summary=render_check.summary([run], results, _since_ms(began)))

    async def CheckStream(
        self, requests: AsyncIterator[pb.CheckStreamRequest], context: Any
    ) -> AsyncGenerator[pb.CheckStreamResponse, None]:
        """As in the proto."""
        with self._one_more():
            began = time.perf_counter()
            first = await anext(requests, None)
            if first is None:
                raise InvalidInput("the stream ended before its first message")
            evidence = await self._evidence(first.corpus, first.sources)
            run, results = Run(evidence, wants_quick=True), list[Checked]()
            stream = _Stream(first, Renderer("", parse.offset_unit(first.offset_unit), evidence.text_of))

            async def work(tell: Put[pb.CheckStreamResponse]) -> None:
                claims = self._arriving(stream, _texts(first, requests), tell)
                async with aclosing(self._checker.check_arriving(run, claims)) as checks:
                    async for checked in checks:
                        rendered = stream.renderer.result(checked.index, checked)
                        await tell(pb.CheckStreamResponse(claim_result=rendered))
                        if not checked.is_provisional:
                            results.append(checked.without_evidence())

            yield pb.CheckStreamResponse(claims_found=pb.ClaimsFound(version=evidence.version))
            async with aclosing(put_by(work, _UNSENT)) as events:
                async for event in events:
                    yield event
            self._announce(stream.sha256.hexdigest(), [run], results)
            yield pb.CheckStreamResponse(summary=render_check.summary([run], results, _since_ms(began)))

    async def _arriving(
        self, stream: "_Stream", texts: AsyncIterator[str], tell: Put[pb.CheckStreamResponse]
    ) -> AsyncGenerator[Sequence[Claim], None]:
        """Claims as they are certain, once they are told."""
        async with aclosing(arrivals(texts)) as pieces:
            async for text in pieces:
                claims = await self._executor.run(stream.add, text)
                if claims:
                    await tell(stream.found(claims))
                    yield claims
        claims = await self._executor.run(stream.answer.finish)
        if claims:
            await tell(stream.found(claims))
            yield claims

    async def CheckClaims(self, request: pb.CheckClaimsRequest, context: Any) -> AsyncIterator[pb.CheckClaimsResponse]:
        """As in the proto."""
        _require_evidence(request)
        with self._one_more():
            began = time.perf_counter()
            runs, results = list[Run](), list[Checked]()
            for inputs in _same_evidence(request.claims):
                run = Run(await self._evidence(request.corpus, inputs[0].sources))
                runs.append(run)
                renderer = Renderer(None, parse.offset_unit(request.offset_unit), run.evidence.text_of)
                claims = await self._executor.run(_whole_claims, inputs)
                names = iter(inputs)
                async with aclosing(self._checker.check(run, claims)) as checks:
                    async for checked in checks:
                        result = renderer.result(len(results), checked, next(names).id)
                        yield pb.CheckClaimsResponse(claim_result=result)
                        results.append(checked)
            self._announce(_sha256(*(item.claim for item in request.claims)).hexdigest(), runs, results)
            yield pb.CheckClaimsResponse(summary=render_check.summary(runs, results, _since_ms(began)))

    async def _evidence(self, corpus: str, sources: Sequence[pb.Source]) -> Evidence:
        if sources:
            return await self._library.sources([source.text for source in sources])
        if not corpus:
            raise InvalidInput("a corpus or sources are needed", field="corpus", reason="NO_EVIDENCE_GIVEN")
        return await self._library.corpus(parse.corpus_id(corpus), current_caller())

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        if self._running >= self._limit:
            raise ResourceExhausted(f"{self._limit} checks run already: try again later")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    def _announce(self, text_sha256: str, runs: Sequence[Run], results: Sequence[Checked]) -> None:
        """A domain event in the background: a check never waits for it."""
        judges = sorted({judge for checked in results for judge in checked.decision.judges_run})
        event: dict[str, str | int | Sequence[str]] = {
            "check": secrets.token_hex(8),
            "text_sha256": text_sha256,
            "versions": sorted({run.evidence.version for run in runs} - {""}),
            "judges": judges,
            "claims": len(results),
        }
        self._spawn(self._outbox.emit("factcheck.checked", event))


class _Stream:
    """An answer that is still coming, with the number of claims told of it."""

    def __init__(self, first: pb.CheckStreamRequest, renderer: Renderer) -> None:
        self.answer = ArrivingAnswer(first.question)
        self.renderer = renderer
        self.sha256 = hashlib.sha256()
        self._told = 0

    def add(self, text: str) -> list[Claim]:
        """The claims that are certain with this piece."""
        self.sha256.update(text.encode())
        self.renderer.answer_goes_on(text)
        return self.answer.add(text)

    def found(self, claims: Sequence[Claim]) -> pb.CheckStreamResponse:
        """The event that tells of them."""
        rendered = [self.renderer.claim(index, claim) for index, claim in enumerate(claims, self._told)]
        self._told += len(claims)
        return pb.CheckStreamResponse(claims_found=pb.ClaimsFound(claims=rendered))


async def _texts(first: pb.CheckStreamRequest, requests: AsyncIterator[pb.CheckStreamRequest]) -> AsyncIterator[str]:
    yield first.text
    async for request in requests:
        if request.corpus or request.question or request.sources or request.offset_unit:
            raise InvalidInput("after the first message there is only `text`", reason="NOT_FIRST_MESSAGE")
        yield request.text


def _sha256(*texts: str) -> "hashlib._Hash":
    return hashlib.sha256("".join(texts).encode())


def _require_evidence(request: pb.CheckClaimsRequest) -> None:
    if request.corpus:
        return
    for index, item in enumerate(request.claims):
        if not item.sources:
            field = f"claims[{index}].sources"
            raise InvalidInput(f"{field}: sources are needed where there is no corpus", field=field)


def _same_evidence(claims: Sequence[pb.ClaimInput]) -> Iterator[list[pb.ClaimInput]]:
    """Runs of claims that are checked against the same evidence, in order."""
    run: list[pb.ClaimInput] = []
    for claim in claims:
        if run and list(run[0].sources) != list(claim.sources):
            yield run
            run = []
        run.append(claim)
    if run:
        yield run


def _whole_claims(inputs: Sequence[pb.ClaimInput]) -> list[Claim]:
    return [whole_claim(item.claim) for item in inputs]


def _since_ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000
