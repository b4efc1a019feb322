"""Sets of numbers with exact ends, and how two of them lie to each other."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class Relation(Enum):
    """How one interval lies to another."""

    EQUAL = "equal"
    # All of it within the other.
    INSIDE = "inside"
    # The other is all within it.
    AROUND = "around"
    OVERLAPS = "overlaps"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; None leaves a side open for ever, `…_open` leaves the end itself out."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"an interval runs upward, not from {self.low} to {self.high}")

    @property
    def is_point(self) -> bool:
        """Whether it holds one number only."""
        return self.low is not None and self.low == self.high

    @property
    def ends(self) -> tuple[Fraction, ...]:
        """Its finite ends, each once."""
        return tuple(dict.fromkeys(end for end in (self.low, self.high) if end is not None))

    def scaled(self, factor: Fraction) -> "Interval":
        """Each number times `factor`, which is positive."""
        return Interval(
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
            self.low_open,
            self.high_open,
        )

    def inverted(self) -> "Interval":
        """One over each number: every 4 to 6 hours is 1/6 to 1/4 an hour."""
        return Interval(
            None if self.high in (None, 0) else 1 / self.high,
            None if self.low in (None, 0) else 1 / self.low,
            self.high_open,
            self.low_open,
        )


def point(value: Fraction) -> Interval:
    """The interval that holds `value` alone."""
    return Interval(value, value)


def relate(one: Interval, other: Interval) -> Relation:
    """How `one` lies to `other`.

    >>> relate(point(Fraction(5)), Interval(Fraction(5), None, low_open=True))
    <Relation.APART: 'apart'>
    """
    inside, around = _covers(other, one), _covers(one, other)
    if inside and around:
        return Relation.EQUAL
    if inside:
        return Relation.INSIDE
    if around:
        return Relation.AROUND
    return Relation.APART if _before(one, other) or _before(other, one) else Relation.OVERLAPS


def _covers(outer: Interval, inner: Interval) -> bool:
    low_fits = outer.low is None or (
        inner.low is not None
        and (inner.low > outer.low or (inner.low == outer.low and (inner.low_open or not outer.low_open)))
    )
    high_fits = outer.high is None or (
        inner.high is not None
        and (inner.high < outer.high or (inner.high == outer.high and (inner.high_open or not outer.high_open)))
    )
    return low_fits and high_fits


def _before(one: Interval, other: Interval) -> bool:
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and (one.high_open or other.low_open))
