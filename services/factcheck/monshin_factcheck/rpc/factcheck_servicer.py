"""FactcheckService: parse, check, render; what is left of a check is `leaving`'s."""

import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.arrivals import arrivals
from monshin_factcheck.checking.checker import Checker, Run
from monshin_factcheck.checking.pipeline import Put, put_by
from monshin_factcheck.core.claims.arriving import ArrivingAnswer
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.split import split_claims, whole_claim
from monshin_factcheck.rpc import parse, render_check
from monshin_factcheck.rpc.leaving import Ended, Leaving, Results, sha256_of
from monshin_factcheck.rpc.places import Place, Places
from monshin_factcheck.rpc.render_check import Renderer
from monshin_factcheck.rpc.runs import Runs

# Events that may wait for a slow caller.
_UNSENT = 64


class FactcheckServicer:
    """places: for checks at the same time; more are refused at once."""

    def __init__(self, checker: Checker, runs: Runs, executor: Executor, leaving: Leaving, places: Places) -> None:
        self._checker = checker
        self._runs = runs
        self._executor = executor
        self._leaving = leaving
        self._places = places

    async def CheckAnswer(self, request: pb.CheckAnswerRequest, context: Any) -> AsyncIterator[pb.CheckAnswerResponse]:
        """As in the proto."""
        with self._places.one() as place:
            await place.begin()
            began = time.perf_counter()
            run = await self._runs.open(request.corpus, request.sources, wants_quick=True)
            evidence = run.evidence
            claims = await self._executor.run(split_claims, request.answer, request.question)
            renderer = Renderer(request.answer, parse.offset_unit(request.offset_unit), evidence.text_of)
            rendered = [renderer.claim(index, claim) for index, claim in enumerate(claims)]
            yield pb.CheckAnswerResponse(claims_found=pb.ClaimsFound(claims=rendered, version=evidence.version))
            results = Results(with_texts=request.store)
            async with aclosing(self._checker.check(run, claims)) as checks:
                async for checked in checks:
                    yield pb.CheckAnswerResponse(claim_result=renderer.result(checked.index, checked))
                    results.add(checked)
            summary = render_check.summary([run], results.checked, _since_ms(began))
            await self._leaving.finish(_ended_answer(request, run, results), summary)
            yield pb.CheckAnswerResponse(summary=summary)

    async def CheckStream(
        self, requests: AsyncIterator[pb.CheckStreamRequest], context: Any
    ) -> AsyncGenerator[pb.CheckStreamResponse, None]:
        """As in the proto. Its place is others' while all that has come is judged: an answer may be long in coming."""
        with self._places.one() as place:
            await place.begin()
            began = time.perf_counter()
            first = await anext(requests, None)
            if first is None:
                raise InvalidInput("the stream ended before its first message")
            run = await self._runs.open(first.corpus, first.sources, wants_quick=True)
            evidence, results = run.evidence, Results(with_texts=first.store)
            stream = _Stream(first, Renderer("", parse.offset_unit(first.offset_unit), evidence.text_of))

            async def work(tell: Put[pb.CheckStreamResponse]) -> None:
                claims = self._arriving(stream, _texts(first, requests), place, tell)
                async with aclosing(self._checker.check_arriving(run, claims)) as checks:
                    async for checked in checks:
                        rendered = stream.renderer.result(checked.index, checked)
                        await tell(pb.CheckStreamResponse(claim_result=rendered))
                        results.add(checked)
                        if not checked.is_provisional:
                            place.done()

            yield pb.CheckStreamResponse(claims_found=pb.ClaimsFound(version=evidence.version))
            place.done()
            async with aclosing(put_by(work, _UNSENT)) as events:
                async for event in events:
                    yield event
            summary = render_check.summary([run], results.checked, _since_ms(began))
            await self._leaving.finish(stream.ended(run, results), summary)
            yield pb.CheckStreamResponse(summary=summary)

    async def _arriving(
        self, stream: "_Stream", texts: AsyncIterator[str], place: Place, tell: Put[pb.CheckStreamResponse]
    ) -> AsyncGenerator[Sequence[Claim], None]:
        """Claims as they are certain, once they are told."""
        async with aclosing(arrivals(texts)) as pieces:
            async for text in pieces:
                await place.begin()
                claims = await self._executor.run(stream.add, text)
                await place.begin(len(claims))
                place.done()
                if claims:
                    await tell(stream.found(claims))
                    yield claims
        await place.begin()
        claims = await self._executor.run(stream.answer.finish)
        if claims:
            await place.begin(len(claims))
            await tell(stream.found(claims))
            yield claims

    async def CheckClaims(self, request: pb.CheckClaimsRequest, context: Any) -> AsyncIterator[pb.CheckClaimsResponse]:
        """As in the proto."""
        _require_evidence(request)
        with self._places.one() as place:
            await place.begin()
            began = time.perf_counter()
            runs, results = list[Run](), Results(with_texts=request.store)
            of_corpus: Run | None = None  # opened once: a check reads one version from its start to its end
            for first, inputs in _same_evidence(request.claims):
                sources = inputs[0].sources
                run = None if sources else of_corpus
                if run is None:
                    run = await self._runs.open(request.corpus, sources, f"claims[{first}].")
                    runs.append(run)
                    of_corpus = of_corpus if sources else run
                renderer = Renderer(None, parse.offset_unit(request.offset_unit), run.evidence.text_of)
                claims = await self._executor.run(_whole_claims, inputs)
                names = iter(inputs)
                async with aclosing(self._checker.check(run, claims)) as checks:
                    async for checked in checks:
                        result = renderer.result(len(results.checked), checked, next(names).id)
                        yield pb.CheckClaimsResponse(claim_result=result)
                        results.add(checked)
            summary = render_check.summary(runs, results.checked, _since_ms(began))
            await self._leaving.finish(_ended_claims(request, runs, results), summary)
            yield pb.CheckClaimsResponse(summary=summary)


def _ended_answer(request: pb.CheckAnswerRequest, run: Run, results: Results) -> Ended:
    return Ended(
        text_sha256=sha256_of(request.answer), corpus=_corpus(request), model=request.model,
        is_stored=request.store, results=results, runs=[run], answer=request.answer, question=request.question,
    )  # fmt: skip


def _ended_claims(request: pb.CheckClaimsRequest, runs: Sequence[Run], results: Results) -> Ended:
    return Ended(
        text_sha256=sha256_of("".join(item.claim for item in request.claims)), corpus=request.corpus,
        model=request.model, is_stored=request.store, results=results, runs=runs,
        names=[item.id for item in request.claims],
    )  # fmt: skip


def _corpus(request: pb.CheckAnswerRequest | pb.CheckStreamRequest) -> str:
    return "" if request.sources else request.corpus


class _Stream:
    """An answer that is still coming, with the number of claims told of it. Its text is kept only to be stored."""

    def __init__(self, first: pb.CheckStreamRequest, renderer: Renderer) -> None:
        self.answer = ArrivingAnswer(first.question)
        self.renderer = renderer
        self._first = first
        self._sha256 = hashlib.sha256()
        self._kept: list[str] = []
        self._told = 0

    def add(self, text: str) -> list[Claim]:
        """The claims that are certain with this piece."""
        self._sha256.update(text.encode())
        if self._first.store:
            self._kept.append(text)
        self.renderer.answer_goes_on(text)
        return self.answer.add(text)

    def found(self, claims: Sequence[Claim]) -> pb.CheckStreamResponse:
        """The event that tells of them."""
        rendered = [self.renderer.claim(index, claim) for index, claim in enumerate(claims, self._told)]
        self._told += len(claims)
        return pb.CheckStreamResponse(claims_found=pb.ClaimsFound(claims=rendered))

    def ended(self, run: Run, results: Results) -> Ended:
        """The check of it, when all has come."""
        first = self._first
        return Ended(
            text_sha256=self._sha256.hexdigest(), corpus=_corpus(first), model=first.model, is_stored=first.store,
            results=results, runs=[run], answer="".join(self._kept) if first.store else None, question=first.question,
        )  # fmt: skip


async def _texts(first: pb.CheckStreamRequest, requests: AsyncIterator[pb.CheckStreamRequest]) -> AsyncIterator[str]:
    yield first.text
    async for request in requests:
        if any(field.name != "text" for field, _ in request.ListFields()):
            raise InvalidInput("after the first message there is only `text`", reason="NOT_FIRST_MESSAGE")
        yield request.text


def _require_evidence(request: pb.CheckClaimsRequest) -> None:
    if request.corpus:
        return
    for index, item in enumerate(request.claims):
        if not item.sources:
            field = f"claims[{index}].sources"
            raise InvalidInput(f"{field}: sources are needed where there is no corpus", field=field)


def _same_evidence(claims: Sequence[pb.ClaimInput]) -> Iterator[tuple[int, list[pb.ClaimInput]]]:
    """Runs of claims that are checked against the same evidence, in order, each with the place of its first."""
    run: list[pb.ClaimInput] = []
    for place, claim in enumerate(claims):
        if run and list(run[0].sources) != list(claim.sources):
            yield place - len(run), run
            run = []
        run.append(claim)
    if run:
        yield len(claims) - len(run), run


def _whole_claims(inputs: Sequence[pb.ClaimInput]) -> list[Claim]:
    return [whole_claim(item.claim) for item in inputs]


def _since_ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000
