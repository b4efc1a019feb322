"""server: spans, metrics and logs of calls say enough, and nothing of their content."""

import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from monshin_kit.testing import OtlpReceiver, ServiceProcess, eventually, free_port
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]
EMBED = "monshin.embed.v1.EmbedService/Embed"
DELETE = "monshin.ann.v1.AnnService/DeleteCollection"
TRACEPARENT = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"


@pytest.fixture
async def receiver() -> AsyncIterator[OtlpReceiver]:
    """A collector."""
    async with OtlpReceiver() as receiver:
        yield receiver


@pytest.fixture
async def service(sample: Make, receiver: OtlpReceiver) -> AsyncIterator[ServiceProcess]:
    """Sends all its spans there."""
    async with sample(MONSHIN_OTLP_ENDPOINT=receiver.endpoint) as service:
        yield service


async def _span(receiver: OtlpReceiver, name: str) -> Span:
    def is_there() -> bool:
        return any(span.name == name for span in receiver.spans)

    await eventually(is_there, f"a span {name}")
    return next(span for span in receiver.spans if span.name == name)


def _attributes(span: Span) -> dict[str, Any]:
    return {item.key: item.value.string_value or item.value.int_value for item in span.attributes}


async def test_a_call_makes_a_span_in_its_callers_trace(
    service: ServiceProcess, receiver: OtlpReceiver, embed: Any
) -> None:
    await embed(service.channel(), "a", timeout=30, metadata=(("traceparent", TRACEPARENT),))
    span = await _span(receiver, EMBED)
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == ("ab" * 16, "cd" * 8)
    assert span.kind == Span.SPAN_KIND_SERVER
    assert _attributes(span) == {"rpc.system": "grpc", "rpc.grpc.status_code": 0}


async def test_a_failed_calls_span_has_its_code_and_no_words(
    service: ServiceProcess, receiver: OtlpReceiver, embed: Any
) -> None:
    with pytest.raises(grpc.aio.AioRpcError):
        await embed(service.channel(), "fail 患者太郎", timeout=30)
    span = await _span(receiver, EMBED)
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert span.status.message == ""
    assert _attributes(span)["rpc.grpc.status_code"] == grpc.StatusCode.INTERNAL.value[0]
    assert "患者太郎".encode() not in receiver.received


async def test_a_resource_appears_as_a_hash_only(service: ServiceProcess, receiver: OtlpReceiver) -> None:
    stub = ann_pb2_grpc.AnnServiceStub(service.channel())
    await stub.DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/ward-7-tanaka"), timeout=30)
    span = await _span(receiver, DELETE)
    assert len(_attributes(span)["monshin.resource"]) == 16
    assert b"ward-7" not in receiver.received
    assert "ward-7" not in service.log()


async def test_no_token_leaves_the_process(service: ServiceProcess, receiver: OtlpReceiver, embed: Any) -> None:
    token = service.token("viewer")
    await embed(service.channel(token=token), "a", timeout=30)
    await _span(receiver, EMBED)
    assert token.encode() not in receiver.received
    assert token not in service.log()


async def test_metrics_count_calls_by_code(sample: Make, embed: Any) -> None:
    port = free_port()
    async with sample(MONSHIN_METRICS_PORT=str(port)) as service:
        await embed(service.channel(), "a", timeout=30)
        with pytest.raises(grpc.aio.AioRpcError):
            await embed(service.channel(), "refuse", timeout=30)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
    for code in ("OK", "INVALID_ARGUMENT"):
        assert f'monshin_rpc_seconds_count{{code="{code}",rpc="{EMBED}"}} 1.0' in text
    assert "monshin_outbox_bytes" in text
    assert "monshin_executor_waiting 0.0" in text


async def test_lines_of_the_log_carry_the_calls_trace(service: ServiceProcess, embed: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError):
        await embed(service.channel(), "fail", timeout=30, metadata=(("traceparent", TRACEPARENT),))
    (line,) = [line for line in service.log().splitlines() if "unexpected error" in line]
    assert "ab" * 16 in line
