"""Which unit of a sentence answers to each content unit of a claim: one to one, in its place, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_factcheck.core.alignment.lexicon import Lexicon
from monshin_factcheck.core.alignment.roles import is_same_role
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.rules.subjects import LONGEST
from monshin_factcheck.core.rules.verbatim import TOPIC_ENDS


@dataclass(frozen=True, slots=True)
class Clash:
    """A unit of the claim and one of the sentence, by number, of which only one can be right; kind: as findings."""

    claim: int
    evidence: int
    kind: str


@dataclass(frozen=True, slots=True)
class Correspondence:
    """places: for each unit of the claim the number of its counterpart in the sentence, None where there is none.

    nearby: units without one that are the subject which stands around the sentence. clashes: units without a
    counterpart, one each, whose opposite stands in the sentence and has no counterpart in the claim.
    """

    claim: Statement
    evidence: Statement
    places: tuple[int | None, ...]
    nearby: frozenset[int]
    clashes: tuple[Clash, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """Units of the claim that neither the sentence nor what stands around it accounts for, those that clash too."""
        return tuple(at for at, place in enumerate(self.places) if place is None and at not in self.nearby)

    @property
    def unsaid(self) -> tuple[int, ...]:
        """Units of the sentence that the claim leaves out."""
        used = {place for place in self.places if place is not None}
        return tuple(at for at in range(len(self.evidence.units)) if at not in used)

    @property
    def coverage(self) -> float:
        """The weighted share of the claim's units that are accounted for, in [0, 1]; 1 where it has none."""
        total = sum(unit.weight for unit in self.claim.units)
        lost = sum(self.claim.units[at].weight for at in self.missing)
        return 1 - lost / total if total else 1.0


def correspond(claim: Statement, evidence: Statement, around: Sequence[Statement], lexicon: Lexicon) -> Correspondence:
    """Each unit of the claim with the unit of the sentence that says the same, none used twice.

    Of several the one counts that goes with the same case particle, then the next one behind its forerunner.
    around: the subject that the sentence leaves out, see rules/subjects.py.
    """
    places: list[int | None] = []
    taken: set[int] = set()
    last = -1
    for unit in claim.units:
        options = [at for at, other in enumerate(evidence.units) if at not in taken and lexicon.are_same(unit, other)]
        if not options:
            places.append(None)
            continue
        found = min(options, key=lambda at: (not is_same_role(unit, evidence.units[at]), at <= last, at))
        places.append(found)
        taken.add(found)
        last = found
    topic = _topic_length(claim)
    named = [other for statement in around for other in statement.units]
    nearby = frozenset(
        at
        for at, (unit, place) in enumerate(zip(claim.units, places, strict=True))
        if place is None and at < topic and any(lexicon.are_same(unit, other) for other in named)
    )
    clashes = _clashes(claim, evidence, places, nearby, lexicon)
    return Correspondence(claim, evidence, tuple(places), nearby, clashes)


def _clashes(
    claim: Statement, evidence: Statement, places: Sequence[int | None], nearby: frozenset[int], lexicon: Lexicon
) -> tuple[Clash, ...]:
    found: list[Clash] = []
    taken = {place for place in places if place is not None}
    for at, unit in enumerate(claim.units):
        if places[at] is not None or at in nearby:
            continue
        options = [
            (abs(_expected(places, at) - place), place, kind)
            for place, other in enumerate(evidence.units)
            if place not in taken and (kind := lexicon.exclude(unit, other)) is not None
        ]
        if options:
            _, place, kind = min(options)
            taken.add(place)
            found.append(Clash(at, place, kind))
    return tuple(found)


def _expected(places: Sequence[int | None], at: int) -> float:
    """Where a unit would stand in the sentence, judged by its neighbours."""
    before = next((place + 1.0 for place in reversed(places[:at]) if place is not None), None)
    after = next((place - 1.0 for place in places[at + 1 :] if place is not None), None)
    known = [place for place in (before, after) if place is not None]
    return sum(known) / len(known) if known else 0.0


def _topic_length(claim: Statement) -> int:
    """How many of the first units say what the claim is about: only these may come from the context."""
    ends = (at for at, unit in enumerate(claim.units[:LONGEST]) if unit.particle in TOPIC_ENDS)
    return next(ends, -1) + 1
