"""Resources of two patients are never one source, however they name them. Hazard: one's dose confirms another's."""

import json
import zoneinfo
from typing import Any

import pytest
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.source import SourceText
from monshin_kit.errors import InvalidInput

Resource = dict[str, Any]
URN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
OTHER_URN = "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"


def read(*resources: Resource, urls: tuple[str, ...] = ()) -> SourceText:
    """urls: of the first resources."""
    entries: list[Resource] = [{"resource": one} for one in resources]
    for entry, url in zip(entries, urls, strict=False):
        entry["fullUrl"] = url
    source = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return read_fhir(json.dumps(source), "sources[0].fhir", zoneinfo.ZoneInfo("Asia/Tokyo"))


def of(subject: Resource | None, **more: Any) -> Resource:
    """A potassium of the subject."""
    fixed = {"resourceType": "Observation", "status": "final", "code": {"text": "カリウム"}, "valueString": "正常"}
    return {**fixed, "subject": subject, **more}


def called(reference: str, **more: Any) -> Resource:
    return {"reference": reference, **more}


def number(value: str, system: str = "urn:oid:1.2.392.100495.20.3.51") -> Resource:
    """A subject that has only a hospital's number."""
    return {"identifier": {"system": system, "value": value}}


def patient(**more: Any) -> Resource:
    return {"resourceType": "Patient", **more}


INSIDE = [patient(id="p", birthDate="1950")]


@pytest.mark.parametrize(
    "others",
    [
        [patient(id="b")],
        [of(called("Patient/b"))],
        [of(called("https://server/fhir/Patient/b/_history/2"))],
        [of(called(URN))],
        [of(called("https://server/fhir?patient=b"))],
        [of(called("Patient?identifier=7"))],
        [of(number("7"))],
        [of(called("#p"), contained=INSIDE)],
        [{"resourceType": "AllergyIntolerance", "code": {"text": "x"}, "patient": {"reference": "Patient/b"}}],
        [{"resourceType": "AllergyIntolerance", "code": {"text": "x"}, "patient": number("7")}],
    ],
)
def test_two_patients_are_never_mixed(others: list[Resource]) -> None:
    with pytest.raises(InvalidInput, match="more than one patient") as raised:
        read(patient(id="a"), of(called("Patient/a")), *others)
    assert raised.value.violations[0].reason == "MANY_PATIENTS"
    assert raised.value.violations[0].field == "sources[0].fhir.entry[2].resource"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of(called(URN)), of(called(OTHER_URN))),
        (of(number("7")), of(number("8"))),
        (of(number("7")), of(number("7", system="urn:oid:1.2.3"))),
        (of(called(URN)), of(number("7"))),
        (of(called("#p"), contained=INSIDE), of(called("#p"), contained=[patient(id="p", birthDate="1951")])),
        (of(called("#p"), contained=[patient(id="p", identifier=[{"value": "7"}])]),
         of(called("#p"), contained=[patient(id="p", identifier=[{"value": "8"}])])),
    ],
)  # fmt: skip
def test_two_whom_the_bundle_does_not_hold_are_two(one: Resource, other: Resource) -> None:
    with pytest.raises(InvalidInput, match="more than one patient"):
        read(one, other)


@pytest.mark.parametrize(
    "subject",
    [called(URN), number("7"), called("https://server/fhir/Patient/b/_history/2"), called("Patient?identifier=7")],
)
def test_one_whom_the_bundle_does_not_hold_is_one(subject: Resource) -> None:
    assert len(read(of(subject), of(subject), of(None)).parts) == 3


def test_one_patient_by_several_names_is_one() -> None:
    """As long as the Bundle tells that the names are one's."""
    numbers = [number("6")["identifier"], number("7")["identifier"]]
    inside = [patient(id="p", identifier=numbers[1:])]
    found = read(
        patient(id="a", identifier=numbers), of(called(URN)), of(called("Patient/a")), of(number("7")),
        of(called("urn:uuid:elsewhere", **number("6"))), of(called("#p"), contained=inside), urls=(URN,),
    )  # fmt: skip
    assert len(found.parts) == 5
    assert len(read(of(called("#p"), contained=INSIDE), of(called("#p"), contained=INSIDE)).parts) == 2


@pytest.mark.parametrize("subject", [called("Device/monitor"), called(OTHER_URN, type="Location")])
def test_what_is_no_patient_stands_beside_one(subject: Resource) -> None:
    assert len(read(of(called(URN)), of(subject)).parts) == 2
