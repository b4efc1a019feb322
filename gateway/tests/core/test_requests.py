"""Path, query and body become one message."""

from typing import Any

import pytest
from monshin_gateway.core import requests
from monshin_gateway.core.methods import Rule
from monshin_gateway.core.template import parse
from monshin_kit.errors import InvalidInput
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.audit.v1 import audit_pb2
from monshin_protos.factcheck.v1 import corpus_pb2

LIST = Rule("GET", parse("/v1/{parent=corpora/*}/documents"), "", "")
CREATE = Rule("POST", parse("/v1/corpora"), "*", "")
UPDATE = Rule("PATCH", parse("/v1/{corpus.name=corpora/*}"), "corpus", "")
WIDE = Rule("GET", parse("/v1/points"), "", "")


def test_query_parameters_fill_the_fields_under_either_name() -> None:
    for name in ("pageSize", "page_size"):
        built = requests.build(
            corpus_pb2.ListDocumentsRequest.DESCRIPTOR, LIST, {"parent": "corpora/demo"}, [(name, "5")], None
        )
        assert built == corpus_pb2.ListDocumentsRequest(parent="corpora/demo", page_size=5)


def test_repeated_nested_and_boolean_parameters_fill_their_fields() -> None:
    query = [
        ("ids", "a"), ("ids", "b"), ("vectors.dim", "3"), ("vectors.data", "AAA="), ("vectors.dtype", "D_TYPE_FLOAT16"),
    ]  # fmt: skip
    built = requests.build(ann_pb2.UpsertRequest.DESCRIPTOR, WIDE, {}, query, None)
    assert list(built.ids) == ["a", "b"]
    assert (built.vectors.dim, built.vectors.data, built.vectors.dtype) == (3, b"\0\0", 2)
    points = requests.build(ann_pb2.GetPointsRequest.DESCRIPTOR, WIDE, {}, [("withVectors", "true")], None)
    assert points.with_vectors is True


def test_a_timestamp_and_a_field_mask_stand_in_a_query_as_text() -> None:
    built = requests.build(
        corpus_pb2.UpdateCorpusRequest.DESCRIPTOR,
        UPDATE,
        {"corpus.name": "corpora/x"},
        [("updateMask", "displayName,readers")],
        {"displayName": "X"},
    )
    assert list(built.update_mask.paths) == ["display_name", "readers"]
    assert (built.corpus.name, built.corpus.display_name) == ("corpora/x", "X")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("pageSise", "5", "not a parameter"),
        ("pageSize", "five", "must be an integer"),
        ("pageSize", "1.5", "must be an integer"),
        ("pageSize", "99999999999", "must be an integer"),
        ("parent", "corpora/other", "given by the path"),
        ("parent.x", "1", "not a parameter"),
        ("", "1", "not a parameter"),
    ],
)
def test_a_wrong_parameter_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.build(
            corpus_pb2.ListDocumentsRequest.DESCRIPTOR, LIST, {"parent": "corpora/demo"}, [(name, value)], None
        )
    assert caught.value.violations[0].field == name
    assert words in caught.value.message


def test_a_parameter_given_twice_is_named() -> None:
    with pytest.raises(InvalidInput, match="page_size: is given twice"):
        requests.build(
            corpus_pb2.ListDocumentsRequest.DESCRIPTOR, LIST, {}, [("pageSize", "1"), ("page_size", "2")], None
        )


@pytest.mark.parametrize(
    ("message", "parameter"),
    [(ann_pb2.ListPointsRequest, "filter"), (ann_pb2.UpsertRequest, "payloads"), (ann_pb2.Filter, "all.filters")],
)
def test_objects_and_lists_of_objects_do_not_fit_into_a_query(message: Any, parameter: str) -> None:
    with pytest.raises(InvalidInput, match="not a parameter"):
        requests.build(message.DESCRIPTOR, WIDE, {}, [(parameter, "{}")], None)


def test_a_body_that_contradicts_the_path_is_refused() -> None:
    with pytest.raises(InvalidInput, match="differs from the path"):
        requests.build(
            corpus_pb2.UpdateCorpusRequest.DESCRIPTOR, UPDATE, {"corpus.name": "corpora/x"}, [], {"name": "corpora/y"}
        )


def test_a_body_may_repeat_the_path() -> None:
    built = requests.build(
        corpus_pb2.UpdateCorpusRequest.DESCRIPTOR, UPDATE, {"corpus.name": "corpora/x"}, [], {"name": "corpora/x"}
    )
    assert built.corpus.name == "corpora/x"


def test_a_whole_body_leaves_no_room_for_a_query() -> None:
    with pytest.raises(InvalidInput, match="reads its fields from the body"):
        requests.build(corpus_pb2.CreateCorpusRequest.DESCRIPTOR, CREATE, {}, [("corpusId", "x")], {})


def test_a_call_without_a_body_refuses_one() -> None:
    with pytest.raises(InvalidInput, match="takes no body"):
        requests.build(corpus_pb2.ListDocumentsRequest.DESCRIPTOR, LIST, {}, [], {"pageSize": 1})


def test_an_enum_in_a_query_is_given_by_name() -> None:
    rule = Rule("GET", parse("/v1/auditEntries/{service}"), "", "")
    built = requests.build(
        audit_pb2.ListAuditEntriesRequest.DESCRIPTOR, rule, {"service": "ann"}, [("kind", "ENTRY_KIND_EVENT")], None
    )
    assert built == audit_pb2.ListAuditEntriesRequest(service="ann", kind=audit_pb2.ENTRY_KIND_EVENT)


def test_a_path_field_goes_into_a_body_that_is_null() -> None:
    rule = Rule("PATCH", parse("/v1/{corpus.name=corpora/*}"), "*", "")
    built = requests.build(
        corpus_pb2.UpdateCorpusRequest.DESCRIPTOR, rule, {"corpus.name": "corpora/x"}, [], {"corpus": None}
    )
    assert built.corpus.name == "corpora/x"
