"""Who sees results, deletes and reviews them: owners, stewards, auditors, and the readers of a corpus."""

from __future__ import annotations  # the async stubs exist for type checkers only

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2, results_pb2
from result_calls import WRONG, check, code_of, get, pages

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def test_reviews_of_a_corpus_that_one_may_not_read_are_not_counted(rig: Rig) -> None:
    """Also where no corpus is asked for: the numbers would tell what its checks said."""
    await rig.fill("counted", {"warfarin": TEXT})
    name = (await check(rig, WRONG, corpus="counted", store=True)).result
    verdict = factcheck_pb2.VERDICT_CONTRADICTED
    await rig.results().ReviewClaim(results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=verdict))

    async def counted(role: str) -> int:
        return (await rig.results(role).GetLocalCalibration(results_pb2.GetLocalCalibrationRequest())).reviews

    before = await counted("clinician")
    corpus = corpus_pb2.Corpus(name="corpora/counted", readers=["role:auditor"])
    await rig.corpora().UpdateCorpus(corpus_pb2.UpdateCorpusRequest(corpus=corpus))
    assert (await counted("clinician"), await counted("auditor")) == (before - 1, before)


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


async def test_nobody_deletes_or_reviews_what_is_not_theirs(rig: Rig) -> None:
    name = (await check(rig, WRONG, store=True)).result
    other = rig.results("clinician", "dr-other")
    review = results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=factcheck_pb2.VERDICT_SUPPORTED)
    assert await code_of(other.DeleteResult(results_pb2.DeleteResultRequest(name=name))) is grpc.StatusCode.NOT_FOUND
    assert await code_of(other.ReviewClaim(review)) is grpc.StatusCode.NOT_FOUND
    assert await code_of(rig.results("auditor").ReviewClaim(review)) is grpc.StatusCode.PERMISSION_DENIED
    assert (await rig.results().GetResult(get(name))).reviewed == 0
