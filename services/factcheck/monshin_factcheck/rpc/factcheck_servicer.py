"""FactcheckService: parse, check, render. Nothing of a text is kept."""

import hashlib
import secrets
import time
import zoneinfo
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput, ResourceExhausted
from monshin_kit.executor import Executor
from monshin_kit.outbox import Outbox
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.checking.library import Library
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.split import split_claims, whole_claim
from monshin_factcheck.rpc import parse, render_check
from monshin_factcheck.rpc.render_check import Renderer

# Why something that a source holds was not looked at.
NOT_READ = "NOT_READ"

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class FactcheckServicer:
    """limit: checks at the same time; more are refused at once. zone: where times of FHIR sources are brought to."""

    def __init__(
        self, checker: Checker, library: Library, executor: Executor, outbox: Outbox, spawn: Spawn, limit: int,
        zone: zoneinfo.ZoneInfo,
    ) -> None:  # fmt: skip
        self._checker = checker
        self._library = library
        self._executor = executor
        self._outbox = outbox
        self._spawn = spawn
        self._limit = limit
        self._zone = zone
        self._running = 0

    async def CheckAnswer(self, request: pb.CheckAnswerRequest, context: Any) -> AsyncIterator[pb.CheckAnswerResponse]:
        """As in the proto."""
        with self._one_more():
            began = time.perf_counter()
            run = await self._run(request.corpus, request.sources, "", wants_quick=True)
            evidence = run.evidence
            claims = await self._executor.run(split_claims, request.answer, request.question)
            renderer = Renderer(request.answer, parse.offset_unit(request.offset_unit), evidence.text_of)
            rendered = [renderer.claim(index, claim) for index, claim in enumerate(claims)]
            yield pb.CheckAnswerResponse(claims_found=pb.ClaimsFound(claims=rendered, version=evidence.version))
            results = list[Checked]()
            async for checked in self._checker.check(run, claims):
                yield pb.CheckAnswerResponse(claim_result=renderer.result(checked.index, checked))
                if not checked.is_provisional:
                    results.append(checked)
            self._announce(request.answer, [run], results)
            yield pb.CheckAnswerResponse(summary=render_check.summary([run], results, _since_ms(began)))

    async def CheckClaims(self, request: pb.CheckClaimsRequest, context: Any) -> AsyncIterator[pb.CheckClaimsResponse]:
        """As in the proto."""
        _require_evidence(request)
        with self._one_more():
            began = time.perf_counter()
            runs, results = list[Run](), list[Checked]()
            for first, inputs in _same_evidence(request.claims):
                run = await self._run(request.corpus, inputs[0].sources, f"claims[{first}].")
                runs.append(run)
                renderer = Renderer(None, parse.offset_unit(request.offset_unit), run.evidence.text_of)
                claims = await self._executor.run(_whole_claims, inputs)
                names = iter(inputs)
                async for checked in self._checker.check(run, claims):
                    result = renderer.result(len(results), checked, next(names).id)
                    yield pb.CheckClaimsResponse(claim_result=result)
                    results.append(checked)
            self._announce("".join(item.claim for item in request.claims), runs, results)
            yield pb.CheckClaimsResponse(summary=render_check.summary(runs, results, _since_ms(began)))

    async def _run(self, corpus: str, sources: Sequence[pb.Source], owner: str, *, wants_quick: bool = False) -> Run:
        if sources:
            read = await self._executor.run(parse.sources, sources, owner, self._zone)
            unread = {
                f"{owner}sources[{place}]:{kind}": NOT_READ for place, one in enumerate(read) for kind in one.unread
            }
            return Run(await self._library.sources(read), wants_quick, not_run=unread)
        if not corpus:
            raise InvalidInput("a corpus or sources are needed", field="corpus", reason="NO_EVIDENCE_GIVEN")
        return Run(await self._library.corpus(parse.corpus_id(corpus), current_caller()), wants_quick)

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        if self._running >= self._limit:
            raise ResourceExhausted(f"{self._limit} checks run already: try again later")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    def _announce(self, text: str, runs: Sequence[Run], results: Sequence[Checked]) -> None:
        """A domain event in the background: a check never waits for it."""
        judges = sorted({judge for checked in results for judge in checked.decision.judges_run})
        event: dict[str, str | int | Sequence[str]] = {
            "check": secrets.token_hex(8),
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "versions": sorted({run.evidence.version for run in runs} - {""}),
            "judges": judges,
            "claims": len(results),
        }
        self._spawn(self._outbox.emit("factcheck.checked", event))


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
