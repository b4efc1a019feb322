"""A check from claims to verdicts, with judges of a few lines beside the real rules."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio
from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.checking.evidence import CorpusEvidence, source_passages
from monshin_factcheck.checking.posts import InThread
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import AbstainReason, Verdict
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_kit.executor import Executor

TEXT = "ワルファリンの維持量は1日1〜5 mgである。納豆はワルファリンの作用を弱めるため避ける。"
SETTLED = "ワルファリンの維持量は1日50 mgである。"
OPEN = "ワルファリンは納豆で効きにくくなるおそれがある。"
ANSWER = OPEN * 10 + SETTLED + "こんにちは。" + OPEN * 9
TODAY = "2026-04-01"
LIMIT_S = 30.0


@dataclass
class Few:
    """Evidence of a few passages: nothing has to be searched."""

    version: str = ""
    fingerprint: str = ""
    aliases: AliasTable | None = None
    names: Collection[int] = ()
    passages: Sequence[Passage] = field(default_factory=lambda: source_passages(0, SourceText(TEXT)))

    def text_of(self, document: str) -> str:
        """As Evidence.text_of."""
        return TEXT

    async def lexical(self, claim: str, k: int, also: Collection[int] = ()) -> dict[int, float]:
        """Not needed."""
        raise AssertionError("few passages are not searched")

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """Not needed."""
        raise AssertionError("few passages are not searched")


@dataclass
class Slow:
    """Says the same of everything, once it may."""

    odds: Probabilities = field(default_factory=lambda: Probabilities(0.97, 0.01, 0.02))
    name: str = "slow"
    revision: str = "1"
    asked: list[str] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def read(self, readings: Sequence[Reading]) -> list[Answer]:
        """As SemanticJudge.read."""
        self.asked += (reading.claim for reading in readings)
        self.may_answer.wait(LIMIT_S)
        return [Answer(self.odds, Span(0, len(reading.context))) for reading in readings]


@pytest_asyncio.fixture
async def slow() -> Slow:
    one = Slow()
    one.may_answer.set()
    return one


@asynccontextmanager
async def opened(*seats: Seat) -> AsyncGenerator[Checker]:
    """A checker with these judges beside the rules."""
    executor = Executor(name="rules")
    room = ReadingRoom(seats, Weighings([], "r"), documents=1)
    await room.open()
    try:
        yield Checker(RulesJudge(Reader(Analyser())), executor, room, judged=8, found=32, revision="r")
    finally:
        await room.close()
        executor.close()


@pytest_asyncio.fixture
async def checker(slow: Slow) -> AsyncIterator[Checker]:
    async with opened(Seat("slow", InThread(lambda: slow), timeout_s=LIMIT_S)) as one:
        yield one


async def results(checker: Checker, run: Run) -> list[Checked]:
    return [checked async for checked in checker.check(run, split_claims(ANSWER))]


async def test_final_results_are_one_a_claim_and_in_order(checker: Checker) -> None:
    final = await results(checker, Run(Few(), TODAY))
    assert [checked.index for checked in final] == list(range(len(split_claims(ANSWER))))
    assert not any(checked.is_provisional for checked in final)
    assert [checked.decision.verdict for checked in final[9:12]] == [
        Verdict.SUPPORTED,
        Verdict.CONTRADICTED,
        Verdict.NOT_CHECKABLE,
    ]


async def test_quick_verdicts_do_not_wait_for_a_slow_judge(checker: Checker, slow: Slow) -> None:
    """All of them are told before the reader has answered for the first group."""
    slow.may_answer.clear()
    told: list[Checked] = []
    async for checked in checker.check(Run(Few(), TODAY, wants_quick=True), split_claims(ANSWER)):
        told.append(checked)
        if len(told) == len(split_claims(ANSWER)):
            slow.may_answer.set()
    quick = [place for place, checked in enumerate(told) if checked.is_provisional]
    final = [place for place, checked in enumerate(told) if not checked.is_provisional]
    assert len(quick) == len(final) == len(split_claims(ANSWER))
    assert quick[-1] < final[0]
    assert set(slow.asked) == {OPEN}
    assert [told[place].index for place in final] == sorted(told[place].index for place in final)
    assert all(told[place].decision.judges_run in ((), ("rules",)) for place in quick)


async def test_what_the_rules_settle_is_not_read_and_says_so(checker: Checker, slow: Slow) -> None:
    final = await results(checker, Run(Few(), TODAY))
    assert set(slow.asked) == {OPEN}
    assert final[10].decision.judges_run == ("rules",)
    assert final[0].decision.judges_run == ("rules", "slow")


@pytest.mark.parametrize(
    ("claim", "texts", "verdict"),
    [
        ("甲薬は妊婦に禁忌である。", ("甲薬は妊婦に禁忌である。", "甲薬は妊婦に禁忌でない。"), Verdict.CONFLICTING),
        ("甲薬は1日5 mgを投与する。", ("eGFRが30以上の場合、甲薬は1日5 mgを投与する。",), Verdict.CONDITIONAL),
    ],
)
async def test_a_reader_does_not_take_back_what_the_sources_say_word_for_word(
    checker: Checker, slow: Slow, claim: str, texts: Sequence[str], verdict: Verdict
) -> None:
    """Hazard: a conflict of two sources, or a condition that is left out, was shown for a moment, then read away."""
    passages = [passage for place, text in enumerate(texts) for passage in source_passages(place, SourceText(text))]
    run = Run(Few(passages=passages), TODAY)
    (final,) = [checked async for checked in checker.check(run, split_claims(claim))]
    assert final.decision.verdict is verdict
    assert slow.asked == []


async def test_a_search_that_did_not_run_is_told_whoever_decides(
    checker: Checker, slow: Slow, by_words: Callable[[Sequence[Passage]], CorpusEvidence]
) -> None:
    """Hazard: with embed down, "no passage speaks of this subject" was said of a corpus half searched."""
    slow.odds = Probabilities(0.01, 0.01, 0.98)
    texts = [f"{number}号室の窓は1日に{number}回だけ開ける。" for number in range(1, 20)]
    passages = [Passage(f"corpora/c/documents/{text[:2]}", Span(0, len(text)), text) for text in texts]
    run = Run(by_words(passages), TODAY, wants_quick=True)
    quick, final = [checked async for checked in checker.check(run, split_claims(SETTLED))]
    assert run.not_run == {"dense_retrieval": "UNAVAILABLE"}
    assert final.decision.judges_run == ("rules", "slow")
    assert [one.decision.abstain_reason for one in (quick, final)] == [AbstainReason.NOT_RUN] * 2


async def test_claims_that_are_still_coming_are_judged_as_they_come(checker: Checker) -> None:
    judged: list[int] = []
    has_verdict = asyncio.Event()
    has_verdict.set()

    async def arriving() -> AsyncGenerator[Sequence[Claim], None]:
        for claim in split_claims(ANSWER)[:3]:
            # The one before has its verdict although more is to come.
            await has_verdict.wait()
            has_verdict.clear()
            yield [claim]

    async with asyncio.timeout(LIMIT_S):
        async for checked in checker.check_arriving(Run(Few(), TODAY), arriving()):
            judged.append(checked.index)
            has_verdict.set()
    assert judged == [0, 1, 2]


async def test_without_readers_the_rules_decide_and_are_named_alone() -> None:
    async with opened() as alone:
        final = [checked async for checked in alone.check(Run(Few(), TODAY, wants_quick=True), split_claims(SETTLED))]
    assert [(one.decision.verdict, one.is_provisional, one.is_important) for one in final] == [
        (Verdict.CONTRADICTED, False, True)
    ]
    assert [(said.judge, said.revision) for said in final[0].decision.sayings] == [("rules", "r")]


async def test_a_document_holds_through_its_last_day_of_the_check() -> None:
    """Whatever day it is where this process runs."""
    passages = [replace(passage, effective_until=TODAY) for passage in Few().passages]
    async with opened() as alone:
        for today, verdict in ((TODAY, Verdict.CONTRADICTED), ("2026-04-02", Verdict.NOT_ENOUGH_EVIDENCE)):
            run = Run(Few(passages=passages), today)
            (one,) = [checked async for checked in alone.check(run, split_claims(SETTLED))]
            assert one.decision.verdict is verdict
