"""Evidence that comes with the request, against the real process."""

import json
import time

import grpc
import pytest
from google.protobuf.message import Message
from monshin_factcheck.testing import TEXT, Rig, violations
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "秘密太郎"
CHART = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Observation", "id": "k", "status": "final", "code": {"text": "カリウム"},
                      "effectiveDateTime": "2026-04-02", "valueQuantity": {"value": 4.1, "unit": "mEq/L"}}},
        {"resource": {"resourceType": "Immunization"}},
    ],
}  # fmt: skip


async def answer(rig: Rig, text: str, *sources: pb.Source) -> list[pb.CheckAnswerResponse]:
    request = pb.CheckAnswerRequest(answer=text, sources=sources)
    return [event async for event in rig.checks().CheckAnswer(request, timeout=120)]


async def test_a_chart_is_evidence_and_the_verdict_names_the_resource(rig: Rig) -> None:
    """The right value is supported, the wrong one contradicted; what was not read is told."""
    source = pb.Source(fhir=json.dumps(CHART), title="カルテ")
    events = await answer(rig, "カリウムは4.1 mEq/Lである。カリウムは5.1 mEq/Lである。", source)
    right, wrong = (event.claim_result for event in events[1:-1])
    assert (right.verdict, wrong.verdict) == (pb.VERDICT_SUPPORTED, pb.VERDICT_CONTRADICTED)
    evidence = right.evidence[0]
    assert (evidence.document, evidence.title, evidence.source) == ("sources/0", "カルテ", "Observation/k")
    assert (evidence.date, evidence.text) == ("2026-04-02", "カリウムは4.1 mEq/Lである（2026年4月2日）。")
    assert [(one.component, one.reason) for one in events[-1].summary.not_run] == [
        ("sources[0]:Immunization", "NOT_READ")
    ]


async def test_a_dose_that_was_changed_in_the_chart_is_conflicting_and_names_both_orders(rig: Rig) -> None:
    """Hazard: a summary repeats the dose of March, which the chart holds word for word beside that of April."""
    orders = [
        {"resource": {"resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order",
                      "authoredOn": day, "medicationCodeableConcept": {"text": "ワルファリン"},
                      "dosageInstruction": [{"text": f"1回{dose} mg、1日1回"}]}}
        for name, dose, day in (("march", 1, "2026-03-02"), ("april", 2, "2026-04-06"))
    ]  # fmt: skip
    source = pb.Source(fhir=json.dumps({**CHART, "entry": [*CHART["entry"], *orders]}))
    (result,) = (await answer(rig, "ワルファリンを1回1 mg、1日1回で処方している。", source))[1:-1]
    assert result.claim_result.verdict == pb.VERDICT_CONFLICTING
    assert [(one.source, one.date) for one in result.claim_result.evidence] == [
        ("MedicationRequest/march", "2026-03-02"),
        ("MedicationRequest/april", "2026-04-06"),
    ]


async def test_title_and_date_of_a_text_come_back(rig: Rig) -> None:
    """So that the reader sees which of several sources it was."""
    sources = [pb.Source(text="別の話である。"), pb.Source(text=TEXT, title="手引き", date="2026-01-31")]
    events = await answer(rig, TEXT.split("。")[0] + "。", *sources)
    evidence = events[1].claim_result.evidence[0]
    assert (evidence.document, evidence.title, evidence.date) == ("sources/1", "手引き", "2026-01-31")


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (pb.Source(fhir=json.dumps({"resourceType": "Observation", "status": "final", "code": SECRET})),
         "sources[1].fhir.code"),
        (pb.Source(fhir='{"' + SECRET), "sources[1].fhir"),
        (pb.Source(text="x", date="2026-02-30"), "sources[1].date"),
        (pb.Source(text="x", date="昨日"), "sources[1].date"),
        (pb.Source(), "sources[1].content"),
    ],
)  # fmt: skip
async def test_a_bad_source_is_refused_by_place_and_never_quoted(rig: Rig, source: pb.Source, field: str) -> None:
    """Neither in the status nor in the log of the service."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await answer(rig, "x", pb.Source(text="y"), source)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [name for name, _ in violations(raised.value)] == [field]
    assert SECRET not in str(raised.value)


async def test_claims_name_their_own_bad_source(rig: Rig) -> None:
    claims = [
        pb.ClaimInput(claim="x", sources=[pb.Source(text="y")]),
        pb.ClaimInput(claim="x", sources=[pb.Source(fhir="{")]),
    ]
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        [event async for event in rig.checks().CheckClaims(pb.CheckClaimsRequest(claims=claims))]
    assert violations(raised.value)[0][0] == "claims[1].sources[0].fhir"


def dose(patient: str) -> pb.Source:
    subject = {"reference": f"https://server/fhir/Patient/{patient}"}
    drug = {"status": "active", "intent": "order", "medicationCodeableConcept": {"text": "ワルファリン"}}
    return pb.Source(fhir=json.dumps({"resourceType": "MedicationRequest", "subject": subject, **drug}))


async def test_charts_of_two_patients_are_refused_without_their_names(rig: Rig) -> None:
    """Hazard: one's dose confirms another's. Several charts of one patient, and texts beside them, are evidence."""
    events = await answer(rig, "ワルファリンを処方している。", dose("a"), pb.Source(text="x"), dose("a"))
    assert events[1].claim_result.verdict == pb.VERDICT_SUPPORTED
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await answer(rig, "x", pb.Source(text="x"), dose("a"), dose(SECRET))
    assert violations(raised.value) == [("sources[2].fhir", "MANY_PATIENTS")]
    assert SECRET not in str(raised.value)


async def test_nothing_of_a_chart_is_kept(rig: Rig) -> None:
    """No file below the service's home holds a word of it afterwards: neither store, outbox nor log."""
    patient = {**CHART["entry"][0]["resource"], "valueQuantity": None, "valueString": SECRET}  # type: ignore[index,dict-item]
    events = await answer(rig, f"カリウムは{SECRET}である。", pb.Source(fhir=json.dumps(patient), title=SECRET))
    assert events[1].claim_result.evidence[0].text.startswith("カリウムは")
    files = [file for file in rig.factcheck.home.rglob("*") if file.is_file()]
    assert files
    assert [file for file in files if SECRET.encode() in file.read_bytes()] == []


async def test_html_and_control_characters_are_only_characters(rig: Rig) -> None:
    """In answers and in sources: they change no verdict of the sentences around them, and nothing breaks."""
    noise = "<script>alert('x')</script>\x00\x01\x1b[31m\u202e\ufeff<b>太字</b>&nbsp;<!-- "
    events = await answer(
        rig, f"{noise}\n{TEXT}\n{noise}", pb.Source(text=f"{noise}\n{TEXT}\n{noise}", title="\x07<i>")
    )
    verdicts = {event.claim_result.claim.text: event.claim_result.verdict for event in events[1:-1]}
    assert verdicts[TEXT.split("。")[0] + "。"] == pb.VERDICT_SUPPORTED
    assert events[-1].WhichOneof("event") == "summary"


@pytest.mark.slow
async def test_an_answer_of_a_hundred_thousand_characters_gets_every_verdict(rig: Rig) -> None:
    """Each sentence its result, in order, and other checks are served meanwhile."""
    sentences = [f"{number}号室の患者の体温は{36 + number % 4}.{number % 10}℃である。" for number in range(3000)]
    text = "".join(sentences)
    assert len(text) > 60_000
    text += TEXT * ((100_000 - len(text)) // len(TEXT) + 1)
    source = pb.Source(text="".join(sentences[:200]))
    began, results = time.monotonic(), 0
    async for event in rig.checks().CheckAnswer(pb.CheckAnswerRequest(answer=text, sources=[source]), timeout=300):
        if event.HasField("claim_result"):
            assert event.claim_result.claim.index == results
            results += 1
            if results == 100:
                asked = time.monotonic()
                await answer(rig, TEXT, pb.Source(text=TEXT))
                assert time.monotonic() - asked < 30
        last: Message = event
    assert isinstance(last, pb.CheckAnswerResponse)
    assert last.HasField("summary")
    assert results >= 3000
    print(f"{len(text)} characters, {results} claims in {time.monotonic() - began:.0f} s")
