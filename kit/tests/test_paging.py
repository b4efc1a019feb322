"""paging: a token leads on from where its page ended, for the same request only."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.errors import InvalidInput
from monshin_kit.paging import decode, encode

BINDING = "ListX|corpora/a|"
positions = st.text(st.characters(exclude_categories=["Cs"]))


@given(positions, st.text(st.characters(exclude_categories=["Cs"])))
def test_a_token_gives_back_its_position(position: str, binding: str) -> None:
    assert decode(encode(position, binding), binding) == position


@given(positions)
def test_a_token_is_safe_in_a_url_and_within_the_protos_bound_for_names(position: str) -> None:
    token = encode(position[:150], BINDING)
    assert token.isascii()
    assert not set(token) & set("+/= &?#")
    assert len(encode("x" * 512, BINDING)) <= 1024


def test_without_a_token_the_list_starts_at_its_beginning() -> None:
    assert decode("", BINDING) == ""


@given(positions, st.sampled_from(["ListX|corpora/b|", "ListY|corpora/a|", "ListX|corpora/a|filter", ""]))
def test_a_token_of_another_request_is_refused(position: str, other: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(encode(position, other), BINDING)
    assert caught.value.violations[0].field == "page_token"


@given(st.text())
def test_any_text_is_a_token_or_refused(text: str) -> None:
    try:
        decode(text, BINDING)
    except InvalidInput:
        return
    assert text == ""


def _as_token(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_any_json_in_a_token_is_refused(content: object) -> None:
    with pytest.raises(InvalidInput):
        decode(_as_token(content), BINDING)


def test_deep_nesting_in_a_token_is_refused() -> None:
    """Hazard: json raises RecursionError, which is no ValueError."""
    with pytest.raises(InvalidInput):
        decode(base64.urlsafe_b64encode(b"[" * 100_000).decode(), BINDING)


def test_a_lone_surrogate_in_a_position_is_refused() -> None:
    """Hazard: it passes through JSON and breaks the query it goes into, as an internal error."""
    with pytest.raises(InvalidInput):
        decode(encode("a\ud800", BINDING), BINDING)


def test_the_error_does_not_repeat_the_token() -> None:
    with pytest.raises(InvalidInput) as caught:
        decode("患者太郎", BINDING)
    assert "患者太郎" not in caught.value.message
