"""Condition and AllergyIntolerance: what the patient has, had, or is suspected to have."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.told import NOTHING, Find, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

_SUSPECTED = frozenset({"unconfirmed", "provisional", "differential"})
_NOT_SO = frozenset({"refuted", "entered-in-error"})
# After the name: 高血圧がある, hypertension is present.
_COURSES = {
    "": ("がある", "is present"),
    "active": ("がある", "is present"),
    "recurrence": ("が再発した", "has recurred"),
    "relapse": ("が再燃した", "has relapsed"),
    "remission": ("は寛解している", "is in remission"),
    "inactive": ("は現在はない", "is not present now"),
    "resolved": ("は治癒した", "has resolved"),
}
# SNOMED CT: no known allergy, and the same of drugs, food and the environment.
_NO_ALLERGY = {
    "716186003": ("アレルギー", "allergy"),
    "409137002": ("薬物アレルギー", "drug allergy"),
    "429625007": ("食物アレルギー", "food allergy"),
    "428607008": ("環境アレルギー", "environmental allergy"),
}
# A name that denies what it names cannot be told as something that is there.
_DENYING = ("なし", "無し", "ない", "no known", "none", "no allergies", "no allergy")


def condition(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """A diagnosis or problem; refuted ones say nothing."""
    verification = words.status(node, "verificationStatus")
    name = words.concept(node.child("code"))
    if verification in _NOT_SO:
        return
    if not name:
        yield NOTHING
        return
    place = words.concepts(node, "bodySite", telling)
    told = words.placed(name, place, telling)
    japanese, english = _course(node)
    if verification in _SUSPECTED:
        japanese, english = "の疑いがある", "is suspected"
    onset, date = telling.when(node, "onsetDateTime", "onsetPeriod")
    ended, _ = telling.when(node, "abatementDateTime", "abatementPeriod")
    notes = (
        telling.pick(f"{onset}発症", f"onset {onset}") if onset else "",
        telling.pick(f"{ended}終了", f"ended {ended}") if ended else "",
        words.concept(node.child("severity")),
        *(words.concept(stage.child("summary")) for stage in node.children("stage")),
    )
    yield Told(sentence(telling, told + japanese, f"{told} {english}", *notes), date)


def allergy(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """An allergy or intolerance with its symptoms, or that none is known."""
    verification = words.status(node, "verificationStatus")
    code = node.child("code")
    name = words.concept(code)
    if verification in _NOT_SO:
        return
    if not name:
        yield NOTHING
        return
    _, date = telling.when(node, "onsetDateTime", "recordedDate")
    known = next((_NO_ALLERGY[one] for one in sorted(words.codes(code)) if one in _NO_ALLERGY), None)
    if known is not None or any(word in name.lower() for word in _DENYING):
        none = telling.pick(*known) if known is not None else telling.pick("アレルギー", "allergy")
        yield Told(sentence(telling, f"既知の{none}はない", f"no {none} is known"), date)
        return
    is_intolerance = node.text("type") == "intolerance"
    kind = telling.pick(*(("不耐性", "intolerance") if is_intolerance else ("アレルギー", "allergy")))
    symptoms = telling.pick("、", ", ").join(
        filter(None, (words.concepts(item, "manifestation", telling) for item in node.children("reaction")))
    )
    japanese, english = _course(node)
    if verification in _SUSPECTED:
        japanese, english = "の疑いがある", "is suspected"
    note = telling.pick(f"症状は{symptoms}", f"reaction: {symptoms}") if symptoms else ""
    yield Told(sentence(telling, f"{name}の{kind}{japanese}", f"{kind} to {name} {english}", note), date)


def _course(node: Node) -> tuple[str, str]:
    clinical = words.status(node, "clinicalStatus")
    if clinical not in _COURSES:
        allowed = ", ".join(filter(None, _COURSES))
        raise node.refuse("clinicalStatus", f"one of {allowed} is needed", "NOT_FHIR")
    return _COURSES[clinical]
