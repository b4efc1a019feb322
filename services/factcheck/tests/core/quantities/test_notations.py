"""One quantity in many ways of writing is the same, another one never is."""

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations, product

import pytest
from monshin_factcheck.core.quantities.compare import Agreement
from monshin_factcheck.core.quantities.numerals import numerals
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.text.normalise import normalise

Agree = Callable[[str, str], Agreement]
CONFIRMING = frozenset({Agreement.SAME, Agreement.SAME_NUMBER, Agreement.WITHIN})

# Each row is one quantity; no two rows of a group are the same.
GROUPS: dict[str, list[list[str]]] = {
    "mass": [[".5 mg", "0.5 mg", "½ mg", "0.50mg", "500 μg"], ["5 mg", "5.0 mg", "五mg"], ["1 mg", "1000μg"]],
    "tablets": [
        ["½錠", "1/2錠", "半錠", "2分の1錠", "0.5錠", "half a tablet", "½ tablet"],
        ["1½ tablets", "1 1/2 tablets", "1-1/2 tablets", "1.5錠", "1錠半", "1と1/2錠", "one and a half tablets"],
        ["2錠", "二錠", "two tablets"],
        ["1/4錠", "¼錠", "0.25錠"],
        ["11錠"],
    ],
    "share": [
        ["2割5分", "25%", "二割五分", "25 percent", "4分の1", "四分の一"],
        ["2割", "20%"], ["5分の4", "8割"], ["三分の一", "3分の1"], ["3割3分", "33%"],
    ],
    "temperature": [["38度5分", "38.5°C", "38.5℃", "38.5度"], ["38度", "38℃"], ["38度6分", "38.6℃"]],
    "times": [["1.5倍", "1.5-fold", "1.5 fold", "1倍半"], ["15倍", "15-fold"], ["5倍", "5-fold"]],
    "powers": [
        ["10^3/μL", "10³/μL", "1×10^3/μL", "1×10³/μL", "1000/μL", "1,000/μL", "千/μL", "10の3乗/μL"],
        ["10万/μL", "100000/μL", "1×10⁵/μL", "10×10^4/μL", "1×105/μL", "十万/μL"],
        ["103/μL"], ["10/μL"], ["3/μL"], ["2×10^-3/μL", "2×10⁻³/μL", "0.002/μL"],
    ],
    "hours": [
        ["2時間30分", "150分", "2時間半", "2.5時間", "two and a half hours", "2 hours 30 minutes", "2½ hours"],
        ["2時間", "120分"], ["30分", "half an hour", "半時間"],
    ],
    "ages": [["1歳6か月", "1.5歳", "1歳半"], ["1歳"], ["6歳"]],
    "often": [
        ["1日おき", "隔日", "2日ごと", "2日に1回", "every other day", "every second day", "1日おきに1回", "qod"],
        ["毎日", "1日1回", "qd", "q.d.", "once daily"],
        ["1日2回", "12時間ごと", "12時間おき", "bid", "b.i.d.", "q12h", "twice daily"],
        ["tid", "8時間毎", "q8h", "1日3回"],
        ["週3回", "1週間に3回", "three times a week"],
        ["3日ごと", "every third day"],
        ["隔月", "2か月ごと"], ["毎月", "1か月ごと"],
    ],
    "ranges": [["1/2〜1錠", "0.5〜1錠", "½〜1錠", "1/2~1 tablets"], ["1〜2錠", "1 to 2 tablets"], ["1½〜2錠"]],
    "times a day": [["1日3、4回", "1日3〜4回"], ["1日2、3回", "1日2〜3回"]],
    "days": [["2、3日", "2〜3日"], ["3、4日", "三〜四日"], ["2〜4日"]],
}  # fmt: skip


@pytest.mark.parametrize("rows", GROUPS.values(), ids=GROUPS)
def test_ways_of_writing_one_quantity_are_the_same(agreement: Agree, rows: list[list[str]]) -> None:
    pairs = [pair for row in rows for pair in permutations(row, 2)]
    assert [pair for pair in pairs if agreement(*pair) is not Agreement.SAME] == []


@pytest.mark.parametrize("rows", GROUPS.values(), ids=GROUPS)
def test_other_quantities_are_never_the_same(agreement: Agree, rows: list[list[str]]) -> None:
    """Hazard: .5 mg confirmed 5 mg, 10³ was 103, 1½ was 11 and 2, 1日おき was every day."""
    pairs = [pair for row, another in permutations(rows, 2) for pair in product(row, another)]
    assert [pair for pair in pairs if agreement(*pair) in CONFIRMING] == []


# What has two readings, and what either of them would be.
OPEN = {
    "1.000 mg": ["1 mg", "1000 mg", "1,000 mg"],
    "1.500 mg": ["1.5 mg", "1500 mg"],
    "1.000.000 単位": ["1単位", "100万単位"],
    "0,5 mg": ["0.5 mg", "5 mg"],
    "用量は.5 mg": ["0.5 mg", "5 mg"],
    "1/2日": ["半日", "1日", "2日", "1〜2日"],
    "2,3日": ["3日", "2〜3日", "2.3日"],
    "3日おき": ["3日ごと", "4日ごと"],
    "2日おきに1回": ["2日ごと", "3日ごと", "1日1回"],
    "1週間おき": ["毎週", "隔週"],
}


@pytest.mark.parametrize(("text", "reading"), [(text, one) for text, readings in OPEN.items() for one in readings])
def test_what_has_two_readings_confirms_neither(agreement: Agree, text: str, reading: str) -> None:
    assert agreement(text, reading) is Agreement.INCOMPARABLE
    assert agreement(reading, text) is Agreement.INCOMPARABLE
    assert agreement(text, text) is Agreement.SAME


@pytest.mark.parametrize(
    ("text", "value"),
    [("尿比重1.010", "1.01"), ("1.025", "1.025"), ("0.500", "0.5"), ("2×100", "2"), ("1,234", "1234")],
)
def test_decimals_and_thousands_that_are_clear_are_read(text: str, value: str) -> None:
    found = numerals(text)[0]
    assert (found.value, found.is_clear) == (Fraction(value), True)


@pytest.mark.parametrize("text", ["morbid obesity", "5-FU", "IL-6", "forbid", "COVID-19", "140/90の"])
def test_words_that_hold_a_frequency_or_a_hyphen_are_no_quantity_of_it(text: str) -> None:
    assert all(not found.unit for found in quantities(normalise(text).text))


def test_as_needed_makes_a_frequency_a_limit(agreement: Agree) -> None:
    assert agreement("q8h prn", "1日3回まで") is Agreement.SAME
    assert agreement("q8h prn", "q8h") is not Agreement.SAME


@pytest.mark.parametrize(("month", "weeks"), [("1か月", "4週"), ("3か月", "12週"), ("6か月", "24週間")])
def test_four_weeks_are_neither_a_month_nor_another_time(agreement: Agree, month: str, weeks: str) -> None:
    assert agreement(month, weeks) is Agreement.INCOMPARABLE
    assert agreement(weeks, month) is Agreement.INCOMPARABLE


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1か月", "30日", Agreement.SAME), ("半年", "26週", Agreement.SAME), ("1年", "12か月", Agreement.SAME),
        ("1か月", "2週", Agreement.CONFLICT), ("1か月", "6週", Agreement.CONFLICT), ("4週", "30日", Agreement.CONFLICT),
    ],
)  # fmt: skip
def test_months_are_told_in_days_as_people_round_them(
    agreement: Agree, one: str, other: str, expected: Agreement
) -> None:
    assert agreement(one, other) is expected


@pytest.mark.parametrize("text", ["< 5 mg以上", "≦5 mg以上", "> 5 mg以下", "最大5 mg以上", "more than 5 mg or less"])
def test_bounds_that_point_two_ways_confirm_nothing_but_themselves(agreement: Agree, text: str) -> None:
    for other in ("5 mg", "5 mg以上", "5 mg以下", "5 mg未満", "5 mg超"):
        assert agreement(text, other) not in CONFIRMING
        assert agreement(other, text) not in CONFIRMING
    assert agreement(text, text) is Agreement.SAME
