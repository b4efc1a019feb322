"""ResultService against the real process: what a check leaves, how it is found, and what its event tells."""

from __future__ import annotations  # the async stubs exist for type checkers only

import hashlib
import json

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_kit.testing import eventually
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.factcheck.v1 import factcheck_pb2, results_pb2
from result_calls import CANARY, WRONG, check, code_of, get, on_disk, pages

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_check_leaves_hashes_and_counts_and_no_text(rig: Rig) -> None:
    await rig.fill("kept", {"warfarin": TEXT})
    summary = await check(rig, WRONG + CANARY, corpus="kept", model="models/m1")
    kept = await rig.results().GetResult(get(summary.result))
    assert (kept.corpus, kept.model, kept.caller, kept.stored) == ("corpora/kept", "models/m1", "dev-clinician", False)
    assert kept.text_sha256 == hashlib.sha256((WRONG + CANARY).encode()).hexdigest()
    assert kept.summary.version == "corpora/kept/versions/1"
    assert kept.summary.contradicted == summary.contradicted >= 1
    assert kept.summary.result == summary.result
    (document,) = kept.documents
    assert document.document == "corpora/kept/documents/warfarin"
    assert document.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert len(kept.rules_revision) == 64
    assert len(kept.embedder_fingerprint) > 0
    assert kept.claims[0].result.verdict == factcheck_pb2.VERDICT_CONTRADICTED
    texts = [claim.result.claim.text for claim in kept.claims]
    assert (kept.answer, kept.question, texts) == ("", "", [""] * len(texts))
    assert kept.expire_time.seconds - kept.create_time.seconds == 30 * 24 * 3600
    assert "花子".encode() not in on_disk(rig.factcheck)
    assert "維持量".encode() not in on_disk(rig.factcheck)


async def test_with_store_the_texts_come_back(rig: Rig) -> None:
    summary = await check(rig, WRONG, store=True)
    kept = await rig.results().GetResult(get(summary.result))
    (claim,) = kept.claims
    assert (kept.answer, claim.result.claim.text) == (WRONG, WRONG)
    assert claim.name == f"{summary.result}/claims/0"
    assert claim.result.evidence[0].text == TEXT.split("。")[0] + "。"
    assert "50 mg" in {finding.claim_text for finding in claim.result.findings}
    assert not claim.HasField("review")


async def test_claims_are_kept_in_their_order_with_the_callers_ids(rig: Rig) -> None:
    sources = [factcheck_pb2.Source(text=TEXT)]
    inputs = [factcheck_pb2.ClaimInput(id=f"c{n}", claim=f"{n}{WRONG}", sources=sources) for n in range(3)]
    request = factcheck_pb2.CheckClaimsRequest(claims=inputs, store=True)
    events = [event async for event in rig.checks().CheckClaims(request)]
    kept = await rig.results().GetResult(get(events[-1].summary.result))
    assert [claim.result.id for claim in kept.claims] == ["c0", "c1", "c2"]
    assert [claim.result.claim.text for claim in kept.claims] == [item.claim for item in inputs]


async def test_texts_too_large_to_be_given_back_are_left_out_and_that_is_said(rig: Rig) -> None:
    """A result that nobody could read again would be kept for nothing."""
    answer = "患者の体温は38.2℃である。\n" * 2_500
    sources = [factcheck_pb2.Source(text="月は" + "丸くて" * 300 + "白い。")]  # 2.7 kB of evidence a claim
    request = factcheck_pb2.CheckAnswerRequest(answer=answer, sources=sources, store=True)
    events = [event async for event in rig.checks().CheckAnswer(request, timeout=300)]
    summary = events[-1].summary
    assert [(one.component, one.reason) for one in summary.not_run] == [("result_store", "RESOURCE_EXHAUSTED")]
    kept = await rig.results().GetResult(get(summary.result))
    assert (kept.stored, kept.answer, kept.summary.not_run[0].component) == (False, "", "result_store")
    assert 1000 < len(kept.claims) <= len(events) - 2
    await rig.results().DeleteResult(results_pb2.DeleteResultRequest(name=summary.result))


async def test_results_are_found_by_what_they_used_and_listed_to_the_last(rig: Rig) -> None:
    await rig.fill("used", {"a": TEXT, "b": "月は地球の衛星である。"})
    names = [(await check(rig, WRONG, corpus="used", model="gpt")).result for _ in range(7)]
    other = (await check(rig, "月は地球の衛星である。", corpus="used")).result
    stub = rig.results()
    found = [one.name async for one in pages(stub, document="corpora/used/documents/a", model="gpt")]
    assert found == names[::-1]
    every = [one.name async for one in pages(stub, corpus="corpora/used")]
    assert every == [other, *names[::-1]]
    right = [one.name async for one in pages(stub, corpus="corpora/used", verdict=factcheck_pb2.VERDICT_SUPPORTED)]
    assert right == [other]
    page = await stub.ListResults(results_pb2.ListResultsRequest(page_size=2))
    stolen = results_pb2.ListResultsRequest(page_size=2, page_token=page.next_page_token, model="gpt")
    assert await code_of(stub.ListResults(stolen)) is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_event_of_a_check_tells_what_decided_and_no_text(rig: Rig) -> None:
    await rig.fill("told", {"warfarin": TEXT})
    summary = await check(rig, WRONG, corpus="told", model="models/m7", store=True)
    stub = audit_pb2_grpc.AuditServiceStub(rig.factcheck.channel("auditor"))

    async def events() -> list[audit_pb2.AuditEntry]:
        """Those of this check."""
        page = await stub.ListAuditEntries(
            audit_pb2.ListAuditEntriesRequest(service="factcheck", kind=audit_pb2.ENTRY_KIND_EVENT, page_size=1000)
        )
        return [one for one in page.entries if summary.result in one.attributes_json]

    async def is_told() -> bool:
        return bool(await events())

    await eventually(is_told, "the event is in the outbox", limit_s=10)
    (event,) = await events()
    told = json.loads(event.attributes_json)
    kept = await rig.results().GetResult(get(summary.result))
    assert event.name == "factcheck.checked"
    assert told["result"] == summary.result
    assert told["versions"] == ["corpora/told/versions/1"]
    assert told["documents"] == ["corpora/told/documents/warfarin"]
    assert (told["model"], told["judges"]) == ("models/m7", ["rules"])
    assert told["embedder_fingerprint"] == kept.embedder_fingerprint
    assert told["rules_revision"] == kept.rules_revision
    assert "ワルファリン" not in json.dumps(told, ensure_ascii=False)
