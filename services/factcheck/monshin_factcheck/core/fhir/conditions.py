"""Condition and AllergyIntolerance: what the patient has, had, or is suspected to have."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.denial import UNCLEAR, denied, denies
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.told import NOTHING, Find, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

_SUSPECTED = frozenset({"unconfirmed", "provisional", "differential", "presumed"})
_NOT_SO = frozenset({"refuted", "entered-in-error"})
_VERIFIED = frozenset({"", "confirmed"}) | _SUSPECTED | _NOT_SO
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
_PRESENT = frozenset({"active", "recurrence", "relapse"})
# A denial is withdrawn when an allergy becomes known.
_ENDED = frozenset({"inactive", "resolved"})


@dataclass(frozen=True, slots=True)
class _State:
    """clinical, verification: codes, empty where the resource has none. course: words for both after the name."""

    clinical: str
    verification: str
    course: tuple[str, str]


def condition(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """A diagnosis or problem; refuted ones say nothing, and one that has ended is told so."""
    ended = _end(node, telling)
    state = _state(node, is_over=ended is not None)
    if isinstance(state, Told):
        yield state
        return
    if state.verification in _NOT_SO:
        return
    name = words.concept(node.child("code"))
    if not name or denies(name):
        yield NOTHING
        return
    japanese, english = state.course
    onset, date = telling.when(node, "onsetDateTime", "onsetPeriod")
    notes = (
        telling.pick(f"{onset}発症", f"onset {onset}") if onset else "",
        ended or "",
        words.concept(node.child("severity")),
        *(words.concept(stage.child("summary")) for stage in node.children("stage")),
    )
    for site in words.sites(node):
        told = words.placed(name, site, telling)
        yield Told(sentence(telling, told + japanese, f"{told} {english}", *notes), date)


def allergy(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """An allergy or intolerance with its symptoms, or that none is known."""
    state = _state(node, is_over=False)
    if isinstance(state, Told):
        yield state
        return
    if state.verification in _NOT_SO:
        return
    name = words.concept(node.child("code"))
    if not name:
        yield NOTHING
        return
    _, date = telling.when(node, "onsetDateTime", "recordedDate")
    none = denied(node)
    if none == UNCLEAR:
        yield NOTHING
        return
    if none is not None:
        if state.clinical not in _ENDED:
            told = telling.pick(f"既知の{none.japanese}はない", f"no {none.english} is known")
            yield Told(sentence(telling, told, told), date)
        return
    is_intolerance = node.text("type") == "intolerance"
    kind = telling.pick(*(("不耐性", "intolerance") if is_intolerance else ("アレルギー", "allergy")))
    symptoms = telling.pick("、", ", ").join(
        filter(None, (words.concepts(item, "manifestation", telling) for item in node.children("reaction")))
    )
    japanese, english = state.course
    note = telling.pick(f"症状は{symptoms}", f"reaction: {symptoms}") if symptoms else ""
    yield Told(sentence(telling, f"{name}の{kind}{japanese}", f"{kind} to {name} {english}", note), date)


def _state(node: Node, *, is_over: bool) -> _State | Told:
    """What has ended is never told as present; a Told without text where a status is none that is known, or says that
    something is present beside an end.
    """
    verification = words.status(node, "verificationStatus", _VERIFIED)
    clinical = words.status(node, "clinicalStatus", _COURSES)
    if verification is None:
        return _untold(node, "verificationStatus", _VERIFIED)
    if clinical is None or (is_over and clinical in _PRESENT):
        return _untold(node, "clinicalStatus", frozenset(_COURSES) - (_PRESENT if is_over else frozenset()))
    has_ended = is_over or clinical in _ENDED
    if verification in _SUSPECTED:
        course = ("の疑いは現在はない", "is not suspected now") if has_ended else ("の疑いがある", "is suspected")
    else:
        course = _COURSES["inactive" if is_over and not clinical else clinical]
    return _State(clinical, verification, course)


def _untold(node: Node, element: str, known: Collection[str]) -> Told:
    allowed = ", ".join(sorted(filter(None, known)))
    return Told("", element=element, problem=node.refuse(element, f"one of {allowed} is needed", "NOT_FHIR"))


def _end(node: Node, telling: Telling) -> str | None:
    """Since when it is over, as a note; None if it is not."""
    if not any(
        node.value.get(f"abatement{kind}") is not None for kind in ("DateTime", "Period", "Age", "Range", "String")
    ):
        return None
    when, _ = telling.when(node, "abatementDateTime", "abatementPeriod")
    age, ages = node.child("abatementAge"), node.child("abatementRange")
    told = (
        when
        or (words.quantity(age, telling) if age is not None else "")
        or (words.interval(ages, telling) if ages is not None else "")
    )
    text = words.line(node.text("abatementString"))
    if text:
        return telling.pick(f"終了：{text}", f"ended: {text}")
    return telling.pick(f"{told}終了", f"ended {told}".rstrip())
