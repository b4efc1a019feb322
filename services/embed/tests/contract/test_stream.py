"""EmbedStream against the real server."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
from google.rpc import code_pb2
from monshin_embed.testing import EmbedServer, rows
from monshin_kit.testing import eventually
from monshin_protos.embed.v1 import embed_pb2 as pb

TOKENS = "monshin_embed_tokens_total"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def passage(*texts: str, model: str = "") -> pb.EmbedRequest:
    return pb.EmbedRequest(kind=pb.KIND_PASSAGE, texts=texts, model=model, priority=pb.PRIORITY_BULK)


async def stream(*requests: pb.EmbedRequest) -> AsyncIterator[pb.EmbedStreamRequest]:
    for key, request in enumerate(requests):
        yield pb.EmbedStreamRequest(request_key=key, request=request)


async def test_each_request_is_answered_once_with_its_own_rows(server: EmbedServer) -> None:
    lists = [[f"薬{i}", "痛" * (1 + 29 * i % 83)] for i in range(40)]
    requests = [passage(*texts) for texts in lists]
    answers = {answer.request_key: answer.response async for answer in server.stub().EmbedStream(stream(*requests))}
    assert sorted(answers) == list(range(40))
    for key in (0, 17, 39):
        alone = await server.stub().Embed(requests[key])
        np.testing.assert_allclose(rows(answers[key]), rows(alone), atol=1e-4)


async def test_what_is_done_first_is_answered_first(server: EmbedServer) -> None:
    long = passage(*("痛" * 300 + str(i) for i in range(24)))
    quick = pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["急ぎ"])
    keys = [answer.request_key async for answer in server.stub().EmbedStream(stream(long, quick))]
    assert keys == [1, 0]


async def test_a_request_that_fails_is_answered_with_its_error_and_the_stream_goes_on(server: EmbedServer) -> None:
    requests = [passage("薬"), passage("薬" * 9000), passage("薬", model="models/absent"), passage("痛")]
    answers = {answer.request_key: answer async for answer in server.stub().EmbedStream(stream(*requests))}
    assert [answers[key].WhichOneof("result") for key in range(4)] == ["response", "error", "error", "response"]
    assert answers[1].error.code == code_pb2.INVALID_ARGUMENT
    assert "texts[0]" in answers[1].error.message
    assert (answers[2].error.code, answers[2].error.retry_after_ms) == (code_pb2.NOT_FOUND, 0)


async def test_a_stream_that_is_left_early_stops_computing(server: EmbedServer) -> None:
    requests = [passage(*("痛" * 200 + f"{i} {j}" for j in range(32))) for i in range(50)]
    call = server.stub().EmbedStream(stream(*requests))
    await call.read()
    call.cancel()

    async def is_idle() -> bool:
        """Between two answers of the model's thread it has computed the second one only."""
        await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=["一度目"]))
        computed = await server.metric(TOKENS)
        own = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=[f"まだ動いているか {computed}"]))
        return await server.metric(TOKENS) - computed == own.reports[0].token_count

    await eventually(is_idle, "nothing of the stream is computed any more")
    assert await server.metric("monshin_embed_queue_tokens") == 0


async def test_a_refusal_in_a_stream_says_when_to_come_back(small_server: EmbedServer) -> None:
    requests = [pb.EmbedRequest(kind=pb.KIND_RAW, texts=["痛" * 250 + str(i)] * 2) for i in range(6)]
    answers = [answer async for answer in small_server.stub().EmbedStream(stream(*requests))]
    refusals = [answer.error for answer in answers if answer.WhichOneof("result") == "error"]
    assert len(answers) == 6
    assert all(error.code == code_pb2.RESOURCE_EXHAUSTED and error.retry_after_ms > 0 for error in refusals)


async def test_a_request_out_of_bounds_is_answered_with_its_own_error(server: EmbedServer) -> None:
    """Hazard: one bad text in a bulk run of hours ends the run."""
    bad = [passage(*["薬"] * 257), passage(), passage("x" * 1_000_001)]
    requests = [passage("薬"), *bad, passage("痛")]
    answers = {answer.request_key: answer async for answer in server.stub().EmbedStream(stream(*requests))}
    assert sorted(answers) == [0, 1, 2, 3, 4]
    assert [answers[key].WhichOneof("result") for key in range(5)] == ["response", *["error"] * 3, "response"]
    assert {answers[key].error.code for key in (1, 2, 3)} == {code_pb2.INVALID_ARGUMENT}
    assert "x" * 20 not in answers[3].error.message
