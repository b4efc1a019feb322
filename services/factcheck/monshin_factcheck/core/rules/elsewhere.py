"""What the rest of a document says of a dose that one of its sentences tells: that it ended, changed, is forbidden, or
is another one in a narrower case.

A text that tells a drug's dose twice may mean two days or two patients; whether the claim is of the first, only a
reader of the whole can say. So it supports nothing, and contradicts nothing either.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monshin_factcheck.core.cues.afterthoughts import Afterthought, turn
from monshin_factcheck.core.cues.governing import Sway
from monshin_factcheck.core.cues.rows import may_end_a_dose
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import ConditionKind, Finding, Opinion, Stance
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.alignment import similarity
from monshin_factcheck.core.rules.conditional import Read, is_inside
from monshin_factcheck.core.rules.conditions import conditions, stretch
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.core.rules.name_rules import kind_of_name
from monshin_factcheck.core.rules.other_drug import is_of_another_drug
from monshin_factcheck.core.rules.qualifiers import qualifiers
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.sentences import SENTENCE_MARKS
from monshin_factcheck.core.text.spans import Span

# A contradiction, or a bound, that speaks of less of the claim is of something else.
_NEAR = 0.85
# Days.
_YEAR = 365
_DRUGS = "drugs"
# What stands in the place of the drug's name, so that a sentence which names it reads as one that points back.
_SAME = {Language.ENGLISH: "it"}
_SAME_JA = "同剤"
_IF = re.compile(r"\b(?:if|unless|when)\b", re.IGNORECASE)
_PAST = ("た", "た。", "だった。")


@dataclass(frozen=True, slots=True)
class _Dose:
    """A claim with the sentence that supports it."""

    claim: Statement
    evidence: Statement
    passage: Passage
    drugs: tuple[Unit, ...]


def disputed(claim: Statement, opinions: Sequence[Opinion], read: Read) -> list[Opinion]:
    """The opinions on a claim; one that supports a dose is only related where another passage takes the dose back.

    Both then have the finding, so that the evidence shows what is in the way. Only passages that the judge was given
    are looked at: of a large corpus those that search found.
    """
    found = list(opinions)
    drugs = tuple(unit for unit in claim.units if kind_of_name(claim, unit) == _DRUGS)
    for at, opinion in enumerate(opinions):
        if opinion.stance is not Stance.SUPPORTS or not opinion.tells_dose:
            continue
        dose = _Dose(claim, read(opinion.passage.text), opinion.passage, drugs)
        for place, kind in _against(dose, opinions, read):
            found[at] = _with(replace(found[at], stance=Stance.RELATED, is_overruled=True), kind, claim)
            found[place] = _with(found[place], kind, claim)
    return found


def _with(opinion: Opinion, kind: FindingKind, claim: Statement) -> Opinion:
    new = Finding(kind.value, "rules", Span(0, len(claim.text.original)), opinion.passage.span)
    stance = Stance.RELATED if opinion.stance is Stance.UNRELATED else opinion.stance
    return opinion if new in opinion.findings else replace(opinion, stance=stance, findings=(*opinion.findings, new))


def _against(dose: _Dose, opinions: Sequence[Opinion], read: Read) -> Iterator[tuple[int, FindingKind]]:
    """The places of the opinions on passages that take the dose back, or tell another one."""
    follows = _following(dose, opinions, read)
    for place, opinion in enumerate(opinions):
        passage = opinion.passage
        if opinion.stance is Stance.SUPPORTS or passage.is_superseded or passage.rank > dose.passage.rank:
            continue
        other = read(passage.text)
        is_named = any(similarity(unit, drug) >= ALIKE for unit in other.units for drug in dose.drugs)
        is_here = passage.document == dose.passage.document and passage.part == dose.passage.part
        if not is_here and not (is_named and passage.document != dose.passage.document):
            continue
        if is_here and _is_narrower(dose, other, passage, read):
            yield place, FindingKind.OTHER_CASE
        elif is_named and _is_correction(dose, other):
            is_above = is_here and passage.span < dose.passage.span
            if _tells(dose, other) or (is_here and not (is_above and not _has_another(dose.claim, other))):
                yield place, FindingKind.RETRACTION
        elif (is_named or (is_here and place in follows)) and not _is_of_its_own_case(other, passage, dose):
            kind = _taken_back(dose, opinion, other, is_named=is_named, is_here=is_here)
            if kind is not None:
                yield place, kind


def _following(dose: _Dose, opinions: Sequence[Opinion], read: Read) -> frozenset[int]:
    """The places of the sentences behind the dose in its paragraph, up to one that names another drug.

    Sentences with more than a space or a line's end between them are rows, or of another paragraph.
    """
    at, found = dose.passage.span, list[int]()
    for place, opinion in sorted(enumerate(opinions), key=lambda one: one[1].passage.span):
        passage = opinion.passage
        if passage.document != dose.passage.document or not 0 <= passage.span.start - at.end <= 1:
            continue
        other = read(passage.text)
        is_row = passage.span.start > at.end and passage.text[-1] not in SENTENCE_MARKS
        if is_row or is_of_another_drug(other, other.units, dose.evidence.units):
            break
        at = passage.span
        found.append(place)
    return frozenset(found)


def _taken_back(
    dose: _Dose, opinion: Opinion, other: Statement, *, is_named: bool, is_here: bool
) -> FindingKind | None:
    """What a sentence that speaks of the same drug does to the dose. In another document it must name the dose, too.

    What stands in front of the dose in its document does not end it: of a drug that was stopped it may be the new one.
    """
    passage = opinion.passage
    is_free = _is_free_to_differ(dose, other)
    is_outside = any(finding.kind == FindingKind.QUANTITY_OUTSIDE.value for finding in opinion.findings)
    is_other = (is_here and opinion.stance is Stance.CONTRADICTS) or (is_outside and _has_another(dose.claim, other))
    if is_named and is_other and opinion.relevance >= _NEAR and not is_free:
        return FindingKind.OTHER_CASE
    if passage.span < dose.passage.span if is_here else not _tells(dose, other):
        return None
    found = turn(_pointing_back(dose, other), dose.evidence.text.text)
    if found is Afterthought.ENDS:
        return FindingKind.RETRACTION
    if found is Afterthought.AMENDS and is_here and not is_free and _has_another(dose.claim, other, is_named):
        return FindingKind.RETRACTION
    return None


def _is_free_to_differ(dose: _Dose, other: Statement) -> bool:
    """Whether one of the two is of a case, or a first, a highest or a maintenance dose, that the other one is not."""
    mine, theirs = (
        {(own.axis, own.pole) for own in qualifiers(one.text.text, Span(0, len(one.text.text)))}
        for one in (dose.evidence, other)
    )
    return mine != theirs or _conditions(dose.evidence) != _conditions(other)


def _is_correction(dose: _Dose, other: Statement) -> bool:
    """A row under another name that speaks of the drug: 訂正後：ワルファリンは3 mg."""
    is_label = any(similarity(unit, drug) >= ALIKE for unit in other.units[:1] for drug in dose.drugs)
    return may_end_a_dose(other.text.text) and not is_label


def _tells(dose: _Dose, other: Statement) -> bool:
    """Whether a sentence tells an amount of the claim."""
    given = [(number.dimension, number.interval) for number in dose.claim.quantities if is_given(number)]
    return any((number.dimension, number.interval) in given for number in other.quantities)


def _pointing_back(dose: _Dose, other: Statement) -> str:
    """The sentence with a pronoun for the drug; in English from there on, where the sentence before it is no more."""
    text = other.text.text
    names = [unit for unit in other.units if any(similarity(unit, drug) >= ALIKE for drug in dose.drugs)]
    for unit in reversed(names):
        text = f"{text[: unit.span.start]}{_SAME.get(other.language, _SAME_JA)}{text[unit.span.end :]}"
    is_cut = bool(names) and other.language is Language.ENGLISH and _IF.search(text[: names[0].span.start]) is None
    return text[names[0].span.start :] if is_cut else text


def _has_another(claim: Statement, other: Statement, counts: bool = True) -> bool:
    """Whether an amount of the claim's kind is another one. counts: whether times are amounts, as in 1日2回."""
    given = [one for one in claim.quantities if is_given(one) and (counts or not one.dimension.startswith("count"))]
    kinds = {number.dimension.partition("/")[0] for number in given}
    return any(
        is_given(number)
        and number.dimension.partition("/")[0] in kinds
        and number.key not in [one.key for one in given]
        for number in other.quantities
    )


def _is_of_its_own_case(other: Statement, passage: Passage, dose: _Dose) -> bool:
    """Whether it says, or a heading over it, of whom, of which value or when it holds, or that it does not. What was
    done at a time is no case of it.
    """
    if any(one.sway is Sway.TAKES_BACK for one in passage.governing) or _cases(passage) != _cases(dose.passage):
        return True
    return bool(_conditions(other) - _conditions(dose.evidence))


def _conditions(statement: Statement) -> frozenset[str]:
    is_past = statement.text.text.endswith(_PAST)
    return frozenset(
        one.normalised for one in conditions(statement) if one.kind is not ConditionKind.TIME or not is_past
    )


def _cases(passage: Passage) -> frozenset[str]:
    return frozenset(one.said for one in passage.governing if one.sway in (Sway.CASE, Sway.KNOWN_CASE))


def _is_narrower(dose: _Dose, other: Statement, passage: Passage, read: Read) -> bool:
    """Whether a claim that is a case of the sentence's condition may be one of another condition as well: 80歳 of
    15歳以上 beside 高齢者.
    """
    held = _held(dose, read)
    if not held or is_of_another_drug(other, other.units, dose.evidence.units):
        return False
    known = {wide.key for _, wide in held}
    for theirs in other.quantities:
        if any(theirs.key not in known and (is_inside(mine, theirs) or _may_be_ages(mine, theirs)) for mine, _ in held):
            return True
    whole = stretch(other, Span(0, len(other.text.text)))
    mine = (*dose.claim.units, *dose.evidence.units)
    is_group = whole.names_people and any(
        not any(similarity(unit, own) >= ALIKE for own in mine)
        for unit in whole.telling
        if stretch(other, unit.span).names_people
    )
    is_heading = passage.text[-1] not in SENTENCE_MARKS
    says = any(clause.cues for clause in other.clauses) or _has_another(dose.claim, other)
    return is_group and (is_heading or says)


def _may_be_ages(mine: Quantity, theirs: Quantity) -> bool:
    """An age and a bound in years, where one is not read as such or the bound may be turned: not above 75 years."""
    bound = theirs.interval.low or theirs.interval.high or 0
    is_age = mine.dimension == "age" or (mine.dimension == "time" and (mine.interval.low or 0) >= _YEAR)
    return is_age and theirs.dimension == "time" and bound >= _YEAR and not theirs.interval.is_point


def _held(dose: _Dose, read: Read) -> list[tuple[Quantity, Quantity]]:
    """The claim's values with the bounds of the sentence, or of what governs it, that they lie in."""
    texts = [dose.evidence, *(read(one.said) for one in dose.passage.governing)]
    wide = [number for one in texts for number in one.quantities if not is_given(number)]
    said = {number.key for one in texts for number in one.quantities}
    mine = [number for number in dose.claim.quantities if not is_given(number) and number.key not in said]
    return [(number, bound) for number in mine for bound in wide if is_inside(number, bound)]
