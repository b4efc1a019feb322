"""How and for how long a dose is used, and what is done with it over time: 頓服, 隔日, 3日間, 再開."""

from collections.abc import Iterator, Sequence

from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.alignment import Alignment
from monshin_factcheck.core.rules.manners import Use, manners
from monshin_factcheck.core.rules.segments import Segment, is_given, segments
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.text.spans import Span

_BY_SURFACE, _TIMES = "mass/area", "count:回"


def left_out_uses(alignment: Alignment) -> Iterator[tuple[Span, Span]]:
    """The dose of the claim, and a word of the sentence that limits its use and that the claim lacks."""
    claim, evidence = alignment.claim, alignment.evidence
    doses = amounts(claim)
    if not doses:
        return
    for stretch in _of_doses(alignment):
        for use in manners().uses.values():
            found = use.words.search(stretch.of(evidence.text.text))
            if found is not None and not _is_said(use, claim):
                yield doses[0].span, Span(*found.span()).shifted(stretch.start)


def amounts(statement: Statement) -> list[Quantity]:
    """What is given, without how often."""
    return [
        one for one in statement.quantities
        if one.dimension == _BY_SURFACE or (is_given(one) and not one.dimension.startswith(_TIMES))
    ]  # fmt: skip


def other_course(alignment: Alignment) -> Iterator[tuple[Span, Span]]:
    """What the claim says is done with a drug, and what else the sentence says is done: 開始 and 再開."""
    claim, evidence = alignment.claim, alignment.evidence
    mine = {name: words.search(claim.text.text) for name, words in manners().courses.items()}
    theirs = {name: words.search(evidence.text.text) for name, words in manners().courses.items()}
    others = [found for found in theirs.values() if found is not None]
    for name, found in mine.items():
        if found is not None and theirs[name] is None and others and claim.quantities:
            yield Span(*found.span()), Span(*others[0].span())


def _of_doses(alignment: Alignment) -> Sequence[Span]:
    """The parts of the sentence that have a number of the claim's kind and value, or all of it."""
    claim, evidence = alignment.claim, alignment.evidence
    parts = [part for part in segments(evidence) if _has_dose(claim, part)]
    return [part.span for part in parts] or [Span(0, len(evidence.text.text))]


def _has_dose(claim: Statement, part: Segment) -> bool:
    return any(
        is_given(mine) and mine.dimension == theirs.dimension and mine.interval == theirs.interval
        for mine in claim.quantities
        for theirs in part.quantities
    )


def _is_said(use: Use, claim: Statement) -> bool:
    text, uses = claim.text.text, manners().uses
    if use.counted and any(number.dimension.startswith("count:") for number in claim.quantities):
        return True
    return any(one.words.search(text) is not None for one in (use, *(uses[name] for name in use.one_of)))
