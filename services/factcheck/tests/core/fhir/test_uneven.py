"""Unequal doses of one day are told in whole, and confirm nothing less; steps one after the other are not told."""

import json
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.source import SourceText

Check = Callable[..., Decision]
Resource = dict[str, Any]
WHOLE = "ワルファリンを朝に2錠、夕に1錠、経口で処方している。"
ENGLISH = (
    "Insulin lispro 8 units before breakfast, 6 units before lunch, 4 units before dinner, subcutaneous is prescribed."
)


def dose(value: float, when: str, unit: str = "錠", *, repeat: Resource | None = None, **more: Any) -> Resource:
    return {
        "doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}],
        "timing": {"repeat": {"when": [when], **(repeat or {})}}, "route": {"text": "経口"}, **more,
    }  # fmt: skip


def read(*dosages: Resource, drug: str = "ワルファリン") -> SourceText:
    order = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": drug}, "dosageInstruction": list(dosages),
    }  # fmt: skip
    return read_fhir(json.dumps(order), "x", zoneinfo.ZoneInfo("Asia/Tokyo"))


def verdict(check: Check, claim: str, source: SourceText) -> Verdict:
    return check(claim, source_passages(0, source)).verdict


MORNING, EVENING = dose(2, "MORN"), dose(1, "EVE")
DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
INSULIN = [
    dose(value, when, "units", route={"text": "subcutaneous"}) for value, when in ((8, "ACM"), (6, "ACD"), (4, "ACV"))
]


@pytest.mark.parametrize(
    ("dosages", "told"),
    [
        ((MORNING, EVENING), WHOLE),
        ((EVENING, MORNING), WHOLE),
        ((dose(2, "MORN", sequence=1, repeat=DAILY), dose(1, "EVE", sequence=1)), WHOLE),
        ((dose(2, "PCM", "mg"), dose(1, "PCV", "mg"), dose(1, "HS", "mg")),
         "ワルファリンを朝食後に2 mg、夕食後に1 mg、就寝前に1 mg、経口で処方している。"),
        ((dose(2, "MORN", route={}), dose(1, "EVE", route={})), WHOLE.replace("、経口", "")),
    ],
)  # fmt: skip
def test_the_doses_of_one_day_are_told_in_its_order(dosages: tuple[Resource, ...], told: str) -> None:
    assert (read(*dosages).text, read(*dosages).unread) == (told, ())


@pytest.mark.parametrize(
    "second",
    [
        dose(1, "PCM"),
        dose(1, "MORN"),
        dose(1, "C"),
        dose(1, "EVE", "mg"),
        dose(1, "EVE", sequence=2),
        dose(1, "EVE", text="夕1錠"),
        dose(1, "EVE", asNeededBoolean=True),
        dose(1, "EVE", site={"text": "左腕"}),
        dose(1, "EVE", route={"text": "静注"}),
        dose(1, "EVE", additionalInstruction=[{"text": "隔日"}]),
        dose(1, "EVE", repeat={"dayOfWeek": ["mon"]}),
        dose(1, "EVE", repeat={"period": 2, "periodUnit": "d"}),
        dose(1, "EVE", repeat={"frequency": 2}),
        dose(1, "EVE", repeat={"boundsDuration": {"value": 7, "code": "d"}}),
        dose(1, "EVE", repeat={"when": ["NOON", "EVE"]}),
        dose(1, "EVE", doseAndRate=[]),
        dose(1, "EVE", doseAndRate=[{"doseRange": {"low": {"value": 1, "unit": "錠"}}}]),
        dose(1, "EVE", doseAndRate=[{"doseQuantity": {"value": 1, "unit": "錠", "comparator": "<"}}]),
    ],
)
def test_of_what_may_be_anything_else_no_dose_is_told(check: Check, second: Resource) -> None:
    """Hazard: a step, a reserve or a second drug's dose reads as the evening's."""
    found = read(dose(2, "MORN", sequence=1) if "sequence" in second else MORNING, second)
    assert found.text == "ワルファリンを処方している。"
    assert found.unread
    assert verdict(check, WHOLE, found) is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "claim",
    [
        "ワルファリンを朝に1錠、夕に2錠、経口で処方している。",
        "ワルファリンを夕に2錠、朝に1錠、経口で処方している。",
        "ワルファリンを朝に2錠、夕に2錠、経口で処方している。",
        "ワルファリンを朝に2錠、昼に1錠、経口で処方している。",
        "ワルファリンを朝に2錠、経口で処方している。",
        "ワルファリンを夕に1錠、経口で処方している。",
        "ワルファリンを朝夕に2錠、経口で処方している。",
        "ワルファリンを1回2錠、経口で処方している。",
        "ワルファリンを1回2錠、1日2回、経口で処方している。",
        "ワルファリンを1日2錠、経口で処方している。",
        "ワルファリンを2錠、経口で処方している。",
    ],
)
def test_one_of_the_doses_or_another_order_of_them_is_not_supported(check: Check, claim: str) -> None:
    assert verdict(check, claim, read(MORNING, EVENING)) is not Verdict.SUPPORTED
    assert verdict(check, WHOLE, read(MORNING, EVENING)) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "claim",
    [
        ENGLISH.replace("6", "0").replace("4", "6").replace("0", "4"),
        "Insulin lispro 8 units before breakfast, subcutaneous is prescribed.",
        "Insulin lispro 4 units before dinner, subcutaneous is prescribed.",
        "Insulin lispro 8 units before meals, subcutaneous is prescribed.",
        "Insulin lispro 8 units, subcutaneous is prescribed.",
    ],
)
def test_in_english_as_well(check: Check, claim: str) -> None:
    source = read(*INSULIN, drug="insulin lispro")
    assert source.text == ENGLISH
    assert verdict(check, ENGLISH, source) is Verdict.SUPPORTED
    assert verdict(check, claim, source) is not Verdict.SUPPORTED
