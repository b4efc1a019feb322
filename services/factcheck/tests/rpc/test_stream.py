"""CheckStream against the real process: an answer checked while it is written."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from monshin.client import Client
from monshin.settings import ClientSettings
from monshin_factcheck.testing import TEXT
from monshin_kit.errors import InvalidInput
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.factcheck.v1 import explain_pb2, explain_pb2_grpc, factcheck_pb2_grpc, results_pb2, results_pb2_grpc
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWER = """ワルファリンは経口抗凝固薬です。維持量は1日50 mgです。納豆はワルファリンの作用を弱めるため避ける。

## 用法
- 維持量は1日1〜5 mgである
| 薬 | 量 |
|---|---|
| ワルファリン | 5 mg |
ワルファリンの維持量は1日1〜5 mgである。"""
IDLE_S = 1.0
SOURCES = [pb.Source(text=TEXT)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """factcheck alone: what is checked against sources needs no other service. One check at a time."""
    home = tmp_path_factory.mktemp("stream")
    environment = {"MONSHIN_STREAM_IDLE_S": str(IDLE_S), "MONSHIN_FACTCHECK_CHECKS_LIMIT": "1"}
    async with ServiceProcess("monshin_factcheck", home, environment) as process:
        yield process


def stub(server: ServiceProcess) -> "factcheck_pb2_grpc.FactcheckServiceAsyncStub":
    return factcheck_pb2_grpc.FactcheckServiceStub(server.channel("clinician"))


def messages(
    pieces: Sequence[str], unit: pb.OffsetUnit.ValueType = pb.OFFSET_UNIT_CODE_POINT
) -> list[pb.CheckStreamRequest]:
    first = pb.CheckStreamRequest(sources=SOURCES, offset_unit=unit)
    return [first, *(pb.CheckStreamRequest(text=piece) for piece in pieces)]


async def events(server: ServiceProcess, sent: Sequence[pb.CheckStreamRequest]) -> list[pb.CheckStreamResponse]:
    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        for message in sent:
            yield message

    return [event async for event in stub(server).CheckStream(requests(), timeout=60)]


async def has_room(server: ServiceProcess) -> bool:
    """Whether one more check is taken in; that it is refused for want of room is no error here."""
    explains: explain_pb2_grpc.ExplainServiceAsyncStub = explain_pb2_grpc.ExplainServiceStub(server.channel())
    try:
        answer = await explains.ExplainClaim(explain_pb2.ExplainClaimRequest(claim=ANSWER[:20], sources=SOURCES))
    except grpc.aio.AioRpcError as error:
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # noqa: PT017  # until a place is left
        return False
    return answer.HasField("result")


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_claims_and_verdicts_are_those_of_the_whole_answer(server: ServiceProcess, size: int) -> None:
    whole = [event async for event in stub(server).CheckAnswer(pb.CheckAnswerRequest(answer=ANSWER, sources=SOURCES))]
    pieces = [ANSWER[start : start + size] for start in range(0, len(ANSWER), size)]
    streamed = await events(server, messages(pieces))
    claims = [claim for event in streamed for claim in event.claims_found.claims]
    assert claims == list(whole[0].claims_found.claims)
    results = [event.claim_result for event in streamed if event.HasField("claim_result")]
    expected = [event.claim_result for event in whole if event.HasField("claim_result")]
    assert [(one.claim, one.verdict) for one in results] == [(one.claim, one.verdict) for one in expected]
    assert pb.VERDICT_CONTRADICTED in [one.verdict for one in results]
    ours, theirs = streamed[-1].summary, whole[-1].summary
    assert (ours.supported, ours.contradicted, ours.worst) == (theirs.supported, theirs.contradicted, theirs.worst)


@pytest.mark.parametrize("store", [False, True])
async def test_a_stream_leaves_a_result_as_the_whole_answer_does(server: ServiceProcess, store: bool) -> None:
    """Texts only with `store`; the hash is of the whole text, however it was cut."""
    whole = pb.CheckAnswerRequest(answer=ANSWER, sources=SOURCES, store=store, model="models/m1")
    expected = [event async for event in stub(server).CheckAnswer(whole)][-1].summary
    first = pb.CheckStreamRequest(sources=SOURCES, store=store, model="models/m1")
    pieces = [pb.CheckStreamRequest(text=ANSWER[start : start + 7]) for start in range(0, len(ANSWER), 7)]
    streamed = (await events(server, [first, *pieces]))[-1].summary
    results: results_pb2_grpc.ResultServiceAsyncStub = results_pb2_grpc.ResultServiceStub(server.channel("clinician"))
    ours, theirs = [
        await results.GetResult(results_pb2.GetResultRequest(name=summary.result)) for summary in (streamed, expected)
    ]
    assert ours.name != theirs.name
    assert ours.answer == (ANSWER if store else "")
    for field in ("answer", "model", "stored", "text_sha256", "judges_run", "rules_revision"):
        assert getattr(ours, field) == getattr(theirs, field)
    kept = [[(one.result.claim, one.result.verdict, one.result.important) for one in result.claims]
            for result in (ours, theirs)]  # fmt: skip
    assert kept[0] == kept[1]
    assert any(important for _, _, important in kept[0])
    assert [bool(one.result.evidence) for one in ours.claims] == [bool(one.result.evidence) for one in theirs.claims]


async def test_a_claim_is_told_before_its_result_and_before_the_answer_is_complete(server: ServiceProcess) -> None:
    seen: list[str] = []
    rest = asyncio.Event()

    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        for message in messages([ANSWER[:40]]):
            yield message
        await rest.wait()
        yield pb.CheckStreamRequest(text=ANSWER[40:])

    async for event in stub(server).CheckStream(requests(), timeout=60):
        seen.append(event.WhichOneof("event") or "")
        if event.HasField("claim_result"):
            rest.set()
    assert seen[:3] == ["claims_found", "claims_found", "claim_result"]
    assert seen[-1] == "summary"


@pytest.mark.parametrize("unit", [pb.OFFSET_UNIT_UTF16, pb.OFFSET_UNIT_BYTE])
async def test_offsets_count_as_the_caller_asks(server: ServiceProcess, unit: pb.OffsetUnit.ValueType) -> None:
    answer = "😀𠮷野さんの熱は38℃です。😀維持量は1日1 mgです。"
    encoding, width = ("utf-16-le", 2) if unit == pb.OFFSET_UNIT_UTF16 else ("utf-8", 1)
    streamed = await events(server, messages(list(answer), unit))
    spans = [claim.span for event in streamed for claim in event.claims_found.claims]
    cuts = [answer.encode(encoding)[span.start * width : span.end * width].decode(encoding) for span in spans]
    assert cuts == ["😀𠮷野さんの熱は38℃です。", "😀維持量は1日1 mgです。"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([], grpc.StatusCode.INVALID_ARGUMENT),
        ([pb.CheckStreamRequest(text="x")], grpc.StatusCode.INVALID_ARGUMENT),
        ([*messages(["x"]), pb.CheckStreamRequest(corpus="corpora/other")], grpc.StatusCode.INVALID_ARGUMENT),
        (messages(["あ" * 100_000]), grpc.StatusCode.INVALID_ARGUMENT),
        (messages(["x" * 250_000] * 5), grpc.StatusCode.INVALID_ARGUMENT),
        ([pb.CheckStreamRequest(corpus="corpora/nowhere")], grpc.StatusCode.NOT_FOUND),
    ],
    ids=["nothing", "no evidence", "evidence too late", "piece too large", "answer too long", "no such corpus"],
)
async def test_a_stream_that_is_not_sound_is_refused(
    server: ServiceProcess, sent: list[pb.CheckStreamRequest], code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await events(server, sent)
    assert raised.value.code() is code


async def test_a_silent_stream_ends(server: ServiceProcess) -> None:
    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        for message in messages(["ワルファリン"]):
            yield message
        await asyncio.sleep(30 * IDLE_S)

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        _ = [event async for event in stub(server).CheckStream(requests(), timeout=60)]
    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_stream_that_its_caller_leaves_makes_room(server: ServiceProcess) -> None:
    """Hazard: each abandoned chat keeps a place until nobody can check any more. Here is one place."""

    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        for message in messages([ANSWER]):
            yield message
        await asyncio.sleep(60)

    call = stub(server).CheckStream(requests())
    async for event in call:
        if event.HasField("claim_result"):
            break
    call.cancel()
    await eventually(partial(has_room, server), "the abandoned stream has left its place", limit_s=5)
    assert (await events(server, messages([ANSWER])))[-1].HasField("summary")


async def test_streams_that_wait_for_their_caller_and_explanations_leave_and_need_a_place(tmp_path: Path) -> None:
    """Hazard: 32 chats whose models think for minutes keep everybody else from checking. Here is one place; the stream
    waits without it, and goes on when the check that took it meanwhile is over."""
    is_quiet, goes_on = asyncio.Event(), asyncio.Event()

    async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
        for message in messages([ANSWER[:60]]):
            yield message
        await goes_on.wait()
        yield pb.CheckStreamRequest(text=ANSWER[60:])

    async def streamed() -> list[pb.CheckStreamResponse]:
        found = []
        async for event in stub(one).CheckStream(requests(), timeout=60):
            found.append(event)
            if event.HasField("claim_result") and event.claim_result.claim.index == 1:
                is_quiet.set()
        return found

    async with ServiceProcess("monshin_factcheck", tmp_path, {"MONSHIN_FACTCHECK_CHECKS_LIMIT": "1"}) as one:
        silent = asyncio.ensure_future(streamed())
        await asyncio.wait_for(is_quiet.wait(), 60)
        await eventually(partial(has_room, one), "the silent stream has left its place", limit_s=30)
        long = aiter(stub(one).CheckAnswer(pb.CheckAnswerRequest(answer=ANSWER * 50, sources=SOURCES), timeout=60))
        assert (await anext(long)).HasField("claims_found")
        assert not await has_room(one)
        goes_on.set()
        assert not silent.done()
        assert [event async for event in long][-1].HasField("summary")
        assert (await silent)[-1].HasField("summary")


async def test_the_last_verdict_follows_the_last_letter_within_three_seconds(
    server: ServiceProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    """A guard against a stream that waits for something. How fast it is is printed, for other work runs here, too."""
    times = []
    for _ in range(5):
        last = 0.0

        async def requests() -> AsyncIterator[pb.CheckStreamRequest]:
            nonlocal last
            for message in messages([ANSWER[start : start + 4] for start in range(0, len(ANSWER), 4)]):
                yield message
                await asyncio.sleep(0.002)
            last = time.perf_counter()

        async for event in stub(server).CheckStream(requests(), timeout=60):
            if event.HasField("claim_result"):
                told = time.perf_counter()
        times.append((told - last) * 1000)
    with capsys.disabled():
        print(f"\nlast letter to the last claim's quick verdict: {sorted(times)[2]:.0f} ms (median of 5)")
    assert sorted(times)[2] < 3000


def client(server: ServiceProcess) -> Client:
    return Client(ClientSettings(home=server.home, factcheck_target=server.target))


async def test_the_sdk_checks_what_is_still_being_written(server: ServiceProcess) -> None:
    async def pieces() -> AsyncIterator[str]:
        for letter in ANSWER:
            yield letter

    async with client(server) as sdk:
        results = [result async for result in sdk.check_stream(pieces(), sources=[TEXT])]
    assert [ANSWER[result.answer_start : result.answer_end] for result in results][1] == "維持量は1日50 mgです。"
    assert results[1].important
    assert [opinion.judge for opinion in results[1].opinions] == ["rules"]


async def test_what_goes_wrong_while_writing_reaches_the_caller_of_the_sdk(server: ServiceProcess) -> None:
    async def pieces() -> AsyncIterator[str]:
        yield ANSWER
        raise InvalidInput("standard input is not UTF-8 text")

    async with client(server) as sdk:
        with pytest.raises(InvalidInput):
            _ = [result async for result in sdk.check_stream(pieces(), sources=[TEXT])]


async def test_no_text_of_an_answer_is_in_the_log(server: ServiceProcess) -> None:
    assert "port open" in server.log()
    assert "ワルファリン" not in server.log()
