"""Numbers of a claim against numbers of a sentence: only those of the same kind and the same role."""

from dataclasses import dataclass

from monshin_factcheck.core.quantities.comparators import Comparator, bound_before
from monshin_factcheck.core.quantities.compare import Agreement, are_comparable, compare
from monshin_factcheck.core.quantities.interval import Relation, relate
from monshin_factcheck.core.quantities.quantity import Quantity, Scope
from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.change import change, may_be_same
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.places import is_in_its_place, stands_in_its_place
from monshin_factcheck.core.rules.qualifiers import qualifiers, qualifiers_of
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.spans import Span

_KINDS = {
    Agreement.SAME: FindingKind.QUANTITY_MATCH,
    Agreement.SAME_NUMBER: FindingKind.QUANTITY_MATCH,
    Agreement.WITHIN: FindingKind.QUANTITY_WITHIN,
    Agreement.OUTSIDE: FindingKind.QUANTITY_OUTSIDE,
    Agreement.CONFLICT: FindingKind.QUANTITY_CONFLICT,
    Agreement.UNIT_CONFLICT: FindingKind.UNIT_CONFLICT,
    Agreement.COMPARATOR_CONFLICT: FindingKind.COMPARATOR_CONFLICT,
    Agreement.BOUNDARY: FindingKind.COMPARATOR_BOUNDARY,
}
_GOOD = frozenset({Agreement.SAME, Agreement.SAME_NUMBER, Agreement.WITHIN})
# Rows of cues/qualifiers.yaml.
_BOUNDS_AXIS, _MAXIMUM, _MINIMUM = "course", 2, 3
# Content words on either side that say what a number is for.
_NEIGHBOURS = 4
# What words of an earlier and of a later clause count.
_EARLIER = 0.5
_LATER = 0.1
# An equal number may lie this much farther from the claim's words than another one and is still meant.
_MARGIN = 0.05

# Each number is laid beside each: of more on a side than this, those behind are paired with none, and so not confirmed.
_MOST = 48


@dataclass(frozen=True, slots=True)
class Pairing:
    """A claim's quantity and its counterpart; `role` in [0, 1] is the share of nearby words that agree.

    is_in_its_place: whether it is the same number in the claim's own words, see places.py.
    """

    claim: Quantity
    evidence: Quantity
    agreement: Agreement
    role: float
    is_in_its_place: bool = False


def pair_quantities(alignment: Alignment) -> tuple[Pairing, ...]:
    """Each quantity of the claim with the one of the sentence that plays the same role; none twice.

    The role is told by the content words around a number, the nearer the weightier, and by its unit.
    """
    claim, evidence = alignment.claim, alignment.evidence
    there = [(theirs, _around(evidence, theirs)) for theirs in evidence.quantities[:_MOST]]
    candidates = [
        _pairing(alignment, mine, theirs, _role(here, around))
        for mine in claim.quantities[:_MOST]
        for here in (_around(claim, mine),)
        for theirs, around in there
        if are_comparable(mine, theirs)
    ]
    candidates.sort(key=lambda pairing: (not pairing.is_in_its_place, -(pairing.role + _bonus(pairing))))
    pairs: list[Pairing] = []
    for candidate in candidates:
        if all(candidate.claim is not pair.claim and candidate.evidence is not pair.evidence for pair in pairs):
            pairs.append(candidate)
    return tuple(sorted(pairs, key=lambda pairing: pairing.claim.span))


def _pairing(alignment: Alignment, mine: Quantity, theirs: Quantity, role: float) -> Pairing:
    agreement = compare(mine, theirs)
    is_in_place = agreement is Agreement.SAME and is_in_its_place(alignment, mine, theirs)
    return Pairing(mine, theirs, agreement, role, is_in_place)


def quantity_findings(alignment: Alignment, pairs: tuple[Pairing, ...]) -> list[RuleFinding]:
    """What the paired numbers say; a pair whose roles share nothing says nothing."""
    findings: list[RuleFinding] = []
    for pair in pairs:
        kind = _KINDS.get(_in_context(alignment, pair))
        if kind is None or (kind.is_conflict and not _may_conflict(alignment, pair)):
            continue
        strength = min(1.0, pair.role + 0.5 * alignment.coverage) if _is_only(alignment, pair) else pair.role
        findings.append(
            RuleFinding(
                kind,
                alignment.claim.text.to_original(pair.claim.span),
                alignment.evidence.text.to_original(pair.evidence.span),
                strength,
                confirms=strength > 0 and _confirms(alignment, pair),
            )
        )
    return findings


def _confirms(alignment: Alignment, pair: Pairing) -> bool:
    """Whether the sentence's number entails the claim's, and the same is done with it: 10 mgに減量 is not 10 mg減量.

    A bound only by the same one. A plain number also by a bound or a range that holds it, if it is a case: what holds
    above 20 holds at 25, but nobody may be given 40 mg for `at most 40 mg`, nor 10 mg for 10 mg前後.
    """
    mine, theirs = pair.claim, pair.evidence
    if not may_be_same(change(alignment.claim, mine), change(alignment.evidence, theirs)):
        return False
    is_case = _is_case(mine)
    if pair.agreement is Agreement.SAME:
        is_vaguer = theirs.is_approximate and not mine.is_approximate
        bounds = [_bound_in_front(one.text.text, number) for one, number in _sides(alignment, pair)]
        return is_case or not (is_vaguer or bounds[0] is not bounds[1])
    is_plain = mine.interval.is_point and mine.comparator is Comparator.NONE
    is_held = relate(mine.interval, theirs.interval) in (Relation.INSIDE, Relation.EQUAL)
    if not (is_plain and is_held):
        return False
    if pair.agreement is Agreement.SAME_NUMBER:
        return is_case or _names_bound(alignment.claim, mine, theirs.comparator)
    return is_case and pair.agreement is Agreement.WITHIN


def _sides(alignment: Alignment, pair: Pairing) -> tuple[tuple[Statement, Quantity], tuple[Statement, Quantity]]:
    return (alignment.claim, pair.claim), (alignment.evidence, pair.evidence)


def _bound_in_front(text: str, quantity: Quantity) -> Comparator:
    """Its bound, also where that stands before a period: 最大1日40 mg."""
    found = bound_before(text, min(span.start for span in quantity.spans)).comparator
    return quantity.comparator if found is Comparator.NONE else found


def _is_case(quantity: Quantity) -> bool:
    """Whether the number may be one of the patient, or of a condition: no amount, rate or frequency of what is done."""
    is_flow = quantity.dimension.startswith("volume/time") and not quantity.analyte
    return not is_given(quantity) and not is_flow


def _names_bound(statement: Statement, quantity: Quantity, comparator: Comparator) -> bool:
    """Whether other words say the bound: 4 gまで is 最大量は4 g."""
    text = statement.text.text
    said = qualifiers_of(quantity, qualifiers(text, Span(0, len(text)))).get(_BOUNDS_AXIS)
    return said is not None and (
        (comparator.points_down and said.pole == _MAXIMUM) or (comparator.points_up and said.pole == _MINIMUM)
    )


def _in_context(alignment: Alignment, pair: Pairing) -> Agreement:
    """A number in a condition of the claim is a case, not a statement: `25でも` against `20を超えると`."""
    claim = alignment.claim
    is_case = claim.clauses[claim.clause_at(pair.claim.span.start)].is_condition and pair.claim.interval.is_point
    return Agreement.OUTSIDE if is_case and pair.agreement is Agreement.CONFLICT else pair.agreement


def _bonus(pairing: Pairing) -> float:
    return _MARGIN * (pairing.agreement in _GOOD) + 0.02 * (pairing.claim.unit == pairing.evidence.unit)


def _may_conflict(alignment: Alignment, pair: Pairing) -> bool:
    return _is_same_scope(pair) and not stands_in_its_place(alignment, pair.claim)


def _is_same_scope(pair: Pairing) -> bool:
    return Scope.UNSAID in (pair.claim.scope, pair.evidence.scope) or pair.claim.scope is pair.evidence.scope


def _is_only(alignment: Alignment, pair: Pairing) -> bool:
    """Whether the sentence has no other number that could be meant."""
    return sum(are_comparable(pair.claim, other) for other in alignment.evidence.quantities) == 1


def _role(here: list[tuple[Unit, float]], there: list[tuple[Unit, float]]) -> float:
    """The share of the words around one number that stand around the other, in [0, 1]; 0.5 where there are none."""
    total = sum(weight for _, weight in here)
    if not total:
        return 0.5
    found = 0.0
    for unit, weight in here:
        best = max((similarity(unit, other) * min(1.0, far / weight) for other, far in there), default=0.0)
        found += weight * best if best >= MATCHED * 0.5 else 0.0
    return found / total


def _around(statement: Statement, quantity: Quantity) -> list[tuple[Unit, float]]:
    """The nearest content words on either side, weighted by nearness; those of other clauses count less.

    `開始用量は5 mg、最大用量は10 mg`: what follows the comma belongs to the next number.
    """
    before = [unit for unit in statement.units if unit.span.end <= quantity.span.start][-_NEIGHBOURS:]
    after = [unit for unit in statement.units if unit.span.start >= quantity.span.end][:_NEIGHBOURS]
    clause = statement.clause_at(quantity.span.start)
    found: list[tuple[Unit, float]] = []
    for distance, unit in (*enumerate(reversed(before), 1), *enumerate(after, 1)):
        nearness = 1.0 if unit.clause == clause else _EARLIER if unit.clause < clause else _LATER
        found.append((unit, unit.weight / distance * nearness))
    return found
