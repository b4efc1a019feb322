"""Whom a chart speaks of: one patient, or it is refused, for one's dose must not confirm another's."""

import json
from collections.abc import Collection, Iterable
from types import MappingProxyType

from monshin_factcheck.core.fhir.bundle import Chart
from monshin_factcheck.core.fhir.node import Node

_SUBJECTS = MappingProxyType({"AllergyIntolerance": "patient"})
# What else a subject may be. A reference of any other kind that the Bundle does not resolve is taken for a patient's.
_NO_PATIENTS = frozenset({"Device", "Group", "Location", "Organization", "Practitioner"})


def one_patient(chart: Chart, kinds: Collection[str]) -> str:
    """What the patient of a chart is called; empty where no resource names one.

    kinds: the types of resources that count. Raises InvalidInput where they speak of different patients.
    """
    names = _Names(chart)
    first = ""
    for resource, _ in chart.resources():
        named = names.of(resource) if resource.kind in kinds else ""
        if named and first and named != first:
            raise resource.refuse("", "the resources speak of more than one patient", "MANY_PATIENTS")
        first = first or named
    return first


class _Names:
    """One name a patient, as far as the Bundle tells which names are one's.

    Whom it does not hold is called by the reference or identifier itself: two of these are two patients.
    """

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._by_identifier: dict[str, str] = {}
        for resource, _ in chart.resources():
            for identifier in _identifiers(resource) if resource.kind == "Patient" else ():
                self._by_identifier.setdefault(identifier, _own_name(resource))

    def of(self, resource: Node) -> str:
        """Of a resource's patient; empty where it names none."""
        if resource.kind == "Patient":
            return _own_name(resource)
        subject = resource.child(_SUBJECTS.get(resource.kind, "subject"))
        if subject is None:
            return ""
        meant = self._chart.find(subject)
        if meant is None:
            return self._elsewhere(subject)
        if meant.kind != "Patient":
            return ""
        return self._contained(meant) if subject.text("reference").startswith("#") else _own_name(meant)

    def _elsewhere(self, subject: Node) -> str:
        reference = subject.text("reference")
        # https://server/fhir/Patient/7/_history/2 and Patient/7 are the same.
        path, _, logical_id = reference.partition("/_history/")[0].rpartition("/")
        kind = path.rpartition("/")[2]
        if kind == "Patient" and logical_id:
            return logical_id
        if (kind or subject.text("type")) in _NO_PATIENTS:
            return ""
        inner = subject.child("identifier")
        identifier = _identifier(inner) if inner is not None else ""
        return self._known([identifier]) or reference or identifier

    def _contained(self, patient: Node) -> str:
        """Its id holds in its own resource only, and each resource may have a #patient of its own."""
        identifiers = _identifiers(patient)
        return self._known(identifiers) or min(identifiers, default="") or json.dumps(patient.value, default=str)

    def _known(self, identifiers: Iterable[str]) -> str:
        return next((self._by_identifier[one] for one in identifiers if one in self._by_identifier), "")


def _own_name(patient: Node) -> str:
    return patient.id or patient.path


def _identifiers(patient: Node) -> list[str]:
    return [named for one in patient.children("identifier") if (named := _identifier(one))]


def _identifier(identifier: Node) -> str:
    value = identifier.text("value")
    return f"{identifier.text('system')}|{value}" if value else ""
