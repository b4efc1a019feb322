"""Documents that others took the place of: shown, and never in the way of what holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.posts import InThread
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import AbstainReason, Verdict
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_kit.executor import Executor

CLAIM = "丁薬の1日最大量は4 gである。"
NEW = "丁薬は1日に2 gまでとする。"
TODAY = "2026-04-01"
ByWords = Callable[[Sequence[Passage]], CorpusEvidence]


@dataclass
class Sure:
    """A reader of two texts: the new one contradicts, any old one supports."""

    name: str = "sure"
    revision: str = "1"
    asked: list[str] = field(default_factory=list)

    def read(self, readings: Sequence[Reading]) -> list[Answer]:
        """As SemanticJudge.read."""
        self.asked += (reading.context for reading in readings)
        odds = (Probabilities(0.01, 0.97, 0.02), Probabilities(0.97, 0.01, 0.02))
        return [Answer(odds[NEW not in reading.context], Span(0, len(reading.context))) for reading in readings]


def document(name: str, text: str, *, is_superseded: bool = False) -> Passage:
    return Passage(f"corpora/c/documents/{name}", Span(0, len(text)), text, is_superseded=is_superseded)


def old(number: int) -> Passage:
    return document(f"old-{number}", CLAIM.replace("である", f"であると第{number}版は定める"), is_superseded=True)


async def checked(evidence: CorpusEvidence, reader: Sure) -> Checked:
    executor = Executor(name="rules")
    room = ReadingRoom([Seat("sure", InThread(lambda: reader), timeout_s=30)], Weighings([], "r"), documents=2)
    await room.open()
    checker = Checker(RulesJudge(Reader(Analyser())), executor, room, judged=8, found=32, revision="r")
    try:
        (one,) = [one async for one in checker.check(Run(evidence, TODAY), split_claims(CLAIM))]
    finally:
        await room.close()
        executor.close()
    return one


@pytest.mark.parametrize("versions", [2, 20], ids=["few", "more than are judged"])
async def test_the_version_that_holds_is_read_however_many_old_ones_are_nearer(
    by_words: ByWords, versions: int
) -> None:
    """Hazard: the two best documents are old, are read and settle nothing, and nobody looks at the new one."""
    reader = Sure()
    evidence = by_words([*map(old, range(versions)), document("new", NEW)])
    one = await checked(evidence, reader)
    assert one.decision.verdict is Verdict.CONTRADICTED
    assert reader.asked == [NEW]
    assert [shown.passage.is_superseded for shown in one.decision.evidence] == [False, True]
    assert len(one.opinions) <= 2 * 8


async def test_where_nothing_holds_any_more_the_old_is_shown_and_not_read(by_words: ByWords) -> None:
    reader = Sure()
    one = await checked(by_words([document("ended", CLAIM, is_superseded=True), old(1)]), reader)
    assert (one.decision.verdict, reader.asked) == (Verdict.NOT_ENOUGH_EVIDENCE, [])
    assert one.decision.abstain_reason is AbstainReason.UNDECIDED
    assert one.decision.evidence[0].passage.text == CLAIM
