"""A dosage's own text beside its structure. What the text leaves out is told; what it turns round is named."""

import json
import zoneinfo
from typing import Any

import pytest
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.source import SourceText

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
THRICE = {"timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}}
DOSE = {"doseAndRate": [{"doseQuantity": {"value": 60, "unit": "mg"}}]}
ORAL = {"route": {"text": "経口"}}
NEEDED = {"asNeededBoolean": True}
PAIN = {"asNeededCodeableConcept": {"text": "疼痛"}}


def read(text: str, drug: str = "ロキソプロフェン", **structure: Any) -> SourceText:
    resource = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": drug}, "dosageInstruction": [{"text": text, **structure}],
    }  # fmt: skip
    return read_fhir(json.dumps(resource), "x", TOKYO)


def repeat(**more: Any) -> dict[str, Any]:
    return {"timing": {"repeat": more}}


@pytest.mark.parametrize(
    ("text", "structure", "told"),
    [
        ("1回60 mg", NEEDED, "頓用、1回60 mg"),
        ("1回60 mg", {**DOSE, **THRICE, **ORAL, **PAIN}, "1日3回、経口、疼痛時頓用、1回60 mg"),
        ("1回60 mg、頓服", PAIN, "疼痛時頓用、1回60 mg、頓服"),
        ("60 mgを朝に飲む", {**DOSE}, "1回60 mg、60 mgを朝に飲む"),
        ("1回60 mg", {"method": {"text": "噛んで服用"}, "site": {"text": "左"}}, "左、噛んで服用、1回60 mg"),
        ("1回60 mg", {"timing": {"code": {"text": "1日3回毎食後"}}}, "1日3回毎食後、1回60 mg"),
        ("1日3回", {"timing": {"code": {"text": "1日3回毎食後"}}}, "1日3回毎食後、1日3回"),
        ("1回60 mg", repeat(when=["PCM"], dayOfWeek=["mon"]), "月曜、朝食後、1回60 mg"),
        ("1回60 mg", repeat(boundsDuration={"value": 7, "code": "d"}), "7日間、1回60 mg"),
        ("1回60 mg", repeat(boundsDuration={"value": 24, "code": "h"}), "24時間、1回60 mg"),
        ("1回60 mgを服用。水で飲む。", NEEDED, "頓用、1回60 mgを服用、水で飲む"),
    ],
)  # fmt: skip
def test_what_the_text_leaves_out_is_told(text: str, structure: dict[str, Any], told: str) -> None:
    """Hazard: a drug for pain alone reads as a regular one."""
    found = read(text, **structure)
    assert (found.text, found.unread) == (f"ロキソプロフェンを{told}で処方している。", ())


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("１回６０ｍｇ　１日３回　毎食後", {**DOSE, **THRICE}),
        ("1回0.06 g、8時間ごと", {**DOSE, **THRICE}),
        ("1回60 mg、1日3回まで、必要時", {**THRICE, **NEEDED}),
        ("疼痛時に頓用", PAIN),
        ("頓服", NEEDED),
        ("1回60 mgを内服", ORAL),
        ("1日3回 毎食後", {"timing": {"code": {"text": "1日3回毎食後"}}}),
        ("1日2回朝夕食後", repeat(when=["PCM", "PCV"])),
        ("毎食後", repeat(when=["PCM", "PCD", "PCV"])),
        ("月曜日の朝、7日分", repeat(dayOfWeek=["mon"], boundsDuration={"value": 7, "unit": "日", "code": "d"})),
        ("once daily as needed by mouth", {**repeat(period=1, periodUnit="d"), **NEEDED, **ORAL}),
        ("噛んで服用", {"method": {"text": "噛んで服用"}}),
    ],
)  # fmt: skip
def test_what_the_text_says_is_not_told_again(text: str, structure: dict[str, Any]) -> None:
    found = read(text, **structure)
    own = " ".join(text.split())
    assert (found.text, found.unread) == (f"ロキソプロフェンを{own}で処方している。", ())


@pytest.mark.parametrize(
    ("text", "structure", "element"),
    [
        ("1日2回", THRICE, "timing"),
        ("静注", ORAL, "route"),
        ("1回30 mg", DOSE, "doseAndRate"),
        ("夕食後", repeat(when=["PCM"]), "timing"),
        ("火曜", repeat(dayOfWeek=["mon"]), "timing"),
        ("14日間", repeat(boundsDuration={"value": 7, "code": "d"}), "timing"),
    ],
)
def test_what_the_text_says_otherwise_is_named_and_not_told(text: str, structure: dict[str, Any], element: str) -> None:
    """Hazard: of two doses that a chart gives for one drug, either would be confirmed."""
    found = read(text, **structure)
    told = (f"ロキソプロフェンを{text}で処方している。", (f"MedicationRequest.dosageInstruction.{element}",))
    assert (found.text, found.unread) == told


def test_an_english_chart_is_completed_in_english() -> None:
    structure = {**repeat(frequency=2, period=1, periodUnit="d"), "asNeededBoolean": True, "route": {"text": "oral"}}
    told = read("take 1 tablet with water", "ibuprofen", **structure).text
    assert told == "Ibuprofen 2 times every day, oral, as needed, take 1 tablet with water is prescribed."
    assert read("1 tablet twice daily PRN by mouth", "ibuprofen", **structure).unread == ()
    assert read("1 tablet twice daily PRN by mouth", "ibuprofen", **structure).text.count(",") == 0


def test_what_is_not_given_names_no_dosage() -> None:
    """A stopped drug is told without its dose, whatever its text says."""
    stopped = {
        "resourceType": "MedicationRequest", "status": "stopped", "intent": "order",
        "medicationCodeableConcept": {"text": "薬"}, "dosageInstruction": [{"text": "1日2回", **THRICE}],
    }  # fmt: skip
    assert read_fhir(json.dumps(stopped), "x", TOKYO).unread == ()
