"""channel: reads are retried, tokens renewed, traces continued; against a real server that fails on demand."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from monshin_kit import channel as channel_module
from monshin_kit.channel import ChannelSettings, TokenFile, connect, service_config
from monshin_kit.errors import Unavailable
from monshin_kit.testing.protos import all_methods, all_services
from monshin_kit.tracing import Tracing
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc
from opentelemetry import trace

SERVICES = ["monshin.embed.v1.EmbedService", "monshin.ann.v1.AnnService"]


@dataclass(slots=True)
class Peer:
    """Answers each call with `failing`'s next code, then with success; keeps what it was sent."""

    target: str = ""
    failing: list[grpc.StatusCode] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, context: Any) -> None:
        """Fails if it is this call's turn."""
        self.metadata.append(dict(context.invocation_metadata()))
        if self.failing:
            await context.abort(self.failing.pop(0), "as the test wants")


class _Embed(embed_pb2_grpc.EmbedServiceServicer):
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def ListModels(self, request: embed_pb2.ListModelsRequest, context: Any) -> embed_pb2.ListModelsResponse:
        await self._peer.answer(context)
        return embed_pb2.ListModelsResponse()

    async def EmbedStream(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        await self._peer.answer(context)
        async for request in requests:
            yield embed_pb2.EmbedStreamResponse(request_key=request.request_key)


class _Ann(ann_pb2_grpc.AnnServiceServicer):
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def DeleteCollection(self, request: ann_pb2.DeleteCollectionRequest, context: Any) -> Empty:
        await self._peer.answer(context)
        return Empty()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """Running on a free port."""
    peer = Peer()
    server = grpc.aio.server()
    embed_pb2_grpc.add_EmbedServiceServicer_to_server(_Embed(peer), server)
    ann_pb2_grpc.add_AnnServiceServicer_to_server(_Ann(peer), server)
    peer.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield peer
    await server.stop(None)


@pytest.fixture
async def channel(peer: Peer) -> AsyncIterator[grpc.aio.Channel]:
    """To the peer, with a fixed token."""
    async with connect(peer.target, SERVICES, ChannelSettings(), lambda: "abc") as channel:
        yield channel


async def _read(channel: grpc.aio.Channel) -> None:
    await embed_pb2_grpc.EmbedServiceStub(channel).ListModels(embed_pb2.ListModelsRequest(), timeout=30)


async def _mutate(channel: grpc.aio.Channel) -> None:
    await ann_pb2_grpc.AnnServiceStub(channel).DeleteCollection(ann_pb2.DeleteCollectionRequest(), timeout=30)


async def test_a_read_is_retried_when_unavailable(peer: Peer, channel: grpc.aio.Channel) -> None:
    peer.failing = [grpc.StatusCode.UNAVAILABLE] * 2
    await _read(channel)
    assert len(peer.metadata) == 3


async def test_a_read_is_given_up_after_three_attempts(peer: Peer, channel: grpc.aio.Channel) -> None:
    peer.failing = [grpc.StatusCode.UNAVAILABLE] * 9
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _read(channel)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert len(peer.metadata) == 3


async def test_a_mutation_is_never_retried(peer: Peer, channel: grpc.aio.Channel) -> None:
    """Hazard: its first attempt may have had its effect."""
    peer.failing = [grpc.StatusCode.UNAVAILABLE]
    with pytest.raises(grpc.aio.AioRpcError):
        await _mutate(channel)
    assert len(peer.metadata) == 1


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED]
)
async def test_other_failures_of_a_read_are_not_retried(
    peer: Peer, channel: grpc.aio.Channel, code: grpc.StatusCode
) -> None:
    peer.failing = [code]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _read(channel)
    assert caught.value.code() is code
    assert len(peer.metadata) == 1


def test_exactly_the_reads_of_all_protos_are_retried() -> None:
    (policy,) = service_config(all_services())["methodConfig"]
    named = {f"{name['service']}/{name['method']}" for name in policy["name"]}
    assert named == {method.name for method in all_methods() if method.is_read}
    assert policy["retryPolicy"]["retryableStatusCodes"] == ["UNAVAILABLE"]


async def test_each_call_carries_the_token(peer: Peer, channel: grpc.aio.Channel) -> None:
    await _read(channel)
    await _mutate(channel)
    assert [metadata["authorization"] for metadata in peer.metadata] == ["Bearer abc"] * 2


async def test_streams_carry_token_and_trace_too(peer: Peer, channel: grpc.aio.Channel) -> None:
    """grpc.aio files one interceptor object under the first kind of RPC it fits, so a single one would miss streams."""
    with trace.use_span(Tracing("x", None, 0).server_span("a/B", None)):
        call = embed_pb2_grpc.EmbedServiceStub(channel).EmbedStream(iter([embed_pb2.EmbedStreamRequest(request_key=7)]))
        assert [answer.request_key async for answer in call] == [7]
    assert peer.metadata[0]["authorization"] == "Bearer abc"
    assert peer.metadata[0]["traceparent"]


async def test_a_token_given_with_the_call_goes_first(peer: Peer, channel: grpc.aio.Channel) -> None:
    """As the gateway forwards its caller's."""
    stub = embed_pb2_grpc.EmbedServiceStub(channel)
    await stub.ListModels(embed_pb2.ListModelsRequest(), metadata=(("authorization", "Bearer mine"),))
    assert peer.metadata[0]["authorization"] == "Bearer mine"


async def test_without_a_token_none_is_sent(peer: Peer) -> None:
    async with connect(peer.target, SERVICES, ChannelSettings()) as channel:
        await _read(channel)
    assert "authorization" not in peer.metadata[0]


async def test_the_trace_goes_on_in_the_callee(peer: Peer, channel: grpc.aio.Channel) -> None:
    span = Tracing("x", None, 0).server_span("a/B", None)
    with trace.use_span(span):
        await _read(channel)
    assert peer.metadata[0]["traceparent"].split("-")[1] == f"{span.get_span_context().trace_id:032x}"


async def test_a_renewed_token_file_is_read_again(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_module, "TOKEN_REFRESH_S", 0.0)
    token = tmp_path / "token"
    token.write_text("first\n")
    async with connect(peer.target, SERVICES, ChannelSettings(service_token_file=token)) as channel:
        await _read(channel)
        token.write_text("second\n")
        await _read(channel)
    assert [metadata["authorization"] for metadata in peer.metadata] == ["Bearer first", "Bearer second"]


def test_while_the_token_file_is_being_replaced_the_last_token_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "TOKEN_REFRESH_S", 0.0)
    (tmp_path / "token").write_text("first")
    source = TokenFile(tmp_path / "token")
    assert source() == "first"
    (tmp_path / "token").unlink()
    assert source() == "first"
    (tmp_path / "token").write_text("second")
    assert source() == "second"


async def test_without_a_token_file_a_call_is_unavailable_and_not_a_fault(peer: Peer, tmp_path: Path) -> None:
    settings = ChannelSettings(service_token_file=tmp_path / "missing")
    async with connect(peer.target, SERVICES, settings) as channel:
        with pytest.raises(Unavailable, match="no service token"):
            await _read(channel)
    assert peer.metadata == []


async def test_a_callee_that_is_down_is_said_within_a_second() -> None:
    async with connect("127.0.0.1:1", SERVICES, ChannelSettings()) as channel:
        started = asyncio.get_running_loop().time()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await _read(channel)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert asyncio.get_running_loop().time() - started < 2.0
