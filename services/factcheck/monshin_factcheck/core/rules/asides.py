"""Brackets and labels that say of whom, of which value or when a sentence holds: （小児）, (eGFR 30未満), 成人：."""

import re
from collections.abc import Iterator
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.aliases.table import builtin_section
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.spans import Span

_BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
# A colon behind a digit is of a clock or a ratio.
_LABEL = re.compile(r"[^、，,。．.;；:()\[\]]{1,40}(?:[(\[][^():\[\]]{1,40}[)\]])?(?<![0-9]):[ ]*")
_BEHIND_COLON = re.compile(r"(?<![0-9]):[^:、，,。;；]+")
# What a record was made on or a text was taken from limits nothing: (2026年4月2日、高値), [12, 13], (Fig. 2), (表3).
_SOURCE = re.compile(
    r"[(\[](?![^)\]]*(?:以降|以前|まで|から|より))[ ]*(?:[0-9]{4}年|[0-9]{4}[-/.][0-9]"
    r"|(?:[0-9]{1,2} )?[A-Z][a-z]+ [0-9]{4}|[0-9]{1,3}(?:[ ]*[-–,、~〜][ ]*[0-9]{1,3})*[ ]*[)\]]"
    r"|(?:添付文書|日本[^)、0-9]{1,20}学会)(?:ガイドライン|指針)?(?:に?よる|より|参照)?[)]|推奨(?:度|グレード)|エビデンスレベル"
    r"|[図表](?:[0-9]|参照)|文献|参考文献|注[0-9]"
    r"|(?:[Ff]ig|[Tt]able|[Rr]ef)[a-z]*\.? ?[0-9])"
)
_ABBREVIATION = re.compile("[A-Z]{2,6}")
_BEHIND = re.compile(r"[ ]*(?:[、，,。．.;；!?]|$)")
# Numbers of these say who is meant also without a bound.
_STATES = ("age", "body_mass")
_MOUTH = frozenset({"経口", "内服", "oral", "orally"})
_PARTED = re.compile(r"[、，,;；]")


def narrowing_aside(statement: Statement, span: Span) -> bool:
    """Whether this stretch stands in a bracket or beside a colon, and says whom, which value or when."""
    return any(aside.overlaps(span) and _narrows(statement, _common(aside, span)) for aside in _asides(statement))


def unknown_aside(statement: Statement, span: Span) -> bool:
    """Whether a bracket of this stretch denies or forbids, or holds a word that is no name and nothing said outside.

    Of routes only the mouth goes without saying: （静注） limits the dose.
    """
    if any(cue.span.is_inside(span) for clause in statement.clauses for cue in clause.cues) and any(
        aside.overlaps(span) and statement.text.text[aside.start] in "([" for aside in _asides(statement)
    ):
        return True
    own = [unit for unit in statement.units if unit.span.is_inside(span)]
    return any(
        unit.span.is_inside(aside) and not _is_known(statement, unit, aside)
        for aside in _asides(statement)
        if own and statement.text.text[aside.start] in "(["
        for unit in own
    )


def in_source(statement: Statement, span: Span) -> bool:
    """Whether a stretch lies in a bracket that says when or from where a sentence was taken."""
    return any(
        _SOURCE.match(match.group()) is not None and Span(*match.span()).overlaps(span)
        for match in _BRACKET.finditer(statement.text.text)
    )


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


def _is_known(statement: Statement, unit: Unit, aside: Span) -> bool:
    text = statement.text.text
    said = unit.span.of(text)
    routes = {one for one in unit.opposable.poles if one.finding == FindingKind.ROUTE_CONFLICT.value}
    if routes:
        outside = (one for one in statement.units if not one.span.overlaps(aside))
        return bool(_MOUTH & {*unit.forms}) or any(routes & set(one.opposable.poles) for one in outside)
    return (
        bool(builtin_section(unit.key))
        or _ABBREVIATION.fullmatch(said) is not None
        or text.count(said) > aside.of(text).count(said)
    )


def _is_label(said: str) -> bool:
    return said.rstrip().endswith(":")


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))


@cache
def _table() -> tuple[frozenset[str], re.Pattern[str]]:
    source = read_table(cues, "conditions.yaml")
    words = frozenset(map(str, (*source["people"], *source["times"])))
    return words, re.compile("|".join(f"(?:{one})" for one in source["asides"]), re.IGNORECASE)
