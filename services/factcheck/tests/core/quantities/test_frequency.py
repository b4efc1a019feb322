"""How often: every word for a time that the patterns know, and numbers that are read whole or not at all."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.quantities.frequency import DIMENSION
from monshin_factcheck.core.quantities.scan import quantities

DAYS = {
    "日": "1", "日間": "1", "週": "7", "週間": "7", "月": "487/16", "年": "1461/4", "年間": "1461/4", "時間": "1/24",
    "分": "1/1440", "分間": "1/1440", "秒": "1/86400", "秒間": "1/86400", "晩": "1", "夜": "1",
} | {f"{mark}月{span}": "487/16" for mark in "かヶカヵケ箇" for span in ("", "間")}  # fmt: skip
ENGLISH = {
    "day": "1", "week": "7", "month": "487/16", "year": "1461/4", "hour": "1/24", "minute": "1/1440",
    "second": "1/86400", "night": "1", "morning": "1", "evening": "1",
}  # fmt: skip


def often(text: str) -> Fraction | None:
    """How often a day by the single frequency of a text."""
    (found,) = (one for one in quantities(text) if one.dimension == DIMENSION)
    return found.interval.low


@pytest.mark.parametrize(("time", "days"), DAYS.items())
def test_every_japanese_word_for_a_time_has_a_length(time: str, days: str) -> None:
    """Hazard: 3ケ月間に1回 ended the whole check."""
    for number, written in ((3, "3"), (3, "三"), (12, "十二")):
        often_then = 1 / (number * Fraction(days))
        assert often(f"{written}{time}に1回") == often_then
        assert often(f"{written}{time}ごと") == often_then
        assert often(f"{written}{time}に2回") == 2 * often_then


@pytest.mark.parametrize(("time", "days"), ENGLISH.items())
def test_every_english_word_for_a_time_has_a_length(time: str, days: str) -> None:
    """Hazard: `every two nights` and `once every 3 evenings` ended the whole check."""
    length = Fraction(days)
    assert often(f"every two {time}s") == 1 / (2 * length)
    assert often(f"every 2 {time}s") == 1 / (2 * length)
    assert often(f"once every 3 {time}s") == 1 / (3 * length)
    assert often(f"twice in every thirty-six {time}s") == 2 / (36 * length)
    for article in ("a", "per", "each", "every"):
        assert often(f"three times {article} {time}") == 3 / length


@pytest.mark.parametrize("text", ["every 5 mın", "sıx tımes a day", "once every 3 evenıngs", "5 mın", "6 KG of sıx mg"])
def test_a_letter_that_only_looks_like_another_makes_no_unit(text: str) -> None:
    """Hazard: without case ı is i, but no table holds it."""
    assert all(found.dimension != DIMENSION for found in quantities(text))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("every thirty-six hours", "3/2"), ("every thirty six hours", "3/2"), ("every ninety-six hours", "4"),
        ("every one hundred and twenty hours", "5"), ("once every twenty-one days", "21"),
        ("every two hundred hours", "25/3"),
        ("twenty-four times a day", "1/24"), ("twenty four times daily", "1/24"), ("twelve times a day", "1/12"),
        ("2.5 times a day", "2/5"), ("二十一日ごと", "21"), ("百日に1回", "100"), ("百二十日に1回", "120"),
    ],
)  # fmt: skip
def test_a_number_is_read_whole(text: str, days: str) -> None:
    """Hazard: `every thirty-six hours` was every 6 hours."""
    assert often(text) == 1 / Fraction(days)


def test_a_range_of_times_keeps_both_ends() -> None:
    for text in ("2-3 times a day", "two to three times a day", "2〜3 times a day"):
        (found,) = quantities(text)
        assert (found.interval.low, found.interval.high) == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "数日に1回", "何日に1回", "十数日に1回", "数か月に1回", "数ヶ月間に1回", "数週間に1回", "数十時間ごと",
        "翌日に1回", "1万日に1回",
        "一・五時間ごと", "two point five times", "every few hours", "数百日に1回", "今日1回", "三四日ごと",
        "か月に1回",
    ],
)  # fmt: skip
def test_what_is_no_known_time_is_no_frequency(text: str) -> None:
    """Hazard: 数日に1回 was once a day."""
    assert all(found.dimension != DIMENSION for found in quantities(text))


@pytest.mark.parametrize(
    "wrong",
    ["every thirty-six hours", "every ninety-six hours", "every fourty-six hours", "every two hundred and six hours"],
)
def test_another_frequency_in_words_is_not_supported(check: Callable[..., Decision], wrong: str) -> None:
    frame = "Acetaminophen is given {}."
    source = frame.format("every 6 hours")
    assert check(frame.format(wrong), source).verdict is not Verdict.SUPPORTED
    assert check(source, frame.format(wrong)).verdict is not Verdict.SUPPORTED
    assert check(frame.format("every six hours"), source).verdict is Verdict.SUPPORTED
