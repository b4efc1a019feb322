"""Claims in, verdicts out: retrieval, judges, decision; one claim after the other, as soon as each is known."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from monshin_kit.errors import MonshinError
from monshin_kit.executor import Executor

from monshin_factcheck.checking.evidence import Evidence
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.decision import NOTHING_FOUND, AbstainReason, Decision, Verdict, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Judge
from monshin_factcheck.core.retrieval.fusion import LEAST_SHARE, fuse
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

DENSE = "dense_retrieval"
_GROUP = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with its decision. elapsed_ms: from its turn to its verdict."""

    claim: Claim
    decision: Decision
    elapsed_ms: float


@dataclass(slots=True)
class Run:
    """One check. not_run: component → status name of what was to take part and did not."""

    evidence: Evidence
    not_run: dict[str, str] = field(default_factory=dict)


class Checker:
    """judged: passages that the judge sees of each claim; found: that each kind of search brings before the fusion."""

    def __init__(self, judge: Judge, executor: Executor, *, judged: int, found: int) -> None:
        self._judge = judge
        self._executor = executor
        self._judged = judged
        self._found = found

    async def check(self, run: Run, claims: Sequence[Claim]) -> AsyncIterator[Checked]:
        """One result a claim, in order. Vectors of the next claims are fetched while a group is judged."""
        groups = [claims[start : start + _GROUP] for start in range(0, len(claims), _GROUP)]
        ahead = asyncio.ensure_future(self._dense(run, groups[0])) if groups else None
        try:
            for number, group in enumerate(groups):
                assert ahead is not None, "there is one as long as there are groups"
                dense = await ahead
                ahead = (
                    asyncio.ensure_future(self._dense(run, groups[number + 1])) if number + 1 < len(groups) else None
                )
                for claim, near in zip(group, dense, strict=True):
                    began = time.perf_counter()
                    decision = await self._decide(run, claim, near)
                    yield Checked(claim, decision, (time.perf_counter() - began) * 1000)
        finally:
            if ahead is not None:
                ahead.cancel()

    async def _dense(self, run: Run, group: Sequence[Claim]) -> list[list[int]]:
        """Nothing for claims that need no search, nor once a service has not answered in this run."""
        wanted = [claim for claim in group if _is_searched(claim)]
        nothing: list[list[int]] = [[] for _ in group]
        if not wanted or DENSE in run.not_run or len(run.evidence.passages) <= self._judged:
            return nothing
        try:
            found = iter(await run.evidence.dense([claim.text for claim in wanted], self._found))
        except MonshinError as error:
            run.not_run[DENSE] = error.code
            return nothing
        return [next(found) if _is_searched(claim) else [] for claim in group]

    async def _decide(self, run: Run, claim: Claim, near: Sequence[int]) -> Decision:
        if not claim.checkable:
            return Decision(Verdict.NOT_CHECKABLE, NOTHING_FOUND)
        if not _is_searched(claim):
            return Decision(Verdict.NOT_CHECKABLE, NOTHING_FOUND, abstain_reason=AbstainReason.LANGUAGE)
        passages = await self._passages(run, claim, near)
        decision = await self._executor.run(self._judged_decision, claim.text, passages)
        if decision.abstain_reason is AbstainReason.NO_EVIDENCE and DENSE in run.not_run:
            return replace(decision, abstain_reason=AbstainReason.NOT_RUN)
        return decision

    async def _passages(self, run: Run, claim: Claim, near: Sequence[int]) -> list[Passage]:
        passages = run.evidence.passages
        if len(passages) <= self._judged:
            return list(passages)
        alike = await run.evidence.lexical(claim.text, self._found, LEAST_SHARE if near else 0.0)
        return [replace(passages[place], score=score) for place, score in fuse([alike, near], self._judged)]

    def _judged_decision(self, claim: str, passages: Sequence[Passage]) -> Decision:
        if not passages:
            return Decision(Verdict.NOT_ENOUGH_EVIDENCE, NOTHING_FOUND, abstain_reason=AbstainReason.NO_EVIDENCE)
        return decide(self._judge.judge(claim, passages), (self._judge.name,))


def _is_searched(claim: Claim) -> bool:
    return claim.checkable and guess_language(normalise(claim.text).text) is not Language.OTHER
