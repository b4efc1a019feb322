"""Whether a sentence that says several things says one of them in the claim's own words.

`40 mgで開始したが、20 mgに減量した` says of 20 mg that something was reduced to it, so a claim that says the same is
not about 40 mg, however near to its subject that stands. The place of a number is what stands between it and its
neighbours of the same kind, that of a word is its clause.
"""

import re
from collections.abc import Iterator, Sequence

from monshin_factcheck.core.aliases.table import builtin_section
from monshin_factcheck.core.quantities.analytes import analytes
from monshin_factcheck.core.quantities.quantity import Order, Quantity
from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.change import change, may_be_same
from monshin_factcheck.core.rules.name_rules import kind_of_name
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.spans import Span

# More numbers than a sentence has: a table, or no text. Each is laid beside each.
_MOST = 32
# Between two numbers of one clause: 6 hours in adults and 12 hours in the elderly, 100 mgとクロピドグレル75 mg.
_JOINT = re.compile(r"\b(?:and|or|but|then|versus|vs)\b|および|及び|または|又は|あるいは|ならびに|と", re.IGNORECASE)
# What stands in front of it is a reason, and no label of what follows.
_REASON = re.compile(r"(?:ため|ので)(?:に)?")
_TEST = "tests"
_SUBJECTS = frozenset({"は", "が", "を", "も"})


def stands_in_its_place(alignment: Alignment, mine: Quantity) -> bool:
    """Whether the sentence has the claim's number in the claim's own words, however its kind was read."""
    return any(
        _is_same(mine, theirs)
        and (mine.order is theirs.order or Order.FROM not in (mine.order, theirs.order))
        and is_in_its_place(alignment, mine, theirs)
        for theirs in alignment.evidence.quantities
    )


def is_in_its_place(alignment: Alignment, mine: Quantity, theirs: Quantity) -> bool:
    """Whether the words and numbers of the claim stand where the sentence has `theirs`, an equal number."""
    claim, evidence = alignment.claim, alignment.evidence
    if max(len(claim.quantities), len(evidence.quantities)) > _MOST:
        return False
    if not may_be_same(change(claim, mine), change(evidence, theirs)):
        return False
    place = _place(evidence, theirs)
    return _holds_other_numbers(alignment, mine, place) and _holds_words(
        alignment, _beside(claim, _place(claim, mine), mine.span), place, theirs.span
    )


def has_word_in_its_place(alignment: Alignment, mine: Unit, opposite: Unit) -> bool:
    """Whether a clause of the sentence, another one than that of the opposite word, has the claim's very word in the
    words and with the numbers of the claim's clause.
    """
    claim, evidence = alignment.claim, alignment.evidence
    within = claim.clauses[mine.clause].span
    numbers = [one for one in claim.quantities if one.span.is_inside(within)]
    front, behind = _beside(claim, within, mine.span)
    # 小児の開始量は: what is told of stands in front of the other words, wherever the sentence names it.
    topic = max((unit.span.end for unit in behind if unit.particle == "は"), default=0)
    own = (
        [*front, *(unit for unit in behind if unit.span.end <= topic)],
        [unit for unit in behind if unit.span.end > topic],
    )
    for theirs in evidence.units:
        place = evidence.clauses[theirs.clause].span
        there = [one for one in evidence.quantities if one.span.is_inside(place)]
        if (
            theirs.key == mine.key
            and theirs.clause != opposite.clause
            and all(any(_is_same(one, other) for other in there) for one in numbers)
            and _holds_words(alignment, own, place, theirs.span, says_more=bool(numbers))
        ):
            return True
    return False


_Beside = tuple[list[Unit], list[Unit]]


def _beside(statement: Statement, within: Span, at: Span) -> _Beside:
    """The words in front of and behind a stretch."""
    units = [unit for unit in statement.units if unit.span.is_inside(within)]
    return [unit for unit in units if unit.span.end <= at.start], [unit for unit in units if unit.span.start >= at.end]


def _holds_words(alignment: Alignment, own: _Beside, place: Span, at: Span, *, says_more: bool = False) -> bool:
    """Whether what the claim says behind stands in that place, too, and what it says in front there or, as a subject
    does, anywhere before it, unless other words of the kind stand there in its stead.

    A subject alone is not enough: says_more tells that the place has more of the claim than its words.
    """
    evidence = alignment.evidence
    front, behind = own
    there = [unit for unit in evidence.units if unit.span.is_inside(place)]
    if not all(_is_among(unit, (*there, *_shared_end(evidence, place, at))) for unit in behind):
        return False
    missing = [unit for unit in front if not _is_among(unit, there)]
    if not missing:
        return bool(front or behind)
    earlier = [unit for unit in evidence.units if unit.span.end <= place.start]
    return (
        (says_more or len(missing) < len(front) or bool(behind))
        and all(_is_among(unit, earlier) for unit in missing)
        and not _stand_instead(
            alignment, missing, (*front, *behind), Span(_start_of_labels(evidence, place, at), at.start)
        )
    )


def _shared_end(evidence: Statement, place: Span, at: Span) -> list[Unit]:
    """The last word of a list of numbers: 10単位 of 朝食前に10単位、夕食前に6単位を皮下注射する is injected, too."""
    end = max((at.end, *(one.span.end for one in evidence.quantities if one.span.is_inside(place))))
    later = [unit for unit in evidence.units if unit.span.start >= end]
    return later[-1:] if not any(unit.span.is_inside(place) for unit in later) else []


def _stand_instead(alignment: Alignment, missing: Sequence[Unit], said: Sequence[Unit], within: Span) -> bool:
    """Whether something that the claim does not say is named there in the stead of its missing words."""
    claim, evidence = alignment.claim, alignment.evidence
    others = [unit for unit in evidence.units if unit.span.is_inside(within) and not _is_among(unit, said)]
    kinds = {_kind_of_word(claim, unit) for unit in missing}
    if "" not in kinds:
        return any(_kind_of_word(evidence, unit) in kinds for unit in others)
    labels = [one for one in evidence.quantities if one.span.is_inside(within)]
    is_label_lost = any(unit.particle not in _SUBJECTS for unit in missing) and any(
        not any(_is_same(one, mine) for mine in claim.quantities) for one in labels
    )
    return bool(others) or is_label_lost


def _holds_other_numbers(alignment: Alignment, mine: Quantity, place: Span) -> bool:
    """Whether each other number of the claim stands there, too, or at least none of its kind does instead."""
    evidence = alignment.evidence
    there = [one for one in evidence.quantities if one.span.is_inside(place)]
    before = [one for one in evidence.quantities if one.span.end <= place.start]
    for other in alignment.claim.quantities:
        if other is mine or _is_alike(other, mine) or any(_is_same(other, one) for one in there):
            continue
        if any(_is_alike(other, one) for one in there) or not any(_is_same(other, one) for one in before):
            return False
    return True


def _start_of_labels(evidence: Statement, place: Span, at: Span) -> int:
    """Where begins what says of what the place tells, behind reasons and earlier clauses."""
    reasons = [match.end() for match in _REASON.finditer(evidence.text.text, place.start, at.start)]
    closed = [evidence.clauses[index].span.end for index in _closed(evidence, at)]
    return max((*reasons, *closed, place.start))


def _closed(evidence: Statement, at: Span) -> Iterator[int]:
    """Earlier clauses that tell a number of their own: ロスバスタチン2.5 mgを開始し、90 mg/dLに低下."""
    for one in evidence.quantities:
        clause = evidence.clause_at(one.span.start)
        if clause < evidence.clause_at(at.start) and not evidence.clauses[clause].opens_the_next:
            yield clause


def _place(statement: Statement, quantity: Quantity) -> Span:
    """From the last to the next number of its kind, cut at the first mark or `and` between the two."""
    alike = [one for one in statement.quantities if _is_alike(one, quantity)]
    at = next(index for index, one in enumerate(alike) if one is quantity)
    first = at
    # 8.2から10.1 g/dLに改善: both ends of a change are of the same.
    while first and alike[first].order is Order.TO and alike[first - 1].order is Order.FROM:
        first -= 1
    start = _edge(statement, alike[first - 1], alike[first]) if first else 0
    end = _edge(statement, quantity, alike[at + 1]) if at + 1 < len(alike) else len(statement.text.text)
    return Span(start, end)


def _edge(statement: Statement, before: Quantity, after: Quantity) -> int:
    start, end = before.span.end, min(span.start for span in after.spans)
    if end <= start:
        return after.span.start
    ends = [clause.span.end for clause in statement.clauses if start <= clause.span.end <= end]
    joints = [match.start() for match in _JOINT.finditer(statement.text.text, start, end)]
    return min((*ends, *joints), default=start)


def _kind_of_word(statement: Statement, unit: Unit) -> str:
    """Of what a name is one; empty for other words, such as 開始."""
    if builtin_section(unit.key) == _TEST or analytes().before(statement.text.text, unit.span.start, unit.span.end):
        return _TEST
    return kind_of_name(statement, unit)


def _is_alike(one: Quantity, other: Quantity) -> bool:
    return _kind(one) == _kind(other)


def _kind(quantity: Quantity) -> str:
    """58 kg is read as a body weight only where 体重 stands right before it."""
    return "body_mass" if quantity.unit == "kg" else quantity.dimension


def _is_same(one: Quantity, other: Quantity) -> bool:
    return _is_alike(one, other) and (one.interval, one.comparator) == (other.interval, other.comparator)


def _is_among(unit: Unit, units: Sequence[Unit]) -> bool:
    return any(similarity(unit, other) >= MATCHED for other in units)
