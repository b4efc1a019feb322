"""What a judge said is kept: it is asked once for each claim and context, whatever happened to the run before."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from monshin_factcheck.checking.posts import InThread
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.semantic import Answer, Reading, Worthless
from monshin_factcheck.core.text.spans import Span
from monshin_kit.errors import FailedPrecondition, MonshinError, Unavailable

from services.factcheck.tools.kept_judge import KeptJudge

ODDS = Probabilities(0.5, 0.25, 0.25)
REVISION = "0123456789abcdef" * 4


@dataclass
class Counting:
    """A judge that keeps what it was asked. silent_on: a claim that it has no answer for."""

    revision: str = REVISION
    name: str = "small"
    silent_on: str = ""
    asked: list[str] = field(default_factory=list)

    def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
        """As SemanticJudge.read."""
        self.asked += [one.claim for one in readings]
        return [
            Worthless("no answer") if one.claim == self.silent_on else Answer(ODDS, Span(0, len(one.context)))
            for one in readings
        ]


def reading(claim: str, context: str = "題\n本文", body: int = 2) -> Reading:
    return Reading(claim, context, (), body)


async def told(judge: Counting, folder: Path, *readings: Reading) -> list[Answer]:
    """Its answers in one run."""
    kept = KeptJudge(Seat("small", InThread(lambda: judge), timeout_s=60), folder)
    await kept.open()
    try:
        return await kept.read(readings)
    finally:
        await kept.close()


async def test_a_claim_is_asked_for_once_over_two_runs(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    one = await told(first, tmp_path, reading("a"), reading("b"), reading("a"))
    again = await told(second, tmp_path, reading("b"), reading("c"), reading("a"))
    assert (first.asked, second.asked) == (["a", "b"], ["c"])
    assert one == again == [Answer(ODDS, Span(2, 4))] * 3


async def test_another_context_or_revision_is_asked_for_anew(tmp_path: Path) -> None:
    await told(Counting(), tmp_path, reading("a"))
    context, revision = Counting(), Counting(revision="f" * 64)
    await told(context, tmp_path, reading("a", "本文", 0))
    await told(revision, tmp_path, reading("a"))
    assert context.asked == revision.asked == ["a"]


async def test_scores_that_were_kept_before_this_file_existed_are_read(tmp_path: Path) -> None:
    """The key is SHA-256 of claim, NUL, context; here written out, so that no change of code can change it unseen."""
    key = "5176fa8a2364753de1ee7d30a68663e3b182da7748ab5d95ca85a2bf2280c4e4"
    line = json.dumps({"key": key, "odds": [0.7, 0.2, 0.1]})
    (tmp_path / f"small-{REVISION[:16]}.jsonl").write_text(line + "\n")
    judge = Counting()
    (answer,) = await told(judge, tmp_path, reading("納豆は作用を弱める。", "本文", 0))
    assert judge.asked == []
    assert answer.probabilities.supported == pytest.approx(0.7)


async def test_a_line_that_a_run_was_cut_off_in_is_asked_for_again(tmp_path: Path) -> None:
    """Hazard: the next line is glued to half a one, and no run after it can read the file."""
    await told(Counting(), tmp_path, reading("a"), reading("b"))
    file = tmp_path / f"small-{REVISION[:16]}.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    judge = Counting()
    await told(judge, tmp_path, reading("a"), reading("b"))
    assert judge.asked == ["b"]
    assert [sorted(json.loads(line)) for line in file.read_text().splitlines()] == [["key", "odds"]] * 2


async def test_a_missing_answer_ends_the_program_and_loses_no_other(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="small did not answer"):
        await told(Counting(silent_on="b"), tmp_path, reading("a"), reading("b"), reading("c"))
    judge = Counting()
    await told(judge, tmp_path, reading("a"), reading("b"), reading("c"))
    assert judge.asked == ["b"]


async def test_a_judge_that_is_away_is_named(tmp_path: Path) -> None:
    def missing() -> Counting:
        raise FailedPrecondition("no weights")

    judge = KeptJudge(Seat("small", InThread(missing), timeout_s=60), tmp_path)
    with pytest.raises(Unavailable, match="small cannot be asked"):
        await judge.open()
