"""A FHIR source as text: each resource told, with the place in the text that it became.

Written from the public specification, HL7 FHIR R4 (4.0.1), hl7.org/fhir/R4; statuses that deny a resource
(`isModifier` there) are obeyed, and a resource with a modifierExtension, which may turn its meaning, is not read.
"""

import datetime
import json
import re
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NoReturn

from monshin_kit.errors import InvalidInput

from monshin_factcheck.core.fhir import conditions, events, medications, narratives, notes, observations
from monshin_factcheck.core.fhir.bundle import Chart
from monshin_factcheck.core.fhir.node import Node, shown
from monshin_factcheck.core.fhir.orders import settled
from monshin_factcheck.core.fhir.patients import one_patient
from monshin_factcheck.core.fhir.told import NOTHING, Tell, Told
from monshin_factcheck.core.fhir.tongue import Telling, Tongue
from monshin_factcheck.core.source import Part, SourceText
from monshin_factcheck.core.text.spans import Span

MAX_TOLD = 1_048_576
_KINDS: MappingProxyType[str, Tell] = MappingProxyType(
    {
        "AllergyIntolerance": conditions.allergy,
        "Composition": narratives.composition,
        "Condition": conditions.condition,
        "DiagnosticReport": narratives.report,
        "DocumentReference": narratives.document,
        "Encounter": events.encounter,
        "MedicationAdministration": medications.administration,
        "MedicationRequest": medications.request,
        "MedicationStatement": medications.statement,
        "Observation": observations.observation,
        "Patient": events.patient,
        "Procedure": events.procedure,
    }
)
# Read where another resource refers to them, or saying nothing of the patient.
_SILENT = frozenset({"Medication", "Practitioner", "PractitionerRole", "Organization", "Location", "Device", "Specimen",
                     "Provenance", "OperationOutcome", "Endpoint", "HealthcareService"})  # fmt: skip
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


def kinds() -> tuple[str, ...]:
    """The resource types that are told, in the order of the alphabet."""
    return tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class ToldChart:
    """A FHIR source whose resources are told, each with its name, before the orders of all charts are settled.

    patient: as SourceText.patient.
    """

    root: Node
    title: str
    date: str
    patient: str
    told: tuple[tuple[Node, str, Told], ...]


def read_fhir(data: str, path: str, zone: zoneinfo.ZoneInfo, *, title: str = "", date: str = "") -> SourceText:
    """A Bundle or a single resource that is the only chart of its check; see `told_chart`."""
    return texts([told_chart(data, path, zone, title=title, date=date)])[0]


def told_chart(data: str, path: str, zone: zoneinfo.ZoneInfo, *, title: str = "", date: str = "") -> ToldChart:
    """A Bundle or a single resource. path: how errors call it, such as `sources[0].fhir`.

    title, date: of the source; a resource's own date goes before. What is over or to come is so on the
    day of the call, in the zone. Raises InvalidInput that names the place and quotes
    nothing of the resource.
    """
    root = Node(_parsed(data, path), path)
    telling = Telling(_tongue(root.value), zone, datetime.datetime.now(zone).date().isoformat())
    chart = Chart(root)
    if root.kind != "Bundle" and root.kind not in _KINDS:
        allowed = ", ".join(("Bundle", *_KINDS))
        raise root.refuse("resourceType", f"one of {allowed} is needed, not {shown(root.kind)}", "RESOURCE_TYPE")
    patient = one_patient(chart, _KINDS)
    every: list[tuple[Node, str, Told]] = []
    for resource, name in chart.resources():
        if resource.kind not in _KINDS or _may_mean_otherwise(resource.value):
            if resource.kind not in _SILENT:
                every.append((resource, name, NOTHING))
            continue
        every.extend((resource, name, told) for told in _told(resource, telling, chart))
    for resource, _, told in every:
        if told.problem is not None and resource is root:
            raise told.problem
    return ToldChart(root, title, date, patient, tuple(every))


def texts(charts: Sequence[ToldChart]) -> list[SourceText]:
    """All charts of a check, which are one patient's: a drug that one of them stops is not confirmed by another."""
    orders = iter(settled([told for chart in charts for _, _, told in chart.told]))
    return [_text(chart, [next(orders) for _ in chart.told]) for chart in charts]


def _text(chart: ToldChart, every: Sequence[Told]) -> SourceText:
    lines: list[str] = []
    parts: list[Part] = []
    unread: dict[str, None] = {}
    at = 0
    for (resource, name, _), told in zip(chart.told, every, strict=True):
        if not told.text:
            unread[".".join(filter(None, (shown(resource.kind), told.element)))] = None
            continue
        parts.append(_part(told, at, name, chart.title, chart.date))
        lines.append(told.text)
        at += len(told.text) + 1
        if at > MAX_TOLD:
            raise chart.root.refuse("", f"more than {MAX_TOLD} characters when told: send a part of it", "TOO_LONG")
    return SourceText("\n".join(lines), chart.title, chart.date, tuple(parts), tuple(unread), chart.patient)


def _told(resource: Node, telling: Telling, chart: Chart) -> Iterator[Told]:
    if resource.text("status") == "entered-in-error" or resource.text("docStatus") == "entered-in-error":
        return
    if any(notes.doubts(note) for note in notes.notes(resource)):
        yield Told("", element="note")
        return
    yield from _KINDS[resource.kind](resource, telling, chart.find)


def _part(told: Told, at: int, name: str, title: str, date: str) -> Part:
    own = " ".join(filter(None, (title, told.title)))
    return Part(
        Span(at, at + len(told.text)), name, own, told.date or date,
        stands_alone=not told.is_narrative, is_active_order=told.is_active_order, is_disputed=told.is_disputed,
        governing=told.governing,
    )  # fmt: skip


def _parsed(data: str, path: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # The last of two would win silently: of two doses, which?
        found = dict(pairs)
        if len(found) != len(pairs):
            raise InvalidInput(f"{path}: an element stands twice in one object", field=path, reason="NOT_FHIR")
        return found

    def no_number(word: str) -> NoReturn:
        raise InvalidInput(f"{path}: NaN and Infinity are no JSON", field=path, reason="NOT_FHIR")

    try:
        value = json.loads(data, parse_float=Decimal, parse_constant=no_number, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        problem = f"{path}: not JSON (line {error.lineno}, column {error.colno})"
        raise InvalidInput(problem, field=path, reason="NOT_JSON") from None
    except (ValueError, RecursionError):  # an integer of thousands of digits, or brackets without end
        raise InvalidInput(f"{path}: not JSON that can be read", field=path, reason="NOT_JSON") from None
    if not isinstance(value, dict):
        raise InvalidInput(f"{path}: a JSON object is needed", field=path, reason="NOT_FHIR")
    return value


def _tongue(value: dict[str, Any]) -> Tongue:
    return Tongue.JAPANESE if any(_JAPANESE.search(text) for text in _strings(value)) else Tongue.ENGLISH


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _may_mean_otherwise(value: dict[str, Any]) -> bool:
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if one.get("modifierExtension"):
                return True
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False
