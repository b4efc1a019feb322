"""The process as it starts without any setting of judges: ready only with the judges that read, which take part."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb
from monshin_protos.factcheck.v1 import factcheck_pb2_grpc

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DEFAULT = FactcheckSettings().judges


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(reader_home: Path) -> AsyncIterator[ServiceProcess]:
    """Serving."""
    async with ServiceProcess("monshin_factcheck", reader_home, {"MONSHIN_FACTCHECK_JUDGES": DEFAULT}) as process:
        await process.wait_serving()
        yield process


async def _checked(server: ServiceProcess, claim: str, text: str) -> pb.ClaimResult:
    stub = factcheck_pb2_grpc.FactcheckServiceStub(server.channel("clinician"))
    sources = [pb.Source(text=text)]
    request = pb.CheckClaimsRequest(claims=[pb.ClaimInput(id="0", claim=claim, sources=sources)])
    results = [event.claim_result async for event in stub.CheckClaims(request) if event.HasField("claim_result")]
    return results[-1]


async def test_the_first_check_already_has_the_judges(server: ServiceProcess) -> None:
    """Hazard: verdicts that are worse than a minute later. The map is the one for these judges and these rules."""
    result = await _checked(server, "納豆を食べるとワルファリンが効きすぎる。", "ワルファリンの作用は納豆で弱まる。")
    assert list(result.judges_run) == ["rules", "alignment", "local"]
    assert result.calibrated
    assert {opinion.judge for opinion in result.opinions} == {"rules", "alignment", "local"}
