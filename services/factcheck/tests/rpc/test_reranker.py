"""The real process with a small real reranker, and with one whose folder is missing."""

from pathlib import Path

import pytest
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb
from monshin_protos.factcheck.v1 import factcheck_pb2_grpc

pytest.importorskip("torch", reason="a reranker needs monshin-factcheck[nli]")

from tiny_classifiers import train  # after the check for torch

DRUGS, EFFECTS = "乙丙丁甲", ("有効", "無効", "安全", "危険")
CLAIM = "甲薬は有効である。"
TEXT = "".join(f"{drug}薬は{effect}である。" for drug in DRUGS for effect in EFFECTS).replace(CLAIM, "")


async def found(home: Path, folder: Path) -> tuple[list[str], dict[str, str], str]:
    """The three passages that are judged, as evidence; what did not run; the log."""
    environment = {
        "MONSHIN_FACTCHECK_RERANKER": str(folder),
        "MONSHIN_FACTCHECK_JUDGES": "none",
        "MONSHIN_FACTCHECK_PASSAGES_JUDGED": "3",
        "MONSHIN_FACTCHECK_EMBED_TARGET": "127.0.0.1:1",  # nobody: words alone search
    }
    async with ServiceProcess("monshin_factcheck", home, environment) as process:
        stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(process.channel())
        request = pb.CheckClaimsRequest(claims=[pb.ClaimInput(claim=CLAIM, sources=[pb.Source(text=TEXT)])])
        events = [event async for event in stub.CheckClaims(request, timeout=60)]
        not_run = {one.component: one.reason for one in events[-1].summary.not_run}
        return [one.text for one in events[0].claim_result.evidence], not_run, process.log()


async def test_a_reranker_chooses_what_is_judged(tmp_path: Path) -> None:
    """Words find the claim's effect first, which stands before in the text; this model asks for the drug."""
    pairs = [
        (f"{one}薬は{claimed}である。", f"{other}薬は{effect}である。")
        for one in DRUGS for other in DRUGS for claimed in EFFECTS for effect in EFFECTS
    ]  # fmt: skip
    folder = train(tmp_path / "model", ["LABEL_0"], pairs, [float(claim[0] == text[0]) for claim, text in pairs])
    evidence, not_run, log = await found(tmp_path, folder)
    assert evidence
    assert {text[0] for text in evidence} == {"甲"}
    assert "reranker" not in not_run
    assert "a reranker is ready" in log


async def test_one_that_is_missing_is_named_at_the_start_and_in_each_check(tmp_path: Path) -> None:
    evidence, not_run, log = await found(tmp_path, tmp_path / "nowhere")
    assert {text[0] for text in evidence} == {"乙", "丙", "丁"}
    assert not_run == {"reranker": "FAILED_PRECONDITION", "dense_retrieval": "UNAVAILABLE"}
    assert f"a reranker is missing: MONSHIN_FACTCHECK_RERANKER is {tmp_path / 'nowhere'}" in log
