"""Composed units behind a number: mg/kg/日, per day, 回/分, /μL, mL/min/1.73m2."""

import re
from dataclasses import dataclass
from fractions import Fraction

from monshin_factcheck.core.quantities.units import Unit, compose, unit_table

_SLASH = re.compile(r"[ ]?/[ ]?(?:\()?|[・·](?=[a-zA-Z日時分])|[ ](?:per|an?|each|every)[ ]")
_EVERY = re.compile(r"[ ]daily(?![a-z])|[ ]every day|毎日")
_PER_DOSE = re.compile(r"[ ]?(?:/|per |a |each )[ ]?(?:回|dose|time)(?![a-z])")
# 1.5-fold and 3-day; not 5-FU.
_HYPHEN = re.compile(
    r"-(?=(?:fold|mg|mL|μg|mcg|kg|cm|mm|second|minute|hour|day|week|month|year(?!-old))(?![A-Za-z]))", re.IGNORECASE
)
_NOTHING = Unit("", "", Fraction(1))
_DAY = Unit("日", "time", Fraction(1))
# In front of a divisor `時` is an hour; alone it is a time of the day.
_NO_DIVISORS = frozenset({"share", "age", "degree", "parity"})


@dataclass(frozen=True, slots=True)
class UnitExpression:
    """The unit found, where it ends, and whether it says `per dose`."""

    unit: Unit
    end: int
    is_per_dose: bool = False


def read_unit(text: str, at: int) -> UnitExpression | None:
    """The unit that starts at `at` or one space later; None if there is none.

    >>> read_unit("0.05 μg/kg/分から", 4).unit.dimension
    'mass/body_mass/time'
    """
    table = unit_table()
    start = at + 1 if text[at : at + 1] == " " or _HYPHEN.match(text, at) else at
    first = table.find(text, start)
    if first is None:
        unit, end = _NOTHING, at
    else:
        unit, end = first
        if text[start:end] == "時":
            return None
    divisors, end, is_per_dose = _divisors(text, end, unit)
    if not divisors and first is None:
        return None
    made = compose(unit, divisors) if divisors else unit
    if made.dimension == "/time":
        made = Unit("回" + made.name, "count:回/time", made.factor)
    return UnitExpression(made, end, is_per_dose)


def _divisors(text: str, end: int, numerator: Unit) -> tuple[list[Unit], int, bool]:
    table = unit_table()
    divisors: list[Unit] = []
    is_per_dose = False
    while numerator.dimension not in _NO_DIVISORS:
        per_dose = _PER_DOSE.match(text, end)
        if per_dose is not None and numerator.dimension:
            return divisors, per_dose.end(), True
        every = _EVERY.match(text, end)
        if every is not None and numerator.dimension and not divisors and numerator.dimension != "time":
            return [_DAY], every.end(), is_per_dose
        slash = _SLASH.match(text, end)
        if slash is None or (slash.group()[0] in "・·" and not divisors):
            break
        found = table.find(text, slash.end())
        if found is None or (
            slash.group().startswith(" ") and "/" not in slash.group() and not _divides_in_words(found[0])
        ):
            break
        divisors.append(found[0])
        end = found[1]
        if "(" in slash.group():
            end = _after_group(text, end, divisors)
    return divisors, end, is_per_dose


def _after_group(text: str, end: int, divisors: list[Unit]) -> int:
    """`mg/(kg・日)`: the rest of the group."""
    closing = text.find(")", end, end + 8)
    if closing < 0:
        return end
    found = unit_table().find(text, min(end + 1, closing))
    if found is not None and found[1] == closing:
        divisors.append(found[0])
    return closing + 1


def _divides_in_words(unit: Unit) -> bool:
    return unit.dimension == "time" or unit.name in ("kg", "mL", "L")
