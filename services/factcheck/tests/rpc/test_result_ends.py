"""Results end, by request or with the retention, and leave no byte."""

from __future__ import annotations  # the async stubs exist for type checkers only

import uuid
from pathlib import Path

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.factcheck.v1 import factcheck_pb2, factcheck_pb2_grpc, results_pb2, results_pb2_grpc
from result_calls import CANARY, check, code_of, get, on_disk

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
