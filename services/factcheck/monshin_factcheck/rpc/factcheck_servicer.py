"""FactcheckService: parse, check, render; what is left of a check is `leaving`'s."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from monshin_kit.errors import InvalidInput, ResourceExhausted
from monshin_kit.executor import Executor
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.split import split_claims, whole_claim
from monshin_factcheck.rpc import parse, render_check
from monshin_factcheck.rpc.leaving import Ended, Leaving
from monshin_factcheck.rpc.render_check import Renderer
from monshin_factcheck.rpc.runs import Runs


class FactcheckServicer:
    """limit: checks at the same time; more are refused at once."""

    def __init__(self, checker: Checker, runs: Runs, executor: Executor, leaving: Leaving, limit: int) -> None:
        self._checker = checker
        self._runs = runs
        self._executor = executor
        self._leaving = leaving
        self._limit = limit
        self._running = 0

    async def CheckAnswer(self, request: pb.CheckAnswerRequest, context: Any) -> AsyncIterator[pb.CheckAnswerResponse]:
        """As in the proto."""
        with self._one_more():
            began = time.perf_counter()
            run = await self._runs.open(request.corpus, request.sources, wants_quick=True)
            evidence = run.evidence
            claims = await self._executor.run(split_claims, request.answer, request.question)
            renderer = Renderer(request.answer, parse.offset_unit(request.offset_unit), evidence.text_of)
            rendered = [renderer.claim(index, claim) for index, claim in enumerate(claims)]
            yield pb.CheckAnswerResponse(claims_found=pb.ClaimsFound(claims=rendered, version=evidence.version))
            results = list[Checked]()
            async for checked in self._checker.check(run, claims):
                yield pb.CheckAnswerResponse(claim_result=renderer.result(checked.index, checked))
                if not checked.is_provisional:
                    results.append(replace(checked, opinions=()))
            summary = render_check.summary([run], results, _since_ms(began))
            await self._leaving.finish(_ended_answer(request, [run], results), summary)
            yield pb.CheckAnswerResponse(summary=summary)

    async def CheckClaims(self, request: pb.CheckClaimsRequest, context: Any) -> AsyncIterator[pb.CheckClaimsResponse]:
        """As in the proto."""
        _require_evidence(request)
        with self._one_more():
            began = time.perf_counter()
            runs, results = list[Run](), list[Checked]()
            for first, inputs in _same_evidence(request.claims):
                run = await self._runs.open(request.corpus, inputs[0].sources, f"claims[{first}].")
                runs.append(run)
                renderer = Renderer(None, parse.offset_unit(request.offset_unit), run.evidence.text_of)
                claims = await self._executor.run(_whole_claims, inputs)
                names = iter(inputs)
                async for checked in self._checker.check(run, claims):
                    result = renderer.result(len(results), checked, next(names).id)
                    yield pb.CheckClaimsResponse(claim_result=result)
                    results.append(replace(checked, opinions=()))
            summary = render_check.summary(runs, results, _since_ms(began))
            await self._leaving.finish(_ended_claims(request, runs, results), summary)
            yield pb.CheckClaimsResponse(summary=summary)

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        if self._running >= self._limit:
            raise ResourceExhausted(f"{self._limit} checks run already: try again later")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


def _ended_answer(request: pb.CheckAnswerRequest, runs: Sequence[Run], results: Sequence[Checked]) -> Ended:
    corpus = "" if request.sources else request.corpus
    return Ended(
        text=request.answer, corpus=corpus, model=request.model, is_stored=request.store, results=results, runs=runs,
        answer=request.answer, question=request.question,
    )  # fmt: skip


def _ended_claims(request: pb.CheckClaimsRequest, runs: Sequence[Run], results: Sequence[Checked]) -> Ended:
    return Ended(
        text="".join(item.claim for item in request.claims), corpus=request.corpus, model=request.model,
        is_stored=request.store, results=results, runs=runs, names=[item.id for item in request.claims],
    )  # fmt: skip


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
