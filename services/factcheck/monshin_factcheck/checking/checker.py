"""Claims in, verdicts out: retrieval, rules, judges that read; a quick verdict first where one is wanted.

Three stages run side by side: passages are looked up for a few claims, rules judge them, readers read them. A quick
verdict thus never waits for a slow judge, and final ones come in the order of the claims.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from monshin_kit.errors import MonshinError
from monshin_kit.executor import Executor

from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.evidence import Evidence
from monshin_factcheck.checking.pipeline import Put, put_by, together
from monshin_factcheck.checking.reading import ReadingRoom, Ruled
from monshin_factcheck.checking.reranking import Reranking
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.importance import is_important
from monshin_factcheck.core.decision import NOTHING_FOUND, AbstainReason, Decision, Saying, Verdict, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Judge, Opinion
from monshin_factcheck.core.retrieval.fusion import first_that_hold, fuse, goes_last
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

DENSE = "dense_retrieval"
_GROUP = 8
# Claims that the rules may be ahead of the readers, and results that may wait for the caller.
_AHEAD = 512
_UNTOLD = 64


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with its decision. elapsed_ms: from its turn to its verdict. is_provisional: another one follows.

    opinions: of the rules, on all passages found. is_important: see core/claims/importance.py. is_settled: whether no
    reader is asked, as the rules settle it or there is nothing to read.
    """

    index: int
    claim: Claim
    decision: Decision
    elapsed_ms: float
    is_provisional: bool = False
    opinions: tuple[Opinion, ...] = ()
    is_important: bool = False
    is_settled: bool = False

    def without_evidence(self) -> "Checked":
        """What a summary needs of it: an answer that is streamed may have tens of thousands."""
        return replace(self, decision=replace(self.decision, evidence=(), sayings=(), conditions=()), opinions=())


@dataclass(slots=True)
class Run:
    """One check. today: its day, `YYYY-MM-DD`, by which documents hold or have ended, for all of its claims.

    wants_quick: whether verdicts by those who have judged so far are told while a slower judge is at work.
    """

    evidence: Evidence
    today: str
    wants_quick: bool = False
    not_run: Absences = field(default_factory=Absences)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claim with its number and what its words alone tell. is_searched: whether evidence is looked for at all."""

    index: int
    claim: Claim
    is_searched: bool
    is_important: bool


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A claim after the rules. opinions: of the passages found, in the order of the retrieval.

    is_half_searched: a search that was to take part did not.
    """

    asked: _Asked
    opinions: tuple[Opinion, ...]
    decision: Decision
    began: float
    is_half_searched: bool = False

    @property
    def is_settled(self) -> bool:
        """As Checked.is_settled; where nothing that was found still holds, there is nothing to read."""
        has_valid = any(not opinion.passage.is_superseded for opinion in self.opinions)
        return not has_valid or is_decisive(self.decision)

    def told(self, decision: Decision, *, is_provisional: bool = False) -> Checked:
        """With a decision of whoever made it; that nothing speaks of the claim is known only after a whole search."""
        if self.is_half_searched and decision.abstain_reason is AbstainReason.NO_EVIDENCE:
            decision = replace(decision, abstain_reason=AbstainReason.NOT_RUN)
        elapsed_ms = (time.perf_counter() - self.began) * 1000
        asked = self.asked
        return Checked(
            asked.index, asked.claim, decision, elapsed_ms, is_provisional, self.opinions, asked.is_important,
            self.is_settled,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """Claims in a row, with what lies near each in meaning."""

    asked: Sequence[_Asked]
    near: Sequence[Sequence[tuple[int, float]]]


class Checker:
    """judged: passages that the rules see of each claim, superseded ones aside; found: that each kind of search brings.

    reading: the judges that read; without any the rules decide alone. revision: of the rules.
    reranking: what orders the best of those found anew, before they are judged.
    """

    def __init__(
        self,
        rules: Judge,
        executor: Executor,
        reading: ReadingRoom,
        *,
        judged: int,
        found: int,
        revision: str = "",
        reranking: Reranking | None = None,
    ) -> None:
        self._rules = rules
        self._executor = executor
        self._reading = reading
        self._judged = judged
        self._found = found
        self._revision = revision
        self._reranking = reranking or Reranking()

    async def check(self, run: Run, claims: Sequence[Claim]) -> AsyncGenerator[Checked, None]:
        """One final result a claim, in order; provisional ones may come before it."""
        async with aclosing(self.check_arriving(run, _at_once(claims))) as results:
            async for checked in results:
                yield checked

    async def check_arriving(
        self, run: Run, claims: AsyncGenerator[Sequence[Claim], None]
    ) -> AsyncGenerator[Checked, None]:
        """The same for claims that are still coming; their numbers go on from one part to the next."""

        async def work(tell: Put[Checked]) -> None:
            found: asyncio.Queue[_Found | None] = asyncio.Queue(1)
            ruled: asyncio.Queue[_Ruled | None] = asyncio.Queue(_AHEAD)
            await together(
                self._look_up(run, claims, found), self._judge(run, found, ruled, tell), self._read(run, ruled, tell)
            )

        async with aclosing(claims), aclosing(put_by(work, _UNTOLD)) as results:
            async for checked in results:
                yield checked

    async def _look_up(
        self, run: Run, claims: AsyncIterator[Sequence[Claim]], found: "asyncio.Queue[_Found | None]"
    ) -> None:
        """Vectors of the next claims are fetched while a group is judged."""
        first = 0
        async for part in claims:
            for start in range(0, len(part), _GROUP):
                group = [_asked(index, claim) for index, claim in enumerate(part[start : start + _GROUP], first)]
                await found.put(_Found(group, await self._dense(run, group)))
                first += len(group)
        await found.put(None)

    async def _judge(
        self,
        run: Run,
        found: "asyncio.Queue[_Found | None]",
        ruled: "asyncio.Queue[_Ruled | None]",
        tell: Put[Checked],
    ) -> None:
        waits = self._reading.is_open(run.not_run)
        while (group := await found.get()) is not None:
            for asked, near in zip(group.asked, group.near, strict=True):
                one = await self._rule(run, asked, near)
                if not waits:
                    await tell(one.told(one.decision))
                    continue
                if run.wants_quick:
                    await tell(one.told(one.decision, is_provisional=True))
                await ruled.put(one)
        await ruled.put(None)

    async def _read(self, run: Run, ruled: "asyncio.Queue[_Ruled | None]", tell: Put[Checked]) -> None:
        is_over = False
        while not is_over:
            group = [await ruled.get()]
            while len(group) < _GROUP and not ruled.empty():
                group.append(ruled.get_nowait())
            is_over = None in group
            await self._read_group(run, [one for one in group if one is not None], tell)

    async def _read_group(self, run: Run, group: Sequence["_Ruled"], tell: Put[Checked]) -> None:
        """Those that the rules have settled, and those that nothing is found for that still holds, are not read."""
        open_ = [one for one in group if not one.is_settled]
        final = {one.asked.index: one.decision for one in group}
        if open_ and self._reading.is_open(run.not_run):
            wanted = [
                Ruled(one.asked.claim.text, one.opinions, one.decision.sayings[0], run.evidence.aliases)
                for one in open_
            ]
            async with aclosing(self._reading.decide(wanted, run.evidence.text_of, run.not_run)) as rounds:
                async for round_ in rounds:
                    for one, decision in zip(open_, round_.decisions, strict=True):
                        if decision is None:
                            continue
                        final[one.asked.index] = decision
                        if run.wants_quick and not round_.is_last:
                            await tell(one.told(decision, is_provisional=True))
        for one in group:
            await tell(one.told(final[one.asked.index]))

    async def _dense(self, run: Run, group: Sequence[_Asked]) -> list[list[tuple[int, float]]]:
        """Nothing for claims that need no search, nor once a service has not answered in this run."""
        wanted = [asked.claim.text for asked in group if asked.is_searched]
        nothing: list[list[tuple[int, float]]] = [[] for _ in group]
        if not wanted or DENSE in run.not_run or len(run.evidence.passages) <= self._judged:
            return nothing
        try:
            found = iter(await run.evidence.dense(wanted, self._found))
        except MonshinError as error:
            run.not_run[DENSE] = error.code
            return nothing
        return [next(found) if asked.is_searched else [] for asked in group]

    async def _rule(self, run: Run, asked: _Asked, near: Sequence[tuple[int, float]]) -> _Ruled:
        began, claim = time.perf_counter(), asked.claim
        if not asked.is_searched:
            unread = AbstainReason.LANGUAGE if claim.checkable else AbstainReason.NONE
            reason = AbstainReason.UNTOLD if claim.is_untold else unread
            return _Ruled(asked, (), Decision(Verdict.NOT_CHECKABLE, NOTHING_FOUND, abstain_reason=reason), began)
        passages = await self._passages(run, claim, near)
        opinions = await self._executor.run(self._opinions, claim.text, passages, run.evidence.aliases)
        decision = decide(opinions, (self._rules.name,) if opinions else ())
        decision = replace(decision, sayings=self._saying(decision, (time.perf_counter() - began) * 1000))
        return _Ruled(asked, opinions, decision, began, is_half_searched=DENSE in run.not_run)

    async def _passages(self, run: Run, claim: Claim, near: Sequence[tuple[int, float]]) -> list[Passage]:
        passages, today = run.evidence.passages, run.today
        if len(passages) <= self._judged:
            return [passage.on(today) for passage in passages]
        shares = await run.evidence.lexical(claim.text, self._found, [place for place, _ in near])
        names, most = run.evidence.names, max(self._found, self._judged)
        if near:
            ranked = fuse(near, shares, len(shares), names)
        else:
            ranked = [(place, 1 / rank) for rank, place in enumerate(shares, start=1)]
        last = {place for place in shares if goes_last(place, shares, names)}
        best = await self._reranking.order(claim.text, ranked[:most], passages, last, run.not_run)
        found = (
            replace(passages[place], score=score, is_found=True).on(today)
            for place, score in itertools.chain(best, ranked[most:])
        )
        return first_that_hold(found, self._judged)

    def _opinions(self, claim: str, passages: Sequence[Passage], aliases: AliasTable | None) -> tuple[Opinion, ...]:
        rules = self._rules if aliases is None else self._rules.knowing(aliases)
        return tuple(rules.judge(claim, passages)) if passages else ()

    def _saying(self, decision: Decision, elapsed_ms: float) -> tuple[Saying, ...]:
        """What the rules say, of the passage that leads; nothing where there is none."""
        return tuple(
            Saying(
                self._rules.name, self._revision, opinion.probabilities, opinion.passage.document,
                opinion.passage.span, opinion.passage.text, elapsed_ms,
            )
            for opinion in decision.evidence[:1]
        )  # fmt: skip


def _asked(index: int, claim: Claim) -> _Asked:
    text = normalise(claim.text).text
    is_searched = claim.checkable and guess_language(text) is not Language.OTHER
    return _Asked(index, claim, is_searched, claim.checkable and is_important(text))


async def _at_once(claims: Sequence[Claim]) -> AsyncGenerator[Sequence[Claim], None]:
    yield claims
