"""Quantities read from text, against numbers written down by the test itself."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.quantity import Quantity, Scope
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.text.normalise import normalise

# The test's own table, in grams, litres, days; written independently of units.yaml.
UNITS = {
    "mg": ("mass", Fraction(1, 10**3)),
    "g": ("mass", Fraction(1)),
    "μg": ("mass", Fraction(1, 10**6)),
    "mL": ("volume", Fraction(1, 10**3)),
    "L": ("volume", Fraction(1)),
    "dL": ("volume", Fraction(1, 10)),
    "時間": ("time", Fraction(1, 24)),
    "分": ("time", Fraction(1, 24 * 60)),
    "日": ("time", Fraction(1)),
    "週間": ("time", Fraction(7)),
    "mmHg": ("pressure", Fraction(1)),
    "%": ("share", Fraction(1, 100)),
    "mg/dL": ("mass/volume", Fraction(1, 100)),
    "mg/kg": ("mass/body_mass", Fraction(1, 1000)),
    "mEq/L": ("charge/volume", Fraction(1, 1000)),
    "歳": ("age", Fraction(1)),
    "錠": ("count:錠", Fraction(1)),
}
AFTER = {
    "": Comparator.NONE,
    "以上": Comparator.AT_LEAST,
    "未満": Comparator.LESS_THAN,
    "以下": Comparator.AT_MOST,
    "を超える": Comparator.MORE_THAN,
    "超": Comparator.MORE_THAN,
    "以内": Comparator.AT_MOST,
    "まで": Comparator.AT_MOST,
    "を超えない": Comparator.AT_MOST,
    "を下回る": Comparator.LESS_THAN,
}
KANJI = "〇一二三四五六七八九"

numbers = st.decimals(min_value="0.01", max_value=9999, places=2).map(
    lambda value: f"{value:f}".rstrip("0").rstrip(".")
)


def only(text: str) -> Quantity:
    """The single quantity of a text."""
    found = quantities(normalise(text).text)
    assert len(found) == 1, [quantity.key for quantity in found]
    return found[0]


def in_kanji(number: int) -> str:
    """1 to 99 as it is written by hand."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else KANJI[tens] + "十") + (KANJI[ones] if ones else "")


@settings(max_examples=300, deadline=None)
@given(numbers, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(AFTER)), st.sampled_from(["", " "]))
def test_number_unit_and_comparator_are_read_exactly(number: str, unit: str, after: str, space: str) -> None:
    """The oracle multiplies the number by the test's own factor."""
    dimension, factor = UNITS[unit]
    found = only(f"基準は{number}{space}{unit}{after}とする")
    value = Fraction(number) * factor
    comparator = AFTER[after]
    assert (found.dimension, found.comparator) == (dimension, comparator)
    assert found.interval.low == (None if comparator.points_down else value)
    assert found.interval.high == (None if comparator.points_up else value)
    assert found.interval.low_open == (comparator is Comparator.MORE_THAN)
    assert found.interval.high_open == (comparator is Comparator.LESS_THAN)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from(["〜", "～", "から", "-", "–"]), st.booleans())
def test_ranges_keep_both_ends(one: int, other: int, sign: str, twice: bool) -> None:
    low, high = sorted((one, one + other))
    first_unit = "mg" if twice or sign == "から" else ""
    found = only(f"用量{low}{first_unit}{sign}{high}mg")
    assert (found.interval.low, found.interval.high) == (Fraction(low, 1000), Fraction(high, 1000))
    assert found.comparator is Comparator.RANGE


@given(st.integers(1, 99))
def test_kanji_numbers_are_read_in_front_of_units(number: int) -> None:
    assert only(f"およそ{in_kanji(number)}日間続く").interval.low == number


@given(st.integers(1000, 999_999))
def test_thousands_separators_change_nothing(number: int) -> None:
    assert only(f"尿量{number:,} mLで").key == only(f"尿量{number} mLで").key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1日3回", "8時間ごと"),
        ("1日1回", "毎日"),
        ("2日に1回", "隔日"),
        ("週1回", "7日ごと"),
        ("twice daily", "1日2回"),
        ("毎分100回", "1分間に100回"),
        ("4 gまで", "4000mg以下"),
        ("1日4 g", "4000 mg/日"),
        ("体重1kgあたり2g", "2 g/kg"),
        ("50〜60 mm", "5cmから6cm"),
        ("半日", "12時間"),
        ("1年半", "18か月"),
        ("8万/μL", "80000/μL"),
        ("2倍量", "2倍"),
        ("最大でも30分", "30分以内"),
        ("at least 2 hours", "2時間以上"),
        ("15分を超えない", "15分以下"),
        ("３０㎎", "30 mg"),
        ("2019年4月", "平成31年4月"),
    ],
)
def test_two_ways_of_writing_are_one_quantity(one: str, other: str) -> None:
    assert only(one).key == only(other).key


@pytest.mark.parametrize(
    "text",
    [
        "十分な水分をとる",
        "第一選択とする",
        "十二指腸の潰瘍",
        "一般に安全である",
        "S-1とCOVID-19とB12",
        "唯一の方法",
        "一部の例外",
    ],
)
def test_words_that_look_like_numbers_are_none(text: str) -> None:
    assert quantities(text) == ()


def test_a_kanji_range_takes_the_unit_of_its_end() -> None:
    assert only("三十〜四十五度の角度").key == only("30〜45度の角度").key


def test_numbers_that_are_listed_are_no_range() -> None:
    assert [found.comparator for found in quantities("1、2、3日目と5、10 mg")] == [Comparator.NONE] * 5


def test_a_range_of_bounds_is_one_interval() -> None:
    found = only("血糖70以上110未満")
    assert (found.interval.low, found.interval.high) == (Fraction(70), Fraction(110))
    assert (found.interval.low_open, found.interval.high_open) == (False, True)


def test_a_range_with_a_bound_makes_no_interval_with_the_next_bound() -> None:
    """Hazard: the 300 was lost, and 30以上50未満 confirmed it."""
    assert [found.numbers for found in quantities("CCr 30〜300 mL/分以上50 mL/分未満")] == [(30, 300), (50,)]


def test_the_numbers_of_a_unit_are_not_read_again() -> None:
    assert [found.unit for found in quantities("eGFR 30 mL/min/1.73m2未満")] == ["mL/分/1.73m2"]


def test_a_dose_and_a_daily_amount_are_told_apart() -> None:
    dose, day = quantities("1回300 mg、1日総量は1200 mgまで")
    assert (dose.scope, dose.dimension) == (Scope.PER_DOSE, "mass")
    assert (day.scope, day.dimension) == (Scope.UNSAID, "mass/time")


def test_a_blood_pressure_is_two_pressures() -> None:
    systolic, diastolic = quantities("140/90 mmHg以上")
    assert (systolic.interval.low, diastolic.interval.low) == (Fraction(140), Fraction(90))


PIECES = [
    *"0123456789.,/〜-–%μ日回分年十一以上未満超±約aとのをは、。", " ", " ", "mg", "mL", "kg", "錠", "から", "まで",
    "以下", "以上",
    "しない", "避ける", "を超え", "ない", "more than ", "at least ", "do not ", "never ", "is contraindicated",
    "every ", "once ",
    "times ", "a day", "nights", "mornings", "hours", "mın", "sıx", "ケ月間", "か月", "に1回", "ごと", "おき", "1日",
    "thirty-six",
    "hundred", "thousand", "point", "and", "two", "half", "a", "of", "〇・五", "・", "数", "何", "百", "千", "万",
    "5〜10", "2-3",
    "5 to 10", "->", "=>", "→", "<b>", "</b>", "<br>", "<", ">", "≦", "1½", "10³", "5¹", "1 000", "6 MU", "午後", "3時",
    "2割",
    "歳", "前", "後", "半", "弱", "強",
]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("0 at least 0")
def test_no_text_breaks_the_reader_and_nothing_overlaps(text: str) -> None:
    found = quantities(normalise(text).text)
    for one, other in pairwise(found):
        assert one.span.end <= other.span.start
