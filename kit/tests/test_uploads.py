"""A refused upload, against real servers: often enough that the race of grpc.aio would show."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import grpc
import pytest
from monshin_kit.testing import FaultProxy
from monshin_kit.uploads import Upload

TRIES = 300


@pytest.fixture
async def target() -> AsyncIterator[str]:
    """Of a server that refuses what is not good, or takes everything."""

    async def refuse(requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> bytes:
        async for request in requests:
            if request != b"good":
                await context.abort(
                    grpc.StatusCode.INVALID_ARGUMENT, "twice", trailing_metadata=(("reason", "DUPLICATE"),)
                )
        return b"stored"

    async def refuse_each(requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> AsyncIterator[bytes]:
        async for request in requests:
            if request != b"good":
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "twice")
            yield b"stored"

    async def take_each(requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> AsyncIterator[bytes]:
        async for _ in requests:
            await asyncio.sleep(0.002)
            yield b"stored"

    server = grpc.aio.server()
    handlers = {
        "put": grpc.stream_unary_rpc_method_handler(refuse),
        "put_each": grpc.stream_stream_rpc_method_handler(refuse_each),
        "take_each": grpc.stream_stream_rpc_method_handler(take_each),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("store", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


@pytest.fixture
async def channel(target: str) -> AsyncIterator[grpc.aio.Channel]:
    """To that server."""
    async with grpc.aio.insecure_channel(target) as channel:
        yield channel


async def test_a_refusal_in_the_middle_of_an_upload_keeps_its_status(channel: grpc.aio.Channel) -> None:
    """Hazard: one refusal of eleven reaches the caller as INTERNAL, without the reason."""
    seen: Counter[tuple[grpc.StatusCode, str | None, object]] = Counter()
    for attempt in range(TRIES):
        call = channel.stream_unary("/store/put")(timeout=30)
        upload: Upload[bytes] = Upload(call)
        try:
            for number in range(200):
                await call.write(b"x" * 100)
                if number % 7 == attempt % 7:
                    await asyncio.sleep(0)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            pass  # the refusal has come: the response tells
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await upload.response()
        trailing = dict(refused.value.trailing_metadata() or ())
        seen[refused.value.code(), refused.value.details(), trailing.get("reason")] += 1
    assert seen == {(grpc.StatusCode.INVALID_ARGUMENT, "twice", "DUPLICATE"): TRIES}


async def test_an_iterator_may_be_sent_as_well(channel: grpc.aio.Channel) -> None:
    async def requests() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"bad"

    for _ in range(50):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await Upload[bytes](channel.stream_unary("/store/put")(requests(), timeout=30)).response()
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def drained(answers: AsyncIterator[bytes]) -> None:
    """Reads all of them."""
    async for answer in answers:
        assert answer == b"stored"


async def test_a_refusal_amid_answers_keeps_its_status(channel: grpc.aio.Channel) -> None:
    async def requests(attempt: int) -> AsyncIterator[bytes]:
        yield b"good"
        for number in range(200):
            yield b"x" * 100
            if number % 7 == attempt % 7:
                await asyncio.sleep(0)

    seen: Counter[tuple[grpc.StatusCode, str | None]] = Counter()
    for attempt in range(TRIES):
        upload: Upload[bytes] = Upload(channel.stream_stream("/store/put_each")(requests(attempt), timeout=30))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await drained(upload.responses())
        seen[refused.value.code(), refused.value.details()] += 1
    assert seen == {(grpc.StatusCode.INVALID_ARGUMENT, "twice"): TRIES}


async def test_a_line_that_breaks_amid_an_upload_is_unavailable(target: str) -> None:
    """Hazard: the break reaches the caller as INTERNAL, who takes it for the service's fault and does not go on."""
    seen: Counter[grpc.StatusCode] = Counter()
    own = [("grpc.use_local_subchannel_pool", 1)]  # each try has a connection that no other has broken
    async with FaultProxy(target) as line:
        for _ in range(40):
            async with grpc.aio.insecure_channel(line.target, options=own) as cut:

                async def requests() -> AsyncIterator[bytes]:
                    for _ in range(20):
                        yield b"x" * 1_000_000

                upload: Upload[bytes] = Upload(cut.stream_stream("/store/take_each")(requests(), timeout=30))
                answers = upload.responses()
                assert await anext(answers) == b"stored"
                line.cut()
                with pytest.raises(grpc.aio.AioRpcError) as broken:
                    await drained(answers)
                seen[broken.value.code()] += 1
    assert seen == {grpc.StatusCode.UNAVAILABLE: 40}


async def test_an_upload_that_is_taken_answers(channel: grpc.aio.Channel) -> None:
    async def requests() -> AsyncIterator[bytes]:
        yield b"good"

    assert await Upload[bytes](channel.stream_unary("/store/put")(requests(), timeout=30)).response() == b"stored"


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    async def requests() -> AsyncIterator[bytes]:
        yield b"good"

    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await Upload[bytes](channel.stream_unary("/store/put")(requests(), timeout=5)).response()
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
