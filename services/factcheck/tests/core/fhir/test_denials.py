"""Names of problems, drugs and procedures that say that there is none: told neither as there nor as not there."""

import json
import zoneinfo
from typing import Any

import pytest
from monshin_factcheck.core.fhir.denial import denies
from monshin_factcheck.core.fhir.read import read_fhir

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
DENIALS = [
    "なし", "特になし", "既往歴なし", "内服薬なし。", "手術歴 なし", "糖尿病なし", "合併症は認めない", "意識障害（－）",
    "None", "No known problems", "no regular medication", "Denies diabetes", "Not on any medication",
    "Negative for malignancy",
]  # fmt: skip
NAMES = [
    "2型糖尿病・糖尿病性合併症なし", "無症候性脳梗塞", "無菌性髄膜炎", "なしアレルギー", "ノルアドレナリン",
    "無水エタノール", "Noonan syndrome", "Nilotinib", "Norfloxacin", "Nonallergic rhinitis",
    "Type 2 diabetes mellitus without complications", "知的障害,行動面の機能障害が言及されていない",
]  # fmt: skip


def _resource(kind: str, name: str) -> dict[str, Any]:
    common = {"resourceType": kind, "note": [{"text": "日本語"}]}
    match kind:
        case "Condition":
            return {**common, "code": {"text": name}}
        case "Procedure":
            return {**common, "code": {"text": name}, "status": "completed"}
        case _:
            return {**common, "medicationCodeableConcept": {"text": name}, "status": "active", "intent": "order"}


@pytest.mark.parametrize("name", DENIALS)
@pytest.mark.parametrize("kind", ["Condition", "Procedure", "MedicationStatement", "MedicationRequest"])
def test_a_denial_is_told_as_nothing(kind: str, name: str) -> None:
    """Hazard: 糖尿病なし told as 糖尿病なしがある, in which a reader finds diabetes."""
    beside = {"resourceType": "Condition", "code": {"text": "高血圧症"}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": beside}, {"resource": _resource(kind, name)},
    ]}  # fmt: skip
    assert read_fhir(json.dumps(bundle), "x", TOKYO).text == "高血圧症がある。"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_denying_letters_is_told(name: str) -> None:
    assert not denies(name)
    assert name in read_fhir(json.dumps(_resource("Condition", name)), "x", TOKYO).text
