"""Requests are read strictly: every broken rule is named by its field, and nothing else is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_ann.remote_build.request import MALFORMED, BuildRequest, DataType, Space, parse
from monshin_kit.errors import InvalidInput

LEAST = {
    "container_name": "vectors",
    "vector_path": "a/b_field_0.knnvec",
    "doc_id_path": "a/b_field_0.knndid",
    "dimension": 768,
    "doc_count": 1000,
}  # what API.md of the reference builder calls required, without repository_type, which has one value


def broken(body: Any) -> list[str]:
    """Fields that are refused."""
    with pytest.raises(InvalidInput) as caught:
        parse(json.dumps(body).encode())
    return sorted(violation.field for violation in caught.value.violations)


def test_what_is_left_out_has_the_defaults_of_the_reference_builder() -> None:
    request = parse(json.dumps(LEAST).encode())
    assert request == BuildRequest(
        bucket="vectors", vectors_key="a/b_field_0.knnvec", ids_key="a/b_field_0.knndid", tenant="", dim=768,
        count=1000, data_type=DataType.FLOAT, space=Space.L2, m=16, ef_construction=100, ef_search=100,
        is_graph_only=False,
    )  # fmt: skip
    assert request.index_key == "a/b_field_0.faiss"
    assert request.vector_bytes == 1000 * 768 * 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("repository_type", "azure"), ("repository_type", None), ("container_name", ""), ("container_name", "a/b"),
        ("container_name", "arn:aws:s3:::x"), ("container_name", "../x"), ("container_name", 7),
        ("vector_path", "a.faiss"), ("vector_path", ".knnvec"), ("vector_path", "/a.knnvec"),
        ("vector_path", "a\n.knnvec"), ("vector_path", "あ" * 342 + ".knnvec"), ("vector_path", ["a.knnvec"]),
        ("doc_id_path", ""), ("doc_id_path", None), ("tenant_id", 1), ("tenant_id", None), ("dimension", 0),
        ("dimension", 16_001), ("dimension", "768"), ("dimension", 768.0), ("dimension", True), ("doc_count", 0),
        ("doc_count", 2**31 - 1), ("doc_count", None), ("data_type", "binary"), ("data_type", "FLOAT"),
        ("engine", "nmslib"), ("index_parameters", []), ("index_parameters", None), ("skip_stored_vectors", "true"),
        ("unheard_of", 1),
    ],
)  # fmt: skip
def test_a_field_that_breaks_a_rule_is_named(name: str, value: Any) -> None:
    assert broken({**LEAST, name: value}) == [name]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"space_type": "hamming"}, "space_type"),
        ({"space_type": "l1"}, "space_type"),
        ({"algorithm": "ivf"}, "algorithm"),
        ({"nlist": 4}, "nlist"),
        ({"algorithm_parameters": {"m": 0}}, "algorithm_parameters.m"),
        ({"algorithm_parameters": {"m": 129}}, "algorithm_parameters.m"),
        ({"algorithm_parameters": {"ef_construction": "100"}}, "algorithm_parameters.ef_construction"),
        ({"algorithm_parameters": {"ef_search": -1}}, "algorithm_parameters.ef_search"),
        ({"algorithm_parameters": 16}, "algorithm_parameters"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_named_with_its_path(parameters: dict[str, Any], field: str) -> None:
    assert broken({**LEAST, "index_parameters": parameters}) == [f"index_parameters.{field}"]


def test_all_broken_rules_are_told_at_once() -> None:
    body = {**LEAST, "dimension": 0, "engine": "x", "index_parameters": {"algorithm_parameters": {"m": "x"}}}
    del body["doc_count"]
    assert broken(body) == ["dimension", "doc_count", "engine", "index_parameters.algorithm_parameters.m"]


def test_parameters_of_the_algorithm_may_grow() -> None:
    """The reference builder allows others, so that OpenSearch can add some."""
    parse(json.dumps({**LEAST, "index_parameters": {"algorithm_parameters": {"m": 8, "new": 1}}}).encode())


@pytest.mark.parametrize("m", [1, 2, 16, 64, 100, 128])
def test_the_degree_is_one_that_grnnd_takes(m: int) -> None:
    request = parse(json.dumps({**LEAST, "index_parameters": {"algorithm_parameters": {"m": m}}}).encode())
    assert 4 <= request.degree <= 128
    assert request.degree == 3 * m or m in (1, 64, 100, 128)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"a"', b"\xff", b'{"dimension": NaN}', b'{"dimension": 1, "dimension": 2}',
        b"[" * 100_000, '{"tenant_id": "東京"}'.encode("cp932"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(body)
    assert caught.value.reason == MALFORMED


def test_no_text_of_a_request_is_told_again() -> None:
    """Names of indexes and fields may be a patient's; also the name of a field that should not be there."""
    body = {**LEAST, "患者": 1, "vector_path": "患者.x", "engine": "患者", "tenant_id": "患者\x00"}
    with pytest.raises(InvalidInput) as caught:
        parse(json.dumps(body).encode())
    assert len(caught.value.violations) == 4
    assert "患者" not in caught.value.message + str(caught.value.violations)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*LEAST, "index_parameters", "algorithm_parameters", "m"]), inner, max_size=8),
    max_leaves=20,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_body_does_anything_but_parse_or_be_refused(body: bytes) -> None:
    try:
        request = parse(body)
    except InvalidInput:
        return
    assert request.vector_bytes > 0


def test_lone_surrogates_are_refused(sent: Callable[..., dict[str, Any]]) -> None:
    assert broken({**LEAST, "vector_path": "a\ud800.knnvec"}) == ["vector_path"]
