"""ResultService against the real process: what a check leaves, who sees it, and that it ends."""

from __future__ import annotations  # the async stubs exist for type checkers only

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2, factcheck_pb2_grpc, results_pb2, results_pb2_grpc

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "ワルファリンの維持量は1日50 mgである。"
CANARY = "患者花子QW55の維持量は1日50 mgである。"


async def check(
    rig: Rig, answer: str, *, corpus: str = "", store: bool = False, model: str = "", role: str = "clinician"
) -> factcheck_pb2.Summary:
    """The summary of a check against a corpus, or against TEXT."""
    sources = [] if corpus else [factcheck_pb2.Source(text=TEXT)]
    request = factcheck_pb2.CheckAnswerRequest(
        corpus=f"corpora/{corpus}" if corpus else "", answer=answer, sources=sources, store=store, model=model
    )
    events = [event async for event in rig.checks(role).CheckAnswer(request)]
    return events[-1].summary


def get(name: str) -> results_pb2.GetResultRequest:
    """For GetResult."""
    return results_pb2.GetResultRequest(name=name)


def file(process: ServiceProcess) -> Path:
    """The file of results."""
    return process.home / "data" / "factcheck" / "results.sqlite"


def on_disk(process: ServiceProcess) -> bytes:
    """It and what lies beside it."""
    return b"".join(path.read_bytes() for path in file(process).parent.glob("results.sqlite*"))


async def code_of(call: Any) -> grpc.StatusCode:
    """How a call ends."""
    return grpc.StatusCode(await call.code())


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


async def test_only_those_who_need_them_see_texts(rig: Rig) -> None:
    """The owner and the steward; an auditor sees that it was, another clinician nothing."""
    name = (await check(rig, WRONG, store=True)).result
    whole = [
        await rig.results("clinician").GetResult(get(name)),
        await rig.results("patient_data_steward").GetResult(get(name)),
    ]
    assert [kept.answer for kept in whole] == [WRONG, WRONG]
    await rig.results("clinician").ReviewClaim(
        results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=factcheck_pb2.VERDICT_SUPPORTED, note="花子の")
    )
    seen = await rig.results("auditor").GetResult(get(name))
    assert (seen.stored, seen.withheld, seen.answer) == (True, True, "")
    assert WRONG.encode() not in seen.SerializeToString()
    assert "花子".encode() not in seen.SerializeToString()
    assert b"50 mg" not in seen.SerializeToString()
    for role, subject in (("clinician", "dr-other"), ("model_developer", "")):
        stub = rig.results(role, subject)
        assert await code_of(stub.GetResult(get(name))) is grpc.StatusCode.NOT_FOUND
        assert [one.name async for one in pages(stub) if one.name == name] == []
    assert await code_of(rig.results("viewer").GetResult(get(name))) is grpc.StatusCode.PERMISSION_DENIED


async def pages(stub: results_pb2_grpc.ResultServiceAsyncStub, **wanted: Any) -> AsyncIterator[results_pb2.Result]:
    """All results, page by page."""
    token = ""
    while True:
        request = results_pb2.ListResultsRequest(page_size=3, page_token=token, **wanted)
        page = await stub.ListResults(request)
        for one in page.results:
            yield one
        token = page.next_page_token
        if not token:
            return


async def test_results_of_a_corpus_that_one_may_not_read_are_not_seen(rig: Rig) -> None:
    """Readers may be narrowed after the check; its evidence is theirs."""
    await rig.fill("narrowed", {"warfarin": TEXT})
    name = (await check(rig, WRONG, corpus="narrowed", store=True)).result
    corpus = corpus_pb2.Corpus(name="corpora/narrowed", readers=["role:auditor"])
    await rig.corpora().UpdateCorpus(corpus_pb2.UpdateCorpusRequest(corpus=corpus))
    for role in ("clinician", "patient_data_steward"):
        assert await code_of(rig.results(role).GetResult(get(name))) is grpc.StatusCode.NOT_FOUND
    assert (await rig.results("administrator").GetResult(get(name))).name == name
    asked = results_pb2.GetLocalCalibrationRequest(corpus="corpora/narrowed")
    assert await code_of(rig.results("clinician").GetLocalCalibration(asked)) is grpc.StatusCode.NOT_FOUND


async def test_results_of_a_deleted_corpus_stay_with_its_readers(rig: Rig) -> None:
    """Hazard: with the corpus its list of readers goes, and whoever may see results of others reads its texts. The
    list outlives a kill right after the deletion, and a new corpus of that id that all may read."""
    await rig.fill("closed", {"warfarin": TEXT})
    name = (await check(rig, WRONG, corpus="closed", store=True)).result
    corpus = corpus_pb2.Corpus(name="corpora/closed", readers=["role:auditor"])
    await rig.corpora().UpdateCorpus(corpus_pb2.UpdateCorpusRequest(corpus=corpus))
    await rig.corpora().DeleteCorpus(corpus_pb2.DeleteCorpusRequest(name="corpora/closed"))
    steward = rig.results("patient_data_steward")
    assert await code_of(steward.GetResult(get(name))) is grpc.StatusCode.NOT_FOUND
    await rig.factcheck.kill()
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    steward = rig.results("patient_data_steward")
    assert await code_of(steward.GetResult(get(name))) is grpc.StatusCode.NOT_FOUND
    assert (await rig.results("auditor").GetResult(get(name))).name == name
    await rig.fill("closed", {"warfarin": TEXT})
    fresh = (await check(rig, WRONG, corpus="closed", store=True)).result
    assert [one.name async for one in pages(steward, corpus="corpora/closed")] == [fresh]


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


async def test_a_review_survives_a_kill_and_the_newest_counts(rig: Rig) -> None:
    """kill -9 right after the answer."""
    name = (await check(rig, WRONG, store=True)).result
    for verdict, note in ((factcheck_pb2.VERDICT_SUPPORTED, ""), (factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE, "古い版")):
        request = results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=verdict, note=note)
        await rig.results().ReviewClaim(request)
    await rig.factcheck.kill()
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    kept = await rig.results().GetResult(get(name))
    review = kept.claims[0].review
    assert (kept.reviewed, review.verdict, review.note) == (1, factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE, "古い版")
    assert (review.reviewer, review.said) == ("dev-clinician", factcheck_pb2.VERDICT_CONTRADICTED)


async def test_a_deleted_result_is_gone_after_a_kill_and_leaves_no_byte(rig: Rig) -> None:
    canary = "患者次郎のアルブミンは3.1 g/dLである。"
    name = (await check(rig, canary, store=True)).result
    assert canary.encode() in on_disk(rig.factcheck)
    request = results_pb2.DeleteResultRequest(name=name, request_id=str(uuid.uuid4()))
    await rig.results().DeleteResult(request)
    await rig.factcheck.kill()
    assert "次郎".encode() not in on_disk(rig.factcheck)
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    assert await code_of(rig.results().GetResult(get(name))) is grpc.StatusCode.NOT_FOUND
    await rig.results().DeleteResult(request)  # the same request again: the first answer
    again = results_pb2.DeleteResultRequest(name=name)
    assert await code_of(rig.results().DeleteResult(again)) is grpc.StatusCode.NOT_FOUND


async def test_nobody_deletes_or_reviews_what_is_not_theirs(rig: Rig) -> None:
    name = (await check(rig, WRONG, store=True)).result
    other = rig.results("clinician", "dr-other")
    review = results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=factcheck_pb2.VERDICT_SUPPORTED)
    assert await code_of(other.DeleteResult(results_pb2.DeleteResultRequest(name=name))) is grpc.StatusCode.NOT_FOUND
    assert await code_of(other.ReviewClaim(review)) is grpc.StatusCode.NOT_FOUND
    assert await code_of(rig.results("auditor").ReviewClaim(review)) is grpc.StatusCode.PERMISSION_DENIED
    assert (await rig.results().GetResult(get(name))).reviewed == 0


async def test_without_stored_texts_a_review_is_refused(rig: Rig) -> None:
    name = (await check(rig, WRONG)).result
    review = results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=factcheck_pb2.VERDICT_SUPPORTED)
    assert await code_of(rig.results().ReviewClaim(review)) is grpc.StatusCode.FAILED_PRECONDITION


async def test_reviews_become_labelled_claims_and_a_local_calibration(rig: Rig) -> None:
    await rig.fill("reviewed", {"warfarin": TEXT})
    stub = rig.results()
    for number in range(21):
        name = (await check(rig, WRONG, corpus="reviewed", store=True, model="m")).result
        verdict = factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE if number < 3 else factcheck_pb2.VERDICT_CONTRADICTED
        await stub.ReviewClaim(results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=verdict))
    asked = results_pb2.GetLocalCalibrationRequest(corpus="corpora/reviewed")
    found = await stub.GetLocalCalibration(asked)
    (only,) = found.bins
    assert (found.reviews, found.least, found.rules_revisions) == (21, 20, 1)
    assert (only.verdict, only.count, only.agreed) == (factcheck_pb2.VERDICT_CONTRADICTED, 21, 18)
    assert only.enough
    assert 0.6 < only.share_low < only.share < only.share_high < 1
    steward = rig.results("patient_data_steward")
    exported = [
        line async for line in steward.ExportReviews(results_pb2.ExportReviewsRequest(corpus="corpora/reviewed"))
    ]
    assert [line.label for line in exported] == ["not_enough_evidence"] * 3 + ["contradicted"] * 18
    assert {(line.claim, line.type, line.model) for line in exported} == {(WRONG, "said_contradicted", "m")}
    assert exported[0].documents[0] == "corpora/reviewed/documents/warfarin"
    assert exported[0].sources[0] in TEXT
    listed = await steward.ListReviews(results_pb2.ListReviewsRequest(corpus="corpora/reviewed", page_size=20))
    rest = await steward.ListReviews(
        results_pb2.ListReviewsRequest(corpus="corpora/reviewed", page_size=20, page_token=listed.next_page_token)
    )
    assert [len(listed.reviews), len(rest.reviews)] == [20, 1]
    assert rest.reviews[0].claim == exported[0].id
    denied = rig.results("clinician").ListReviews(results_pb2.ListReviewsRequest())
    assert await code_of(denied) is grpc.StatusCode.PERMISSION_DENIED


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


async def test_a_disk_that_hangs_delays_the_summary_a_little_and_fails_nothing(rig: Rig) -> None:
    """A stranger who holds the write lock stands for it. Results stream as ever; the summary says what is missing."""
    connection = apsw.Connection(str(file(rig.factcheck)))
    connection.set_busy_timeout(5000)
    connection.execute("BEGIN IMMEDIATE")
    try:
        summary = await asyncio.wait_for(check(rig, WRONG, store=True), 30)
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    assert summary.contradicted == 1
    assert summary.result == ""
    (missing,) = summary.not_run
    assert missing.component == "result_store"
    assert missing.reason in ("DEADLINE_EXCEEDED", "UNAVAILABLE")

    async def works_again() -> bool:
        return bool((await check(rig, WRONG)).result)

    await eventually(works_again, "results are kept again", limit_s=30)
    listed = [one async for one in pages(rig.results(), stored=True)]
    assert all(one.name for one in listed)


async def test_a_damaged_file_of_results_stops_no_check(rig: Rig) -> None:
    await rig.factcheck.stop()
    path = file(rig.factcheck)
    sound = path.read_bytes()
    path.write_bytes(sound[:4096] + b"\xff" * 8192 + sound[12288:])
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    summary = await check(rig, WRONG)
    assert summary.contradicted == 1
    assert [(one.component, one.reason) for one in summary.not_run] == [("result_store", "DATA_LOSS")]
    listed = rig.results().ListResults(results_pb2.ListResultsRequest())
    assert await code_of(listed) is grpc.StatusCode.DATA_LOSS
    await rig.factcheck.stop()
    path.write_bytes(sound)
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    assert (await check(rig, WRONG)).result


def alone(home: Path, retention_days: str) -> ServiceProcess:
    """factcheck without embed and ann."""
    return ServiceProcess("monshin_factcheck", home, {"MONSHIN_FACTCHECK_RETENTION_DAYS": retention_days})


async def check_alone(process: ServiceProcess, answer: str) -> factcheck_pb2.Summary:
    """The summary of a stored check against TEXT."""
    stub = factcheck_pb2_grpc.FactcheckServiceStub(process.channel("clinician"))
    request = factcheck_pb2.CheckAnswerRequest(answer=answer, sources=[factcheck_pb2.Source(text=TEXT)], store=True)
    events = [event async for event in stub.CheckAnswer(request)]
    return events[-1].summary


async def test_results_end_with_the_retention_and_a_retention_of_nothing_keeps_nothing(tmp_path: Path) -> None:
    async with alone(tmp_path, "0.00003") as process:  # 2.6 s
        name = (await check_alone(process, CANARY)).result
        assert "花子".encode() in on_disk(process)
        stub = results_pb2_grpc.ResultServiceStub(process.channel("clinician"))
        assert (await stub.GetResult(get(name))).name == name

        async def has_ended() -> bool:
            return "花子".encode() not in on_disk(process)

        await eventually(has_ended, "the purge has run", limit_s=30)
        assert await code_of(stub.GetResult(get(name))) is grpc.StatusCode.NOT_FOUND
    async with alone(tmp_path, "0") as process:
        summary = await check_alone(process, CANARY)
        assert summary.result == ""
        assert [(one.component, one.reason) for one in summary.not_run] == [("result_store", "FAILED_PRECONDITION")]
        assert "花子".encode() not in on_disk(process)
