"""Under which condition a sentence says what it says: 妊婦では, eGFR 30未満の場合, in patients with asthma."""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.aliases.table import builtin_section
from monshin_factcheck.core.cues.governing_words import excludes, is_taken_back, names_a_case
from monshin_factcheck.core.judge import ConditionKind
from monshin_factcheck.core.quantities.clocks import CLOCK, EITHER_HALF, NOON_OR_MIDNIGHT
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.notation import notation
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.asides import simple_asides
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind

# More conditions than this in one sentence are a list of cases: which of them a claim means is not for rules to say.
MOST = 3
_BOUNDARY = re.compile(r"[、，,；;：:。．！？!?\n→]")
_OPEN, _CLOSE = "([{「『【〔", ")]}」』】〕"
# Sections of the table of names whose names are of a case.
NAMING = ("diseases", "people")
_TRAILING = re.compile(r"[、，, ]*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A condition in a statement: `span` is of its normalised text, with the comma that ends it.

    names_people: whether it says whom it concerns, by a word of the table or by an age. turns: what denies or excludes
    in it, in order.
    """

    span: Span
    kind: ConditionKind
    units: tuple[Unit, ...]
    quantities: tuple[Quantity, ...]
    names_people: bool
    turns: tuple[str, ...] = ()

    @property
    def telling(self) -> tuple[Unit, ...]:
        """Its words, without those that every condition of its kind holds."""
        return tuple(unit for unit in self.units if not _is_empty(unit))

    @property
    def normalised(self) -> str:
        """In names and signs, for people and for comparison by eye."""
        return " ".join([*(unit.key for unit in self.telling), *map(notation, self.quantities)])


@dataclass(frozen=True, slots=True)
class _Table:
    ends: dict[Language, tuple[re.Pattern[str], ...]]
    people: frozenset[str]
    times: frozenset[str]
    empty: frozenset[str]
    idle: tuple[re.Pattern[str], ...]
    bare: re.Pattern[str]


def conditions(statement: Statement) -> tuple[Stretch, ...]:
    """The conditions of a sentence in order, none overlapping another; at most `MOST`, else none at all."""
    text = statement.text.text
    table = _table()
    found: list[Stretch] = []
    spans = _english(text, table) if statement.language is Language.ENGLISH else _japanese(statement, table)
    # Of two readings with one end or one beginning the longer counts: の場合には, not 場合に.
    for span in sorted((*spans, *simple_asides(statement)), key=lambda span: -len(span)):
        new = stretch(statement, span)
        is_told = bool(new.telling or new.quantities)
        if is_told and not any(one.span.overlaps(span) for one in found) and not _cuts(statement, span):
            found.append(new)
    return tuple(sorted(found, key=lambda one: one.span)) if len(found) <= MOST else ()


def stretch(statement: Statement, span: Span) -> Stretch:
    """This stretch of a statement read as a condition."""
    table = _table()
    inside = tuple(unit for unit in statement.units if unit.span.is_inside(span))
    numbers = tuple(one for one in statement.quantities if all(part.is_inside(span) for part in one.spans))
    people = _names_people(inside, numbers, table)
    return Stretch(span, _kind(inside, numbers, table), inside, numbers, people, _turns(statement, span))


def _turns(statement: Statement, span: Span) -> tuple[str, ...]:
    cued = (cue for clause in statement.clauses for cue in clause.cues if cue.span.overlaps(span))
    excluded = ("excluded",) if excludes(span.of(statement.text.text)) else ()
    return (*(cue.operator.value for cue in cued), *excluded)


def names_whom_or_when(unit: Unit) -> bool:
    """Whether the unit is of the words that limit a sentence to some people or to some time."""
    words, table = {unit.key, *unit.forms}, _table()
    return bool(words & table.people or words & table.times)


def names_a_known_case(statement: Statement, own: Stretch) -> bool:
    """Whether a reader can be told `right, if …` of it: not of 本書では, in most cases, 誤りの例, nor of what stands
    before a bare では without a word that names people, a state, an illness, a value or a time.
    """
    said = own.span.of(statement.text.text).strip("()[]:、，, 。.")
    table = _table()
    if is_taken_back(said) or any(one.search(said) is not None for one in table.idle):
        return False
    bare = table.bare.search(said)
    if bare is None:
        return True
    return (
        own.names_people
        or any(names_whom_or_when(unit) or builtin_section(unit.key) in NAMING for unit in own.units)
        or any(number.dimension or number.comparator is not Comparator.NONE for number in own.quantities)
        or names_a_case(said[: bare.start()])
    )


def ends_of_conditions(language: Language) -> tuple[re.Pattern[str], ...]:
    """Where a condition ends in a Japanese sentence, how it begins in an English one."""
    return _table().ends[language]


def without(statement: Statement, stretches: tuple[Stretch, ...]) -> str:
    """The sentence without these conditions."""
    text, at, kept = statement.text.text, 0, ""
    for stretch in stretches:
        kept += text[at : stretch.span.start]
        # `薬Aは、妊婦では禁忌` is then `薬Aは禁忌`: the comma parted the condition, not the topic.
        kept = kept.rstrip("、") if kept.endswith("は、") else kept
        at = stretch.span.end
    return kept + text[at:]


def _japanese(statement: Statement, table: _Table) -> list[Span]:
    text = statement.text.text
    depths = _depths(text)
    topics = [word.span.end for word in statement.words if word.kind is Kind.PARTICLE and word.surface == "は"]
    boundaries = sorted({*topics, *(match.end() for match in _BOUNDARY.finditer(text))})
    outside = [at for at in boundaries if depths[at] == 0]
    spans: list[Span] = []
    for pattern in table.ends[Language.JAPANESE]:
        for match in pattern.finditer(text):
            # The は that ends the condition itself is no boundary before it.
            start = max((at for at in outside if at <= match.start()), default=0)
            trailing = _TRAILING.match(text, match.end())
            end = trailing.end() if trailing is not None else match.end()
            if end < len(text) and depths[match.end()] == 0:
                spans.append(Span(start, end))
    return spans


def _english(text: str, table: _Table) -> list[Span]:
    spans: list[Span] = []
    for pattern in table.ends[Language.ENGLISH]:
        for match in pattern.finditer(text):
            if text[max(0, match.start() - 5) : match.start()].lower() == "even ":
                continue
            stop = next(
                (at for at in range(match.end(), len(text)) if text[at] in ",;." and _ends(text, at)), len(text)
            )
            is_first = not text[: match.start()].strip()
            spans.append(Span(match.start(), min(stop + is_first, len(text))))
    return spans


def _ends(text: str, at: int) -> bool:
    """Whether the mark ends a clause, not a decimal."""
    return not (at + 1 < len(text) and text[at + 1].isdigit())


def _depths(text: str) -> list[int]:
    """How many brackets are open before each place, and at the end."""
    depths = [0]
    for character in text:
        depths.append(max(0, depths[-1] + (character in _OPEN) - (character in _CLOSE)))
    return depths


def _cuts(statement: Statement, span: Span) -> bool:
    """Whether the stretch ends inside of a quantity, of which then neither part would be right."""
    parts = [part for quantity in statement.quantities for part in quantity.spans]
    return any(part.overlaps(span) and not part.is_inside(span) for part in parts) or any(
        any(part.is_inside(span) for part in quantity.spans)
        and not all(part.is_inside(span) for part in quantity.spans)
        for quantity in statement.quantities
    )


def _kind(units: tuple[Unit, ...], numbers: tuple[Quantity, ...], table: _Table) -> ConditionKind:
    dimensions = {quantity.dimension for quantity in numbers}
    if dimensions - {"age", "body_mass", "time", "date", "month", CLOCK, EITHER_HALF, NOON_OR_MIDNIGHT, "parity"}:
        return ConditionKind.QUANTITY
    if _names_people(units, numbers, table) or dimensions & {"age", "body_mass"}:
        return ConditionKind.POPULATION
    if dimensions or any({unit.key, *unit.forms} & table.times for unit in units):
        return ConditionKind.TIME
    return ConditionKind.POPULATION


def _names_people(units: tuple[Unit, ...], numbers: tuple[Quantity, ...], table: _Table) -> bool:
    is_named = any({unit.key, *unit.forms} & table.people - table.empty for unit in units)
    return is_named or any(quantity.dimension == "age" for quantity in numbers)


def _is_empty(unit: Unit) -> bool:
    return bool({unit.key, *unit.forms} & _table().empty)


@cache
def _table() -> _Table:
    source = read_table(cues, "conditions.yaml")
    ends = {
        language: tuple(re.compile(pattern, re.IGNORECASE) for pattern in source[name])
        for language, name in ((Language.JAPANESE, "ja"), (Language.ENGLISH, "en"))
    }
    people, times, empty = (frozenset(map(str, source[name])) for name in ("people", "times", "empty"))
    idle = tuple(re.compile(one, re.IGNORECASE) for one in source["idle"])
    return _Table(ends, people, times, empty, idle, re.compile(source["bare"]))
