"""What a chart says of its patient is a claim; the same words as a case of something that is left out are none."""

import json
import time
import zoneinfo
from collections.abc import Callable

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.claims.charts import states_patient
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.fhir.read import read_fhir

Check = Callable[..., Decision]
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")

STATED = [
    "妊娠の可能性はない。", "腎障害はない。", "妊娠中である。", "透析はしていない。", "85歳の男性である。",
    "妊娠していない。", "授乳中ではない。", "血液透析中である。", "肝障害や腎障害はない。",
    "慢性腎不全のため透析中である。", "患者は妊娠中である。", "患者は男性である。", "肝障害なし。",
    "透析を受けている。", "85歳の女性で、妊娠中ではない。", "妊娠可能年齢の女性である。", "eGFRは45 mL/分である。",
    "腎障害はないが、肝障害がある。", "肝腎障害はみられない。", "週3回の維持透析中である。", "患者に腎障害はない。",
    "The eGFR is 45 mL/min.", "Her creatinine clearance was 30 mL/min/1.73 m2.", "Not pregnant.",
    "She is pregnant.", "No renal impairment.", "The patient is not on dialysis.",
    "The patient is in the third trimester of pregnancy.", "The patient is a child with renal impairment.",
]  # fmt: skip


def claims(text: str, question: str = "") -> list[tuple[str, bool]]:
    return [(claim.text, claim.checkable) for claim in split_claims(text, question)]


@pytest.mark.parametrize("text", STATED)
def test_what_is_said_of_the_patient_is_a_claim(text: str) -> None:
    """Hazard: a discharge summary that denies a pregnancy is never checked against the chart that has it."""
    assert claims(text) == [(text, True)]


@pytest.mark.parametrize(
    "text",
    [
        "妊婦では。", "eGFR 30 mL/分未満では禁忌である。", "eGFRは45 mL/分では減量する。",
        "妊娠中であり、1日5 mgとする。", "妊婦には禁忌です。", "妊娠中は避けます。", "妊婦には使用できる。",
        "小児には1日5 mgである。", "禁忌の患者である。", "服用中の患者である。", "腎障害には注意する。",
        "禁忌：妊婦である。", "Safe in pregnancy.", "In pregnancy.", "It is for patients with renal failure.",
        "Patient with renal impairment.",
    ],
)  # fmt: skip
def test_a_case_of_something_that_is_left_out_is_none(text: str) -> None:
    (claim,) = split_claims(text)
    assert (claim.checkable, claim.is_untold) == (False, True)


@pytest.mark.parametrize("text", ["腎障害患者：", "## 妊婦", "小児"])
def test_a_heading_of_a_case_is_no_claim(text: str) -> None:
    assert [checkable for _, checkable in claims(text)] == [False]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("## 禁忌\n妊婦である。", ""),
        ("禁忌：\n- 妊娠中である。", ""),
        ("次の患者には投与しない：\n- 妊娠中である。", ""),
        ("次の患者には投与しないこと。\n- 腎障害がある。\n- 透析中である。", ""),
        ("投与できない患者\n\n- 妊娠中である。", ""),
        ("- 次の患者には投与しない：\n  - 妊娠中である。", ""),
        ("## 小児\n腎障害はない。", ""),
        ("妊婦です。", "禁忌は？"),
    ],
)
def test_below_a_list_of_those_to_whom_something_is_not_given_it_is_none(text: str, question: str) -> None:
    """Hazard: `妊娠中である` in a list of whom to give it to is confirmed by the leaflet's list of whom not to."""
    assert claims(text, question)[-1][1] is False


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("## 禁忌\n### 患者の状態\n- 妊娠中である。", "患者の状態は、妊娠中である。"),
        ("## 適応\n高齢者である。", "適応は、高齢者である。"),
    ],
)
def test_below_a_heading_of_whom_something_is_given_it_keeps_the_heading(text: str, told: str) -> None:
    assert claims(text)[-1][0] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("## 既往歴\n腎障害はない。\n妊娠中である。", ["腎障害はない。", "妊娠中である。"]),
        ("- 腎障害はない。\n- 妊娠中である。", ["腎障害はない。", "妊娠中である。"]),
        ("## 禁忌\n妊婦である。\n## 現病歴\n妊娠中である。", ["妊娠中である。"]),
        ("妊娠中である。メトホルミンは禁忌である。", ["妊娠中である。", "メトホルミンは、妊娠中では禁忌である。"]),
        (
            "メトホルミンをグリメピリドに変更した。腎障害はない。",
            ["メトホルミンをグリメピリドに変更した。", "腎障害はない。"],
        ),
        (
            "メトホルミンは1日500 mgから開始する。透析はしていない。最大量は1日750 mgである。",
            ["メトホルミンは1日500 mgから開始する。", "透析はしていない。", "メトホルミンの最大量は1日750 mgである。"],
        ),
        # Of a drug that was just spoken of a disorder may be an effect.
        (
            "アムロジピンは降圧薬である。腎障害はない。",
            ["アムロジピンは降圧薬である。", "アムロジピンは、腎障害はない。"],
        ),
    ],
)
def test_it_stands_beside_what_is_spoken_of(text: str, told: list[str]) -> None:
    """It takes no subject, hands none on, and still is the case of what follows."""
    assert [text for text, checkable in claims(text) if checkable] == told


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        ("妊娠の可能性はない。", "妊娠の可能性がある。"),
        ("妊娠の可能性はない。", "妊娠の可能性を否定できない。"),
        ("妊娠の可能性はない。", "妊娠している可能性のある女性には投与しないこと。"),
        ("腎障害はない。", "腎障害がある。"),
        ("腎障害はない。", "母に腎障害はない。"),
        ("腎障害はない。", "肝障害はない。"),
        ("妊娠中である。", "妊娠していない。"),
        ("妊娠中である。", "妊娠中の女性には投与しない。"),
        ("透析はしていない。", "透析中である。"),
        ("85歳の男性である。", "58歳の男性である。"),
        ("85歳の男性である。", "85歳の女性である。"),
        ("血液透析中である。", "腹膜透析中である。"),
        ("eGFRは45 mL/分である。", "eGFRは54 mL/分である。"),
        ("腎障害はないが、肝障害がある。", "腎障害はあるが、肝障害はない。"),
        ("The eGFR is 45 mL/min.", "The eGFR is 54 mL/min."),
        ("85歳の女性で、妊娠中ではない。", "85歳の女性で、妊娠中である。"),
        ("She is pregnant.", "She is not pregnant."),
        ("The patient is not on dialysis.", "The patient is on dialysis."),
        ("No renal impairment.", "Renal impairment is present."),
        ("The patient is in the third trimester of pregnancy.", "The patient is in the first trimester of pregnancy."),
    ],
)
def test_the_chart_that_says_the_same_supports_it_and_another_never(check: Check, claim: str, other: str) -> None:
    assert check(claim, claim).verdict is Verdict.SUPPORTED
    assert check(claim, other).verdict is not Verdict.SUPPORTED
    assert check(other, claim).verdict is not Verdict.SUPPORTED


def _condition(code: str = "", status: str = "clinicalStatus") -> dict[str, object]:
    stated = {status: {"coding": [{"code": code}]}} if code else {}
    return {"resourceType": "Condition", "code": {"text": "妊娠"}, **stated}


def _observation(name: str, **value: object) -> dict[str, object]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": name}, **value}


@pytest.mark.parametrize(
    ("resource", "supported", "contradicted"),
    [
        (_condition(), {"妊娠している。"}, {"妊娠していない。"}),
        (_condition("resolved"), set(), set()),
        (_condition("provisional", "verificationStatus"), set(), set()),
        (_condition("refuted", "verificationStatus"), set(), set()),
        (_observation("妊娠", valueBoolean=True), {"妊娠している。"}, {"妊娠していない。"}),
        (_observation("妊娠", valueBoolean=False), set(), {"妊娠している。", "妊娠中である。"}),
        (_observation("妊娠反応", valueCodeableConcept={"text": "陽性"}), set(), set()),
    ],
)
def test_a_fhir_chart_supports_a_pregnancy_only_where_it_has_one(
    check: Check, resource: dict[str, object], supported: set[str], contradicted: set[str]
) -> None:
    passages = source_passages(0, read_fhir(json.dumps(resource), "x", TOKYO))
    every = ("妊娠している。", "妊娠中である。", "妊娠していない。", "妊娠の可能性はない。")
    found = {claim: check(claim, passages).verdict for claim in every}
    assert {claim for claim in every if found[claim] is Verdict.SUPPORTED} == supported
    assert {claim for claim in every if found[claim] is Verdict.CONTRADICTED} == contradicted


@pytest.mark.parametrize("row", ["患者" * 39, "腎不全" * 26, "慢性の腎障害のある患者" * 7, "85歳の" * 20])
def test_a_row_of_the_same_words_is_not_tried_in_all_ways(row: str) -> None:
    """Hazard: a pattern that parts it in all ways stops the service."""
    states_patient(row)
    start = time.perf_counter()
    assert not states_patient(row)
    assert time.perf_counter() - start < 1
