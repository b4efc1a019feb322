"""Brackets and labels that say of whom, of which value or when a sentence holds: （小児）, (eGFR 30未満), 成人：."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

import yaml

from monshin_factcheck.core import cues
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.text.spans import Span

_BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
# A colon behind a digit is of a clock or a ratio.
_LABEL = re.compile(r"[^、，,。．.;；:()\[\]]{1,40}(?<![0-9]):[ ]*")
_BEHIND_COLON = re.compile(r"(?<![0-9]):[^:、，,。;；]+")
# What a record was made on or a text was taken from limits nothing: (2026年4月2日、高値), [12, 13], (Fig. 2), (表3).
_SOURCE = re.compile(
    r"[(\[](?![^)\]]*(?:以降|以前|まで|から|より))[ ]*(?:[0-9]{4}年|[0-9]{4}[-/.][0-9]"
    r"|(?:[0-9]{1,2} )?[A-Z][a-z]+ [0-9]{4}|[0-9]{1,3}(?:[ ]*[-–,、~〜][ ]*[0-9]{1,3})*[ ]*[)\]]"
    r"|[図表](?:[0-9]|参照)|文献|参考文献|注[0-9]"
    r"|(?:[Ff]ig|[Tt]able|[Rr]ef)[a-z]*\.? ?[0-9])"
)
_BEHIND = re.compile(r"[ ]*(?:[、，,。．.;；!?]|$)")
# Numbers of these say who is meant also without a bound.
_STATES = ("age", "body_mass")
_PARTED = re.compile(r"[、，,;；]")


def narrowing_aside(statement: Statement, span: Span) -> bool:
    """Whether this stretch stands in a bracket or beside a colon, and says whom, which value or when."""
    return any(aside.overlaps(span) and _narrows(statement, _common(aside, span)) for aside in _asides(statement))


def simple_asides(statement: Statement) -> Iterator[Span]:
    """Those that are conditions by themselves: a bracket at the end of a clause or a label in front.

    One with a cue, a comma or a number that is no bound is not: what it does to the rest is for people to say.
    """
    text = statement.text.text
    cued = [cue.span for clause in statement.clauses for cue in clause.cues]
    for aside in _asides(statement):
        said = aside.of(text)
        is_at_edge = aside.start == 0 if _is_label(said) else _BEHIND.match(text, aside.end) is not None
        numbers = [one for one in statement.quantities if one.span.is_inside(aside)]
        is_bound = all(one.comparator is not Comparator.NONE or one.dimension in _STATES for one in numbers)
        is_plain = not said.startswith(":") and _PARTED.search(said) is None
        is_cued = any(span.overlaps(aside) for span in cued)
        if is_at_edge and is_bound and is_plain and not is_cued and _narrows(statement, aside):
            yield aside


def _asides(statement: Statement) -> Iterator[Span]:
    text = statement.text.text
    for bracket in _BRACKET.finditer(text):
        if _SOURCE.match(text, bracket.start()) is None:
            yield Span(*bracket.span())
    label = _LABEL.match(text)
    if label is not None and label.end() < len(text):
        yield Span(*label.span())
    yield from (Span(*match.span()) for match in _BEHIND_COLON.finditer(text))


def _narrows(statement: Statement, span: Span) -> bool:
    """Whether words of the table or a number stand there."""
    people, pattern = _table()
    if any(unit.span.is_inside(span) and {unit.key, *unit.forms} & people for unit in statement.units):
        return True
    if any(part.overlaps(span) for quantity in statement.quantities for part in quantity.spans):
        return True
    return pattern.search(span.of(statement.text.text).strip("()[]: 。.")) is not None


def _is_label(said: str) -> bool:
    return said.rstrip().endswith(":")


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))


@cache
def _table() -> tuple[frozenset[str], re.Pattern[str]]:
    source = yaml.safe_load(resources.files(cues).joinpath("conditions.yaml").read_text("utf-8"))
    words = frozenset(map(str, (*source["people"], *source["times"])))
    return words, re.compile("|".join(f"(?:{one})" for one in source["asides"]), re.IGNORECASE)
