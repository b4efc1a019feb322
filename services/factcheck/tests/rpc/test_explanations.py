"""ExplainService against the real process: reasons point at real words, and changes were tried."""

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import explain_pb2, factcheck_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "ワルファリンの維持量は1日50 mgである。"


async def explain(rig: Rig, claim: str, *sources: str, corpus: str = "") -> explain_pb2.ExplainClaimResponse:
    """Against sources, or a corpus."""
    request = explain_pb2.ExplainClaimRequest(
        corpus=corpus, claim=claim, sources=[factcheck_pb2.Source(text=text) for text in sources]
    )
    return await rig.explanations().ExplainClaim(request)


async def verdict_of(rig: Rig, claim: str, *sources: str) -> factcheck_pb2.Verdict.ValueType:
    """As a check says it."""
    inputs = [factcheck_pb2.ClaimInput(claim=claim, sources=[factcheck_pb2.Source(text=text) for text in sources])]
    events = [event async for event in rig.checks().CheckClaims(factcheck_pb2.CheckClaimsRequest(claims=inputs))]
    return events[0].claim_result.verdict


async def test_a_contradiction_names_its_words_document_and_margins(rig: Rig) -> None:
    await rig.fill("explained", {"warfarin": TEXT})
    found = await explain(rig, WRONG, corpus="corpora/explained")
    assert found.version == "corpora/explained/versions/1"
    assert found.result.verdict == factcheck_pb2.VERDICT_CONTRADICTED
    kinds = {reason.kind: reason for reason in found.reasons}
    assert kinds["decided_by"].judge == "rules"
    assert kinds["settled_by"].document == "corpora/explained/documents/warfarin"
    clash = kinds["clash"]
    assert (clash.finding, clash.claim_text, clash.evidence_text) == ("quantity_conflict", "50 mg", "1〜5 mg")
    assert clash.evidence_text in found.result.evidence[clash.evidence_index].text
    margins = [reason for reason in found.reasons if reason.kind == "margin"]
    assert {margin.measure for margin in margins} == {"coverage", "topic_coverage"}
    assert all(margin.value >= margin.threshold > 0 for margin in margins)


async def test_every_change_gives_the_verdict_that_it_tells(rig: Rig) -> None:
    """Each is checked again as a claim of its own."""
    found = await explain(rig, WRONG, TEXT)
    changes = {change.kind: change for change in found.changes}
    words = changes["evidence_words"]
    assert (words.from_text, words.to_text) == ("50 mg", "1〜5 mg")
    assert words.verdict == factcheck_pb2.VERDICT_SUPPORTED == await verdict_of(rig, words.claim, TEXT)
    more = changes["one_more_document"]
    assert more.verdict == factcheck_pb2.VERDICT_CONFLICTING == await verdict_of(rig, WRONG, TEXT, WRONG)
    without = changes["without_document"]
    assert (without.document, without.verdict) == ("sources/0", factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE)


async def test_a_left_out_condition_is_named_and_taken_over(rig: Rig) -> None:
    source = "eGFRが30未満の患者では、メトホルミンは投与しない。"
    found = await explain(rig, "メトホルミンは投与しない。", source)
    assert found.result.verdict == factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE
    reason = next(reason for reason in found.reasons if reason.kind == "condition_left_out")
    assert reason.evidence_text == "eGFRが30未満の患者では、"
    change = next(change for change in found.changes if change.kind == "evidence_condition")
    assert change.verdict == factcheck_pb2.VERDICT_SUPPORTED == await verdict_of(rig, change.claim, source)


async def test_a_quantity_that_no_source_confirms_is_named_as_a_veto(rig: Rig) -> None:
    found = await explain(rig, "ワルファリンの作用は納豆で10分後に弱まる。", TEXT)
    assert found.result.verdict == factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE
    assert "10分" in {reason.claim_text for reason in found.reasons if reason.kind == "quantity_veto"}


async def test_disagreeing_sources_are_both_named(rig: Rig) -> None:
    claim, other = "丁薬の1日最大量は4 gである。", "丁薬の1日最大量は6 gである。"
    found = await explain(rig, claim, claim, other)
    documents = [reason.document for reason in found.reasons if reason.kind == "sources_disagree"]
    assert documents == ["sources/0", "sources/1"]
    without = {change.document: change.verdict for change in found.changes if change.kind == "without_document"}
    assert without == {
        "sources/0": factcheck_pb2.VERDICT_CONTRADICTED,
        "sources/1": factcheck_pb2.VERDICT_SUPPORTED,
    }


@pytest.mark.parametrize(
    ("claim", "kind"), [("こんにちは。", "not_checkable"), ("Препарат противопоказан.", "language")]
)
async def test_what_is_not_checked_says_so(rig: Rig, claim: str, kind: str) -> None:
    found = await explain(rig, claim, TEXT)
    assert [reason.kind for reason in found.reasons] == [kind]
    assert not found.changes


async def test_evidence_is_needed(rig: Rig) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await explain(rig, WRONG)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
