"""server: whatever comes, a call ends with a documented status, in time, and says nothing it should not."""

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from monshin_kit.testing import ServiceProcess, eventually, free_port
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]
EMBED = "/monshin.embed.v1.EmbedService/Embed"


@pytest.fixture
async def service(sample: Make) -> AsyncIterator[ServiceProcess]:
    """Serving, with a short default deadline and room for four calls."""
    async with sample(MONSHIN_DEFAULT_DEADLINE_S="0.5", MONSHIN_MAX_CONCURRENT_RPCS="4") as service:
        yield service


def _detail(error: grpc.aio.AioRpcError, detail: Message) -> bool:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    return status is not None and any(packed.Unpack(detail) for packed in status.details)


async def _raw(service: ServiceProcess, path: str, data: bytes) -> bytes:
    """A call with bytes that no stub would send."""
    call: Any = service.channel().unary_unary(path)
    answer: bytes = await call(data, timeout=30)
    return answer


async def test_an_answer_comes_back(service: ServiceProcess, embed: Any) -> None:
    answer = await embed(service.channel(), "四文字だ", timeout=30)
    assert [report.token_count for report in answer.reports] == [4]


async def test_a_call_without_a_deadline_gets_the_default_one(service: ServiceProcess, embed: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await embed(service.channel(), "sleep 600")
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "default deadline of 0.5 s" in (caught.value.details() or "")


async def test_a_passed_deadline_cancels_the_handler(sample: Make, embed: Any) -> None:
    """Hazard: work goes on for a caller that is gone."""
    port = free_port()
    async with sample(MONSHIN_METRICS_PORT=str(port)) as service:

        def cancelled() -> bool:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                return b"monshin_sample_cancelled_total 1.0" in answer.read()

        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await embed(service.channel(), "sleep 600", timeout=0.3)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert await eventually(cancelled, "the handler is cancelled") < 5


async def test_a_deadline_longer_than_the_default_holds(service: ServiceProcess, embed: Any) -> None:
    assert await embed(service.channel(), "sleep 0.8", timeout=30)


async def test_an_unexpected_error_gives_an_opaque_id_that_the_log_knows(service: ServiceProcess, embed: Any) -> None:
    """Hazard: gRPC itself would send the exception's words to the caller."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await embed(service.channel(), "fail 患者太郎", timeout=30)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    found = re.fullmatch(r"internal error ([0-9a-f]{16}): see the server's log", caught.value.details() or "")
    assert found is not None
    assert found[1] in service.log()
    assert '"error_type": "ValueError"' in service.log()
    assert "患者太郎" not in service.log()
    assert "患者太郎" not in repr(caught.value.trailing_metadata())


async def test_a_refusal_out_of_the_core_keeps_its_details(service: ServiceProcess, embed: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await embed(service.channel(), "refuse", timeout=30)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    request = error_details_pb2.BadRequest()
    assert _detail(caught.value, request)
    assert [violation.field for violation in request.field_violations] == ["texts[0]"]


async def test_a_broken_bound_is_refused_by_field_before_the_servicer_runs(service: ServiceProcess) -> None:
    stub = embed_pb2_grpc.EmbedServiceStub(service.channel())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Embed(embed_pb2.EmbedRequest(kind=embed_pb2.KIND_RAW, texts=["fail", ""]), timeout=30)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    request = error_details_pb2.BadRequest()
    assert _detail(caught.value, request)
    assert [(item.field, item.reason) for item in request.field_violations] == [("texts[1]", "string.min_len")]


@pytest.mark.parametrize(
    "data",
    [b"\x1a\x02\xff\xfe", b"\x1a\x03\xed\xa0\x80", b"\x1a\xff\xff\xff\xff\x0f", b"\xff" * 64, b"\x0a"],
    ids=["broken UTF-8", "lone surrogate", "length beyond the end", "noise", "cut off"],
)
async def test_bytes_that_are_no_request_are_an_invalid_argument(service: ServiceProcess, data: bytes) -> None:
    """gRPC's own answer is INTERNAL, which says that we are at fault."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _raw(service, EMBED, data)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_an_empty_message_is_an_empty_request(service: ServiceProcess) -> None:
    assert await _raw(service, "/monshin.embed.v1.EmbedService/ListModels", b"")


async def test_a_message_over_the_limit_is_refused(service: ServiceProcess, embed: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _raw(service, EMBED, b"\x1a\x80\x80\x80\x05" + b"a" * (10 << 20))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert await embed(service.channel(), "a", timeout=30)


async def test_an_unknown_method_is_unimplemented(service: ServiceProcess) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _raw(service, "/monshin.embed.v1.EmbedService/Nothing", b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_more_calls_than_allowed_are_refused_with_a_time_to_wait(service: ServiceProcess, embed: Any) -> None:
    channel = service.channel()
    results = await asyncio.gather(
        *(embed(channel, "sleep 0.8", timeout=30) for _ in range(20)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, grpc.aio.AioRpcError)]
    assert {error.code() for error in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert len(refused) == 16
    assert all(_detail(error, error_details_pb2.RetryInfo()) for error in refused)
    assert await embed(channel, "a", timeout=30)


async def test_health_answers_while_calls_are_refused(service: ServiceProcess, embed: Any) -> None:
    """Hazard: an overloaded service is taken for a dead one and restarted."""
    channel = service.channel()
    busy = [asyncio.create_task(embed(channel, "sleep 2", timeout=30)) for _ in range(4)]
    health = health_pb2_grpc.HealthStub(channel)
    for _ in range(20):
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    await asyncio.gather(*busy)


def _stream_request(key: int, text: str) -> embed_pb2.EmbedStreamRequest:
    request = embed_pb2.EmbedRequest(kind=embed_pb2.KIND_RAW, texts=[text])
    return embed_pb2.EmbedStreamRequest(request_key=key, request=request)


async def test_a_stream_answers_each_message(service: ServiceProcess) -> None:
    stub = embed_pb2_grpc.EmbedServiceStub(service.channel())
    call = stub.EmbedStream(_stream_request(key, "a" * key) for key in range(1, 50))
    answers = [answer async for answer in call]
    assert [(answer.request_key, answer.response.reports[0].token_count) for answer in answers] == [
        (key, key) for key in range(1, 50)
    ]


async def test_bytes_in_a_stream_that_are_no_message_end_it(service: ServiceProcess) -> None:
    path = "/monshin.embed.v1.EmbedService/EmbedStream"
    good, broken = _stream_request(1, "a").SerializeToString(), b"\xff"
    call = service.channel().stream_stream(path)(iter([good, broken, good]))
    assert embed_pb2.EmbedStreamResponse.FromString(await call.read()).request_key == 1
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_stream_whose_client_falls_silent_ends(sample: Make) -> None:
    """Hazard: a client that hangs would hold its stream, and what belongs to it, for ever."""
    async with sample(MONSHIN_STREAM_IDLE_S="0.3") as service:
        call = embed_pb2_grpc.EmbedServiceStub(service.channel()).EmbedStream()
        await call.write(_stream_request(1, "a"))
        assert (await call.read()).request_key == 1  # type: ignore[union-attr]
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_failing_stream_gives_an_opaque_id(service: ServiceProcess) -> None:
    stub = embed_pb2_grpc.EmbedServiceStub(service.channel())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.EmbedStream(iter([_stream_request(1, "fail 患者太郎")])).read()
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "患者太郎" not in (caught.value.details() or "") + service.log()
