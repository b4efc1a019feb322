"""Bounds that are denied or forbidden, and shares of whom something is denied."""

from collections.abc import Callable
from itertools import permutations

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.compare import Agreement, compare
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.scan import quantities

AT_LEAST, MORE_THAN = Comparator.AT_LEAST, Comparator.MORE_THAN
AT_MOST, LESS_THAN = Comparator.AT_MOST, Comparator.LESS_THAN
CONFIRMING = frozenset({Agreement.SAME, Agreement.SAME_NUMBER, Agreement.WITHIN})


def only(text: str) -> Quantity:
    """The single quantity of a text."""
    (found,) = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("4 gを超えない", AT_MOST), ("4 gを超えてはならない", AT_MOST), ("4 gを超えて投与しない", AT_MOST),
        ("4 gを超えて使用してはならない。", AT_MOST), ("4 gを超える投与は避ける", AT_MOST),
        ("4 gを超えることはない", AT_MOST), ("4 gを超える量は投与しないこと。", AT_MOST),
        ("4 g以上は投与しない", LESS_THAN), ("4 g以上の投与は禁忌である", LESS_THAN),
        ("4 g以上服用しないでください", LESS_THAN),
        ("4 g以上は使用できない", LESS_THAN), ("4 g以上にはしない", LESS_THAN), ("4 g 以上は服用しない", LESS_THAN),
        ("4 g未満にはしない", AT_LEAST), ("4 g未満に減量してはならない", AT_LEAST), ("4 g以下にはしない", MORE_THAN),
        ("4 gを下回ってはならない", AT_LEAST), ("3日以上は継続しない。", LESS_THAN),
        ("1日3回以上服用しない", LESS_THAN),
        ("not more than 4 g", AT_MOST), ("must not exceed 4 g", AT_MOST), ("4 g must not be exceeded", AT_MOST),
        ("4 g is not to be exceeded", AT_MOST), ("no less than 4 g", AT_LEAST),
        ("is not allowed to exceed 4 g", AT_MOST), ("cannot exceed 4 g", AT_MOST),
        ("never take more than 4 g", AT_MOST),
        ("should not be given above 4 g", AT_MOST), ("do not use for more than 3 days", AT_MOST),
        ("doses above 4 g are contraindicated", AT_MOST), ("more than 4 g should be avoided", AT_MOST),
        ("do not give less than 4 g", AT_LEAST),
    ],
)  # fmt: skip
def test_a_forbidden_bound_is_what_it_allows(text: str, comparator: Comparator) -> None:
    """Hazard: 4 g以上は投与しない confirmed 4 g以上."""
    assert (only(text).comparator, only(text).is_read) == (comparator, True)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("4 gを超えないとは限らない", "4 gを超えない"), ("4 gを超えないこともある", "4 gを超えない"),
        ("4 g以上は必要ない", "4 g以上"), ("4 g以上投与しても効果は増えない", "4 g以上"),
        ("2週以上服用しない場合", "2週以上"),
        ("4 g以上とは限らない", "4 g以上"), ("not at least 4 g", "at least 4 g"), ("4 g以下とはいえない", "4 g以下"),
        ("need not exceed 4 g", "must not exceed 4 g"), ("is not more effective above 4 g", "above 4 g"),
        ("more than 4 g is not needed", "more than 4 g"),
    ],
)  # fmt: skip
def test_a_bound_that_is_denied_in_another_way_confirms_nothing_but_itself(text: str, bare: str) -> None:
    assert not only(text).is_read
    assert compare(only(text), only(bare)) is Agreement.INCOMPARABLE
    assert compare(only(text), only(text)) is Agreement.SAME


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("65歳以上には投与しない", AT_LEAST), ("65歳以上は投与しない", AT_LEAST),
        ("40 mg以上では併用しない", AT_LEAST),
        ("4 gを超える場合は投与しない", MORE_THAN), ("4 gを超えると効果は増えない", MORE_THAN),
        ("eGFR 30 mL/min/1.73m2未満は投与しない", LESS_THAN), ("30分以内は横にならない", AT_MOST),
        ("収縮期血圧90 mmHg未満は投与しない", LESS_THAN), ("血糖70 mg/dL未満は投与しない", LESS_THAN),
        ("do not drive for at least 24 hours", AT_LEAST), ("4 g以上を投与する。", AT_LEAST),
    ],
)  # fmt: skip
def test_a_bound_that_says_when_something_is_denied_stays(text: str, comparator: Comparator) -> None:
    assert (only(text).comparator, only(text).is_read) == (comparator, True)


@pytest.mark.parametrize(
    "text",
    [
        "Do not take more than 2-3 tablets a day.", "1日2〜3錠以上は服用しない。", "5〜10 mg以上は避ける。",
        "Doses above 5 to 10 mg are contraindicated.", "4〜6 gを超えて投与しない。", "never take more than 2-3 tablets",
    ],
)  # fmt: skip
def test_of_a_forbidden_range_nobody_knows_which_end_is_meant(text: str) -> None:
    """Hazard: it ended the whole check."""
    (found,) = (one for one in quantities(text) if len(one.numbers) == 2)
    assert not found.is_read
    assert compare(found, found) is Agreement.SAME


def test_a_forbidden_range_confirms_no_dose(check: Callable[..., Decision]) -> None:
    forbidden = "アセトアミノフェンは5〜10 mg以上は投与しない。"
    assert check(forbidden, forbidden).verdict is Verdict.SUPPORTED
    for claim in ("5〜10 mg以上投与する", "5〜10 mgを投与する", "10 mgを投与する", "5 mgを投与する"):
        assert check(f"アセトアミノフェンは{claim}。", forbidden).verdict is not Verdict.SUPPORTED


def test_what_is_forbidden_does_not_confirm_what_is_given(check: Callable[..., Decision]) -> None:
    forbidden = "アセトアミノフェンは4 g以上は投与しない。"
    assert check(forbidden, forbidden).verdict is Verdict.SUPPORTED
    for claim in (
        "アセトアミノフェンは4 g以上投与する。",
        "アセトアミノフェンは4 g以上は投与する。",
        "アセトアミノフェンは4 gを投与する。",
    ):
        assert check(claim, forbidden).verdict is not Verdict.SUPPORTED
        assert check(forbidden, claim).verdict is not Verdict.SUPPORTED


def test_a_share_that_is_denied_with_even_or_a_bound_confirms_no_other() -> None:
    for claim, evidence in (
        ("3割も効かない", "3割に効く"),
        ("3割も効かない", "3割は効かない"),
        ("7割以上は生存しない", "7割以上が生存する"),
    ):
        assert compare(only(claim), only(evidence)) is Agreement.INCOMPARABLE


SHARES = [
    "3割に効く", "3割は効かない", "7割に効く", "30%の患者で効果がなかった",
    "it is effective in 30% of patients", "30% of patients do not respond", "it does not work in 30% of patients",
]  # fmt: skip


def test_a_share_of_whom_something_is_denied_confirms_no_share_of_whom_it_is_said() -> None:
    """Nor the rest of them: 7割に効く may follow from 3割は効かない, and is not what it says."""
    denied = {text for text in SHARES if "ない" in text or "なかった" in text or " not " in text}
    for one, other in permutations(SHARES, 2):
        if (one in denied) is not (other in denied):
            assert compare(only(one), only(other)) is Agreement.INCOMPARABLE, (one, other)
    for text in SHARES:
        assert compare(only(text), only(text)) is Agreement.SAME


@pytest.mark.parametrize(
    "text", ["3割以上では投与しない", "出血は3%で、死亡はない", "5%ブドウ糖液は使わない", "約3割に効く。副作用はない"]
)
def test_a_denial_elsewhere_leaves_a_share_alone(text: str) -> None:
    assert only(text).dimension == "share"
