"""Times of the day, against minutes since midnight written by hand, and what the rules make of each two."""

from collections.abc import Callable
from itertools import permutations

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.quantities.clocks import CLOCK, EITHER_HALF, NOON_OR_MIDNIGHT, clocks

JAPANESE = {
    "0時": 0, "零時": 0, "午前0時": 0, "午前零時": 0, "0:00": 0, "午前12時30分": 30, "午前12:30": 30, "0時30分": 30,
    "0時半": 30, "午前8時": 480, "8:00": 480, "午前08時": 480, "12時": 720,
    "午後0時": 720, "午後零時": 720, "午後12時30分": 750, "12:30": 750, "午後0時半": 750, "午後8時": 1200, "20時": 1200,
    "午後8:00": 1200, "PM8:00": 1200,
}  # fmt: skip
ENGLISH = {
    "midnight": 0, "12:00 am": 0, "12 a.m.": 0, "12 midnight": 0, "12:30 AM": 30, "8 am": 480, "8:00 a.m.": 480,
    "12:00 noon": 720, "12 noon": 720, "12:00 pm": 720, "12 PM": 720, "12:30 p.m.": 750, "8 pm": 1200, "20:00": 1200,
}  # fmt: skip
OPEN = ("午前12時", "午後12時")


def _forms(times: dict[str, int]) -> list[tuple[str, str, Verdict]]:
    return [
        (one, other, Verdict.SUPPORTED if times[one] == times[other] else Verdict.CONTRADICTED)
        for one, other in permutations(times, 2)
    ]


@pytest.mark.parametrize(("text", "minutes"), [*JAPANESE.items(), *ENGLISH.items()])
def test_a_time_is_its_minutes_since_midnight(text: str, minutes: int) -> None:
    (found,) = clocks(text)
    assert (found.span.of(text), found.minutes, found.dimension) == (text, minutes, CLOCK)


@pytest.mark.parametrize(
    "text", ["5 pM", "8 amoxicillin", "afternoon", "noon", "1.10 ampoules", "8時間", "12時間", "1:30:15"]
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert list(clocks(text)) == []


@pytest.mark.parametrize(
    ("text", "minutes"), [("深夜12時", 0), ("夜の12時半", 30), ("夜中の12時", 0), ("昼の12時", 720)]
)
def test_twelve_at_night_is_midnight(text: str, minutes: int) -> None:
    assert [found.minutes for found in clocks(text)] == [minutes]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("夜8時", 1200), ("夜の10時半", 1350), ("晩の7時", 1140), ("夕方5時", 1020), ("昼の2時", 840), ("朝8時", 480),
        ("夜中の2時", 120), ("夜1時", 60), ("24時", 0), ("昼の12時半", 750), ("深夜11時", 1380),
    ],
)  # fmt: skip
def test_a_word_in_front_tells_the_half_of_the_day(text: str, minutes: int) -> None:
    assert [found.minutes for found in clocks(text)] == [minutes]


def test_the_same_time_in_other_words_agrees(check: Callable[..., Decision]) -> None:
    for one, other in permutations(("夜8時", "20時", "午後8時"), 2):
        decision = check(f"手術は{one}に始まった。", f"手術は{other}に始まった。")
        assert decision.verdict is not Verdict.CONTRADICTED
        assert "quantity_match" in {finding.kind for finding in decision.evidence[0].findings}
    assert check("手術は夜8時に始まった。", "手術は朝8時に始まった。").verdict is Verdict.CONTRADICTED


def test_drugs_behind_a_time_are_left_alone() -> None:
    """`8:30 am` of `8:30 amoxicillin`."""
    assert [found.span.of("at 8:30 amoxicillin") for found in clocks("at 8:30 amoxicillin")] == ["8:30"]


def test_times_that_are_equal_agree_and_others_contradict(check: Callable[..., Decision]) -> None:
    """Hazard: 12:00 am stood as confirmed by 12:00 pm."""
    frames = ((JAPANESE, "手術は{}に始まった。"), (ENGLISH, "The operation began at {}."))
    for times, frame in frames:
        wrong = [
            (one, other)
            for one, other, verdict in _forms(times)
            if check(frame.format(one), frame.format(other)).verdict is not verdict
        ]
        assert wrong == []


def test_noon_alone_still_excludes_the_morning(check: Callable[..., Decision]) -> None:
    assert check("薬は正午に服用する。", "薬は朝に服用する。").verdict is Verdict.CONTRADICTED


def test_twelve_by_either_custom_differs_from_the_other_and_confirms_nothing_else(
    check: Callable[..., Decision],
) -> None:
    frame = "手術は{}に始まった。"
    assert [found.dimension for one in OPEN for found in clocks(one)] == [NOON_OR_MIDNIGHT] * 2
    for one in OPEN:
        assert check(frame.format(one), frame.format(one)).verdict is Verdict.SUPPORTED
        for other in JAPANESE:
            for pair in ((one, other), (other, one)):
                assert check(*map(frame.format, pair)).verdict is Verdict.NOT_ENOUGH_EVIDENCE, pair
    for pair in permutations(OPEN):
        assert check(*map(frame.format, pair)).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("hour", range(1, 12))
def test_an_hour_whose_half_is_not_told_confirms_neither_and_is_none_of_the_other_hours(
    check: Callable[..., Decision], hour: int
) -> None:
    """Hazard: 3時 was 3:00 in the night, and contradicted 午後3時."""
    frame = "手術は{}時に始まった。"
    bare = frame.format(hour)
    assert [found.dimension for found in clocks(bare)] == [EITHER_HALF]
    assert check(bare, bare).verdict is Verdict.SUPPORTED
    for half in ("午前", "午後"):
        told = frame.format(f"{half}{hour}")
        assert check(bare, told).verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert check(told, bare).verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert check(bare, frame.format(f"{half}{hour % 11 + 1}")).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("午後2時から5時", [840, 1020]), ("午後2時〜5時半", [840, 1050]), ("午前9時から11時", [540, 660]),
        ("夕方5時から7時", [1020, 1140]), ("9時から17時", [540, 1020]), ("8時と20時", [480, 1200]),
        ("11 to 2 p.m.", [660, 840]), ("from 2 to 5 pm", [840, 1020]), ("2–5 pm", [840, 1020]),
        ("10:30 to 11 a.m.", [630, 660]), ("10 am to 2 pm", [600, 840]),
    ],
)  # fmt: skip
def test_one_of_two_times_may_tell_the_half_of_both(text: str, minutes: list[int]) -> None:
    assert [(found.minutes, found.dimension) for found in clocks(text)] == [(one, CLOCK) for one in minutes]


@pytest.mark.parametrize("text", ["午前10時から2時", "3時から午後5時", "午後2時に、診察は5時"])
def test_a_half_is_not_handed_on_where_the_order_of_the_two_does_not_tell_it(text: str) -> None:
    assert EITHER_HALF in [found.dimension for found in clocks(text)]


@pytest.mark.parametrize(
    ("one", "other"), [("2 to 5 p.m.", "5 p.m."), ("午後2時から5時", "午前2時から5時"), ("2 to 5 pm", "2 to 5 am")]
)
def test_other_stretches_of_the_day_are_other_times(one: str, other: str) -> None:
    assert [found.minutes for found in clocks(one)] != [found.minutes for found in clocks(other)]
