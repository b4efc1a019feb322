"""More work than the model can do: refused at once, dropped when unwanted, never mixed up."""

import asyncio

import grpc
import numpy as np
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from monshin_embed.testing import EmbedServer, rows
from monshin_kit.testing import eventually
from monshin_protos.embed.v1 import embed_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKENS = "monshin_embed_tokens_total"
WAITING = "monshin_embed_queue_tokens"


def request(*texts: str, priority: str = "PRIORITY_INTERACTIVE") -> pb.EmbedRequest:
    return pb.EmbedRequest(kind=pb.KIND_RAW, texts=texts, priority=pb.Priority.Value(priority))


async def occupy(server: EmbedServer) -> asyncio.Task[pb.EmbedResponse]:
    """Keeps the model busy for a second or more; an import, so that it fills no interactive queue."""
    texts = ["痛" * 400 + str(i) for i in range(12)]
    work = asyncio.ensure_future(server.stub().Embed(request(*texts, priority="PRIORITY_BULK")))

    async def is_waiting() -> bool:
        return await server.metric(WAITING) > 0

    await eventually(is_waiting, "the import is in the queue")
    return work


async def test_a_full_queue_refuses_with_a_time_to_come_back_and_mixes_up_nothing(small_server: EmbedServer) -> None:
    stub = small_server.stub()
    texts = ["胸" * (60 + i) for i in range(40)]
    alone = [rows(await stub.Embed(request(text)))[0] for text in texts]
    busy = await occupy(small_server)
    answers = await asyncio.gather(*(stub.Embed(request(text)) for text in texts), return_exceptions=True)
    accepted = [i for i, answer in enumerate(answers) if isinstance(answer, pb.EmbedResponse)]
    refused = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert len(accepted) + len(refused) == 40
    assert accepted
    assert refused
    for i in accepted:
        answer = answers[i]
        assert isinstance(answer, pb.EmbedResponse)
        np.testing.assert_allclose(rows(answer)[0], alone[i], atol=1e-4)
    for error in refused:
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert retry_after_ms(error) > 0
    await busy


async def test_cancelled_work_is_dropped_before_it_is_computed(small_server: EmbedServer) -> None:
    computed = await small_server.metric(TOKENS)
    busy = await occupy(small_server)
    unwanted = small_server.stub().Embed(request(*["薬" * 250] * 2, priority="PRIORITY_BULK"))
    unwanted_ended = asyncio.ensure_future(settled(unwanted))
    await waiting_more_than(small_server, 12 * 400)
    unwanted.cancel()
    await unwanted_ended
    reports = (await busy).reports
    await eventually(lambda: nothing_waits(small_server), "the queue is empty")
    assert await small_server.metric(TOKENS) - computed == sum(report.token_count for report in reports)


async def test_work_past_its_deadline_is_dropped_before_it_is_computed(small_server: EmbedServer) -> None:
    computed = await small_server.metric(TOKENS)
    busy = await occupy(small_server)
    late = small_server.stub().Embed(request(*["薬" * 250] * 2, priority="PRIORITY_BULK"), timeout=0.3)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await late
    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    reports = (await busy).reports
    await eventually(lambda: nothing_waits(small_server), "the queue is empty")
    assert await small_server.metric(TOKENS) - computed == sum(report.token_count for report in reports)


async def test_a_person_does_not_wait_for_an_import(small_server: EmbedServer) -> None:
    busy = await occupy(small_server)
    await small_server.stub().Embed(request("胸の痛み"))
    assert not busy.done()
    await busy


def retry_after_ms(error: grpc.aio.AioRpcError) -> int:
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in rpc_status.from_call(error).details)  # type: ignore[arg-type]
    return int(retry.retry_delay.ToMilliseconds())


async def settled(call: object) -> None:
    """Awaits a call whose outcome does not matter."""
    await asyncio.gather(call, return_exceptions=True)  # type: ignore[call-overload]  # a gRPC call


async def waiting_more_than(server: EmbedServer, tokens: int) -> None:
    async def is_waiting() -> bool:
        return await server.metric(WAITING) > tokens

    await eventually(is_waiting, "the second request waits")


async def nothing_waits(server: EmbedServer) -> bool:
    return await server.metric(WAITING) == 0
