"""FactcheckService against the real process."""

import asyncio
import math
import time
from collections.abc import AsyncIterator

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def answer_events(rig: Rig, request: pb.CheckAnswerRequest) -> list[pb.CheckAnswerResponse]:
    """All events of a check."""
    return [event async for event in rig.checks().CheckAnswer(request)]


async def test_events_come_in_order_and_add_up(rig: Rig) -> None:
    """ClaimsFound, one result a claim, Summary; probabilities sum to 1 and judges are named only where they ran."""
    await rig.fill("ordered", {"warfarin": TEXT, **{f"x{i}": f"{i}号室は{i}階にある。" for i in range(20)}})
    answer = "こんにちは。" + TEXT + "ワルファリンの維持量は1日50 mgである。"
    events = await answer_events(rig, pb.CheckAnswerRequest(corpus="corpora/ordered", answer=answer))
    kinds = [event.WhichOneof("event") for event in events]
    claims = events[0].claims_found.claims
    assert kinds == ["claims_found", *["claim_result"] * len(claims), "summary"]
    results = [event.claim_result for event in events[1:-1]]
    assert [result.claim.index for result in results] == list(range(len(claims)))
    for result in results:
        odds = result.probabilities
        assert math.isclose(odds.supported + odds.contradicted + odds.neither, 1)
        assert bool(result.judges_run) == (result.verdict != pb.VERDICT_NOT_CHECKABLE)
    assert results[1].verdict == pb.VERDICT_SUPPORTED
    assert results[-1].verdict == pb.VERDICT_CONTRADICTED
    assert events[-1].summary.worst == pb.VERDICT_CONTRADICTED


@pytest.mark.parametrize("unit", [pb.OFFSET_UNIT_CODE_POINT, pb.OFFSET_UNIT_UTF16, pb.OFFSET_UNIT_BYTE])
async def test_offsets_count_as_the_caller_asks(rig: Rig, unit: pb.OffsetUnit.ValueType) -> None:
    """The slice of the caller's own encoding is the evidence, and the claim."""
    encoding = {pb.OFFSET_UNIT_UTF16: "utf-16-le", pb.OFFSET_UNIT_BYTE: "utf-8"}.get(unit, "utf-32-le")
    width = {pb.OFFSET_UNIT_UTF16: 2, pb.OFFSET_UNIT_BYTE: 1}.get(unit, 4)

    def cut(text: str, span: pb.Span) -> str:
        return text.encode(encoding)[span.start * width : span.end * width].decode(encoding)

    source, answer = "😀𠮷野さんの体温は37.2℃である。", "😀😀体温は37.2℃である。"
    request = pb.CheckAnswerRequest(answer=answer, sources=[pb.Source(text=source)], offset_unit=unit)
    events = await answer_events(rig, request)
    result = events[1].claim_result
    assert cut(answer, result.claim.span) == result.claim.text
    assert cut(source, result.evidence[0].span) == result.evidence[0].text


async def test_disagreeing_sources_are_shown_as_conflicting(rig: Rig) -> None:
    """Both sides are in the evidence."""
    sources = [pb.Source(text="丁薬の1日最大量は4 gである。"), pb.Source(text="丁薬の1日最大量は6 gである。")]
    claim = pb.ClaimInput(id="x", claim="丁薬の1日最大量は4 gである。", sources=sources)
    events = [event async for event in rig.checks().CheckClaims(pb.CheckClaimsRequest(claims=[claim]))]
    result = events[0].claim_result
    assert result.verdict == pb.VERDICT_CONFLICTING
    assert {item.document for item in result.evidence} == {"sources/0", "sources/1"}


async def test_a_condition_that_the_answer_leaves_out_is_shown(rig: Rig) -> None:
    """With its place in the source, and counted in the summary, whose worst verdict it is."""
    source = pb.Source(text="前置きである。メトホルミンは重度の腎障害（eGFR 30未満）の患者には禁忌である。")
    request = pb.CheckAnswerRequest(answer="メトホルミンは禁忌である。", sources=[source])
    events = await answer_events(rig, request)
    result, summary = events[1].claim_result, events[-1].summary
    assert result.verdict == pb.VERDICT_CONDITIONAL
    (condition,) = result.conditions
    assert condition.text == source.text[condition.evidence_span.start : condition.evidence_span.end]
    assert (condition.text, condition.kind) == ("重度の腎障害（eGFR 30未満）の患者には", pb.CONDITION_KIND_QUANTITY)
    assert (summary.conditional, summary.worst) == (1, pb.VERDICT_CONDITIONAL)


async def test_a_heading_of_a_published_document_is_a_condition(rig: Rig) -> None:
    """Read off its text when it is checked, not when it was imported: with its place in it."""
    text = "成人\n丙薬は1日30 mgを投与する。\n小児\n丙薬は1日10 mgを投与する。"
    await rig.fill("headed", {"hei": text})
    (result,), _ = await rig.check("headed", "丙薬は1日10 mgを投与する。")
    assert result.verdict == pb.VERDICT_CONDITIONAL
    (condition,) = result.conditions
    assert text[condition.evidence_span.start : condition.evidence_span.end] == condition.text == "小児"


async def test_a_language_that_nobody_reads_is_said_so(rig: Rig) -> None:
    """NOT_CHECKABLE with the reason, not a guess."""
    claim = pb.ClaimInput(claim="Препарат противопоказан беременным.", sources=[pb.Source(text=TEXT)])
    events = [event async for event in rig.checks().CheckClaims(pb.CheckClaimsRequest(claims=[claim]))]
    result = events[0].claim_result
    assert (result.verdict, result.abstain_reason) == (pb.VERDICT_NOT_CHECKABLE, pb.ABSTAIN_REASON_LANGUAGE)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (pb.CheckAnswerRequest(answer="x"), grpc.StatusCode.INVALID_ARGUMENT),
        (pb.CheckAnswerRequest(corpus="corpora/nowhere", answer="x"), grpc.StatusCode.NOT_FOUND),
        (pb.CheckAnswerRequest(corpus="corpora/nowhere", answer=""), grpc.StatusCode.INVALID_ARGUMENT),
        (pb.CheckAnswerRequest(corpus="nowhere", answer="x"), grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_a_check_without_evidence_is_refused(
    rig: Rig, request_: pb.CheckAnswerRequest, code: grpc.StatusCode
) -> None:
    """Before anything is answered."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await answer_events(rig, request_)
    assert raised.value.code() is code


async def test_an_answer_of_a_megabyte_of_noise_is_survived(rig: Rig) -> None:
    """Control characters, one endless line: every stretch gets its verdict."""
    noise = ("x" * 1000 + "\x01\x02 ") * 900
    request = pb.CheckAnswerRequest(answer=noise[:900_000], sources=[pb.Source(text=TEXT)])
    events = [event async for event in rig.checks().CheckAnswer(request, timeout=120)]
    assert [event.WhichOneof("event") for event in events[:1]] == ["claims_found"]
    assert events[-1].WhichOneof("event") == "summary"
    claims, results = events[0].claims_found.claims, [event.claim_result for event in events[1:-1]]
    assert len(claims) > 900
    assert [result.claim.index for result in results] == list(range(len(claims)))
    assert all(result.verdict != pb.VERDICT_UNSPECIFIED for result in results)
    at = 0
    for claim in claims:
        # Between them lies nothing but what separates them.
        assert not request.answer[at : claim.span.start].strip("\x01\x02 ")
        at = claim.span.end
    assert not request.answer[at:].strip("\x01\x02 ")


async def test_an_answer_that_is_being_written_is_checked_against_a_corpus(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the search by words and meaning; how soon the whole has its quick verdict is printed."""
    await rig.fill("streamed", {"warfarin": TEXT, **{f"x{i}": f"{i}号室は{i}階にある。" for i in range(20)}})
    times = []
    for dose in (50, 60, 70):  # another claim each time: embed remembers texts
        sent = told = 0.0
        answer = "ワルファリンは毎日飲む。" * 3 + f"ワルファリンの維持量は1日{dose} mgである。"

        async def requests(answer: str = answer) -> AsyncIterator[pb.CheckStreamRequest]:
            nonlocal sent
            yield pb.CheckStreamRequest(corpus="corpora/streamed")
            for start in range(0, len(answer), 4):
                await asyncio.sleep(0.05)
                yield pb.CheckStreamRequest(text=answer[start : start + 4])
            sent = time.perf_counter()

        events = []
        async for event in rig.checks().CheckStream(requests(), timeout=60):
            events.append(event)
            if event.HasField("claim_result"):
                told = time.perf_counter()
        times.append((told - sent) * 1000)
    assert events[0].claims_found.version == "corpora/streamed/versions/1"
    assert events[-2].claim_result.verdict == pb.VERDICT_CONTRADICTED
    assert not events[-1].summary.not_run
    with capsys.disabled():
        print(f"\nlast letter to the last quick verdict, against a corpus: {sorted(times)[1]:.0f} ms (median of 3)")
    assert sorted(times)[1] < 5000
