"""A quantity of a text: an interval of a dimension, and how it was said."""

from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.interval import Interval
from monshin_factcheck.core.text.spans import Span


class Scope(Enum):
    """What an amount is for, where the text says so."""

    UNSAID = "unsaid"
    PER_DOSE = "per_dose"


class Order(Enum):
    """Which end of a change an amount is, or on which side of an event a time lies, where the text says so."""

    UNSAID = ""
    FROM = "from"
    TO = "to"
    BEFORE = "before"
    AFTER = "after"


# Quantities that have several readings, each a dimension of its own: a word agrees with itself alone.
_UNREAD = "unread:"


@dataclass(frozen=True, slots=True)
class Quantity:
    """`interval` in base units of `dimension`; `span` covers number, unit and comparator in the normalised text.

    `dimension` is a path such as `mass`, `mass/body_mass/time`, `count:回/time`, `date`, or empty for a bare number.
    """

    span: Span
    interval: Interval
    dimension: str
    unit: str
    comparator: Comparator
    # The numbers as written, before any factor: a swapped unit keeps them.
    numbers: tuple[Fraction, ...] = ()
    scope: Scope = Scope.UNSAID
    is_approximate: bool = False
    # The words that set `1日` or `at least` apart from the number, where they do not touch it.
    also: tuple[Span, ...] = ()
    # The laboratory value that it is of, by its name in analytes.yaml; empty where none is named in its clause.
    analyte: str = ""
    order: Order = Order.UNSAID

    @property
    def key(self) -> str:
        """Equal keys mean the same quantity, however it is written: 4 gまで and 4000mg以下."""
        interval = self.interval
        # The comparator is part of it: 4〜6時間 and 4〜6時間以上 have the same ends.
        left = "(" if interval.low is None or interval.low_open else "["
        right = ")" if interval.high is None or interval.high_open else "]"
        said = f"{self.comparator.value} {self.scope.value} {self.order.value}".rstrip()
        return f"{self.dimension} {left}{interval.low},{interval.high}{right} {said}"

    @property
    def spans(self) -> tuple[Span, ...]:
        """All words that take part in it."""
        return (*self.also, self.span)

    def unread(self, text: str) -> "Quantity":
        """The same words of `text` without their meaning: confirmed only by themselves, in conflict with nothing."""
        return replace(self, dimension=f"{_UNREAD}{''.join(self.span.of(text).split())}")

    @property
    def is_read(self) -> bool:
        """Whether it is known what it means."""
        return not self.dimension.startswith(_UNREAD)

    @property
    def words(self) -> str:
        """Of a quantity that is not read, what stands in the text, without white space; else empty."""
        return "" if self.is_read else self.dimension.removeprefix(_UNREAD)
