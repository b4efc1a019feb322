"""Makes a quantity of its number and unit, with the bound in front of or behind it."""

from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import Bound, Comparator, bound_after, bound_before, bounded
from monshin_factcheck.core.quantities.interval import Interval
from monshin_factcheck.core.quantities.quantity import Quantity, Scope
from monshin_factcheck.core.quantities.unit_expression import UnitExpression
from monshin_factcheck.core.text.spans import Span


def made(
    text: str, start: int, end: int, interval: Interval, unit: UnitExpression | None, dimension: str | None = None
) -> Quantity:
    """The quantity of the numbers between `start` and `end` of an NFKC text; the bound beside them is part of it.

    interval: in `unit`. dimension: where the unit does not tell it.
    """
    after, before = bound_after(text, end), bound_before(text, start)
    comparator, numbers = _stronger(after, before), interval.ends
    if not interval.is_point:
        comparator = comparator if comparator is not Comparator.NONE else Comparator.RANGE
    elif comparator is not Comparator.NONE and interval.low is not None:
        interval = bounded(interval.low, comparator)
    factor = unit.unit.factor if unit is not None else Fraction(1)
    is_before = before.comparator is not Comparator.NONE or before.is_approximate
    quantity = Quantity(
        span=Span(before.at if is_before else start, after.at),
        interval=interval.scaled(factor),
        dimension=dimension if dimension is not None else unit.unit.dimension if unit is not None else "",
        unit=unit.unit.name if unit is not None else "",
        comparator=comparator,
        numbers=numbers,
        scope=Scope.PER_DOSE if unit is not None and unit.is_per_dose else Scope.UNSAID,
        is_approximate=before.is_approximate or after.is_approximate,
    )
    return quantity.unread(text) if _are_opposed(after.comparator, before.comparator) else quantity


def _are_opposed(after: Comparator, before: Comparator) -> bool:
    """`< 5 mg以上`, `more than 5 mg or less`: nobody knows which of the two is meant."""
    return (after.points_up and before.points_down) or (after.points_down and before.points_up)


def _stronger(after: Bound, before: Bound) -> Comparator:
    return after.comparator if after.comparator is not Comparator.NONE else before.comparator
