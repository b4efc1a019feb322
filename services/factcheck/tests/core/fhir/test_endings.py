"""What has ended, was denied, or has a status that nobody knows is never told as present (HL7 FHIR R4, Condition)."""

import json
import zoneinfo
from typing import Any

import pytest
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.source import SourceText
from monshin_kit.errors import InvalidInput

PNEUMONIA = {"resourceType": "Condition", "code": {"text": "肺炎"}}
PENICILLIN = {"resourceType": "AllergyIntolerance", "code": {"text": "ペニシリン"}}


def read(resource: dict[str, Any]) -> SourceText:
    chart = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}
    return read_fhir(json.dumps(chart), "sources[0].fhir", zoneinfo.ZoneInfo("Asia/Tokyo"))


def coded(*codes: str) -> dict[str, Any]:
    return {"coding": [{"code": code} for code in codes]}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"abatementDateTime": "2026-01-01"}, "肺炎は現在はない（2026年1月1日終了）。"),
        ({"abatementString": "3月に治癒"}, "肺炎は現在はない（終了：3月に治癒）。"),
        ({"abatementAge": {"value": 54, "unit": "歳"}}, "肺炎は現在はない（54歳終了）。"),
        ({"abatementRange": {"high": {"value": 54, "unit": "歳"}}}, "肺炎は現在はない（54歳以下終了）。"),
        ({"abatementPeriod": {"end": "2026-01-05"}}, "肺炎は現在はない（2026年1月5日まで終了）。"),
        ({"clinicalStatus": coded("resolved"), "abatementString": "3月"}, "肺炎は治癒した（終了：3月）。"),
        ({"clinicalStatus": coded("remission"), "abatementDateTime": "2026"}, "肺炎は寛解している（2026年終了）。"),
        ({"verificationStatus": coded("provisional"), "abatementDateTime": "2026"},
         "肺炎の疑いは現在はない（2026年終了）。"),
        ({"verificationStatus": coded("provisional"), "clinicalStatus": coded("resolved")}, "肺炎の疑いは現在はない。"),
        ({"clinicalStatus": coded("active", "活動性"), "verificationStatus": coded("confirmed", "確定")},
         "肺炎がある。"),
        ({"clinicalStatus": None, "abatementDateTime": None}, "肺炎がある。"),
    ],
)  # fmt: skip
def test_what_is_over_is_told_as_over(more: dict[str, Any], told: str) -> None:
    assert read({**PNEUMONIA, **more}).text == told


@pytest.mark.parametrize("resource", [PNEUMONIA, PENICILLIN], ids=["condition", "allergy"])
@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("verificationStatus", coded("ruled-out")),
        ("verificationStatus", {"text": "否定"}),
        ("verificationStatus", coded("confirmed", "refuted")),
        ("verificationStatus", {"coding": [{"display": "Refuted"}]}),
        ("clinicalStatus", {"text": "治癒"}),
        ("clinicalStatus", coded("gone")),
        ("clinicalStatus", coded("active", "resolved")),
        ("clinicalStatus", {"extension": [{"url": "http://x"}]}),
    ],
)
def test_a_status_that_nobody_knows_is_named_and_the_resource_not_read(
    resource: dict[str, Any], element: str, value: dict[str, Any]
) -> None:
    """Alone it is refused by the place of the status."""
    found = read({**resource, element: value})
    assert (found.text, found.unread) == ("", (f"{resource['resourceType']}.{element}",))
    with pytest.raises(InvalidInput) as raised:
        read_fhir(json.dumps({**resource, element: value}), "x", zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert [one.field for one in raised.value.violations] == [f"x.{element}"]


@pytest.mark.parametrize("clinical", ["active", "recurrence", "relapse"])
def test_what_is_present_and_over_at_once_is_not_read(clinical: str) -> None:
    """The specification forbids it (con-4): which of the two is wrong cannot be told."""
    found = read({**PNEUMONIA, "clinicalStatus": coded(clinical), "abatementDateTime": "2026-01-01"})
    assert (found.text, found.unread) == ("", ("Condition.clinicalStatus",))
