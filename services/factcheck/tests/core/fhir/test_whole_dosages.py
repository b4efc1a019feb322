"""A dosage is told whole, or its order tells no dose: what nobody reads may be what halves it."""

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
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
UCUM = "http://unitsofmeasure.org"
CLAIM = "ワルファリンを1回2 mg、1日1回、経口で処方している。"
BARE = "ワルファリンを処方している。"


def quantity(value: float, unit: str, code: str = "") -> Resource:
    return {"value": value, "unit": unit, **({"code": code, "system": UCUM} if code else {})}


TWO = {"doseAndRate": [{"doseQuantity": quantity(2, "mg")}]}
TEN = {"doseAndRate": [{"doseQuantity": quantity(10, "mg")}]}
THREE_DAYS = {"low": quantity(3, "日"), "high": quantity(5, "日")}


def dosage(repeat: Resource | None = None, timing: Resource | None = None, **more: Any) -> Resource:
    once = {"frequency": 1, "period": 1, "periodUnit": "d", **(repeat or {})}
    return {**TWO, "timing": {"repeat": once, **(timing or {})}, "route": {"text": "経口"}, **more}


def order(*dosages: Resource, drug: str = "ワルファリン", **more: Any) -> Resource:
    return {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": drug}, "dosageInstruction": list(dosages or (dosage(),)), **more,
    }  # fmt: skip


def statement(**more: Any) -> Resource:
    drug = {"medicationCodeableConcept": {"text": "ワルファリン"}}
    return {"resourceType": "MedicationStatement", "status": "active", **drug, "dosage": [dosage()], **more}


def read(*resources: Resource) -> SourceText:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    return read_fhir(json.dumps(bundle), "x", TOKYO)


def verdict(check: Check, claim: str, *resources: Resource) -> Verdict:
    return check(claim, source_passages(0, read(*resources))).verdict


@pytest.mark.parametrize(
    ("given", "element"),
    [
        (dosage(additionalInstruction=[{"text": "隔日で内服"}]), "additionalInstruction"),
        (dosage(patientInstruction="月・水・金のみ飲む"), "patientInstruction"),
        (dosage(maxDosePerPeriod={"numerator": quantity(1, "mg")}), "maxDosePerPeriod"),
        (dosage(timing={"event": ["2026-04-03"]}), "timing.event"),
        (dosage(timing={"code": {"text": "1日3回"}}), "timing"),
        (dosage({"timeOfDay": ["08:00:00", "20:00:00"]}), "timing.repeat.timeOfDay"),
        (dosage({"when": ["MORN", "EVE"]}), "timing.repeat.when"),
        (dosage({"dayOfWeek": ["mon"]}), "timing.repeat.dayOfWeek"),
        (dosage({"count": 3}), "timing.repeat.count"),
        (dosage({"boundsRange": THREE_DAYS}), "timing.repeat.boundsRange"),
        (dosage({"frequencyMax": 4}), "timing.repeat.frequencyMax"),
        (dosage({"periodMax": 2}), "timing.repeat.periodMax"),
        (dosage({"offset": 30, "when": ["ACM"]}), "timing.repeat.offset"),
        (dosage({"duration": 1, "durationUnit": "h"}), "timing.repeat.duration"),
        (dosage(doseAndRate=[{"doseQuantity": quantity(2, "mg", "ug")}]), "doseAndRate.doseQuantity"),
        (dosage(doseAndRate=[{"doseQuantity": quantity(2, "錠", "mg")}]), "doseAndRate.doseQuantity"),
        (dosage(doseAndRate=[{"rateRange": {"low": quantity(500, "単位/時")}}]), "doseAndRate.rateRange"),
        (dosage(doseAndRate=[*TWO["doseAndRate"], *TEN["doseAndRate"]]), "doseAndRate"),
        (dosage(doseAndRate=[{"type": {"text": "計算量"}, **TWO["doseAndRate"][0]}]), "doseAndRate"),
        (dosage(whatever="1"), "whatever"),
        (dosage(患者太郎="1"), "(not a word of FHIR)"),
        (dosage({"count": 3}, text="1回2 mg、1日1回、経口"), "timing.repeat.count"),
    ],
)  # fmt: skip
def test_beside_what_nobody_reads_no_dose_is_told(check: Check, given: Resource, element: str) -> None:
    found = read(order(given))
    assert (found.text, found.unread) == (BARE, (f"MedicationRequest.dosageInstruction.{element}",))
    for claim in (CLAIM, CLAIM.replace("2 mg", "2錠")):
        assert verdict(check, claim, order(given)) is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "given",
    [
        dosage(),
        dosage(doseAndRate=[{"doseQuantity": quantity(2, "mg", "mg")}]),
        dosage(doseAndRate=[{"type": {"coding": [{"code": "calculated"}]}, **TEN["doseAndRate"][0]},
                            {"type": {"coding": [{"code": "ordered"}]}, **TWO["doseAndRate"][0]}]),
        dosage({"timeOfDay": ["08:00:00"]}),
        dosage(patientInstruction="コップ1杯の水で服用する。", additionalInstruction=[{"text": "一包化"}]),
        dosage(asNeededBoolean=False, sequence=1, id="d", extension=[{"url": "x"}]),
        dosage(text="1回2 mg、1日1回、経口", patientInstruction="1回2 mg、1日1回"),
    ],
)  # fmt: skip
def test_what_changes_no_dose_leaves_it_supported(check: Check, given: Resource) -> None:
    assert verdict(check, CLAIM, order(given)) is Verdict.SUPPORTED


def test_an_hour_that_is_not_told_is_named() -> None:
    told = read(order(dosage({"timeOfDay": ["08:00:00"]})))
    assert told.unread == ("MedicationRequest.dosageInstruction.timing.repeat.timeOfDay",)


@pytest.mark.parametrize("second", [{**TEN, "sequence": 2}, {**TEN, "timing": {"repeat": {"when": ["PCV"]}}}])
def test_of_several_dosages_none_is_told(check: Check, second: Resource) -> None:
    """Hazard: 20 mg for a week, then 10 mg, reads as 20 mg; so does 2 mg in the morning and 10 mg in the evening."""
    tapered = order({**dosage({"boundsDuration": {"value": 7, "code": "d"}}), "sequence": 1}, second)
    found = read({**tapered, "authoredOn": "2020-04-02"})
    assert found.text == "ワルファリンを処方している（2020年4月2日）。"
    assert found.unread == ("MedicationRequest.dosageInstruction",)
    assert verdict(check, CLAIM, tapered) is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("note", ["4月5日より中止", "4月5日より3 mgに変更", "changed to 3 mg", "取り違え"])
def test_an_order_that_its_note_changes_is_not_told(check: Check, note: str) -> None:
    found = read(order(note=[{"text": note}]))
    assert (found.text, found.unread) == ("", ("MedicationRequest.note",))
    assert verdict(check, CLAIM, order(note=[{"text": note}])) is Verdict.NOT_ENOUGH_EVIDENCE


def test_an_order_with_another_note_tells_no_dose_but_with_a_plain_one() -> None:
    found = read(order(note=[{"text": "透析日のみ"}]))
    assert (found.text, found.unread) == (BARE, ("MedicationRequest.note",))
    assert read(order(note=[{"text": "一包化"}])).text == CLAIM


def test_a_reason_for_its_status_is_one_in_a_request_and_stands_against_active() -> None:
    """FHIR R4 has a list elsewhere."""
    found = read(order(statusReason={"text": "副作用のため中止"}))
    assert (found.text, found.unread) == ("", ("MedicationRequest.statusReason",))
    stopped = order(status="stopped", statusReason={"text": "副作用"})
    assert read(stopped).text == "ワルファリンを中止した（今は処方していない、副作用）。"


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (order(dosage({"boundsPeriod": {"start": "2999-05-01"}})), ""),
        (order(dosage({"boundsPeriod": {"start": "2999-05"}})), ""),
        (order(dosage({"boundsPeriod": {"end": "2020-05-31"}})), "ワルファリンを処方した。"),
        (order(dispenseRequest={"validityPeriod": {"end": "2020-05"}}), CLAIM),
        (order(dispenseRequest={"validityPeriod": {"start": "2999-05"}}), ""),
        (order(dosage({"boundsDuration": {"value": 3, "code": "d"}}), authoredOn="2020-04-02"),
         "ワルファリンを処方した（2020年4月2日）。"),
        (statement(effectivePeriod={"start": "2020-01-01", "end": "2020-02-01"}),
         "ワルファリンを服用した（2020年1月1日から2020年2月1日まで）。"),
        (statement(status="intended", effectivePeriod={"start": "2999-01-01"}),
         "ワルファリンを1回2 mg、1日1回、経口で服用する予定である（2999年1月1日から）。"),
        (order(dosage({"boundsPeriod": {"start": "2020-05", "end": "2999"}})),
         "ワルファリンを1回2 mg、1日1回、2020年5月から2999年まで、経口で処方している。"),
        (order(dosage({"boundsDuration": {"value": -1e20, "code": "d"}}), authoredOn="9999-12-31"),
         "ワルファリンを処方した（9999年12月31日）。"),
    ],
)  # fmt: skip
def test_what_is_over_or_has_not_begun_is_not_told_as_now(resource: Resource, told: str) -> None:
    """Hazard: last year's dose is confirmed as what is prescribed, or next year's."""
    assert read(resource).text == told


STOP = {"status": "stopped", "authoredOn": "2026-04-20"}


@pytest.mark.parametrize(
    "other",
    [
        order(**STOP),
        order(drug="ワルファリン錠1mg", **STOP),
        order(status="on-hold"),
        order(doNotPerform=True, authoredOn="2026-04-20"),
        statement(status="not-taken", dateAsserted="2026-04-20"),
        order(dosage({"count": 3}), authoredOn="2026-05-02"),
        order(note=[{"text": "3 mgに増量"}]),
    ],
)
def test_another_order_of_the_drug_takes_the_dose_away(check: Check, other: Resource) -> None:
    """Hazard: a drug that was stopped in April is confirmed by the order of March that nobody closed."""
    first = order(authoredOn="2026-04-02")
    for chart in ((first, other), (other, first)):
        assert verdict(check, CLAIM, *chart) is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "other",
    [
        order(status="stopped", authoredOn="2026-03-02"),
        order(status="stopped", authoredOn="2026-04-02"),
        order(drug="フロセミド", **STOP),
        order(dosage({"count": 3}), status="completed", authoredOn="2026-03-02"),
        order(dosage({"boundsPeriod": {"start": "2999-01-01"}}), authoredOn="2026-04-20"),
    ],
)
def test_an_earlier_stop_and_another_drug_leave_it(check: Check, other: Resource) -> None:
    assert verdict(check, CLAIM, order(authoredOn="2026-04-02"), other) is Verdict.SUPPORTED


def test_five_thousand_orders_are_settled_in_time() -> None:
    """Each one is compared with those that were stopped alone."""
    half = [order(drug=f"薬{number:05}", status="stopped" if number % 2 else "active") for number in range(2000)]
    assert read(*half).unread == ()
