"""The judge `alignment` at its seat, beside the real rules: what it adds, and what it must leave to their veto."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.reading import ReadingRoom, Ruled
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.decision import Decision, Saying, Verdict
from monshin_factcheck.core.evidence import Passage, probabilities
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings
from monshin_factcheck.judges.seating import seats
from monshin_factcheck.settings import FactcheckSettings

TEXT = "術後の抗菌薬は、手術の次の日に終了する。"


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[ReadingRoom]:
    """As the settings make it, with the maps that are built in: none is for `alignment`."""
    weighings = Weighings(load_weighings([BUILT_IN]), rules_revision())
    room = ReadingRoom(seats(FactcheckSettings(judges="alignment"), tmp_path), weighings, documents=2)
    await room.open()
    yield room
    await room.close()


async def decided(room: ReadingRoom, claim: str, text: str = TEXT, aliases: AliasTable | None = None) -> Decision:
    rules = RulesJudge(Reader(Analyser()))
    rules = rules if aliases is None else rules.knowing(aliases)
    passage = Passage("sources/0", Span(0, len(text)), text)
    opinions = tuple(rules.judge(claim, [passage]))
    saying = Saying("rules", "r", probabilities(1, 1, 1), "sources/0", Span(0, 1), text[:1], 0.0)
    not_run = Absences()
    rounds = [one async for one in room.decide([Ruled(claim, opinions, saying, aliases)], lambda _: text, not_run)]
    assert not_run == {}
    (decision,) = rounds[-1].decisions
    assert decision is not None
    return decision


async def test_a_claim_in_words_of_the_lexicon_is_supported(room: ReadingRoom) -> None:
    """The rules alone find other words here."""
    decision = await decided(room, "術後の抗菌薬は、手術の翌日に終える。")
    assert decision.verdict is Verdict.SUPPORTED
    assert decision.judges_run == ("rules", "alignment")
    assert not decision.is_calibrated


@pytest.mark.parametrize(
    "claim",
    [
        "術後の抗菌薬は、手術の前日に終える。",
        "術後の抗菌薬は、手術の翌日に始める。",
        "術後の抗菌薬は、手術の翌日に終えない。",
    ],
)
async def test_a_turned_claim_is_not_supported(claim: str, room: ReadingRoom) -> None:
    assert (await decided(room, claim)).verdict is not Verdict.SUPPORTED


async def test_names_of_the_corpus_reach_the_judge(room: ReadingRoom) -> None:
    own = AliasTable([("抗菌薬", "ミナトシリン")])
    claim = "術後のミナトシリンは、手術の翌日に終える。"
    assert (await decided(room, claim)).verdict is not Verdict.SUPPORTED
    assert (await decided(room, claim, aliases=own)).verdict is Verdict.SUPPORTED
