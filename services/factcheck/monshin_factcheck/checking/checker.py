"""Claims in, verdicts out: retrieval, rules, a judge that reads; a quick verdict first where one is wanted."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from monshin_kit.errors import MonshinError
from monshin_kit.executor import Executor

from monshin_factcheck.checking.evidence import Evidence
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.decision import NOTHING_FOUND, AbstainReason, Decision, Verdict, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Judge, Opinion
from monshin_factcheck.core.retrieval.fusion import LEAST_SHARE, fuse
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

DENSE = "dense_retrieval"
_GROUP = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with its decision. elapsed_ms: from its turn to its verdict. is_provisional: another one follows.

    opinions: of the rules, on all passages found.
    """

    index: int
    claim: Claim
    decision: Decision
    elapsed_ms: float
    is_provisional: bool = False
    opinions: tuple[Opinion, ...] = ()


@dataclass(slots=True)
class Run:
    """One check. not_run: component → status name of what was to take part and did not.

    wants_quick: whether a verdict by rules alone is told while the judge that reads is at work.
    """

    evidence: Evidence
    wants_quick: bool = False
    not_run: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A claim after the rules. opinions: of the passages found, in the order of the retrieval."""

    index: int
    claim: Claim
    opinions: tuple[Opinion, ...]
    decision: Decision
    began: float

    def told(self, decision: Decision, *, is_provisional: bool = False) -> Checked:
        elapsed_ms = (time.perf_counter() - self.began) * 1000
        return Checked(self.index, self.claim, decision, elapsed_ms, is_provisional, self.opinions)


class Checker:
    """judged: passages that the rules see of each claim; found: that each kind of search brings before the fusion.

    reading: the judge that reads; None: the rules decide alone.
    """

    def __init__(
        self, rules: Judge, executor: Executor, reading: ReadingRoom | None = None, *, judged: int, found: int
    ) -> None:
        self._rules = rules
        self._executor = executor
        self._reading = reading
        self._judged = judged
        self._found = found

    async def check(self, run: Run, claims: Sequence[Claim]) -> AsyncIterator[Checked]:
        """One final result a claim, in order; a provisional one may come before it.

        Vectors of the next claims are fetched while a group is judged.
        """
        groups = [claims[start : start + _GROUP] for start in range(0, len(claims), _GROUP)]
        ahead = asyncio.ensure_future(self._dense(run, groups[0])) if groups else None
        try:
            for number, group in enumerate(groups):
                assert ahead is not None, "there is one as long as there are groups"
                dense = await ahead
                ahead = (
                    asyncio.ensure_future(self._dense(run, groups[number + 1])) if number + 1 < len(groups) else None
                )
                async for checked in self._check_group(run, number * _GROUP, group, dense):
                    yield checked
        finally:
            if ahead is not None:
                ahead.cancel()

    async def _check_group(
        self, run: Run, first: int, group: Sequence[Claim], dense: Sequence[Sequence[int]]
    ) -> AsyncIterator[Checked]:
        waits = self._reading is not None and self._reading.is_open(run.not_run)
        ruled: list[_Ruled] = []
        for place, (claim, near) in enumerate(zip(group, dense, strict=True)):
            one = await self._rule(run, first + place, claim, near)
            ruled.append(one)
            if not waits:
                yield one.told(one.decision)
            elif run.wants_quick:
                yield one.told(one.decision, is_provisional=True)
        if waits and self._reading is not None:
            asked = [one for one in ruled if one.opinions]
            decisions = await self._reading.decide(
                [(one.claim.text, one.opinions) for one in asked], run.evidence.text_of, run.not_run
            )
            read = {one.index: decision for one, decision in zip(asked, decisions, strict=True)}
            for one in ruled:
                yield one.told(read.get(one.index) or one.decision)

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

    async def _rule(self, run: Run, index: int, claim: Claim, near: Sequence[int]) -> _Ruled:
        began = time.perf_counter()
        if not _is_searched(claim):
            reason = AbstainReason.LANGUAGE if claim.checkable else AbstainReason.NONE
            return _Ruled(
                index, claim, (), Decision(Verdict.NOT_CHECKABLE, NOTHING_FOUND, abstain_reason=reason), began
            )
        passages = await self._passages(run, claim, near)
        opinions = await self._executor.run(self._opinions, claim.text, passages)
        decision = decide(opinions, (self._rules.name,) if opinions else ())
        if decision.abstain_reason is AbstainReason.NO_EVIDENCE and DENSE in run.not_run:
            decision = replace(decision, abstain_reason=AbstainReason.NOT_RUN)
        return _Ruled(index, claim, opinions, decision, began)

    async def _passages(self, run: Run, claim: Claim, near: Sequence[int]) -> list[Passage]:
        passages = run.evidence.passages
        if len(passages) <= self._judged:
            return list(passages)
        alike = await run.evidence.lexical(claim.text, self._found, LEAST_SHARE if near else 0.0)
        return [replace(passages[place], score=score) for place, score in fuse([alike, near], self._judged)]

    def _opinions(self, claim: str, passages: Sequence[Passage]) -> tuple[Opinion, ...]:
        return tuple(self._rules.judge(claim, passages)) if passages else ()


def _is_searched(claim: Claim) -> bool:
    return claim.checkable and guess_language(normalise(claim.text).text) is not Language.OTHER
