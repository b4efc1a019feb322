"""Words that say the same, and words that exclude each other, beyond names and the rules' own tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core.cues.opposites import clash
from monshin_factcheck.core.rules.statement import Unit
from monshin_factcheck.core.tables import read_table


@dataclass(frozen=True, slots=True)
class Lexicon:
    """same, opposite: word → the groups, or pairs, that it belongs to; words by dictionary form, English by stem."""

    same: Mapping[str, frozenset[int]]
    opposite: Mapping[str, frozenset[str]]

    def are_same(self, one: Unit, other: Unit) -> bool:
        """Whether the two say the same: one spelling, one name, or one group of the lexicon."""
        if one.key == other.key or any(form in other.forms for form in one.forms):
            return True
        return bool(self._groups(one) & self._groups(other))

    def exclude(self, one: Unit, other: Unit) -> str | None:
        """The kind of finding if the two exclude each other; else None."""
        if self.are_same(one, other):
            return None
        found = clash(one.opposable, other.opposable)
        if found is not None:
            return found
        theirs = {other.key, *other.forms}
        is_listed = any(theirs & self.opposite.get(word, frozenset()) for word in (one.key, *one.forms))
        return "antonym_conflict" if is_listed else None

    def _groups(self, unit: Unit) -> frozenset[int]:
        found = frozenset[int]()
        for word in (unit.key, *unit.forms):
            found |= self.same.get(word, frozenset())
        return found


@cache
def lexicon() -> Lexicon:
    """The one of `lexicon.yaml`, read once."""
    source = read_table(__package__, "lexicon.yaml")
    same: dict[str, frozenset[int]] = {}
    for number, group in enumerate(source["same"]):
        for word in map(str, group):
            same[word] = same.get(word, frozenset()) | {number}
    opposite: dict[str, frozenset[str]] = {}
    for pair in source["opposite"]:
        one, other = map(str, pair)
        opposite[one] = opposite.get(one, frozenset()) | {other}
        opposite[other] = opposite.get(other, frozenset()) | {one}
    return Lexicon(same, opposite)
