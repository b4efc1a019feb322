"""A claim that leaves out the condition under which a sentence says it, or is a case of that condition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from monshin_factcheck.core.judge import Condition, ConditionKind
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.interval import Relation, relate
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.conditions import Stretch, conditions, names_a_known_case, without
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE
from monshin_factcheck.core.rules.verbatim import says_the_same
from monshin_factcheck.core.text.spans import Span

# Below this, a sentence is not looked at for conditions: most passages speak of something else.
_WORTH_READING = 0.3
# Below this, the claim and the rest of the sentence cannot be the same words.
_LEAST_COVERAGE = 0.85
Read = Callable[[str], Statement]


@dataclass(frozen=True, slots=True)
class Conditional:
    """What the conditions of a sentence do to a claim that says the rest of it word for word.

    left_out: those that the claim neither states nor satisfies. is_satisfied: whether it is a case of all that it
    states. unmentioned: where neither is, what it may leave out in other words.
    """

    left_out: tuple[Stretch, ...] = ()
    is_satisfied: bool = False
    unmentioned: tuple[Stretch, ...] = ()


def conditional(alignment: Alignment, around: Sequence[Statement], read: Read) -> Conditional:
    """Only the verbatim rule may say that the rest is the same: with no or another number there, nothing is found.

    around: as for says_the_same. The fewest conditions that must go for it are those that the claim leaves out.
    """
    claim, evidence = alignment.claim, alignment.evidence
    theirs = _tellable(evidence) if alignment.coverage >= _WORTH_READING else ()
    mine = conditions(claim) if theirs else ()
    rest = alignment.without([claim.text.to_original(own.span) for own in mine])
    if not theirs or rest.coverage < _LEAST_COVERAGE:
        return Conditional(unmentioned=_unmentioned(alignment, mine, theirs))
    for size in range(1, len(theirs) + 1):
        for left_out in combinations(theirs, size):
            if says_the_same(claim, read(without(evidence, left_out)), around):
                return Conditional(_governing(left_out, claim, evidence, around, read))
    for own in mine:
        for other in theirs:
            if _is_case_of(own, other) and says_the_same(
                read(without(claim, (own,))), read(without(evidence, (other,))), around
            ):
                return Conditional(is_satisfied=True)
    return Conditional(unmentioned=_unmentioned(alignment, mine, theirs))


def _tellable(evidence: Statement) -> tuple[Stretch, ...]:
    """Its conditions that name a case; what only looks like one stays in the sentence, which then says more."""
    return tuple(one for one in conditions(evidence) if names_a_known_case(evidence, one))


def _governing(
    left_out: tuple[Stretch, ...], claim: Statement, evidence: Statement, around: Sequence[Statement], read: Read
) -> tuple[Stretch, ...]:
    """Without the conditions of later clauses: 成人では10 mg、小児では5 mg says 10 mg of adults only."""
    text = evidence.text.text
    for count in range(1, len(left_out)):
        head = text[: left_out[count].span.start]
        # A bracket belongs to the clause in front of it: 成人では10 mgを投与する（初回）.
        if text[len(head)] in "([" and not _ends_clause(head):
            continue
        if says_the_same(claim, read(without(read(head), conditions(read(head))[:count])), around):
            return left_out[:count]
    return left_out


def _ends_clause(text: str) -> bool:
    return text.rstrip().endswith(("、", ",", "，", ";", "。"))


def _unmentioned(alignment: Alignment, mine: Sequence[Stretch], theirs: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Conditions of people or of measured values that a claim without any condition shares no word with.

    For claims that a judge which reads finds supported: it may overlook what is left out. Paraphrases of a condition
    share words with it less often than not, so anything that could be one keeps the reader's word.
    """
    if mine or any(clause.is_condition for clause in alignment.claim.clauses):
        return ()
    return tuple(stretch for stretch in theirs if _is_left_out(stretch, alignment, alignment.evidence))


def told(stretch: Stretch, evidence: Statement, sentence_start: int) -> Condition:
    """As it is shown, without its brackets; `sentence_start` is where the sentence begins in its document."""
    text = evidence.text.text
    start, end = stretch.span.start, len(text[: stretch.span.end].rstrip("、，,: "))
    if text[start] in "([" and text[end - 1] in ")]":
        start, end = start + 1, end - 1
    span = evidence.text.to_original(Span(start, max(end, start)))
    return Condition(span.shifted(sentence_start), span.of(evidence.text.original), stretch.kind, stretch.normalised)


def _is_left_out(stretch: Stretch, alignment: Alignment, evidence: Statement) -> bool:
    if stretch.kind is ConditionKind.TIME or not (stretch.names_people or stretch.kind is ConditionKind.QUANTITY):
        return False
    claim = alignment.claim
    if any(similarity(unit, other) > 0 for unit in claim.units for other in stretch.telling):
        return False
    if any(one.dimension == other.dimension for one in claim.quantities for other in stretch.quantities):
        return False
    # It must govern what the claim speaks of: most of what is matched stands behind it.
    places = [
        (match.index, unit.weight)
        for unit, match in zip(claim.units, alignment.matches, strict=True)
        if match is not None and match.index is not None and match.similarity >= MATCHED
    ]
    behind = sum(weight for place, weight in places if evidence.units[place].span.start >= stretch.span.end)
    return behind > 0.5 * sum(weight for _, weight in places)


def _is_case_of(own: Stretch, other: Stretch) -> bool:
    """75歳では is a case of 70歳以上では: the same words, and each number one that the other side covers.

    One side denied, it is none: 75歳以上でなければ, not aged 75 years or older.
    """
    if not own.quantities or len(own.quantities) != len(other.quantities) or own.turns != other.turns:
        return False
    return (
        _holds_all(own.telling, other.telling) and _holds_all(other.telling, own.telling)
        and all(is_inside(mine, theirs) for mine, theirs in zip(own.quantities, other.quantities, strict=True))
    )  # fmt: skip


def _holds_all(wanted: Sequence[Unit], held: Sequence[Unit]) -> bool:
    return all(any(similarity(unit, other) >= ALIKE for other in held) for unit in wanted)


def is_inside(mine: Quantity, theirs: Quantity) -> bool:
    """A plain number inside of a bound or a range. A bound inside of another is none: 3未満 may be a slip of 30未満."""
    is_case = mine.interval.is_point and mine.comparator is Comparator.NONE and not mine.is_approximate
    is_wide = theirs.comparator is not Comparator.NONE and not theirs.is_approximate
    return (
        is_case and is_wide and mine.dimension == theirs.dimension
        and relate(mine.interval, theirs.interval) is Relation.INSIDE
    )  # fmt: skip
