"""What a chart itself calls doubtful, or says of another time or another one, confirms nothing."""

import base64
import json
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.fhir.units import disagree

Check = Callable[..., Decision]
Resource = dict[str, Any]
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
UCUM = "http://unitsofmeasure.org"
POTASSIUM = "カリウムは4.1 mEq/Lである。"
TAKEN = "ワルファリンを1日5 mg服用している。"


def observation(**more: Any) -> Resource:
    value = {"value": 4.1, "unit": "mEq/L"}
    fixed = {"resourceType": "Observation", "status": "final", "code": {"text": "カリウム"}}
    return {**fixed, "valueQuantity": value, **more}


def composition(*titles: str, div: str = TAKEN, document: str = "退院サマリ") -> Resource:
    section: Resource = {"text": {"status": "additional", "div": f"<div>{div}</div>"}}
    for at, title in enumerate(reversed(titles)):
        section = {"title": title, "section": [section]} if at else {"title": title, **section}
    return {"resourceType": "Composition", "status": "final", "title": document, "section": [section]}


def document(text: str, kind: str = "text/plain", **more: Any) -> Resource:
    attachment = {"contentType": kind, "data": base64.b64encode(text.encode()).decode()}
    return {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}], **more}


def bundle(*resources: Resource) -> str:
    entries = [{"resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def verdict(check: Check, claim: str, *resources: Resource) -> Verdict:
    return check(claim, source_passages(0, read_fhir(bundle(*resources), "x", TOKYO))).verdict


@pytest.mark.parametrize(
    ("more", "unread"),
    [
        ({"status": "preliminary"}, "Observation.status"),
        ({"status": "unknown"}, "Observation.status"),
        ({"dataAbsentReason": {"text": "溶血のため無効"}}, "Observation.dataAbsentReason"),
        ({"note": [{"text": "溶血のため信頼できない。"}]}, "Observation.note"),
        ({"note": [{"text": "Hemolyzed sample, please repeat."}]}, "Observation.note"),
        ({"focus": [{"reference": "RelatedPerson/baby", "display": "新生児"}]}, "Observation.focus"),
        ({"valueQuantity": {"value": 4.1, "unit": "mEq/L", "code": "g/L", "system": UCUM}}, "Observation"),
    ],
)
def test_a_value_that_its_chart_doubts_is_not_told(check: Check, more: Resource, unread: str) -> None:
    found = read_fhir(bundle(observation(**more)), "x", TOKYO)
    assert (found.text, found.unread) == ("", (unread,))
    assert verdict(check, POTASSIUM, observation(**more)) is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "more",
    [
        {"note": [{"text": "空腹時採血。"}]},
        {"note": [{"text": "食欲不良、誤嚥に注意。"}]},
        {"valueQuantity": {"value": 4.1, "unit": "mEq/L", "code": "meq/L", "system": UCUM}},
    ],
)
def test_a_value_that_nothing_doubts_is_supported(check: Check, more: Resource) -> None:
    assert verdict(check, POTASSIUM, observation(**more)) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("unit", "code", "expected"),
    [
        ("mg", "ug", True), ("錠", "mg", True), ("g/L", "meq/L", True), ("mg", "{tbl}", True), ("mg", "1", True),
        ("mg", "[drp]", True), ("mg", "foo", True), ("日", "wk", True),
        ("mg", "mg", False), ("μg", "ug", False), ("錠", "{tbl}", False), ("錠", "1", False), ("単位", "[iU]", False),
        ("℃", "Cel", False), ("mmHg", "mm[Hg]", False), ("回/分", "/min", False), ("拍/分", "/min", False),
        ("×10^3/μL", "10*3/uL", False), ("kg/m²", "kg/m2", False), ("mL/min/1.73m2", "mL/min/{1.73_m2}", False),
        ("点", "{score}", False), ("mL", "ml", False), ("%", "%", False), ("歳", "a", False), ("mg", "", False),
    ],
)  # fmt: skip
def test_units_and_codes_that_cannot_both_be_meant(unit: str, code: str, *, expected: bool) -> None:
    assert disagree(Node({"unit": unit, "code": code, "system": UCUM}, "x")) is expected


def test_a_code_of_another_system_is_no_ucum() -> None:
    """JP Core's tables call a millilitre ML and a unit UNT."""
    node = {"unit": "単位", "code": "UNT", "system": "urn:oid:1.2.392.100495.20.2.101"}
    assert not disagree(Node(node, "x"))


@pytest.mark.parametrize(
    "titles",
    [("家族歴",), ("中止した薬",), ("中止薬",), ("入院時処方",), ("変更前の処方",), ("家族歴", "内服薬"), ("母親",),
     ("Family history",), ("Discontinued medications",), ("Medications on admission",)],
)  # fmt: skip
def test_a_sections_title_governs_its_text(check: Check, titles: tuple[str, ...]) -> None:
    """Hazard: the mother's dose, or the one that was stopped, is confirmed as the patient's."""
    assert verdict(check, TAKEN, composition(*titles)) in (Verdict.CONDITIONAL, Verdict.NOT_ENOUGH_EVIDENCE)


@pytest.mark.parametrize(
    "titles",
    [("処方",), ("退院時処方",), ("退院処方",), ("内服薬",), ("現病歴",), ("入院後経過",), ("薬剤", "内服"),
     ("現在の処方",), ("Discharge medications",), ("Hospital course",), ("Current medications",)],
)  # fmt: skip
def test_a_title_that_says_only_what_kind_of_text_it_is_limits_nothing(check: Check, titles: tuple[str, ...]) -> None:
    assert verdict(check, TAKEN, composition(*titles)) is Verdict.SUPPORTED


@pytest.mark.parametrize("title", ["家族歴", "退院サマリ（下書き）", "中止した薬"])
def test_a_documents_title_governs_it_where_it_says_whose_or_when(check: Check, title: str) -> None:
    for told in (composition("処方", document=title), document(TAKEN, description=title)):
        assert verdict(check, TAKEN, told) is Verdict.NOT_ENOUGH_EVIDENCE


def test_another_title_of_a_document_limits_nothing(check: Check) -> None:
    assert verdict(check, TAKEN, document(TAKEN, description="薬剤管理指導の記録")) is Verdict.SUPPORTED
    assert verdict(check, TAKEN, composition("処方", document="循環器内科 退院時要約")) is Verdict.SUPPORTED


STRUCK = f'<span style="text-decoration: line-through">{TAKEN}</span>ワルファリンを1日3 mg服用している。'


@pytest.mark.parametrize(
    ("resource", "unread"),
    [
        (composition("処方", div=STRUCK.replace('"', "'")), "Composition.section.text"),
        (document(STRUCK, "text/html"), "DocumentReference.content"),
    ],
)
def test_a_text_of_which_a_style_strikes_a_part_is_not_read(resource: Resource, unread: str) -> None:
    """Which part it is, only a browser knows."""
    found = read_fhir(bundle(resource), "x", TOKYO)
    assert (found.text, found.unread) == ("", (unread,))


def test_a_preliminary_value_confirms_nothing_beside_the_final_one(check: Check) -> None:
    """Hazard: the value that the laboratory took back is confirmed."""
    final = observation(valueQuantity={"value": 6.1, "unit": "mEq/L"})
    chart = (observation(status="preliminary"), final)
    assert verdict(check, POTASSIUM, *chart) is not Verdict.SUPPORTED
    assert verdict(check, "カリウムは6.1 mEq/Lである。", *chart) is Verdict.SUPPORTED


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement", "MedicationAdministration", "Procedure"])
def test_what_has_an_unknown_status_is_named_and_not_told(kind: str) -> None:
    drug = {"text": "ワルファリン"}
    resource = {"resourceType": kind, "status": "unknown", "medicationCodeableConcept": drug, "code": drug}
    found = read_fhir(bundle({**resource, "intent": "order"}), "x", TOKYO)
    assert (found.text, found.unread) == ("", (f"{kind}.status",))


FRACTURE = {"resourceType": "Condition", "code": {"text": "大腿骨頸部骨折"}}


@pytest.mark.parametrize(
    ("sites", "right", "left"),
    [
        (("右", "左"), Verdict.SUPPORTED, Verdict.SUPPORTED),
        (("右",), Verdict.SUPPORTED, Verdict.CONTRADICTED),
        (("左",), Verdict.CONTRADICTED, Verdict.SUPPORTED),
    ],
)
def test_what_is_at_both_sides_is_at_each(check: Check, sites: tuple[str, ...], right: Verdict, left: Verdict) -> None:
    resource = {**FRACTURE, "bodySite": [{"text": side} for side in sites]}
    assert verdict(check, "右大腿骨頸部骨折がある。", resource) is right
    assert verdict(check, "左大腿骨頸部骨折がある。", resource) is left
