"""Orders of a chart that were changed, beside values that were measured again."""

import json
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.fhir.read import read_fhir

Check = Callable[..., Decision]
Resource = dict[str, Any]
MARCH, APRIL = "2026-03-02", "2026-04-06"
ONE = {
    "ja": "ワルファリンを1回1 mg、1日1回、経口で処方している。",
    "en": "Warfarin 1 mg, every day, oral is prescribed.",
}
TWO = {tongue: claim.replace("1 mg", "2 mg") for tongue, claim in ONE.items()}
WARFARIN = {"ja": "ワルファリン", "en": "warfarin"}


def order(tongue: str, name: str, dose: float, day: str, *, drug: str = "", **more: Any) -> Resource:
    dosage = {
        "doseAndRate": [{"doseQuantity": {"value": dose, "unit": "mg"}}],
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "route": {"text": {"ja": "経口", "en": "oral"}[tongue]},
    }
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order", "authoredOn": day,
        "medicationCodeableConcept": {"text": drug or WARFARIN[tongue]}, "dosageInstruction": [dosage], **more,
    }  # fmt: skip


def potassium(name: str, value: float, day: str) -> Resource:
    return {
        "resourceType": "Observation", "id": name, "status": "final", "code": {"text": "カリウム"},
        "effectiveDateTime": day, "valueQuantity": {"value": value, "unit": "mEq/L"},
    }  # fmt: skip


def chart(*resources: Resource) -> list[Passage]:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    return source_passages(0, read_fhir(json.dumps(bundle), "sources[0].fhir", zoneinfo.ZoneInfo("Asia/Tokyo")))


@pytest.mark.parametrize("tongue", ["ja", "en"])
def test_an_order_that_a_later_one_contradicts_is_conflicting_and_both_are_named(check: Check, tongue: str) -> None:
    """Hazard: the dose of March is SUPPORTED, and nobody sees that it was doubled in April."""
    changed = chart(order(tongue, "march", 1, MARCH), order(tongue, "april", 2, APRIL))
    for claim, names in ((ONE, ["march", "april"]), (TWO, ["april", "march"])):
        decision = check(claim[tongue], changed)
        assert decision.verdict is Verdict.CONFLICTING
        assert [one.passage.source for one in decision.evidence] == [f"MedicationRequest/{name}" for name in names]
    assert {one.passage.date for one in decision.evidence} == {MARCH, APRIL}


@pytest.mark.parametrize("tongue", ["ja", "en"])
@pytest.mark.parametrize("status", ["completed", "stopped", "cancelled", "draft"])
def test_what_stands_no_more_does_not_contradict_the_order_that_does(check: Check, tongue: str, status: str) -> None:
    changed = chart(order(tongue, "march", 1, MARCH, status=status), order(tongue, "april", 2, APRIL))
    assert check(TWO[tongue], changed).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("tongue", ["ja", "en"])
def test_the_same_order_twice_and_orders_of_other_drugs_do_not_conflict(check: Check, tongue: str) -> None:
    other = {"ja": "アムロジピン", "en": "amlodipine"}[tongue]
    same = chart(
        order(tongue, "march", 1, MARCH), order(tongue, "april", 1, APRIL), order(tongue, "a", 5, APRIL, drug=other)
    )
    assert check(ONE[tongue], same).verdict is Verdict.SUPPORTED


def test_insulins_that_share_half_of_their_name_do_not_conflict(check: Check) -> None:
    names = ("インスリン リスプロ", "インスリン グラルギン")
    insulins = chart(*(order("ja", name, dose, MARCH, drug=name) for name, dose in zip(names, (4, 10), strict=True)))
    for name, dose in zip(names, (4, 10), strict=True):
        claim = f"{name}を1回{dose} mg、1日1回、経口で処方している。"
        assert check(claim, insulins).verdict is Verdict.SUPPORTED


def test_what_is_prescribed_and_what_is_taken_are_two_sources_as_well(check: Check) -> None:
    taken = order("ja", "april", 2, APRIL, resourceType="MedicationStatement", effectiveDateTime=APRIL)
    taken["dosage"] = taken.pop("dosageInstruction")
    assert check(ONE["ja"], chart(order("ja", "march", 1, MARCH), taken)).verdict is Verdict.CONFLICTING


def test_a_value_that_was_measured_again_is_not_contradicted_by_the_other_day(check: Check) -> None:
    """Both are true; so is what was given on two days."""
    twice = chart(potassium("march", 4.1, MARCH), potassium("april", 5.1, APRIL))
    assert check("カリウムは4.1 mEq/Lである。", twice).verdict is Verdict.SUPPORTED
    given = [
        order("ja", name, dose, day, resourceType="MedicationAdministration", status="completed", effectiveDateTime=day)
        for name, dose, day in (("march", 1, MARCH), ("april", 2, APRIL))
    ]
    for one in given:
        one["dosage"] = {"dose": one.pop("dosageInstruction")[0]["doseAndRate"][0]["doseQuantity"]}
    assert check("ワルファリンを1回1 mgで投与した。", chart(*given)).verdict is Verdict.SUPPORTED
