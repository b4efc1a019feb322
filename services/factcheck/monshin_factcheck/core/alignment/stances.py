"""Whether two sentences with the same words say yes and no to the same things."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from monshin_factcheck.core.alignment.predications import Predication, predications
from monshin_factcheck.core.alignment.roles import TOPICS
from monshin_factcheck.core.cues.polarity import Operator, Stance, do_conflict
from monshin_factcheck.core.rules.statement import Statement

_ALIKE = frozenset(
    {(Stance.AFFIRMED, Stance.OBLIGED), (Stance.DENIED, Stance.FORBIDDEN), (Stance.FORBIDDEN, Stance.DENIED)}
)


@dataclass(frozen=True, slots=True)
class Compared:
    """differing: whether some predicate does not say as much, or has a cue and no counterpart. opposed: how many say
    the contrary.
    """

    differing: bool
    opposed: int


def compare(claim: Statement, evidence: Statement, places: Sequence[int | None], used: Set[int]) -> Compared:
    """The predicates of a claim with those of a sentence. places: as Correspondence.places. used: the sentence's
    clauses that count.

    Each is compared with those that are said of the same; of several, they must all be alike to be opposed to it.
    Nothing is opposed where a cue is left over, or both sides deny, demand, allow … equally often: then the same cues
    only stand elsewhere.
    """
    laid = {place for place in places if place is not None}
    theirs = [one for one in predications(evidence) if one.clauses & used and _is_laid(one, laid)]
    mine = predications(claim)
    found = [(one, _counterparts(one, theirs, places, evidence)) for one in mine]
    seen = {other for _, others in found for other in others}
    is_left_over = any(not others and one.stance is not Stance.AFFIRMED for one, others in found)
    is_left_over |= any(one not in seen and one.stance is not Stance.AFFIRMED for one in theirs)
    differing = any(not says_as_much(one.stance, other.stance) for one, others in found for other in others)
    opposed = sum(
        bool(others)
        and all(
            do_conflict(one.stance, other.stance) and not _is_of_another(one, other, places, evidence)
            for other in others
        )
        for one, others in found
    )
    if is_left_over or _turns(mine) == _turns(theirs):
        opposed = 0
    return Compared(is_left_over or differing, opposed)


def says_as_much(mine: Stance, theirs: Stance) -> bool:
    """Equal, or what a protocol says in either way: だ for べきだ, しない for してはならない."""
    return mine is theirs or (theirs, mine) in _ALIKE


def _is_laid(one: Predication, laid: Set[int]) -> bool:
    """Whether the claim has what the cues turn; what else a sentence denies is for others to judge."""
    return not one.about or bool(one.turned & laid)


def _counterparts(
    mine: Predication, theirs: Sequence[Predication], places: Sequence[int | None], evidence: Statement
) -> list[Predication]:
    """The same word as predicate; else, where one side has none but a cue, what is said of most of the same."""
    if not mine.about:
        return [one for one in theirs if not one.about]
    about = {places[at] for at in mine.about} - {None}
    words = [one for one in theirs if one.word is not None and one.word in about]
    bare = [one for one in theirs if one.word is None and one.turned & about]
    if mine.word is not None:
        place = places[mine.word]
        return [one for one in words if one.word == place] or [one for one in bare if place in one.about]
    if words:
        return words
    turned = {places[at] for at in mine.turned}
    weights = [(bool(turned & set(one.about)), *_weight(about & set(one.about), evidence)) for one in bare]
    return [one for one, weight in zip(bare, weights, strict=True) if weight == max(weights)]


def _is_of_another(mine: Predication, other: Predication, places: Sequence[int | None], evidence: Statement) -> bool:
    """Whether the sentence says it of a subject of its own, and the claim of one that stands elsewhere there."""
    laid = {place for place in places if place is not None}
    is_elsewhere = any(places[at] is not None and places[at] not in other.about for at in mine.about)
    return is_elsewhere and any(evidence.units[at].particle in TOPICS and at not in laid for at in other.about)


def _weight(units: Set[int | None], evidence: Statement) -> tuple[int, int]:
    """What is shared beside topics says more than they, which may serve several predicates."""
    return sum(evidence.units[at].particle not in TOPICS for at in units if at is not None), len(units)


def _turns(said: Iterable[Predication]) -> Counter[Operator]:
    """The kinds of cues; what denies and what forbids alike."""
    kinds = (cue.operator for one in said for cue in one.cues if cue.operator is not Operator.UNCLEAR)
    return Counter(Operator.NOT if kind is Operator.PROHIBIT else kind for kind in kinds)
