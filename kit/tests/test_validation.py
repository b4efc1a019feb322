"""validation: what breaks a rule of the proto is named by its path, and never quoted."""

from collections.abc import Sequence

import grpc
import pytest
from google.protobuf.message import Message
from monshin_kit.errors import InvalidInput, Violation
from monshin_kit.status import to_status
from monshin_kit.validation import Validator
from monshin_protos.ann.v1 import ann_pb2 as ann
from monshin_protos.embed.v1 import embed_pb2 as embed
from monshin_protos.factcheck.v1 import corpus_pb2 as corpus
from monshin_protos.factcheck.v1 import factcheck_pb2 as factcheck
from monshin_protos.vectors.v1 import vectors_pb2 as vectors

CANARY = "患者太郎"
METADATA_LIMIT = 8 * 1024  # gRPC's default for what a client accepts


def _violations(message: Message) -> Sequence[Violation]:
    with pytest.raises(InvalidInput) as caught:
        Validator().check(message)
    return caught.value.violations


BROKEN: list[tuple[Message, str, str]] = [
    (embed.EmbedRequest(texts=["a"]), "kind", "enum.not_in"),
    (embed.EmbedRequest(kind=embed.KIND_RAW), "texts", "repeated.min_items"),
    (embed.EmbedRequest(kind=embed.KIND_RAW, texts=["a", ""]), "texts[1]", "string.min_len"),
    (embed.EmbedRequest(kind=embed.KIND_RAW, texts=["a"] * 257), "texts", "repeated.max_items"),
    (embed.EmbedRequest(kind=9, texts=["a"]), "kind", "enum.defined_only"),  # type: ignore[arg-type]
    (ann.UpsertStreamRequest(), "chunk", "required"),
    (ann.UpsertStreamRequest(chunk=ann.UpsertRequest(ids=["x", "x"])), "chunk.ids", "repeated.unique"),
    (embed.GetModelRequest(name="models/"), "name", "string.pattern"),
    (ann.CreateCollectionRequest(collection_id="a", collection=ann.Collection()), "collection", "collection.shape"),
    (ann.UpsertRequest(collection="collections/a", ids=["x", "x"], vectors=vectors.Vectors(dim=1)), "ids",
     "repeated.unique"),
    (ann.UpsertRequest(collection="collections/a", ids=["x"], vectors=vectors.Vectors(dim=9000)), "vectors.dim",
     "uint32.gte_lte"),
    (ann.DeletePointsRequest(collection="collections/a"), "which", "required"),
    (ann.SearchRequest(collection="collections/a", queries=vectors.Vectors(dim=1), k=1, filter=ann.Filter(
        all=ann.FilterList(filters=[ann.Filter(condition=ann.Condition(field="f"))]))),
     "filter.all.filters[0].condition.test", "required"),
    (corpus.ImportDocumentsRequest(document=corpus.NewDocument(id="a", text="a\x00b")), "document.text",
     "string.pattern"),
    (factcheck.CheckClaimsRequest(claims=[factcheck.ClaimInput(claim="a", sources=[factcheck.Source()])]),
     "claims[0].sources[0].content", "required"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "field", "reason"), BROKEN, ids=[f"{field} {rule}" for _, field, rule in BROKEN])
def test_a_broken_rule_is_named_by_path_and_rule(message: Message, field: str, reason: str) -> None:
    assert (field, reason) in {(violation.field, violation.reason) for violation in _violations(message)}


@pytest.mark.parametrize(
    "message",
    [
        embed.EmbedRequest(kind=embed.KIND_QUERY, texts=["熱", "a" * 1_048_576]),
        embed.EmbedRequest(kind=embed.KIND_RAW, texts=["a"] * 256),
        ann.UpsertRequest(
            collection="collections/a", ids=[str(i) for i in range(4096)], vectors=vectors.Vectors(dim=1)
        ),
        corpus.ImportDocumentsRequest(document=corpus.NewDocument(id="a", text="一\t二\r\n三")),
    ],
    ids=["longest text", "most texts", "most points", "tabs and line ends"],
)
def test_what_is_just_within_the_bounds_passes(message: Message) -> None:
    Validator().check(message)


def test_length_counts_code_points() -> None:
    """Four-byte characters count as one each, as Python and the proto's comment say."""
    Validator().check(factcheck.CheckClaimsRequest(claims=[factcheck.ClaimInput(claim="𠮷" * 2_000)]))


def test_values_are_never_quoted() -> None:
    broken = [
        embed.GetModelRequest(name=CANARY),
        embed.EmbedRequest(kind=1, model=CANARY * 100, texts=["x"]),
        ann.UpsertRequest(collection=CANARY, ids=[CANARY, CANARY], request_id=CANARY),
        corpus.ImportDocumentsRequest(document=corpus.NewDocument(id=CANARY, text=CANARY + "\x00", date=CANARY)),
        ann.UpdateCollectionRequest(collection=ann.Collection(readers=[CANARY])),
    ]
    for message in broken:
        assert CANARY not in repr(_violations(message))


def _deep(levels: int) -> ann.Filter:
    """Empty filters, far down."""
    inner = ann.Filter(any=ann.FilterList(filters=[ann.Filter()] * 64))
    for _ in range(levels):
        inner = ann.Filter(all=ann.FilterList(filters=[inner]))
    return inner


def test_at_most_twenty_violations_are_reported() -> None:
    assert len(_violations(embed.EmbedRequest(kind=1, texts=[""] * 256))) == 20


@pytest.mark.parametrize(
    "message",
    [
        embed.EmbedRequest(kind=1, texts=[""] * 256),
        ann.UpsertRequest(collection="x", ids=[""] * 4096, request_id="x"),
        ann.UpdateCollectionRequest(collection=ann.Collection(readers=["x"] * 64)),
        ann.CreateCollectionRequest(collection=ann.Collection(readers=["x"] * 64)),
        ann.ListPointsRequest(collection="x", filter=_deep(40)),
        factcheck.CheckAnswerRequest(sources=[factcheck.Source()] * 64),
        factcheck.CheckClaimsRequest(claims=[factcheck.ClaimInput(sources=[factcheck.Source()] * 64)] * 256),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_refusal_of_everything_fits_into_a_response(message: Message) -> None:
    """Hazard: status and details travel as metadata; over gRPC's limit the client sees RESOURCE_EXHAUSTED instead."""
    status = to_status(InvalidInput.of(_violations(message)))
    assert len(status.SerializeToString()) + len(status.message.encode()) < METADATA_LIMIT * 3 / 4
    assert grpc.StatusCode.INVALID_ARGUMENT.value[0] == status.code
