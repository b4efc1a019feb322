"""Condition and AllergyIntolerance: what the patient has, had, or is suspected to have."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.denial import UNCLEAR, denied, denies
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
# A denial is withdrawn when an allergy becomes known.
_ENDED = frozenset({"inactive", "resolved"})


def condition(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """A diagnosis or problem; refuted ones say nothing."""
    verification = words.status(node, "verificationStatus")
    name = words.concept(node.child("code"))
    if verification in _NOT_SO:
        return
    if not name or denies(name):
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
    name = words.concept(node.child("code"))
    if verification in _NOT_SO:
        return
    if not name:
        yield NOTHING
        return
    _, date = telling.when(node, "onsetDateTime", "recordedDate")
    none = denied(node)
    if none == UNCLEAR:
        yield NOTHING
        return
    if none is not None:
        if words.status(node, "clinicalStatus") not in _ENDED:
            told = telling.pick(f"既知の{none.japanese}はない", f"no {none.english} is known")
            yield Told(sentence(telling, told, told), date)
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
