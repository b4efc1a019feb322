"""payload: ids and numbers go into a record and come back; a text does not get in."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.errors import InvalidInput
from monshin_kit.jobs import Kind, decode
from monshin_kit.jobs.payload import MAX_BYTES, encode


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """One of each type."""

    collection: str
    degree: int = 32
    slack: float = 1.0
    is_merged: bool = False
    shards: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


names = st.from_regex(r"[A-Za-z0-9._~:/@+=,-]{0,50}", fullmatch=True)


@given(
    st.builds(
        BuildSpec,
        collection=names,
        degree=st.integers(),
        slack=st.floats(allow_nan=False, allow_infinity=False),
        is_merged=st.booleans(),
        shards=st.lists(st.integers(), max_size=20).map(tuple),
        names=st.lists(names, max_size=20).map(tuple),
    )
)
def test_what_goes_into_a_record_comes_back(spec: BuildSpec) -> None:
    assert decode(BuildSpec, encode(spec)) == spec


@pytest.mark.parametrize("text", ["患者太郎", "a b", "fever since Monday", "a\n", "x" * 301, '"'])
def test_a_text_does_not_get_into_a_record_nor_into_the_error(text: str) -> None:
    for spec in (BuildSpec(text), BuildSpec("a", names=("b", text))):
        with pytest.raises(InvalidInput) as caught:
            encode(spec)
        assert text not in caught.value.message


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_must_be_finite(value: float) -> None:
    with pytest.raises(InvalidInput, match="slack"):
        encode(BuildSpec("a", slack=value))


def test_a_nested_value_is_refused_by_name_and_type() -> None:
    with pytest.raises(InvalidInput, match="collection is a dict"):
        encode(BuildSpec({"patient": "太郎"}))  # type: ignore[arg-type]


def test_a_spec_is_bounded() -> None:
    with pytest.raises(InvalidInput, match=str(MAX_BYTES)):
        encode(BuildSpec("a", shards=tuple(range(100_000, 110_000))))


def test_a_spec_of_an_earlier_version_takes_the_new_fields_defaults() -> None:
    assert decode(BuildSpec, '{"collection":"a"}') == BuildSpec("a")


@pytest.mark.parametrize(
    "text", ['{"collection":"a","unheard":1}', '{"degree":3}', '{"collection":1}', '{"collection":"a","shards":["x"]}']
)
def test_a_spec_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="BuildSpec"):
        decode(BuildSpec, text)


def test_a_spec_is_plain_json_for_those_who_look() -> None:
    assert json.loads(encode(BuildSpec("collections/notes", shards=(1, 2))))["shards"] == [1, 2]


@pytest.mark.parametrize("name", ["build", "ann.Build", "ann.", "患者.build", ""])
def test_a_kind_is_named_service_dot_verb(name: str) -> None:
    with pytest.raises(InvalidInput):
        Kind(name, BuildSpec)
