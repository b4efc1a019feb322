"""MedicationRequest, MedicationStatement and MedicationAdministration: what is or was given, how much, how often."""

from collections.abc import Iterator, Mapping

from monshin_factcheck.core.fhir import notes, words
from monshin_factcheck.core.fhir.denial import denies
from monshin_factcheck.core.fhir.dosage import dosages
from monshin_factcheck.core.fhir.holding import Holding, holding
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.told import NOTHING, Find, Order, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

_NO_EVIDENCE = frozenset({"draft", "cancelled"})
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
_Endings = Mapping[str, tuple[str, str]]

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
    yield from _told(node, telling, find, _REQUEST, telling.when(node, "authoredOn"), "dosageInstruction")


def statement(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """What the patient takes, by whoever says so."""
    when = telling.when(node, "effectiveDateTime", "effectivePeriod", "dateAsserted")
    yield from _told(node, telling, find, _STATEMENT, when, "dosage")


def administration(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """What was really given."""
    when = telling.when(node, "effectiveDateTime", "effectivePeriod")
    yield from _told(node, telling, find, _ADMINISTRATION, when, "dosage")


def _told(
    node: Node, telling: Telling, find: Find, endings: _Endings, when: tuple[str, str], dosage: str
) -> Iterator[Told]:
    status, drug = node.text("status"), _drug(node, find)
    is_forbidden = node.flag("doNotPerform") is True
    if status == "unknown" and not is_forbidden:
        # It may stand or not: a reader of the verdicts must know that a drug was left out.
        yield Told("", element="status")
        return
    if status not in endings and not is_forbidden and status not in _NO_EVIDENCE:
        raise node.refuse("status", f"one of {', '.join(endings)} is needed", "NOT_FHIR")
    if status in _NO_EVIDENCE and not is_forbidden:
        return
    if not drug or denies(drug):
        yield NOTHING
    elif is_forbidden:
        yield _not_given(node, telling, drug, ("投与しない", "is not to be given"), when)
    elif status in _GIVEN:
        yield from _given(node, telling, drug, endings, when, dosage)
    else:
        yield _not_given(node, telling, drug, endings[status], when)


def _given(
    node: Node, telling: Telling, drug: str, endings: _Endings, when: tuple[str, str], dosage: str
) -> Iterator[Told]:
    status = node.text("status")
    stands = status in _STANDING
    # An active order needs no reason for being so.
    beside = [("note", note) for note in notes.notes(node)]
    beside += [("statusReason", reason) for reason in _reasons(node)] if stands else []
    changing = next((element for element, text in beside if notes.changes(text)), "")
    if changing:
        order = Order(drug, "", is_whole=False)
        yield Told("", element=changing, is_active_order=stands, order=order)
        return
    held, period = holding(node, telling) if stands else (Holding.NOW, "")
    if held is Holding.TO_COME and status == "active":
        yield Told("", element=period)
        return
    is_over = held is Holding.OVER
    japanese, english = endings["completed" if is_over else status]
    reason = telling.pick("、", ", ").join(_reasons(node)) or words.concepts(node, "reasonCode", telling)
    bare = sentence(telling, f"{drug}を{japanese}", f"{drug} {english}", when[0], reason)
    amount = dosages(node, dosage, telling)
    limiting = [element for element, text in beside if not notes.is_plain(text)]
    is_whole = amount.is_whole and not limiting
    text, dose = bare, amount.text if is_whole and not is_over else ""
    if dose:
        text = sentence(telling, f"{drug}を{dose}で{japanese}", f"{drug} {dose} {english}", when[0], reason)
    order = Order(drug, bare, is_whole, dose=dose)
    yield Told(text, when[1], is_active_order=stands and not is_over, order=order)
    left_out = (*amount.untold, period if is_over else "", *limiting)
    yield from (Told("", element=element) for element in left_out if element)


def _not_given(node: Node, telling: Telling, drug: str, ending: tuple[str, str], when: tuple[str, str]) -> Told:
    """Told without its date, which is that of the order, and without its dose: a summary that still lists the drug with
    it must find neither confirmed.
    """
    note = telling.pick(*_NOT_NOW.get(node.kind, ("", "")))
    reason = telling.pick("、", ", ").join(_reasons(node)) or words.concepts(node, "reasonCode", telling)
    told = sentence(telling, f"{drug}を{ending[0]}", f"{drug} {ending[1]}", note, reason)
    # One dose that was not given ends no order.
    order = Order(drug, told, is_whole=True, is_over=True) if node.kind in _NOT_NOW else None
    return Told(told, when[1], is_active_order=node.text("status") in _STANDING, order=order)


def _reasons(node: Node) -> list[str]:
    """Why it has its status: one in a MedicationRequest, several elsewhere."""
    is_single = isinstance(node.value.get("statusReason"), dict)
    one = node.child("statusReason") if is_single else None
    every = [one] if one is not None else list(node.children("statusReason"))
    return [text for reason in every if (text := words.concept(reason))]


def _drug(node: Node, find: Find) -> str:
    coded = words.concept(node.child("medicationCodeableConcept"))
    reference = node.child("medicationReference")
    if coded or reference is None:
        return coded
    medication = find(reference)
    named = words.concept(medication.child("code")) if medication is not None else ""
    return named or words.line(reference.text("display"))
