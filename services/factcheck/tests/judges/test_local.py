"""The judge `local` with its real base."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the judge `local` needs monshin-factcheck[local]")

import torch  # after the check for it
from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.posts import InThread
from monshin_factcheck.checking.reading import ReadingRoom, Ruled
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.decision import Saying, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Reading, TooLong
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.judges.local.judge import ADAPTER, LocalJudge
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition

TEXT = "ワルファリンの作用は納豆で弱まる。納豆は避けるよう指導する。"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judge(bases: Path) -> LocalJudge:
    """Exact, so that answers can be compared to four digits."""
    return LocalJudge(Artefacts(bases), ADAPTER, dtype=torch.float32)


def readings(claims: Sequence[str]) -> list[Reading]:
    return [Reading(claim, TEXT, ()) for claim in claims]


def test_claims_of_one_text_are_answered_as_if_each_were_alone(judge: LocalJudge) -> None:
    claims = ["納豆はワルファリンの作用を弱める。", "納豆を勧める。", "体温は38℃である。"]
    together = judge.read(readings(claims))
    for claim, answer in zip(claims, together, strict=True):
        (alone,) = judge.read(readings([claim]))
        assert answer.probabilities.supported == pytest.approx(alone.probabilities.supported, abs=1e-4)
        assert answer.span.of(TEXT) == TEXT


def test_texts_that_are_read_in_turns_are_answered_as_if_each_were_alone(judge: LocalJudge) -> None:
    claims = ["納豆を勧める。", "納豆はワルファリンの作用を弱める。"]
    many = [Reading(claims[n % 2], f"{n}番の患者である。" + TEXT * 3, ()) for n in range(40)]
    together = judge.read(many)
    for place in (0, 13, 39):
        (alone,) = judge.read([many[place]])
        assert together[place].probabilities.supported == pytest.approx(alone.probabilities.supported, abs=1e-4)
        assert together[place].span.of(many[place].context) == many[place].context


def test_what_does_not_fit_is_not_judged_by_half_of_it(judge: LocalJudge) -> None:
    """Hazard: a claim that is wrong in its second half was SUPPORTED, and `judges_run` named who had read the first."""
    short = Reading("納豆を勧める。", TEXT, ())
    long = Reading("納豆はワルファリンの作用を弱めるので避ける。" * 12, TEXT, ())
    wide = Reading("納豆を勧める。", TEXT * 40, ())
    found = judge.read([long, short, wide])
    assert [isinstance(one, TooLong) for one in found] == [True, False, True]
    assert found[1] == judge.read([short])[0]


def test_bfloat16_says_the_same_as_fp32(judge: LocalJudge, bases: Path) -> None:
    """On a CPU that does not multiply in it, too: torch then emulates it, slowly, which few texts can bear."""
    claims = ["納豆はワルファリンの作用を弱める。", "納豆を勧める。", "体温は38℃である。", "納豆は避けなくてよい。"]
    quick = LocalJudge(Artefacts(bases), ADAPTER, dtype=torch.bfloat16)
    for exact, answer in zip(judge.read(readings(claims)), quick.read(readings(claims)), strict=True):
        one, other = exact.probabilities, answer.probabilities
        assert (other.supported, other.contradicted) == pytest.approx((one.supported, one.contradicted), abs=0.12)


@pytest.mark.parametrize("content", [None, b"", ADAPTER.read_bytes()[:-1000]], ids=["missing", "empty", "cut off"])
def test_an_adapter_that_is_none_is_refused_by_name(bases: Path, tmp_path: Path, content: bytes | None) -> None:
    adapter = tmp_path / "mine.safetensors"
    if content is not None:
        adapter.write_bytes(content)
    with pytest.raises(FailedPrecondition, match="mine"):
        LocalJudge(Artefacts(bases), adapter)


async def test_it_judges_beside_the_rules(judge: LocalJudge) -> None:
    """What it says is not under test, only that it is heard and named."""
    claim = "ワルファリンは納豆で効きにくくなる。"
    passages = [Passage("sources/0", span, span.of(TEXT)) for span in split_sentences(TEXT)]
    opinions = tuple(RulesJudge(Reader(Analyser())).judge(claim, passages))
    odds = decide(opinions, ("rules",)).probabilities
    told = Saying("rules", "r", odds, "sources/0", passages[0].span, passages[0].text, 1.0)
    room = ReadingRoom([Seat("local", InThread(lambda: judge), timeout_s=60)], Weighings([], "r"), documents=2)
    await room.open()
    async with aclosing(room.decide([Ruled(claim, opinions, told)], lambda document: TEXT, Absences())) as rounds:
        decisions = [one.decisions[0] async for one in rounds]
    await room.close()
    assert decisions[-1] is not None
    assert decisions[-1].judges_run == ("rules", "local")
    assert [saying.quote for saying in decisions[-1].sayings][-1] == TEXT
