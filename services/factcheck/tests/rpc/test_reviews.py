"""Reviews of results against the real process: kept through a kill, and made into labels and a calibration."""

from __future__ import annotations  # the async stubs exist for type checkers only

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import factcheck_pb2, results_pb2
from result_calls import WRONG, check, code_of, get

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
