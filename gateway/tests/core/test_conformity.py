"""JSON against descriptors; the oracle is protobuf's own json_format."""

from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_gateway.core.conformity import violations
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.embed.v1 import embed_pb2
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2

MESSAGES = [
    ann_pb2.UpsertRequest.DESCRIPTOR,
    ann_pb2.ListPointsRequest.DESCRIPTOR,
    ann_pb2.Filter.DESCRIPTOR,
    embed_pb2.EmbedRequest.DESCRIPTOR,
    corpus_pb2.UpdateCorpusRequest.DESCRIPTOR,
    factcheck_pb2.CheckAnswerRequest.DESCRIPTOR,
    factcheck_pb2.ClaimResult.DESCRIPTOR,
]

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "1", "-3", "1.5", "1e3", "x", "KIND_QUERY", "NaN", "AAECAw==", "AAE", "true", "2026-01-01T00:00:00Z"]
    ),
    st.text(max_size=4),
)


@st.composite
def trees(draw: st.DrawFn, descriptor: Any, depth: int = 0) -> dict[str, Any]:
    """Objects that often fit `descriptor`, and are often slightly wrong."""
    tree: dict[str, Any] = {}
    fields = draw(st.lists(st.sampled_from(list(descriptor.fields) or [None]), max_size=4, unique=True))
    for field in fields:
        if field is None:
            continue
        key = draw(st.sampled_from([field.json_name, field.json_name, field.name]))
        inner = trees(field.message_type, depth + 1) if field.message_type is not None and depth < 3 else LEAVES
        value = draw(st.one_of(inner, inner, LEAVES))
        tree[key] = [value] if field.is_repeated and draw(st.integers(0, 9)) else value
    if not draw(st.integers(0, 9)):
        tree[draw(st.text(max_size=3))] = 1
    return tree


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_json_format_parses_whatever_is_found_without_fault(data: st.DataObject) -> None:
    """Else its own words, which hold the value, would be all that we could tell."""
    descriptor = data.draw(st.sampled_from(MESSAGES))
    tree = data.draw(trees(descriptor))
    if not list(violations(descriptor, tree)):
        json_format.ParseDict(tree, GetMessageClass(descriptor)())


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_json_format_writes_is_found_without_fault(data: st.DataObject) -> None:
    descriptor = data.draw(st.sampled_from(MESSAGES))
    message = GetMessageClass(descriptor)()
    try:
        json_format.ParseDict(data.draw(trees(descriptor)), message)
    except (json_format.ParseError, TypeError, ValueError, AttributeError):
        return
    for proto_names in (True, False):
        tree = json_format.MessageToDict(message, preserving_proto_field_name=proto_names)
        assert list(violations(descriptor, tree)) == []


@pytest.mark.parametrize(
    ("tree", "field", "words"),
    [
        ({"txets": ["a"]}, "txets", "did you mean texts?"),
        ({"texts": "a"}, "texts", "must be a list, not a string"),
        ({"texts": ["a", 5]}, "texts[1]", "must be a string"),
        ({"texts": ["a", None]}, "texts[1]", "must be a string"),
        ({"kind": "KIND_QUARY"}, "kind", "must be one of KIND_UNSPECIFIED, KIND_QUERY"),
        ({"dtype": 2**40}, "dtype", "must be one of"),
    ],
)
def test_a_fault_is_told_with_its_field_and_what_is_allowed(tree: dict[str, Any], field: str, words: str) -> None:
    found = list(violations(embed_pb2.EmbedRequest.DESCRIPTOR, tree))
    assert [fault.field for fault in found] == [field]
    assert words in found[0].description


def test_all_faults_are_told_at_once() -> None:
    tree = {"answer": 1, "corpus": [], "sources": [{"text": 2}, {"url": "x"}]}
    found = list(violations(factcheck_pb2.CheckAnswerRequest.DESCRIPTOR, tree))
    assert [fault.field for fault in found] == ["answer", "corpus", "sources[0].text", "sources[1].url"]


def test_two_of_a_oneof_exclude_each_other() -> None:
    tree = {
        "collection": "collections/c",
        "ids": {"ids": ["a"]},
        "filter": {"condition": {"field": "x", "exists": True}},
    }
    found = list(violations(ann_pb2.DeletePointsRequest.DESCRIPTOR, tree))
    assert [(fault.field, fault.reason) for fault in found] == [("filter", "EXCLUSIVE")]


def test_a_value_is_never_repeated() -> None:
    tree = {"kind": "患者太郎", "texts": {"患者太郎": "患者太郎"}, "dtype": ["患者太郎"]}
    found = list(violations(embed_pb2.EmbedRequest.DESCRIPTOR, tree))
    assert len(found) == 3
    assert not any("患者太郎" in fault.description for fault in found)


def test_a_filter_of_a_thousand_levels_is_refused_without_recursion() -> None:
    tree: dict[str, Any] = {"condition": {"field": "x", "exists": True}}
    for _ in range(1000):
        tree = {"not": tree}
    assert [fault.reason for fault in violations(ann_pb2.Filter.DESCRIPTOR, tree)] == ["TOO_DEEP"]
