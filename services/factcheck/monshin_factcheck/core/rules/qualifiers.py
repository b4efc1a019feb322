"""Which of several values or doses a number is: trough or peak, fasting or not, loading or maintenance."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.spans import Span


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A word for one pole of an axis. limits: whether what is said of it is not said of the rest."""

    axis: str
    pole: int
    limits: bool
    span: Span


@dataclass(frozen=True, slots=True)
class _Pole:
    axis: str
    index: int
    limits: bool
    words: re.Pattern[str]


def qualifiers(text: str, within: Span) -> tuple[Qualifier, ...]:
    """All that stand in a stretch of a text, in order."""
    return tuple(sorted(_found(text, within), key=lambda one: one.span))


def qualifiers_of(quantity: Quantity, among: tuple[Qualifier, ...]) -> Mapping[str, Qualifier]:
    """By axis the last one in front of the number, or where there is none the first one behind it."""
    behind = {one.axis: one for one in reversed(among) if one.span.start >= quantity.span.end}
    before = {one.axis: one for one in among if one.span.start < quantity.span.end}
    return behind | before


def _found(text: str, within: Span) -> Iterator[Qualifier]:
    for pole in _table():
        for match in pole.words.finditer(text, within.start, within.end):
            yield Qualifier(pole.axis, pole.index, pole.limits, Span(*match.span()))


@cache
def _table() -> tuple[_Pole, ...]:
    rows = read_table(cues, "qualifiers.yaml")
    return tuple(
        _Pole(row["name"], index, pole["limits"], re.compile(pole["words"], re.IGNORECASE))
        for row in rows
        for index, pole in enumerate(row["poles"])
    )
