"""Whether two orders of one drug tell the same dose, however they word it."""

import re

from monshin_factcheck.core.fhir.vocabulary import folded, vocabulary
from monshin_factcheck.core.quantities.compare import Agreement, compare
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.scan import quantities

_WORDS = "doses.yaml"
_AGREED = frozenset({Agreement.SAME, Agreement.SAME_NUMBER})
_OFTEN = "count:回/time"
# How long an order lasts is no part of its dose: a prescription is renewed for another number of days.
_NO_DOSE = frozenset({"time", "date"})
_MEALS = frozenset({"before_meals", "after_meals", "between_meals"})
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def differ(one: str, other: str) -> bool:
    """Whether they say different things of how much is taken, how often or when. What only one of them says is no
    difference; amounts that cannot be compared, 2錠 and 2 mg, are one.

    >>> differ("1回2 mg、1日1回、経口", "1日1回2mg 夕食後"), differ("1回2 mg、1日1回", "1回2 mg、1日2回")
    (False, True)
    """
    first, second = folded(one), folded(other)
    if "".join(first.split()) == "".join(second.split()):
        return False
    mine, theirs = _Dose(first), _Dose(second)
    return (
        # Of a morning's and an evening's amount no word tells which is which.
        (max(len(mine.amounts), len(theirs.amounts)) > 1 and bool(mine.amounts) and bool(theirs.amounts))
        or _are_other(mine.amounts, theirs.amounts)
        or _are_other(mine.often, theirs.often)
        or _are_unlike(mine.numbers, theirs.numbers)
        or _are_unlike(mine.times, theirs.times)
        or _are_unlike(mine.meals, theirs.meals)
    )


class _Dose:
    """What a dosage's words hold. numbers: those that belong to no quantity."""

    def __init__(self, text: str) -> None:
        found = [one for one in quantities(text) if one.dimension and one.dimension not in _NO_DOSE]
        self.often = [one for one in found if one.dimension == _OFTEN]
        self.amounts = [one for one in found if one.dimension != _OFTEN]
        read = {at for one in quantities(text) if one.dimension for at in range(one.span.start, one.span.end)}
        self.numbers = {match.group() for match in _NUMBER.finditer(text) if match.start() not in read}
        said = {name for name, words in vocabulary(_WORDS).items() if words.search(text)}
        self.times, self.meals = said - _MEALS, said & _MEALS


def _are_other(mine: list[Quantity], theirs: list[Quantity]) -> bool:
    if not mine or not theirs:
        return False
    return any(all(compare(one, other) not in _AGREED for other in theirs) for one in mine) or any(
        all(compare(one, other) not in _AGREED for one in mine) for other in theirs
    )


def _are_unlike(mine: set[str], theirs: set[str]) -> bool:
    return bool(mine) and bool(theirs) and mine != theirs
