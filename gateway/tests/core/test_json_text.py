"""Strict JSON."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_gateway.core.json_text import parse_object
from monshin_kit.errors import InvalidInput

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=4), st.booleans())
def test_every_json_object_reads_as_pythons_own_parser_reads_it(value: dict[str, object], ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_object(text.encode()) == json.loads(text)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(InvalidInput):
        assert isinstance(parse_object(data), dict)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": "\xff"}', "INVALID_UTF8"),
        (b'{"a": "\\ud800"}', "LONE_SURROGATE"),
        (b'{"\\udc00x": 1}', "LONE_SURROGATE"),
        (b'{"a": [{"b": "\\ud83d"}]}', "LONE_SURROGATE"),
        (b'{"a": 1, "a": 2}', "DUPLICATE_KEY"),
        (b'{"a": NaN}', "INVALID_JSON"),
        (b'{"a": -Infinity}', "INVALID_JSON"),
        (b'{"a": ', "INVALID_JSON"),
        (b"", "INVALID_JSON"),
        (b"[1]", "NOT_AN_OBJECT"),
        (b"null", "NOT_AN_OBJECT"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "TOO_DEEP"),
        (b'{"a": ' + b"9" * 5000 + b"}", "INVALID_JSON"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_object(data)
    assert caught.value.reason == reason


def test_a_lone_surrogate_is_told_by_its_place() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_object(b'{"a": [{"b": "\\ud83d"}]}')
    assert caught.value.violations[0].field == "a[0].b"


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_the_message_does_not_repeat_the_text() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_object('{"患者太郎": 患者太郎}'.encode())
    assert "患者太郎" not in caught.value.message
