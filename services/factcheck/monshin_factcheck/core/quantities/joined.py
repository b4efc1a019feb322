"""Two readings that are one quantity: 70以上110未満, 2時間30分, 1歳6か月."""

import re
from dataclasses import replace
from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.interval import Interval
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.text.spans import Span

_BETWEEN_BOUNDS = re.compile(r"[ ]?(?:、|,|の|かつ|で|から|て|and|but|to|〜)?[ ]?")
_BETWEEN_PARTS = re.compile(r"[ ]?(?:と|and[ ])?")
# 1日30分 is half an hour a day: only these follow one another within one time.
_PARTS = {("時間", "分"), ("分", "秒"), ("年", "か月"), ("週", "日"), ("歳", "か月")}
_MONTHS_A_YEAR = 12


def joined(text: str, found: list[Quantity]) -> list[Quantity]:
    """The same quantities in order, those that are parts of one put together."""
    kept: list[Quantity] = []
    for quantity in found:
        before = kept[-1] if kept else None
        if before is not None and _is_chain(text, before, quantity):
            kept[-1] = _chain(before, quantity)
        elif before is not None and _are_parts(text, before, quantity):
            kept[-1] = _sum(before, quantity)
        else:
            kept.append(quantity)
    return kept


def _chain(before: Quantity, quantity: Quantity) -> Quantity:
    interval = Interval(
        before.interval.low, quantity.interval.high, before.interval.low_open, quantity.interval.high_open
    )
    dimension, unit = (quantity.dimension, quantity.unit) if quantity.unit else (before.dimension, before.unit)
    return replace(
        quantity, span=Span(before.span.start, quantity.span.end), interval=interval, comparator=Comparator.RANGE,
        dimension=dimension, unit=unit, numbers=before.numbers + quantity.numbers,
    )  # fmt: skip


def _is_chain(text: str, before: Quantity, quantity: Quantity) -> bool:
    if not (before.comparator.points_up and quantity.comparator.points_down):
        return False
    if before.dimension != quantity.dimension or before.interval.low is None or quantity.interval.high is None:
        return False
    # A range with a bound has two ends: 30〜300以上50未満 is no 30以上50未満.
    if before.interval.high is not None or quantity.interval.low is not None:
        return False
    if before.interval.low > quantity.interval.high:
        return False
    return _BETWEEN_BOUNDS.fullmatch(text, before.span.end, quantity.span.start) is not None


def _are_parts(text: str, before: Quantity, quantity: Quantity) -> bool:
    return (
        (before.unit, quantity.unit) in _PARTS and quantity.dimension == "time" and before.dimension in ("time", "age")
        and before.interval.is_point and before.comparator is Comparator.NONE and len(before.numbers) == 1
        and len(quantity.numbers) == 1 and before.numbers[0].denominator == 1
        and _BETWEEN_PARTS.fullmatch(text, before.span.end, quantity.span.start) is not None
    )  # fmt: skip


def _sum(before: Quantity, quantity: Quantity) -> Quantity:
    """The comparator behind the last part is that of the whole: 2時間30分以内."""
    part = quantity.interval
    if before.dimension == "age":
        part = part.scaled(Fraction(quantity.numbers[0], _MONTHS_A_YEAR) / part.ends[0]) if part.ends[0] else part
    (base,) = before.interval.ends
    made = Interval(
        None if part.low is None else base + part.low, None if part.high is None else base + part.high,
        part.low_open, part.high_open,
    )  # fmt: skip
    return replace(
        before, span=Span(before.span.start, quantity.span.end), interval=made, comparator=quantity.comparator,
        numbers=before.numbers + quantity.numbers, is_approximate=before.is_approximate or quantity.is_approximate,
    )  # fmt: skip
