"""Bounds in many words: what makes a number a least or a most one."""

import pytest
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.scan import quantities

AT_LEAST, MORE_THAN = Comparator.AT_LEAST, Comparator.MORE_THAN
AT_MOST, LESS_THAN, NONE = Comparator.AT_MOST, Comparator.LESS_THAN, Comparator.NONE


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("最短でも2週間あける", AT_LEAST),
        ("最低限3 mgとする", AT_LEAST),
        ("早くとも3日目", AT_LEAST),
        ("間隔は6時間を下限とする", AT_LEAST),
        ("間隔は最長でも6時間とする", AT_MOST),
        ("遅くとも3日で受診する", AT_MOST),
        ("多くても4錠とする", AT_MOST),
        ("食塩は6 gに抑える", AT_MOST),
        ("在院日数を5日にとどめる", AT_MOST),
        ("2週間を待たずに再開する", LESS_THAN),
        ("2週間あけずに再開する", LESS_THAN),
        ("38度台に届かない", LESS_THAN),
        ("2日を経過しないうちは登校しない", LESS_THAN),
        ("2日を経過してから登校する", NONE),
        ("must not fall below 30 mg/dL", AT_LEAST),
        ("no fewer than 3 doses", AT_LEAST),
        ("6 hours minimum between doses", AT_LEAST),
        ("not above 5 mg", AT_MOST),
        ("capped at 4 g", AT_MOST),
        ("5 mg at most", AT_MOST),
        ("in excess of 5 mg", MORE_THAN),
    ],
)
def test_words_make_a_number_a_bound(text: str, comparator: Comparator) -> None:
    (found,) = quantities(text)
    assert found.comparator is comparator


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("患者の半数で起こる", NONE),
        ("半分に減量する", NONE),
        ("半量とする", NONE),
        ("過半数で起こる", MORE_THAN),
        ("半数を超える患者で起こる", MORE_THAN),
        ("半数に満たない患者で起こる", LESS_THAN),
        ("半数以下", AT_MOST),
    ],
)
def test_a_half_is_a_share(text: str, comparator: Comparator) -> None:
    (found,) = quantities(text)
    assert (found.dimension, found.comparator) == ("share", comparator)
    assert found.numbers == (0.5,)


@pytest.mark.parametrize(("text", "unit"), [("30分の間隔をあける", "分"), ("5分の休憩", "分"), ("3分の1にする", "")])
def test_minutes_may_say_what_they_are_minutes_of(text: str, unit: str) -> None:
    (found,) = quantities(text)
    assert found.unit == unit
    assert found.dimension == ("time" if unit else "share")


@pytest.mark.parametrize("text", ["半減期が長い", "半身の麻痺", "十分に冷ます"])
def test_words_with_half_in_them_are_no_share(text: str) -> None:
    assert quantities(text) == ()


@pytest.mark.parametrize(
    "text",
    ["用量は<b>5 mg</b>です", "用量は-> 5 mg", "用量は=>5 mg", "<td>5 mg</td>", '<span style="color:red">5 mg</span>'],
)
def test_the_end_of_a_tag_or_an_arrow_is_no_bound(text: str) -> None:
    """Hazard: <b>5 mg</b> was more than 5 mg."""
    (found,) = quantities(text)
    assert (found.comparator, found.numbers) == (NONE, (5,))


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("最大<b>5 mg</b>", AT_MOST), ("<b>5 mg</b>以下", AT_MOST), ("<b>5 mg</b> 未満", LESS_THAN),
        ("at least <em>5 mg</em>", AT_LEAST), ("Cr <5", LESS_THAN), ("CRP>5", MORE_THAN), (">=5", AT_LEAST),
        ("<b>>5 mg</b>", MORE_THAN), ("=< 5 mg", AT_MOST), ("<b>約5 mg</b>を超える", MORE_THAN),
    ],
)  # fmt: skip
def test_signs_are_bounds_and_tags_hide_none(text: str, comparator: Comparator) -> None:
    (found,) = quantities(text)
    assert found.comparator is comparator


def test_signs_around_words_are_no_tag() -> None:
    assert [found.comparator for found in quantities("PaO2 <i and CRP >5, Cr <5 and >3")] == [
        MORE_THAN, LESS_THAN, MORE_THAN,
    ]  # fmt: skip
