"""Beside a judge that reads, people's reviews reach the local calibration, whoever settled the claim."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from monshin_factcheck.testing import TEXT
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb
from monshin_protos.factcheck.v1 import factcheck_pb2_grpc, results_pb2, results_pb2_grpc
from result_calls import WRONG

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = "ワルファリンは納豆で効かなくなるおそれがある。"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """With `alignment`, which needs no model."""
    environment = {"MONSHIN_FACTCHECK_JUDGES": "alignment"}
    async with ServiceProcess("monshin_factcheck", tmp_path_factory.mktemp("readers"), environment) as process:
        await process.wait_serving()
        yield process


async def reviewed(server: ServiceProcess, *claims: str) -> results_pb2.LocalCalibration:
    """After a review of each claim of one check."""
    checks: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(server.channel())
    results: results_pb2_grpc.ResultServiceAsyncStub = results_pb2_grpc.ResultServiceStub(server.channel())
    sources = [pb.Source(text=TEXT)]
    inputs = [pb.ClaimInput(claim=claim, sources=sources) for claim in claims]
    *told, last = [event async for event in checks.CheckClaims(pb.CheckClaimsRequest(claims=inputs, store=True))]
    assert [len(one.claim_result.judges_run) for one in told] == [2 if claim == READ else 1 for claim in claims]
    for number in range(len(claims)):
        name = f"{last.summary.result}/claims/{number}"
        request = results_pb2.ReviewClaimRequest(name=name, verdict=told[number].claim_result.verdict)
        await results.ReviewClaim(request)
    return await results.GetLocalCalibration(results_pb2.GetLocalCalibrationRequest())


async def test_reviews_of_claims_that_the_rules_settled_count_beside_those_that_were_read(
    server: ServiceProcess,
) -> None:
    """Hazard: a result whose claims nobody read has no readers' revision, and never equalled that of the open ones."""
    alone = await reviewed(server, WRONG)
    assert alone.judge_revision.startswith("alignment@")
    assert (alone.reviews, alone.bins[0].verdict, alone.bins[0].agreed) == (1, pb.VERDICT_CONTRADICTED, 1)
    assert (await reviewed(server, READ)).reviews == 2
    assert (await reviewed(server, WRONG, READ)).reviews == 4
