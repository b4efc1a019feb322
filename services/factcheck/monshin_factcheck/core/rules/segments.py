"""A sentence in parts that say something each, and the cases of which they say it: adults, children, eGFR below 30."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monshin_factcheck.core.aliases.table import builtin_section
from monshin_factcheck.core.cues.polarity import Cue
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.asides import simple_asides
from monshin_factcheck.core.rules.conditions import ends_of_conditions, names_whom_or_when
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.core.rules.openers import openers
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind

_LABEL = re.compile(r":\s*$")
# Between two doses of one clause: 1 g in adults and 2 g in meningitis.
_JOINT = re.compile(
    r"\b(?:and|or|but|then|versus|vs)\b|および|及び|または|又は|あるいは|ならびに|(?<=[A-Za-z錠包回量])と",
    re.IGNORECASE,
)
_DONE = re.compile(r"[;；。:]\s*$")
_PART = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;:.()\[\]]")
# Each part of a claim is laid beside each part of a source.
_MOST = 32
# What is given, and how often; other numbers say of whom or of which value a sentence speaks.
_GIVEN = ("mass", "unit", "amount", "charge", "volume")
_GIVEN_BY = frozenset({"", "/body_mass", "/time", "/body_mass/time", "/body_surface", "/body_surface/time"})


@dataclass(frozen=True, slots=True)
class Case:
    """Of whom, of what or when a segment says what it says, by its words and its numbers."""

    span: Span
    units: tuple[Unit, ...]
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A clause with those that only say for which case it holds."""

    span: Span
    units: tuple[Unit, ...]
    quantities: tuple[Quantity, ...]
    cues: tuple[Cue, ...]
    cases: tuple[Case, ...]


def segments(statement: Statement) -> tuple[Segment, ...]:
    """All of a sentence, in order; none of one with more parts than a sentence has, which is a table or no text."""
    if len(statement.clauses) > _MOST or len(statement.quantities) > _MOST:
        return ()
    cases = _cases(statement)
    text = statement.text.text
    groups: list[tuple[Span, ...]] = []
    is_open = False
    for index, clause in enumerate(statement.clauses):
        spans = _joined(statement, clause.span)
        if is_open or (groups and _belongs_to_the_last(statement, index, cases)):
            groups[-1] = (*groups[-1], spans[0])
            spans = spans[1:]
        groups += [(span,) for span in spans]
        is_label = _LABEL.search(clause.span.of(text)) is not None and not _given_in(statement, clause.span)
        is_open = clause.opens_the_next or is_label
    return tuple(_segment(statement, Span(own[0].start, own[-1].end), cases) for own in groups)


def _joined(statement: Statement, span: Span) -> tuple[Span, ...]:
    """A clause in its parts that have a dose each."""
    text, start, found = statement.text.text, span.start, []
    inside = [part for quantity in statement.quantities for part in quantity.spans]
    for joint in _JOINT.finditer(text, span.start, span.end):
        is_apart = not any(part.start < joint.end() and joint.start() < part.end for part in inside)
        head, rest = Span(start, joint.start()), Span(joint.start(), span.end)
        if is_apart and _given_in(statement, head) and _given_in(statement, rest):
            found.append(head)
            start = joint.start()
    return (*found, Span(start, span.end))


def _given_in(statement: Statement, span: Span) -> bool:
    return any(is_given(one) and span.start <= one.span.start < span.end for one in statement.quantities)


def is_given(quantity: Quantity) -> bool:
    """Whether it is an amount that somebody gets, or how often."""
    root = next((root for root in _GIVEN if quantity.dimension.startswith(root)), "")
    by = quantity.dimension.removeprefix(root)
    # mL/min is a clearance as often as a rate.
    is_amount = bool(root) and by in _GIVEN_BY and not (root == "volume" and "/time" in by)
    return is_amount or quantity.dimension.startswith("count:")


def _segment(statement: Statement, span: Span, cases: Sequence[Case]) -> Segment:
    return Segment(
        span,
        tuple(unit for unit in statement.units if unit.span.is_inside(span)),
        tuple(one for one in statement.quantities if span.start <= one.span.start < span.end),
        tuple(cue for clause in statement.clauses for cue in clause.cues if cue.span.is_inside(span)),
        tuple(case for case in cases if span.start <= case.span.start < span.end),
    )


def _belongs_to_the_last(statement: Statement, index: int, cases: Sequence[Case]) -> bool:
    """Whether a clause says nothing but the case of what stands in front of it, with no mark that parts the two."""
    text, clause, before = statement.text.text, statement.clauses[index], statement.clauses[index - 1]
    if clause.opens_the_next or _DONE.search(before.span.of(text)) is not None:
        return False
    spans = [unit.span for unit in statement.units if unit.clause == index]
    spans += [one.span for one in statement.quantities if statement.clause_at(one.span.start) == index]
    return all(any(span.is_inside(case.span) for case in cases) for span in spans)


def _cases(statement: Statement) -> tuple[Case, ...]:
    is_english = statement.language is Language.ENGLISH
    spans = [*(_phrases(statement) if is_english else _conditions(statement)), *simple_asides(statement)]
    spans += [unit.span for unit in statement.units if _is_case(unit)]
    spans += [one.span for one in statement.quantities if one.dimension == "age"]
    found: list[Case] = []
    for span in sorted(spans, key=lambda span: (-len(span), span.start)):
        units = tuple(unit for unit in statement.units if unit.span.is_inside(span) and not _is_empty(unit))
        numbers = tuple(one for one in statement.quantities if one.span.is_inside(span) and not is_given(one))
        is_bound = any(one.comparator is not Comparator.NONE or one.dimension == "age" for one in numbers)
        is_named = any(unit.span.is_inside(span) for unit in statement.units)
        is_told = bool(units) or is_bound or (is_named and bool(numbers))
        if is_told and not any(span.overlaps(case.span) for case in found):
            found.append(Case(span, units, numbers))
    return tuple(sorted(found, key=lambda case: case.span))


def _conditions(statement: Statement) -> Iterator[Span]:
    """Of each Japanese clause what ends as a condition does, behind the topic."""
    text = statement.text.text
    topics = [word.span.end for word in statement.words if word.kind is Kind.PARTICLE and word.surface == "は"]
    for clause in statement.clauses:
        for pattern in ends_of_conditions(Language.JAPANESE):
            for match in pattern.finditer(text, clause.span.start, clause.span.end):
                start = max((at for at in topics if clause.span.start < at <= match.start()), default=clause.span.start)
                yield Span(start, match.end())


def _is_case(unit: Unit) -> bool:
    """A person, a time, a disease or a route."""
    is_word = len(unit.key) > 1 or unit.key in openers().moments
    is_route = any(pole.finding == FindingKind.ROUTE_CONFLICT.value for pole in unit.opposable.poles)
    return is_word and (is_route or names_whom_or_when(unit) or builtin_section(unit.key) == "diseases")


def _is_empty(unit: Unit) -> bool:
    return unit.key in openers().empty


def _phrases(statement: Statement) -> Iterator[Span]:
    """From a word that opens a case to the next such word, verb or mark; behind if and when also over a verb."""
    text, table = statement.text.text, openers()
    inside = [part for quantity in statement.quantities for part in quantity.spans]
    start, has_verb, is_told = None, False, False
    for match in _PART.finditer(text):
        if any(part.start < match.end() and match.start() < part.end for part in inside):
            continue
        word = match.group().lower()
        is_mark = not word[0].isalnum()
        is_article = word in table.articles
        ends = (
            is_mark
            or word in table.phrase_words
            or (not has_verb and (word in table.verbs or (is_article and is_told)))
        )
        is_told = is_told or not is_article
        if start is not None and ends:
            yield Span(start, match.start())
            start = None
        if word in table.phrase_words:
            start, has_verb, is_told = match.start(), word in table.with_verb, False
    if start is not None:
        yield Span(start, len(text))
