"""Judges side by side: whoever answers is heard, and one that is slow, broken or silent is named."""

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest
from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.circuit import FAILURES, REST_S, Circuit
from monshin_factcheck.checking.posts import InThread
from monshin_factcheck.checking.reading import ReadingRoom, Round, Ruled
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.decision import Saying, Verdict
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.semantic import Answer, Reading, TooLong, Worthless
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import Weighings
from monshin_kit.errors import DeadlineExceeded, FailedPrecondition, MonshinError, Unavailable

TEXT = "ワルファリンの作用は納豆で弱まる。"
WHOLE = Span(0, len(TEXT))
SURE = Probabilities(0.97, 0.02, 0.01)
EVEN = Probabilities(0.3, 0.3, 0.4)
DEADLINE_S = 0.2
LIMIT_S = 30.0


@dataclass
class Small:
    """A judge of a few lines: it answers `odds` for all, after the event `waits_for`, or raises, or quotes `span`.

    too_long: a claim that it does not read.
    """

    odds: Probabilities = SURE
    error: Exception | None = None
    span: Span = WHOLE
    name: str = "small"
    revision: str = "1"
    asked: list[Reading] = field(default_factory=list)
    waits_for: threading.Event | None = None
    too_long: str = ""

    def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
        """As SemanticJudge.read."""
        self.asked += readings
        if self.waits_for is not None:
            self.waits_for.wait(LIMIT_S)
        if self.error is not None:
            raise self.error
        return [
            TooLong("for a small judge") if one.claim == self.too_long else Answer(self.odds, self.span)
            for one in readings
        ]


def claims(count: int = 1) -> list[Ruled]:
    passage = Passage("sources/0", Span(0, len(TEXT)), TEXT)
    opinion = Opinion(passage, Stance.RELATED, 0.7, Probabilities(0.3, 0.2, 0.5))
    told = Saying("rules", "r", opinion.probabilities, passage.document, passage.span, passage.text, 1.0)
    return [Ruled(f"納豆は作用を弱める{place}。", (opinion,), told) for place in range(count)]


async def rounds(room: ReadingRoom, not_run: Absences, asked: Sequence[Ruled] | None = None) -> list[Round]:
    async with aclosing(room.decide(asked or claims(), lambda document: TEXT, not_run)) as found:
        return [one async for one in found]


def seat(name: str, judge: Small, timeout_s: float = LIMIT_S) -> Seat:
    return Seat(name, InThread(lambda: judge), timeout_s=timeout_s)


async def opened(*seats: Seat) -> ReadingRoom:
    room = ReadingRoom(seats, Weighings([], "r"), documents=2)
    await room.open()
    return room


async def test_all_that_answer_are_named_and_heard() -> None:
    room = await opened(seat("a", Small()), seat("b", Small(odds=Probabilities(0.96, 0.02, 0.02))))
    not_run = Absences()
    decision = (await rounds(room, not_run))[-1].decisions[0]
    assert decision is not None
    assert decision.verdict is Verdict.SUPPORTED
    assert sorted(decision.judges_run) == ["a", "b", "rules"]
    assert {one.judge: one.quote for one in decision.sayings} == {"rules": TEXT, "a": TEXT, "b": TEXT}
    assert not decision.is_calibrated
    assert not_run == {}
    await room.close()


async def test_what_was_found_and_not_read_is_weighed_as_well() -> None:
    """Hazard: a reader sees some sentences of two documents; what denies the claim stands in another one."""
    read, beside, unread = (
        Opinion(Passage(name, Span(start, start + 9), text, is_found=True), stance, 0.7, Probabilities(0.3, 0.2, 0.5))
        for name, start, text, stance in (
            ("a", 0, "甲は乙に用いる。", Stance.RELATED),
            ("a", 900, "甲は乙に用いない。", Stance.CONTRADICTS),
            ("c", 0, "甲は乙に禁忌。。", Stance.CONTRADICTS),
        )
    )
    second = Opinion(Passage("b", Span(0, 9), "乙は丙である。。", is_found=True), Stance.RELATED, 0.6, EVEN)
    told = Saying("rules", "r", read.probabilities, "a", Span(0, 9), "甲は乙に用いる。", 1.0)
    text = "甲は乙に用いる。。" + "その他。" * 222 + "。。。甲は乙に用いない。"
    judge = Small(span=Span(0, 5))
    room = await opened(seat("a", judge))
    for opinions, verdict in (
        ((read, second), Verdict.SUPPORTED),
        ((read, beside, second), Verdict.CONFLICTING),  # the first may not support, and denies what the second says
        ((read, beside), Verdict.NOT_ENOUGH_EVIDENCE),
        ((read, second, unread), Verdict.CONFLICTING),
    ):
        asked = [Ruled("甲は乙に用いてよい。", opinions, told)]
        async with aclosing(
            room.decide(asked, lambda document: text if document == "a" else TEXT, Absences())
        ) as found:
            (last,) = [one async for one in found]
        (decision,) = last.decisions
        assert decision is not None
        assert decision.verdict is verdict
    assert all(len(reading.context) <= 200 for reading in judge.asked)
    await room.close()


async def test_a_claim_too_long_for_a_judge_leaves_it_the_others() -> None:
    """Its own claim is judged without it, and the check says so; the next claims are read."""
    room = await opened(seat("a", Small(too_long=claims()[0].claim)))
    not_run = Absences()
    first = (await rounds(room, not_run, claims(2)))[-1].decisions
    assert first[0] is None
    assert first[1] is not None
    assert not_run == {"judge:a": "OUT_OF_RANGE"}
    (again,) = (await rounds(room, not_run, claims(2)[1:]))[-1].decisions
    assert again is not None
    await room.close()


async def test_a_quick_judge_is_told_before_a_slow_one_has_answered() -> None:
    may_answer = threading.Event()
    room = await opened(seat("slow", Small(waits_for=may_answer)), seat("quick", Small()))
    told: list[Round] = []
    async with aclosing(room.decide(claims(), lambda document: TEXT, Absences())) as found:
        async for one in found:
            told.append(one)
            may_answer.set()
    first, last = told
    assert (first.is_last, last.is_last) == (False, True)
    assert [decision.judges_run for decision in first.decisions if decision] == [("rules", "quick")]
    assert [sorted(decision.judges_run) for decision in last.decisions if decision] == [["quick", "rules", "slow"]]
    await room.close()


@pytest.mark.parametrize(
    ("judge", "reason"),
    [
        (Small(waits_for=threading.Event()), "DEADLINE_EXCEEDED"),
        (Small(error=RuntimeError("the model is broken")), "UNAVAILABLE"),
        (Small(span=Span(0, 500)), "INTERNAL"),
    ],
)
async def test_a_judge_that_fails_is_named_and_does_not_hold_up_the_others(judge: Small, reason: str) -> None:
    """Slow, broken, or quoting what is not there."""
    room = await opened(seat("bad", judge, DEADLINE_S), seat("good", Small()))
    not_run = Absences()
    began = time.perf_counter()
    decision = (await rounds(room, not_run))[-1].decisions[0]
    assert time.perf_counter() - began < 10 * DEADLINE_S
    assert not_run == {"judge:bad": reason}
    assert decision is not None
    assert decision.judges_run == ("rules", "good")
    if judge.waits_for is not None:
        judge.waits_for.set()
    await room.close()


async def test_where_nobody_answers_there_is_no_decision() -> None:
    room = await opened(seat("bad", Small(error=ValueError("no"))))
    not_run = Absences()
    assert [one.decisions for one in await rounds(room, not_run)] == [(None,)]
    assert not room.is_open(not_run)
    await room.close()


async def test_a_judge_that_cannot_be_opened_is_named_and_the_others_work() -> None:
    """Hazard: weights that are missing or have another hash."""

    def missing() -> Small:
        raise FailedPrecondition("the base's weights are missing")

    room = await opened(Seat("missing", InThread(missing), timeout_s=1), seat("good", Small()))
    not_run = Absences()
    assert room.is_open(not_run)
    decision = (await rounds(room, not_run))[-1].decisions[0]
    assert not_run == {"judge:missing": "FAILED_PRECONDITION"}
    assert decision is not None
    assert decision.judges_run == ("rules", "good")
    await room.close()


async def test_a_judge_takes_part_only_in_the_claims_that_it_answered_for() -> None:
    class Fussy(Small):
        def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
            return [Worthless("no") if "0" in one.claim else Answer(SURE, self.span) for one in readings]

    room = await opened(seat("fussy", Fussy()))
    not_run = Absences()
    first, second = (await rounds(room, not_run, claims(2)))[-1].decisions
    assert first is None
    assert second is not None
    assert second.judges_run == ("rules", "fussy")
    assert not_run == {"judge:fussy": "INTERNAL"}
    # One bad answer does not end its work in this check.
    assert room.is_open(not_run)
    await room.close()


async def test_who_failed_in_a_check_is_not_asked_again_in_it() -> None:
    judge = Small(error=RuntimeError("broken"))
    room = await opened(seat("bad", judge), seat("good", Small()))
    not_run = Absences()
    await rounds(room, not_run)
    await rounds(room, not_run)
    assert len(judge.asked) == 1
    await room.close()


async def test_one_reading_without_an_answer_costs_its_own_claim_alone() -> None:
    """Hazard: one request in a hundred was slow, and the judge was missing in the rest of the check."""

    class Halting(Small):
        def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
            late = DeadlineExceeded("one request")
            return [late if one.claim == claims()[0].claim else Answer(SURE, self.span) for one in readings]

    room = await opened(seat("halting", Halting()))
    not_run = Absences()
    decisions = (await rounds(room, not_run, claims(2)))[-1].decisions
    assert [one and one.judges_run for one in decisions] == [None, ("rules", "halting")]
    assert not_run == {"judge:halting": "DEADLINE_EXCEEDED"}
    (again,) = (await rounds(room, not_run, claims(2)[1:]))[-1].decisions
    assert again is not None
    assert again.judges_run == ("rules", "halting")
    await room.close()


async def test_a_judge_that_answers_single_claims_with_errors_only_is_left_alone_as_well() -> None:
    class Silent(Small):
        def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
            self.asked += readings
            return [Unavailable("the endpoint is away") for _ in readings]

    judge = Silent()
    room = await opened(seat("silent", judge))
    not_run = Absences()
    for _ in range(FAILURES + 2):
        await rounds(room, not_run)
    assert len(judge.asked) == FAILURES
    assert not room.is_open(not_run)
    await room.close()


async def test_a_judge_that_fails_again_and_again_is_left_alone_and_then_tried_once_more() -> None:
    now = 0.0
    judge = Small(error=RuntimeError("broken"))
    one = Seat("bad", InThread(lambda: judge), timeout_s=1, circuit=Circuit(lambda: now))
    room = await opened(one)
    for _ in range(FAILURES + 2):
        await rounds(room, Absences())
    assert len(judge.asked) == FAILURES
    now += REST_S
    judge.error = None
    assert (await rounds(room, Absences()))[-1].decisions[0] is not None
    assert one.absence == ""
    await room.close()


async def test_leaving_early_cancels_what_is_under_way() -> None:
    may_answer = threading.Event()
    room = await opened(seat("quick", Small()), seat("slow", Small(waits_for=may_answer)))
    async with aclosing(room.decide(claims(), lambda document: TEXT, Absences())) as found:
        async for one in found:
            assert not one.is_last
            break
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.cancelling()]
    may_answer.set()
    await room.close()
