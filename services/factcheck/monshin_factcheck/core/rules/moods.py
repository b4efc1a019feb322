"""Whether a sentence tells of now, of the past, of a plan, of what may be, or asks: 服用していた, 服用している."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.manners import manners
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.uses import amounts
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind

_PAST = "past"
_POSSIBLE = "possible"
# Words between a Japanese predicate and what says its tense: 服用 し て い た, 内服 中 で あっ た.
_LINKS = frozenset({"て", "で", "は", "も", "を", "が"})
_UNDERWAY = "中"


@dataclass(frozen=True, slots=True)
class _Mood:
    """names: of the table, and `past`. is_open: nothing tells the tense, as of 投与し、."""

    names: frozenset[str]
    span: Span
    is_open: bool = False


def other_mood(alignment: Alignment) -> Iterator[tuple[Span, Span]]:
    """The predicate of the claim and the same one there, where that is told of another time or in another mood."""
    claim, evidence = alignment.claim, alignment.evidence
    is_dose = bool(amounts(claim))
    for mine in _predicates(claim):
        said = _mood(claim, mine)
        there = [_mood(evidence, one) for one in evidence.units if similarity(mine, one) >= MATCHED]
        if there and all(_differ(said, other, is_dose) for other in there):
            yield mine.span, there[-1].span


def _predicates(statement: Statement) -> tuple[Unit, ...]:
    """In Japanese the last one; of English any word may be the verb."""
    if statement.language is Language.ENGLISH:
        return statement.units
    head = statement.clauses[-1].head
    if head is None:
        return ()
    is_suffix = head > 0 and statement.units[head].span.of(statement.text.text) == _UNDERWAY
    return (statement.units[head - is_suffix],)


def _differ(mine: _Mood, theirs: _Mood, is_dose: bool) -> bool:
    """is_dose: whether an amount is told. Of other things 残った says that they 残っている."""
    if theirs.is_open or mine.is_open:
        return False
    named = mine.names ^ theirs.names
    if _UNDERWAY in mine.names and _UNDERWAY not in theirs.names and not is_dose:
        named -= {_PAST}
    # What may be is said by what is; that something lasts, by a sentence that leaves it open.
    return bool(named - {_POSSIBLE, _UNDERWAY}) or _POSSIBLE in theirs.names - mine.names


def _mood(statement: Statement, unit: Unit) -> _Mood:
    return _english(statement, unit) if statement.language is Language.ENGLISH else _japanese(statement, unit)


def _japanese(statement: Statement, unit: Unit) -> _Mood:
    text, end = statement.text.text, statement.clauses[unit.clause].span.end
    at, is_past, is_underway, is_verb = unit.span.end, False, False, False
    for word in statement.words:
        if word.span.start < at or word.span.start >= end:
            continue
        is_link = word.kind is Kind.PARTICLE and word.surface in _LINKS
        is_helper = word.kind is Kind.AUXILIARY or (word.kind is Kind.VERB and word.detail == "非自立可能")
        if word.span.start != at or not (is_link or is_helper or word.surface == _UNDERWAY):
            break
        is_past = is_past or (word.kind is Kind.AUXILIARY and word.form == "た")
        is_underway = is_underway or word.form == "居る" or word.surface == _UNDERWAY
        is_verb = is_verb or is_helper
        at = word.span.end
    rest = text[at:end]
    names = {name for name, words in manners().moods[Language.JAPANESE].items() if words.search(rest)}
    names |= {_PAST} if is_past or (names and _ends_in_past(rest)) else set()
    is_open = not names and (not is_verb or text[at : at + 1] in ("、", ","))
    names |= {_UNDERWAY} if is_underway else set()
    return _Mood(frozenset(names), Span(unit.span.start, at), is_open)


def _ends_in_past(rest: str) -> bool:
    return re.search(r"(?:だっ|であっ|あり?まし|でし)た", rest) is not None


def _english(statement: Statement, unit: Unit) -> _Mood:
    text, table = statement.text.text, manners()
    clause = statement.clauses[unit.clause].span
    before = max((one.span.end for one in statement.units if one.span.end <= unit.span.start), default=0)
    gap, said = text[max(before, clause.start) : unit.span.start], unit.span.of(text).lower()
    names = {name for name, words in table.moods[Language.ENGLISH].items() if words.search(clause.of(text))}
    is_helped, is_past_form = table.auxiliaries.search(gap) is not None, said in table.past_verbs
    is_verb = is_helped or is_past_form
    # `is held` is no past, `held` is.
    has_past = table.past.search(gap) is not None or (is_past_form and not is_helped)
    told = clause.of(text).lower()
    names |= {_PAST} if (is_verb and has_past) or "used to" in told else set()
    # Of a bare word only the rest of its clause may tell whether it is of the past.
    return _Mood(
        frozenset(names), unit.span, is_open=not is_verb and not names and table.past_words.search(told) is not None
    )
