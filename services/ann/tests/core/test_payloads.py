"""Payloads as text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_ann.core import payloads
from monshin_kit.errors import InvalidInput

SCALARS = st.one_of(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())


@given(st.dictionaries(st.text(), st.one_of(SCALARS, st.lists(SCALARS))))
def test_what_is_encoded_comes_back(payload: dict[str, Any]) -> None:
    assert payloads.decode(payloads.encode(payload, "payloads[0]")) == payload


def test_an_empty_payload_takes_no_room() -> None:
    assert payloads.encode({}, "payloads[0]") is None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_must_be_finite_also_in_lists(number: float) -> None:
    for payload in ({"year": number}, {"years": [1.0, number]}):
        with pytest.raises(InvalidInput) as caught:
            payloads.encode(payload, "payloads[7]")
        assert caught.value.violations[0].field == "payloads[7]"


def test_a_refusal_does_not_quote_the_payload() -> None:
    with pytest.raises(InvalidInput, match="at most 16384 are allowed") as caught:
        payloads.encode({"患者": "太郎" * 5000}, "payloads[0]")
    assert "患者" not in str(caught.value)
    assert "太郎" not in str(caught.value)
