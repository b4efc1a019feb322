"""MedicationRequest, MedicationStatement and MedicationAdministration: what is or was given, how much, how often."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.denial import denies
from monshin_factcheck.core.fhir.dosage import dosages
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.told import NOTHING, Find, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

_NO_EVIDENCE = frozenset({"draft", "cancelled", "unknown"})
_GIVEN = frozenset({"active", "completed", "intended", "in-progress"})
# A proposal or plan is no prescription.
_NOT_ORDERED = frozenset({"proposal", "plan", "option"})
# Status → (Japanese, English), after `アムロジピンを1回5 mg、1日1回` and `amlodipine 5 mg once daily`.
_REQUEST = {
    "active": ("処方している", "is prescribed"),
    "completed": ("処方した", "was prescribed"),
    "on-hold": ("休薬している", "is on hold"),
    "stopped": ("中止した", "was stopped"),
}
_STATEMENT = {
    "active": ("服用している", "is taken"),
    "completed": ("服用した", "was taken"),
    "intended": ("服用する予定である", "is to be taken"),
    "on-hold": ("休薬している", "is on hold"),
    "stopped": ("中止した", "was stopped"),
    "not-taken": ("服用していない", "is not taken"),
}
_ADMINISTRATION = {
    "in-progress": ("投与している", "is being given"),
    "completed": ("投与した", "was given"),
    "on-hold": ("投与を中断している", "is on hold"),
    "stopped": ("投与を中止した", "was stopped"),
    "not-done": ("投与しなかった", "was not given"),
}


# Until it is stopped or completed, such an order or statement stands; what was administered has happened.
_STANDING = frozenset({"active", "intended"})
# Said beside what has ended or is not to begin: a reader must not overlook it.
_NOT_NOW = {
    "MedicationRequest": ("今は処方していない", "not prescribed now"),
    "MedicationStatement": ("今は服用していない", "not taken now"),
}


def request(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """A prescription, as it stands: an order not to give (doNotPerform) is told as one."""
    if node.text("intent") in _NOT_ORDERED:
        return
    ending = ("投与しない", "is not to be given") if node.flag("doNotPerform") else _ending(node, _REQUEST)
    yield from _told(node, telling, find, ending, telling.when(node, "authoredOn"), "dosageInstruction")


def statement(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """What the patient takes, by whoever says so."""
    when = telling.when(node, "effectiveDateTime", "effectivePeriod", "dateAsserted")
    yield from _told(node, telling, find, _ending(node, _STATEMENT), when, "dosage")


def administration(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """What was really given."""
    when = telling.when(node, "effectiveDateTime", "effectivePeriod")
    yield from _told(node, telling, find, _ending(node, _ADMINISTRATION), when, "dosage")


def _ending(node: Node, endings: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    status = node.text("status")
    if status in _NO_EVIDENCE:
        return None
    if status not in endings:
        raise node.refuse("status", f"one of {', '.join(endings)} is needed", "NOT_FHIR")
    return endings[status]


def _told(
    node: Node, telling: Telling, find: Find, ending: tuple[str, str] | None, when: tuple[str, str], dosage: str
) -> Iterator[Told]:
    drug = _drug(node, find)
    if ending is None:
        return
    if not drug or denies(drug):
        yield NOTHING
        return
    amount = dosages(node, dosage, telling)
    reason = words.concepts(node, "statusReason", telling) or words.concepts(node, "reasonCode", telling)
    stands = node.text("status") in _STANDING
    if node.text("status") in _GIVEN and not node.flag("doNotPerform"):
        japanese = f"{drug}を{amount.text}で{ending[0]}" if amount.text else f"{drug}を{ending[0]}"
        english = f"{drug} {amount.text} {ending[1]}" if amount.text else f"{drug} {ending[1]}"
        yield Told(sentence(telling, japanese, english, when[0], reason), when[1], is_active_order=stands)
        yield from (Told("", element=element) for element in amount.untold)
        return
    # What is not given is told without its date, which is that of the order, and without its dose: a summary that still
    # lists the drug with it must find neither confirmed.
    note = telling.pick(*_NOT_NOW.get(node.kind, ("", "")))
    told = sentence(telling, f"{drug}を{ending[0]}", f"{drug} {ending[1]}", note, reason)
    yield Told(told, when[1], is_active_order=stands)


def _drug(node: Node, find: Find) -> str:
    coded = words.concept(node.child("medicationCodeableConcept"))
    reference = node.child("medicationReference")
    if coded or reference is None:
        return coded
    medication = find(reference)
    named = words.concept(medication.child("code")) if medication is not None else ""
    return named or words.line(reference.text("display"))
