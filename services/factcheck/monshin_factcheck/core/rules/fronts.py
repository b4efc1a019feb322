"""What opens a sentence and says for whom, where or when it holds, without a verb: 当初、, イヌ：."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.conditions import conditions
from monshin_factcheck.core.rules.manners import manners
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind

# The rest of the sentence must say so much of the claim.
_SAYS_THE_REST = 0.85
_MOST_UNITS = 4
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_PREDICATES = frozenset({Kind.VERB, Kind.ADJECTIVE, Kind.AUXILIARY})
_OPENS = re.compile(r"(?:[、,:：)\]）】]|[ ]-)[ ]*$")


def left_out_front(alignment: Alignment) -> Iterator[tuple[Span, Span]]:
    """All of the claim, and an opening of the sentence that it lacks; one that is a condition is told as such."""
    claim, evidence = alignment.claim, alignment.evidence
    if alignment.coverage < _SAYS_THE_REST:
        return
    cases = conditions(evidence)
    for index in range(len(evidence.clauses) - 1):
        if _is_said(claim, evidence, index):
            return
        span = evidence.clauses[index].span
        if is_front(evidence, index) and not any(case.span.overlaps(span) for case in cases):
            yield Span(0, len(claim.text.text)), span


def is_idle(statement: Statement, index: int) -> bool:
    """Whether a clause opens the sentence and says nothing: なお、 用法・用量： Dosage:"""
    if index > 0 or len(statement.clauses) == 1:
        return False
    text = statement.clauses[index].span.of(statement.text.text)
    return _OPENS.search(text) is not None and manners().idle_fronts.fullmatch(_EDGES.sub("", text)) is not None


def is_front(statement: Statement, index: int) -> bool:
    """Whether a clause has words, few of them and no verb, and neither gives a dose or a reason nor says nothing."""
    span = statement.clauses[index].span
    text = span.of(statement.text.text)
    said = _EDGES.sub("", text)
    units = [unit for unit in statement.units if unit.clause == index]
    numbers = [one for one in statement.quantities if one.span.is_inside(span)]
    # 禁忌: has no other word than its cue.
    labels = statement.clauses[index].cues if text.rstrip().endswith(":") else ()
    is_short = 0 < len(units) + len(numbers) + len(labels) <= _MOST_UNITS
    # 朝は10 mg、 is a dose of its own.
    if (
        not is_short
        or any(is_given(one) for one in numbers)
        or _OPENS.search(text) is None
        or index == len(statement.clauses) - 1
    ):
        return False
    table = manners()
    if table.neutral_fronts.fullmatch(said) is not None or table.reasons.search(said) is not None:
        return False
    inside = (word for word in statement.words if word.span.is_inside(span))
    return statement.language is Language.ENGLISH or not any(word.kind in _PREDICATES for word in inside)


def _is_said(claim: Statement, evidence: Statement, index: int) -> bool:
    """Whether the claim has a word or a number of the clause."""
    span = evidence.clauses[index].span
    units = [unit for unit in evidence.units if unit.clause == index]
    return any(similarity(mine, other) >= MATCHED for mine in claim.units for other in units) or any(
        mine.key == one.key for mine in claim.quantities for one in evidence.quantities if one.span.is_inside(span)
    )
