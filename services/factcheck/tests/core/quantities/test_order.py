"""The two ends of a change, and the two sides of an event."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.compare import Agreement, compare
from monshin_factcheck.core.quantities.quantity import Order
from monshin_factcheck.core.quantities.scan import quantities

CHANGES = [
    ("10 mgから5 mgに減量", "5 mgから10 mgに増量"), ("10 mgから5 mgへ", "5 mgから10 mgへ"), ("10→5 mg", "5→10 mg"),
    ("1日10 mgから1日5 mgに減量", "1日5 mgから1日10 mgに増量"), ("週3回から週1回に減らす", "週1回から週3回に増やす"),
    ("20から10 mgに減量する", "10から20 mgに増量する"), ("8割から2割に低下", "2割から8割に上昇"),
    ("10 mg -> 5 mg", "5 mg -> 10 mg"), ("10->5 mg", "5->10 mg"), ("10 mg => 5 mg", "5 mg => 10 mg"),
    ("10 mg --> 5 mg", "5 mg --> 10 mg"), ("reduced from 10 mg to 5 mg", "increased from 5 mg to 10 mg"),
    ("tapered from 10 to 5 mg", "titrated from 5 to 10 mg"),
]  # fmt: skip


@pytest.mark.parametrize("texts", CHANGES)
def test_a_change_is_two_amounts_that_may_not_be_exchanged(texts: tuple[str, str]) -> None:
    """Hazard: 5 mgから10 mgに増量 was a dose of 5 to 10 mg, and 10 mgから5 mg had both amounts in either order."""
    for text, turned in (texts, texts[::-1]):
        (first, second), (other_first, other_second) = quantities(text), quantities(turned)
        assert (first.order, second.order) == (Order.FROM, Order.TO)
        assert compare(first, other_second) is Agreement.INCOMPARABLE
        assert compare(first, other_first) is Agreement.CONFLICT
        assert compare(second, other_second) is Agreement.CONFLICT


@pytest.mark.parametrize(
    "text", ["5〜10 mg", "5 mgから10 mgを投与する", "from 5 mg to 10 mg a day", "5 to 10 mg", "5-10 mgに相当する"]
)
def test_a_range_stays_a_range(text: str) -> None:
    (found,) = quantities(text)[:1]
    assert found.comparator is Comparator.RANGE


def test_the_dose_before_a_change_does_not_confirm_the_one_after() -> None:
    to_ten, from_ten = quantities("10 mgに減量する")[0], quantities("10 mgから5 mgに減量する")[0]
    assert compare(to_ten, from_ten) is Agreement.INCOMPARABLE
    assert compare(quantities("5 mgに減量する")[0], quantities("10 mgから5 mgに減量する")[1]) is Agreement.SAME
    assert compare(quantities("10 mg")[0], from_ten) is Agreement.INCOMPARABLE


def test_a_change_and_its_reverse_do_not_support_each_other(check: Callable[..., Decision]) -> None:
    for one, other in CHANGES[:3]:
        frame = "プレドニゾロンを{}した。"
        assert check(frame.format(one), frame.format(one)).verdict is Verdict.SUPPORTED
        assert check(frame.format(one), frame.format(other)).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("食前30分", Order.BEFORE), ("食事の30分前", Order.BEFORE),
        ("食後30分", Order.AFTER), ("食後約30分", Order.AFTER),
        ("手術の3日前", Order.BEFORE), ("手術の3日後", Order.AFTER),
        ("術後3日", Order.AFTER), ("投与前24時間", Order.BEFORE),
        ("発症後4.5時間以内", Order.AFTER), ("3日以上前", Order.BEFORE), ("3 days before surgery", Order.BEFORE),
        ("3 days after surgery", Order.AFTER), ("2 hours prior to", Order.BEFORE), ("2 hours later", Order.AFTER),
        ("30分前後", Order.UNSAID), ("30分の前半", Order.UNSAID),
        ("午後30分間歩く", Order.UNSAID), ("3日間", Order.UNSAID),
        ("3日後半", Order.UNSAID), ("食前後30分", Order.UNSAID),
    ],
)  # fmt: skip
def test_a_time_lies_before_or_after_its_event(text: str, order: Order) -> None:
    assert quantities(text)[-1].order is order


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("食前30分", "食後30分"), ("手術の3日前", "手術の3日後"), ("3 days before surgery", "3 days after surgery"),
        ("30分前", "30分後"), ("術前3日", "3日後"),
    ],
)  # fmt: skip
def test_a_time_before_never_confirms_the_same_time_after(
    agreement: Callable[[str, str], Agreement], one: str, other: str
) -> None:
    for pair in ((one, other), (other, one)):
        assert agreement(*pair) is Agreement.INCOMPARABLE


def test_two_ways_of_telling_the_side_are_the_same(agreement: Callable[[str, str], Agreement]) -> None:
    assert agreement("食前30分", "食事の30分前") is Agreement.SAME
    assert agreement("食前30分", "食前1時間") is Agreement.CONFLICT
    assert agreement("術後3日", "3 days after surgery") is Agreement.SAME


def test_between_meals_is_not_after_them(check: Callable[..., Decision]) -> None:
    """食間 is two hours after a meal, and 食後 within half an hour of it."""
    for one, other in (("食間", "食後"), ("食後", "食間"), ("食間", "食前"), ("食間に", "食事中に")):
        verdict = check(f"この漢方薬は{one}に服用する。", f"この漢方薬は{other}に服用する。").verdict
        assert verdict is not Verdict.SUPPORTED
