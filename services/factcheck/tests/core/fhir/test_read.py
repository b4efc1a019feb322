"""FHIR resources as sentences. Expectations are written by hand from HL7 FHIR R4."""

import base64
import json
import zoneinfo
from typing import Any

import pytest
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.source import SourceText
from monshin_kit.errors import InvalidInput

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
Resource = dict[str, Any]


def bundle(*resources: Resource, kind: str = "collection") -> Resource:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}


def read(resource: Resource) -> SourceText:
    return read_fhir(json.dumps(resource), "sources[0].fhir", TOKYO)


def observation(**more: Any) -> Resource:
    fixed = {"resourceType": "Observation", "status": "final", "code": {"text": "カリウム"}}
    return {**fixed, "valueQuantity": {"value": 4.1, "unit": "mEq/L"}, **more}


def request(**more: Any) -> Resource:
    drug = {"medicationCodeableConcept": {"text": "アムロジピン"}}
    return {"resourceType": "MedicationRequest", "status": "active", "intent": "order", **drug, **more}


def condition(**more: Any) -> Resource:
    return {"resourceType": "Condition", "code": {"text": "肺炎"}, **more}


def document(data: bytes, kind: str = "text/plain", **more: Any) -> Resource:
    attachment = {"contentType": kind, "data": base64.b64encode(data).decode()}
    return {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}], **more}


def coded(code: str) -> Resource:
    return {"coding": [{"code": code}]}


DAILY = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "route": {"text": "経口"}}
FIVE = {"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}]}


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (observation(), "カリウムは4.1 mEq/Lである。"),
        (observation(effectiveDateTime="2026-04-02"), "カリウムは4.1 mEq/Lである（2026年4月2日）。"),
        (observation(effectiveDateTime="2026-04-01T20:00:00Z"), "カリウムは4.1 mEq/Lである（2026年4月2日）。"),
        (observation(effectiveDateTime="2026-04-01T20:00:00+09:00"), "カリウムは4.1 mEq/Lである（2026年4月1日）。"),
        (observation(status="preliminary"), ""),
        (observation(interpretation=[coded("L")]), "カリウムは4.1 mEq/Lである（低値）。"),
        (observation(valueQuantity={"value": 0.3, "comparator": "<", "unit": "mg/dL"}),
         "カリウムは0.3 mg/dL未満である。"),
        (observation(valueQuantity=None, valueBoolean=False), "カリウムはなしである。"),
        (observation(valueQuantity=None, dataAbsentReason=coded("unknown")), ""),
        (observation(status="entered-in-error"), ""),
        (observation(status="cancelled"), ""),
        (observation(bodySite={"text": "左"}, code={"text": "膝関節痛"}, valueQuantity=None, valueString="強い"),
         "左膝関節痛は強いである。"),
        (request(dosageInstruction=[{**FIVE, **DAILY}]), "アムロジピンを1回5 mg、1日1回、経口で処方している。"),
        (request(status="completed", dosageInstruction=[FIVE]), "アムロジピンを1回5 mgで処方した。"),
        (request(status="stopped", authoredOn="2026-04-02", dosageInstruction=[FIVE]),
         "アムロジピンを中止した（今は処方していない）。"),
        (request(doNotPerform=True), "アムロジピンを投与しない（今は処方していない）。"),
        (request(intent="proposal"), ""),
        (request(status="draft"), ""),
        (request(status="entered-in-error"), ""),
        (request(dosageInstruction=[{"text": "5 mgを朝食後に服用"}]),
         "アムロジピンを5 mgを朝食後に服用で処方している。"),
        (request(dosageInstruction=[{"timing": {"repeat": {"period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]}}}]),
         "アムロジピンを週1回、月曜で処方している。"),
        (request(dosageInstruction=[{"timing": {"repeat": {"period": 8, "periodUnit": "h"}}}]),
         "アムロジピンを8時間ごとで処方している。"),
        (condition(), "肺炎がある。"),
        (condition(bodySite=[{"text": "右"}], onsetDateTime="2026-04"), "右肺炎がある（2026年4月発症）。"),
        (condition(bodySite=[{"text": "右"}, {"text": "左"}]), "右肺炎がある。\n左肺炎がある。"),
        (condition(verificationStatus=coded("provisional")), "肺炎の疑いがある。"),
        (condition(verificationStatus=coded("refuted")), ""),
        (condition(verificationStatus=coded("entered-in-error")), ""),
        (condition(clinicalStatus=coded("resolved")), "肺炎は治癒した。"),
        ({"resourceType": "AllergyIntolerance", "code": {"text": "ペニシリン"}}, "ペニシリンのアレルギーがある。"),
        ({"resourceType": "AllergyIntolerance", "code": {"text": "アレルギーなし"}}, "既知のアレルギーはない。"),
        ({"resourceType": "Procedure", "status": "not-done", "code": {"text": "胃全摘術"}}, "胃全摘術は行わなかった。"),
        ({"resourceType": "Procedure", "status": "completed", "code": {"text": "胃全摘術"}}, "胃全摘術を行った。"),
        ({"resourceType": "Procedure", "status": "completed", "code": {"text": "網膜光凝固"},
          "bodySite": [{"text": "右眼"}, {"text": "左眼"}]}, "右眼の網膜光凝固を行った。\n左眼の網膜光凝固を行った。"),
        ({"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"},
          "hospitalization": {"dischargeDisposition": {"text": "自宅"}},
          "period": {"start": "2026-04-01", "end": "2026-04-14"}},
         "2026年4月1日に入院した。\n2026年4月14日に退院した。\n退院先は自宅である。"),
        ({"resourceType": "Encounter", "status": "planned", "class": {"code": "IMP"},
          "period": {"start": "2026-04-01"}}, ""),
    ],
)  # fmt: skip
def test_a_resource_becomes_a_sentence_or_nothing(resource: Resource, told: str) -> None:
    """Value, unit, dates, side and whether it holds at all survive."""
    assert read({"text": {"div": "日本"}, **resource}).text == told


def test_digits_stay_as_they_were_written() -> None:
    """4.10 is not 4.1: it was measured more finely."""
    assert "は4.10 mEq/L" in read_fhir(json.dumps(observation()).replace("4.1,", "4.10,"), "x", TOKYO).text


def test_english_charts_are_told_in_english() -> None:
    resource = request(medicationCodeableConcept={"text": "warfarin"}, dosageInstruction=[FIVE])
    assert read(resource).text == "Warfarin 5 mg is prescribed."


def test_a_component_is_a_sentence_of_its_own() -> None:
    parts = [{"code": {"text": name}, "valueQuantity": {"value": value, "unit": "mmHg"}}
             for name, value in (("収縮期血圧", 128), ("拡張期血圧", 70))]  # fmt: skip
    told = read(observation(valueQuantity=None, component=parts)).text
    assert told == "収縮期血圧は128 mmHgである。\n拡張期血圧は70 mmHgである。"


def test_each_part_knows_its_resource_and_date() -> None:
    """What evidence shows: the resource by its id or place, its own date, the words of the text."""
    found = read(bundle(observation(id="k", effectiveDateTime="2026-04-02"), condition()))
    assert [(part.origin, part.date) for part in found.parts] == [
        ("Observation/k", "2026-04-02"),
        ("Bundle.entry[1]", ""),
    ]
    assert [part.span.of(found.text) for part in found.parts] == found.text.split("\n")


def test_references_find_their_medication() -> None:
    """In the Bundle by id and by fullUrl, and contained."""
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "ワルファリン"}}
    bare = request()
    del bare["medicationCodeableConcept"]
    by_id = bundle(drug, {**bare, "medicationReference": {"reference": "Medication/m"}})
    by_url = bundle({**bare, "medicationReference": {"reference": "urn:uuid:1"}})
    by_url["entry"].append({"fullUrl": "urn:uuid:1", "resource": {**drug, "id": ""}})
    inside = {**bare, "contained": [drug], "medicationReference": {"reference": "#m"}}
    for source in (by_id, by_url, inside):
        assert read(source).text == "ワルファリンを処方している。"


def test_narratives_and_attachments_keep_their_words() -> None:
    section = {
        "title": "経過",
        "text": {"status": "generated", "div": "<div><p>熱は下がった。</p><script>x</script></div>"},
    }
    composition = {"resourceType": "Composition", "status": "final", "title": "要約", "section": [section]}
    assert read(composition).text == "熱は下がった。"
    assert read(document("退院とした。".encode())).text == "退院とした。"
    assert read(document("退院とした。".encode("cp932"), "text/plain; charset=Shift_JIS")).text == "退院とした。"
    assert read(document("<p>退院と<b>した</b>。".encode(), "text/html")).text == "退院とした。"
    form = document("骨折がある。".encode())["content"][0]["attachment"]
    report = {"resourceType": "DiagnosticReport", "status": "final", "presentedForm": [form]}
    assert read(report).text == "骨折がある。"


def test_what_nobody_reads_is_named() -> None:
    """And a resource that an extension may turn round is not read."""
    found = read(bundle({"resourceType": "Immunization"}, condition(modifierExtension=[{"url": "http://x"}])))
    assert (found.text, found.unread) == ("", ("Immunization", "Condition"))


@pytest.mark.parametrize(
    "resource",
    [
        request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/elsewhere"}),
        request(medicationCodeableConcept=None, medication={"concept": {"text": "R5"}}),
        condition(code=None),
        observation(valueQuantity=None, valueSampledData={"data": "1 2"}),
        {"resourceType": "Procedure", "status": "completed"},
    ],
)
def test_what_holds_but_has_no_words_is_named(resource: Resource) -> None:
    """A drug that is only referred to must not be missed in silence."""
    assert read(resource).unread == (resource["resourceType"],)


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        ("{", ""),
        ("[]", ""),
        ("[" * 100_000, ""),
        ('{"resourceType": "Observation", "status": "final", "status": "amended"}', ""),
        ({"resourceType": "患者太郎"}, ".resourceType"),
        ({"resourceType": "Bundle", "type": "history"}, ".type"),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, ".entry"),
        (bundle(observation(valueQuantity={"value": "患者太郎"})), ".entry[0].resource.valueQuantity.value"),
        (bundle(observation(), observation(code="患者太郎")), ".entry[1].resource.code"),
        (observation(effectiveDateTime="患者太郎"), ".effectiveDateTime"),
        (observation(effectiveDateTime="2026-02-30"), ".effectiveDateTime"),
        (observation(valueQuantity={"value": 1, "comparator": "患者太郎"}), ".valueQuantity.comparator"),
        (request(status="患者太郎"), ".status"),
        (condition(clinicalStatus=coded("患者太郎")), ".clinicalStatus"),
        (document(b"%PDF", "application/pdf"), ".content[0].attachment.contentType"),
        (document(b"\xff\xfe\xfd"), ".content[0].attachment.data"),
        (document(b"x", "text/plain; charset=idna"), ".content[0].attachment.data"),
        (document(b" "), ".content[0].attachment.data"),
        ({**document(b"x"), "content": [{"attachment": {"contentType": "text/plain", "url": "http://x"}}]},
         ".content[0].attachment.data"),
        ({**document(b"x"), "content": [{"attachment": {"contentType": "text/plain", "data": "患者太郎"}}]},
         ".content[0].attachment.data"),
        ({**document(b"x"), "content": []}, ".content"),
    ],
)  # fmt: skip
def test_what_is_no_fhir_is_refused_with_its_place_and_without_its_content(
    resource: Resource | str, field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_fhir(resource if isinstance(resource, str) else json.dumps(resource), "sources[0].fhir", TOKYO)
    (violation,) = raised.value.violations
    assert violation.field.startswith("sources[0].fhir" + field)
    assert "患者" not in raised.value.message


def test_another_content_type_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidInput, match="application/pdf"):
        read(document(b"%PDF", "application/pdf"))


def link(url: str) -> Resource:
    return {**document(b"x"), "content": [{"attachment": {"contentType": "text/plain", "url": url}}]}


@pytest.mark.parametrize(
    "letter",
    [document(b"%PDF", "application/pdf"), link("http://x"), {**document(b"x"), "content": []}, document(b" "),
     document(b"\xff\xfe\xfd")],
)  # fmt: skip
def test_a_document_that_cannot_be_read_does_not_refuse_the_chart(letter: Resource) -> None:
    """Charts that hospitals export hold letters as PDF; the orders beside them are read, and the letter is named."""
    found = read(bundle(observation(), letter, document("退院とした。".encode())))
    assert found.text == "カリウムは4.1 mEq/Lである。\n退院とした。"
    assert found.unread == ("DocumentReference.content",)


@pytest.mark.parametrize("form", [(b"%PDF", "application/pdf"), (b" ", "text/plain")])
def test_a_report_whose_form_cannot_be_read_keeps_its_conclusion(form: tuple[bytes, str]) -> None:
    """Alone, too: the form is not all that it has."""
    attached = document(*form)["content"][0]["attachment"]
    report = {"resourceType": "DiagnosticReport", "status": "final", "conclusion": "肺炎像はない。"}
    found = read({**report, "presentedForm": [attached]})
    assert (found.text, found.unread) == ("肺炎像はない。", ("DiagnosticReport.presentedForm",))


def test_too_many_resources_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 5000"):
        read(bundle(*[{"resourceType": "Patient"}] * 5001))
