"""A claim that puts together what a source says of two cases: its number under another condition, a peak for a trough.

A veto, no contradiction: what holds in one case may hold in another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from monshin_factcheck.core.judge import ConditionKind
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.compare import Agreement, are_comparable, compare
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.alignment import MATCHED, similarity
from monshin_factcheck.core.rules.conditions import Stretch
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.name_rules import kind_of_name
from monshin_factcheck.core.rules.openers import openers
from monshin_factcheck.core.rules.qualifiers import Qualifier, qualifiers, qualifiers_of
from monshin_factcheck.core.rules.segments import Case, Segment, is_given, segments
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span

_SAME = frozenset({Agreement.SAME, Agreement.SAME_NUMBER})
# Words that weigh less do not tell what is said.
_TELLING = 0.55


@dataclass(frozen=True, slots=True)
class Parted:
    """A sentence with its parts."""

    statement: Statement
    segments: tuple[Segment, ...]


def parted(statement: Statement) -> Parted:
    """The sentence and its parts."""
    return Parted(statement, segments(statement))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a sentence, and whether it is of the sentence itself or of one around it."""

    statement: Statement
    segment: Segment
    is_own: bool


def other_cases(
    claim: Parted, evidence: Parted, in_front: Sequence[Parted] = (), behind: Sequence[Parted] = ()
) -> list[RuleFinding]:
    """Where the claim says something of a case, or of a value, that the sentence says of another one.

    in_front, behind: what stands around the sentence in its document: a case that is named there, beside something
    else, is not the sentence's.
    """
    parts = [
        _Part(one.statement, segment, is_own=one is evidence)
        for one in (*in_front, evidence, *behind)
        for segment in one.segments
    ]
    pairs: list[tuple[Span, Span | None]] = []
    if not evidence.segments:
        # Of a table in one sentence nobody can tell which number goes with which case.
        return [_finding(claim.statement, evidence.statement, span, None) for span in _cased(claim)]
    for segment in claim.segments:
        pairs += islice(_clashes(claim.statement, segment, parts), 1)
    pairs += _other_qualifiers(claim, evidence)
    return [_finding(claim.statement, evidence.statement, *pair) for pair in pairs]


def _cased(claim: Parted) -> list[Span]:
    """The parts of the claim that say a dose of a case."""
    return [
        segment.span for segment in claim.segments if segment.cases and any(is_given(one) for one in segment.quantities)
    ]


def left_out_qualifiers(claim: Statement, evidence: Parted) -> tuple[Stretch, ...]:
    """Words of the sentence that say of which value a number of the claim is, and that the claim leaves out."""
    said = {(one.axis, one.pole) for one in qualifiers(claim.text.text, _whole(claim))}
    found: list[Stretch] = []
    for number in claim.quantities:
        limits = [
            [one for one in own.values() if one.limits and (one.axis, one.pole) not in said]
            for own in _readings(number, evidence)
        ]
        if limits and all(limits):
            span = limits[0][0].span
            units = tuple(unit for unit in evidence.statement.units if unit.span.overlaps(span))
            found.append(Stretch(span, ConditionKind.QUANTITY, units, (), names_people=False))
    return tuple(dict.fromkeys(found))


def _finding(claim: Statement, evidence: Statement, mine: Span, theirs: Span | None) -> RuleFinding:
    there = evidence.text.to_original(theirs if theirs is not None else _whole(evidence))
    return RuleFinding(FindingKind.OTHER_CASE, claim.text.to_original(mine), there, 1.0)


def _whole(statement: Statement) -> Span:
    return Span(0, len(statement.text.text))


def _clashes(claim: Statement, mine: Segment, parts: Sequence[_Part]) -> Iterator[tuple[Span, Span | None]]:
    """What a part of the claim says of a case that the source says beside that case, not of it."""
    for at, part in enumerate(parts):
        for case in part.segment.cases:
            taken = _taken(case, mine)
            if taken is None or not _says_more(claim, part, case):
                continue
            home = _home(case, at, parts, mine)
            away = [one for place, one in enumerate(parts) if place not in home and one.is_own]
            there = [parts[place] for place in home]
            moved = _moved_number(mine, taken, there, away) or _moved_act(claim, mine, case, part, there, away)
            if moved is not None:
                yield moved, case.span if part.is_own else None


def _taken(case: Case, mine: Segment) -> list[Quantity] | None:
    """The claim's numbers that are the case's, if the claim speaks of it; else None."""
    if not all(any(similarity(unit, other) >= MATCHED for other in mine.units) for unit in case.units):
        return None
    taken = [next((one for one in mine.quantities if _says(one, number)), None) for number in case.quantities]
    return None if None in taken else [one for one in taken if one is not None]


def _says(mine: Quantity, theirs: Quantity) -> bool:
    """Whether the number of the claim is the other one or a case of it."""
    if not are_comparable(mine, theirs):
        return False
    found = compare(mine, theirs)
    return found in _SAME or (
        found is Agreement.WITHIN and mine.interval.is_point and mine.comparator is Comparator.NONE
    )


def _says_more(claim: Statement, part: _Part, case: Case) -> bool:
    """Whether the part says something of its case that the claim does not say."""
    segment = part.segment
    inside = [one.span for one in segment.cases]
    if any(
        not any(_says(mine, number) for mine in claim.quantities) for number in segment.quantities
        if not number.span.is_inside(case.span)
    ):  # fmt: skip
        return True
    if {cue.operator for cue in segment.cues} - {cue.operator for clause in claim.clauses for cue in clause.cues}:
        return True
    return any(
        unit.weight >= _TELLING and not any(similarity(unit, other) >= MATCHED for other in claim.units)
        for unit in segment.units
        if not any(unit.span.is_inside(span) for span in inside)
    )


def _home(case: Case, at: int, parts: Sequence[_Part], mine: Segment) -> frozenset[int]:
    """The parts that the case is said of: that which names it, and those behind it up to one of another case.

    Where the sentence itself names it, what another sentence says of it does not count: a list of indications stands in
    front of most doses.
    """
    home: set[int] = set()
    is_open = False
    for place, part in enumerate(parts):
        if parts[at].is_own and not part.is_own:
            is_open = False
            continue
        names_it = place == at or _names(case, part.segment)
        others = any(_taken(other, mine) is None for other in part.segment.cases)
        is_open = names_it or (is_open and not others)
        if is_open:
            home.add(place)
    return frozenset(home)


def _names(case: Case, segment: Segment) -> bool:
    has_units = all(any(similarity(unit, other) >= MATCHED for other in segment.units) for unit in case.units)
    return has_units and all(any(_says(one, number) for one in segment.quantities) for number in case.quantities)


def _moved_number(
    mine: Segment, taken: Sequence[Quantity], home: Sequence[_Part], away: Sequence[_Part]
) -> Span | None:
    """A number of the claim that stands away from the case only."""
    for number in mine.quantities:
        if any(number is one for one in taken):
            continue
        if _stands(number, away) and not _stands(number, home):
            return number.span
    return None


def _stands(number: Quantity, parts: Sequence[_Part]) -> bool:
    return any(_says(number, other) for part in parts for other in part.segment.quantities)


def _moved_act(
    claim: Statement, mine: Segment, case: Case, part: _Part, home: Sequence[_Part], away: Sequence[_Part]
) -> Span | None:
    """Where the claim has no dose: what is done, or of which drug, if that stands away from the case only."""
    if any(is_given(number) for number in mine.quantities):
        return None
    telling = [
        unit for unit in mine.units
        if unit.weight >= _TELLING and not any(similarity(other, unit) >= MATCHED for other in case.units)
    ]  # fmt: skip
    moved = [unit for unit in telling if _is_named(unit, away) and not _is_named(unit, home)]
    is_japanese = claim.language is Language.JAPANESE
    is_order = bool(telling) and telling[0].span.of(claim.text.text).lower() in openers().verbs
    acts = telling[-1:] if is_japanese else telling[not is_order :]
    for unit in moved:
        kind = kind_of_name(claim, unit)
        if any(unit is act for act in acts) and not kind:
            return unit.span
        if kind and any(
            kind_of_name(part.statement, other) == kind
            and not any(similarity(own, other) >= MATCHED for own in claim.units)
            for other in part.segment.units
            if not other.span.is_inside(case.span)
        ):
            return unit.span
    return None


def _is_named(unit: Unit, parts: Sequence[_Part]) -> bool:
    return any(similarity(unit, other) >= MATCHED for part in parts for other in part.segment.units)


def _other_qualifiers(claim: Parted, evidence: Parted) -> Iterator[tuple[Span, Span]]:
    """Numbers of the claim that stand in the sentence only as another value."""
    for segment in claim.segments:
        among = qualifiers(claim.statement.text.text, segment.span)
        for number in segment.quantities:
            mine = qualifiers_of(number, among)
            clashes = [_clash(mine, theirs) for theirs in _readings(number, evidence)] if mine else []
            first = clashes[0] if clashes else None
            if first is not None and all(clashes):
                yield first[0].span, first[1].span


def _clash(mine: Mapping[str, Qualifier], theirs: Mapping[str, Qualifier]) -> tuple[Qualifier, Qualifier] | None:
    both = ((mine[axis], theirs[axis]) for axis in sorted(mine.keys() & theirs.keys()))
    return next(((one, other) for one, other in both if one.pole != other.pole), None)


def _readings(number: Quantity, evidence: Parted) -> list[Mapping[str, Qualifier]]:
    """What each number of the sentence that says the claim's is of."""
    return [
        qualifiers_of(other, qualifiers(evidence.statement.text.text, segment.span))
        for segment in evidence.segments
        for other in segment.quantities
        if _says(number, other)
    ]
