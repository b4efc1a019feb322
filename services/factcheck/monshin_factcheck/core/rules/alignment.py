"""Which content units of a claim a sentence accounts for, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_factcheck.core.cues.opposites import clash
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.spans import Span

_SAME = 1.0
_SAME_FORM = 0.95
_CONTAINED = 0.75
_SAME_POLE = 0.5
_SHARED_CHARACTERS = 0.45
# A unit that only the title or a neighbouring sentence holds.
_CONTEXT = 0.8
# From here on a unit counts as accounted for.
MATCHED = 0.7
_TOPIC_PARTICLES = ("は", "では", "には", "が", "も")


@dataclass(frozen=True, slots=True)
class Match:
    """A claim unit's counterpart: its place in the evidence's units, None in the context, and how alike the two are."""

    index: int | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a claim, and of what it is about, a sentence accounts for; both in [0, 1]."""

    coverage: float
    topic_coverage: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """One claim against one sentence. `matches` has an entry a claim unit; None has no counterpart at all."""

    claim: Statement
    evidence: Statement
    matches: tuple[Match | None, ...]
    coverage: float
    topic_coverage: float

    def without(self, spans: Sequence[Span]) -> Shares:
        """The shares of coverage where the claim's words at these stretches of its original text do not count."""
        claim = self.claim
        kept = [
            index
            for index, unit in enumerate(claim.units)
            if not any(claim.text.to_original(unit.span).overlaps(span) for span in spans)
        ]
        topic = _topic(claim.units)
        return Shares(
            covered(claim.units, self.matches, kept),
            covered(claim.units, self.matches, [index for index in kept if index in topic]),
        )


def align(claim: Statement, evidence: Statement, context: Sequence[Statement] = ()) -> Alignment:
    """Aligns a claim's units with a sentence's; `context` are its title and neighbours, worth less.

    Coverage is the weighted share of units accounted for, in [0, 1]; topic coverage that of the claim's first noun
    phrase, up to は or が, which says what the claim is about.
    """
    nearby = [unit for statement in context for unit in statement.units]
    matches = tuple(_best(unit, evidence.units, nearby) for unit in claim.units)
    topic = _topic(claim.units)
    return Alignment(
        claim, evidence, matches,
        coverage=covered(claim.units, matches, range(len(claim.units))),
        topic_coverage=covered(claim.units, matches, topic),
    )  # fmt: skip


def covered(units: Sequence[Unit], matches: Sequence[Match | None], chosen: Sequence[int]) -> float:
    """The weighted share of the chosen units that have a counterpart; 1 where nothing is chosen."""
    total = sum(units[index].weight for index in chosen)
    if not total:
        return 1.0
    found = ((units[index], matches[index]) for index in chosen)
    return sum(unit.weight * match.similarity for unit, match in found if match is not None) / total


def similarity(one: Unit, other: Unit) -> float:
    """How alike two units are, in [0, 1]; 0 for opposites."""
    if one.key == other.key:
        return _SAME
    for form in one.forms:  # a loop, for this is asked of every two words
        if form in other.forms:
            return _SAME_FORM
    if clash(one.opposable, other.opposable) is not None:
        return 0.0
    shorter, longer = (one.key, other.key) if len(one.key) <= len(other.key) else (other.key, one.key)
    if len(shorter) >= 2 and shorter in longer:
        return _CONTAINED
    if one.opposable.poles and set(one.opposable.poles) & set(other.opposable.poles):
        return _SAME_POLE
    if shorter.isascii() or not set(shorter) & set(longer):
        return 0.0
    shared = set(_pairs(shorter)) & set(_pairs(longer))
    return _SHARED_CHARACTERS if shared and 2 * len(shared) >= len(longer) - 1 else 0.0


def _best(unit: Unit, inside: Sequence[Unit], nearby: Sequence[Unit]) -> Match | None:
    found = max(
        ((similarity(unit, other), -abs(index), index) for index, other in enumerate(inside)), default=(0.0, 0, 0)
    )
    around = max((similarity(unit, other) for other in nearby), default=0.0) * _CONTEXT
    if found[0] >= around and found[0] > 0:
        return Match(found[2], found[0])
    return Match(None, around) if around > 0 else None


def _topic(units: Sequence[Unit]) -> range:
    for index, unit in enumerate(units):
        if unit.particle in _TOPIC_PARTICLES or (unit.particle in ("に", "で") and index > 0):
            return range(index + 1)
    return range(min(2, len(units)))


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]
