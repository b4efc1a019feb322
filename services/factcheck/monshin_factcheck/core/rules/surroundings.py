"""What headings, the title and sentences that point back do to a claim that a sentence says: see cues/governing.py."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monshin_factcheck.core.aliases.table import builtin_section, katakana_drug
from monshin_factcheck.core.cues.governing import Governing, Sway, governing_title
from monshin_factcheck.core.cues.governing_words import excludes, names_a_case, names_a_state
from monshin_factcheck.core.cues.lists import speaks_of_giving
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Condition
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.alignment import similarity
from monshin_factcheck.core.rules.conditional import Read, is_inside
from monshin_factcheck.core.rules.conditions import NAMING, Stretch, conditions, names_whom_or_when, stretch, without
from monshin_factcheck.core.rules.doses import tells_dose
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.other_drug import is_of_another_drug
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE
from monshin_factcheck.core.rules.verbatim import says_the_same
from monshin_factcheck.core.text.spans import Span

# Sentences behind another one that may change it.
_AFTER = (Sway.ENDS, Sway.AMENDS)
# What names no case.
_SILENT = (*_AFTER, Sway.FORBIDS, Sway.LISTS)
# Signs that a case is set in, which are not shown.
_AROUND = " \u3000\t*_#:：。."
_BRACKETS = {
    "【": "】",
    "〈": "〉",
    "《": "》",
    "≪": "≫",
    "<": ">",
    "＜": "＞",
    "[": "]",
    "［": "］",
    "(": ")",
    "（": "）",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """findings: that the sentence is taken back, or said of another case than the claim's. left_out: cases that the
    claim does not name. named: the texts of those that it names.
    """

    findings: tuple[RuleFinding, ...] = ()
    left_out: tuple[Condition, ...] = ()
    named: tuple[Statement, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether the sentence, by what governs it, says nothing of what the claim says."""
        return bool(self.findings)


def surroundings(claim: Statement, evidence: Statement, passage: Passage, read: Read) -> Surroundings:
    """Of one passage, with its title."""
    title = _title(passage)
    governing = passage.governing if title is None else (title, *passage.governing)
    if any(_is_taken_back(one, claim) or _changes(one, claim, evidence, read) for one in governing):
        return Surroundings((_finding(FindingKind.RETRACTION, claim, passage),))
    left_out: list[Condition] = []
    named: list[Statement] = []
    for one in governing:
        if one.sway in _SILENT:
            continue
        case = read(one.said)
        units, numbers = _telling(case, one.sway), _numbers(case, one.sway)
        is_case = bool(units or numbers) or (names_a_state if one.sway is Sway.KNOWN_CASE else names_a_case)(one.said)
        if not is_case or _is_row_of_another(case, evidence):
            continue
        is_named = _holds(claim, evidence, units or case.units, numbers) and excludes(one.said) == excludes(
            claim.text.text
        )
        if is_named:
            named.append(case)
        elif not _is_told(one, units, numbers):
            return Surroundings((_finding(FindingKind.OTHER_CASE, claim, passage),))
        else:
            left_out.append(_condition(one, case, passage))
    is_other = bool(left_out) and _states_another(claim, evidence)
    findings = (_finding(FindingKind.OTHER_CASE, claim, passage),) if is_other else ()
    return Surroundings(findings, tuple(left_out), tuple(named))


def beside(passage: Passage, texts: Iterable[str]) -> list[str]:
    """Those of the texts around a sentence that do not govern it: what these do is told by `surroundings`."""
    governing = {one.text.strip() for one in passage.governing if one.sway not in (*_AFTER, Sway.LISTS)}
    return [text for text in texts if text and text.strip() not in governing]


def says_the_same_of(
    around: Surroundings, claim: Statement, evidence: Statement, subjects: Sequence[Statement], read: Read
) -> bool:
    """Whether the sentence says the claim word for word but for the case that the claim names, as its heading does."""
    return any(
        says_the_same(read(without(claim, (own,))), evidence, subjects)
        for own in (conditions(claim) if around.named else ())
        if _is_said(own, around.named)
    )


def _is_taken_back(one: Governing, claim: Statement) -> bool:
    """Whether nothing that stands there holds; of what must not be given, no dose; in a list of cases, no person."""
    if one.sway is Sway.LISTS:
        return _is_of_a_person(claim)
    return one.sway is Sway.TAKES_BACK or (one.sway is Sway.FORBIDS and tells_dose(claim))


def _is_of_a_person(claim: Statement) -> bool:
    """Whether a claim names no drug and nothing that is given: 妊娠中である, 腎障害がある."""
    is_of_a_drug = any(builtin_section(unit.key) == "drugs" or katakana_drug(unit.key) for unit in claim.units)
    return not is_of_a_drug and not tells_dose(claim) and not speaks_of_giving(claim.text.text)


def _changes(one: Governing, claim: Statement, evidence: Statement, read: Read) -> bool:
    """Whether a sentence behind this one ends it or gives it another number; one of another drug does not."""
    if one.sway not in _AFTER:
        return False
    after = read(one.said)
    if is_of_another_drug(after, after.units, evidence.units):
        return False
    if one.sway is Sway.ENDS:
        return True
    given = [number for number in claim.quantities if is_given(number)]
    return any(
        is_given(number) and _measure(number) in map(_measure, given) and number.key not in [one.key for one in given]
        for number in after.quantities
    )


def _measure(number: Quantity) -> str:
    """What is measured, per day or at once: 3 mg takes the place of 5 mg/日."""
    return number.dimension.partition("/")[0]


def _title(passage: Passage) -> Governing | None:
    title = governing_title(passage.title)
    if title is None or title.sway is Sway.TAKES_BACK or not passage.chart:
        return title
    return governing_title(passage.title.removeprefix(passage.chart).strip())


def _telling(case: Statement, sway: Sway) -> tuple[Unit, ...]:
    own = stretch(case, Span(0, len(case.text.text))).telling
    return own if sway is Sway.CASE else tuple(unit for unit in own if names_whom_or_when(unit))


def _numbers(case: Statement, sway: Sway) -> tuple[Quantity, ...]:
    """Those that name a case: in a title or a lead an age or a bound."""
    return tuple(
        one
        for one in case.quantities
        if sway is Sway.CASE or one.dimension == "age" or one.comparator is not Comparator.NONE
    )


def _is_row_of_another(case: Statement, evidence: Statement) -> bool:
    """Whether a line tells a dose of a drug that the sentence, which names its own, does not speak of."""
    return (
        any(is_given(number) for number in case.quantities)
        and is_of_another_drug(case, case.units, evidence.units)
        and is_of_another_drug(evidence, evidence.units, case.units)
    )


def _is_told(one: Governing, units: Sequence[Unit], numbers: Sequence[Quantity]) -> bool:
    """Whether a reader can be told of whom, of which value or when it holds; a dose is none of these."""
    if any(is_given(number) and number.comparator is Comparator.NONE for number in numbers):
        return False
    return (
        names_a_case(one.said)
        or names_a_case(one.text)
        or any(names_whom_or_when(unit) or builtin_section(unit.key) in NAMING for unit in units)
        or any(number.dimension or number.comparator is not Comparator.NONE for number in numbers)
    )


def _holds(claim: Statement, evidence: Statement, units: Sequence[Unit], numbers: Sequence[Quantity]) -> bool:
    """What the sentence says itself, its words bind the claim to. Of a case without words no claim is known to be."""
    return (
        bool(units or numbers)
        and all(
            any(similarity(unit, other) >= ALIKE for side in (claim, evidence) for other in side.units)
            for unit in units
        )
        and all(
            any(
                one.key == other.key or is_inside(other, one) for side in (claim, evidence) for other in side.quantities
            )
            for one in numbers
        )
    )


def _states_another(claim: Statement, evidence: Statement) -> bool:
    """Whether the claim says of whom or of which value it holds, otherwise than the sentence does."""
    return any(not _is_said(own, (evidence,)) for own in _limits(claim)) or (
        excludes(claim.text.text) and not excludes(evidence.text.text)
    )


def _limits(claim: Statement) -> Iterator[Stretch]:
    """Its conditions, and its words of people and time, each by itself: 小児の用量."""
    yield from conditions(claim)
    yield from (stretch(claim, unit.span) for unit in claim.units if names_whom_or_when(unit))


def _is_said(own: Stretch, there: Sequence[Statement]) -> bool:
    units = [unit for one in there for unit in one.units]
    numbers = [number for one in there for number in one.quantities]
    return all(any(similarity(unit, other) >= ALIKE for other in units) for unit in own.telling) and all(
        any(mine.key == other.key or is_inside(mine, other) for other in numbers) for mine in own.quantities
    )


def _condition(one: Governing, case: Statement, passage: Passage) -> Condition:
    """With its words, and its place in the document; of a title, an empty one where the sentence begins."""
    own = stretch(case, Span(0, len(case.text.text)))
    text = one.text.strip(_AROUND)
    if _BRACKETS.get(text[0]) == text[-1]:
        text = text[1:-1].strip(_AROUND)
    if not len(one.span):
        at = passage.part.start if passage.part is not None else 0
        return Condition(Span(at, at), text, own.kind, own.normalised)
    start = one.span.start + one.text.index(text)
    return Condition(Span(start, start + len(text)), text, own.kind, own.normalised)


def _finding(kind: FindingKind, claim: Statement, passage: Passage) -> RuleFinding:
    """Of the whole of both sides."""
    return RuleFinding(kind, Span(0, len(claim.text.original)), Span(0, len(passage.text)), 1.0)
