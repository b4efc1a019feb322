"""Orders of a chart that were changed, beside values that were measured again."""

import json
import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.fhir.read import texts, told_chart

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


def letter(text: str) -> Resource:
    section = {"title": "退院時処方", "text": {"status": "additional", "div": f"<div>{text}</div>"}}
    return {"resourceType": "Composition", "status": "final", "title": "退院サマリ", "section": [section]}


def chart(*resources: Resource) -> list[Passage]:
    return charts(resources)


def charts(*sources: Sequence[Resource]) -> list[Passage]:
    """The passages of several sources of one check."""
    told = []
    for place, resources in enumerate(sources):
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
        told.append(told_chart(json.dumps(bundle), f"sources[{place}].fhir", zoneinfo.ZoneInfo("Asia/Tokyo")))
    return [one for place, text in enumerate(texts(told)) for one in source_passages(place, text)]


def taken(dose: float, text: str) -> Resource:
    """What the patient takes, in its own words."""
    return {
        "resourceType": "MedicationStatement", "id": "taken", "status": "active", "effectiveDateTime": APRIL,
        "medicationCodeableConcept": {"text": "ワルファリン"}, "dosage": [{"text": text.format(dose)}],
    }  # fmt: skip


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


BRAND = "ワーファリン錠1mg"


@pytest.mark.parametrize(
    "sources",
    [
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 2, APRIL)]],
        [[order("ja", "march", 1, MARCH)], [taken(2, "1日1回{}mg 夕食後")]],
        [[order("ja", "march", 1, MARCH), taken(2, "1回{}mg、1日1回")]],
        [[order("ja", "march", 1, MARCH)], [letter("ワルファリンを1回2 mg、1日1回、経口で処方している。")]],
        [[order("ja", "march", 1, MARCH), letter("ワルファリンを1回2 mg、1日1回、経口で処方している。")]],
        [[order("ja", "march", 1, MARCH), letter("ワルファリン2mgを1日1回内服中。")]],
        [[order("ja", "march", 1, MARCH), order("ja", "april", 2, APRIL, drug=BRAND)]],
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 2, APRIL, drug=BRAND)]],
        [[order("ja", "march", 1, MARCH, drug=BRAND)], [order("ja", "april", 2, APRIL)], [order("ja", "o", 1, MARCH)]],
        [[order("ja", "march", 1, MARCH), order("ja", "april", 3, APRIL, drug="ワルファリンカリウム錠1mg「トーワ」")]],
    ],
)  # fmt: skip
def test_orders_of_one_drug_conflict_wherever_and_under_whatever_name_they_stand(
    check: Check, sources: list[list[Resource]]
) -> None:
    """Hazard: the dose of one chart is SUPPORTED while another chart, or a letter in it, says another one."""
    decision = check(ONE["ja"], charts(*sources))
    assert decision.verdict is Verdict.CONFLICTING
    assert len({one.passage.source for one in decision.evidence}) == 2


def test_a_dose_that_only_the_brands_order_has_is_conflicting_and_not_contradicted(check: Check) -> None:
    changed = chart(order("ja", "march", 1, MARCH, drug=BRAND), order("ja", "april", 2, APRIL))
    assert check(ONE["ja"], changed).verdict is Verdict.CONFLICTING
    assert check(TWO["ja"], changed).verdict is Verdict.CONFLICTING
    assert check(ONE["ja"].replace("1 mg", "3 mg"), changed).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    "sources",
    [
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 1, APRIL)]],
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 1, APRIL, drug=BRAND)]],
        [[order("ja", "march", 1, MARCH)], [taken(1, "1日1回{}mg 夕食後")]],
        [[order("ja", "march", 1, MARCH), letter("ワルファリンを1回1 mg、1日1回、経口で処方している。")]],
        [[order("ja", "march", 1, MARCH), letter("アムロジピンを1回2 mg、1日1回、経口で処方している。")]],
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 2, APRIL, drug="アピキサバン")]],
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 2, APRIL, status="completed")]],
        [[order("ja", "march", 1, MARCH)], [order("ja", "april", 2, APRIL, status="draft")]],
    ],
)  # fmt: skip
def test_orders_that_say_the_same_or_are_of_another_drug_leave_it_supported(
    check: Check, sources: list[list[Resource]]
) -> None:
    assert check(ONE["ja"], charts(*sources)).verdict is Verdict.SUPPORTED


def test_a_disputed_dose_is_withheld_where_the_other_order_was_not_found(check: Check) -> None:
    """Hazard: of a large chart eight sentences are judged, and the other order is not among them."""
    changed = charts([order("ja", "march", 1, MARCH)], [order("ja", "april", 2, APRIL)])
    assert check(ONE["ja"], changed[:1]).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "other",
    [
        order("ja", "april", 2, APRIL, status="stopped"),
        order("ja", "april", 2, APRIL, status="stopped", drug=BRAND),
        order("ja", "april", 2, APRIL, doNotPerform=True),
        order("ja", "april", 2, APRIL, note=[{"text": "3 mgに増量"}]),
        {**order("ja", "april", 2, APRIL), "dosageInstruction": [{"text": "2錠"}, {"text": "3錠"}]},
    ],
)
def test_a_stop_or_an_order_that_is_not_whole_counts_in_every_chart(check: Check, other: Resource) -> None:
    """Hazard: what one chart has stopped, another one confirms."""
    for sources in ([[order("ja", "march", 1, MARCH)], [other]], [[other], [order("ja", "march", 1, MARCH)]]):
        assert check(ONE["ja"], charts(*sources)).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Warfarin 1 mg, every day, oral was prescribed.", Verdict.SUPPORTED),
        (ONE["en"], Verdict.NOT_ENOUGH_EVIDENCE),
        ("Warfarin 1 mg, every day, oral.", Verdict.NOT_ENOUGH_EVIDENCE),
        ("The patient takes warfarin 1 mg every day.", Verdict.NOT_ENOUGH_EVIDENCE),
        ("Warfarin is prescribed.", Verdict.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_what_was_prescribed_is_not_prescribed_now(check: Check, claim: str, expected: Verdict) -> None:
    assert check(claim, chart(order("en", "march", 1, MARCH, status="completed"))).verdict is expected
