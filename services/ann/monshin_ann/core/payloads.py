"""Payloads: small facts beside a vector. In memory and on disk they are compact JSON text."""

import json
from collections.abc import Mapping, Sequence

from monshin_kit.errors import InvalidInput

Scalar = str | float | bool
Value = Scalar | Sequence[Scalar]
Payload = Mapping[str, Value]

MAX_PAYLOAD_BYTES = 16 * 1024

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(payload: Payload, field: str) -> str | None:
    """JSON text with sorted keys; None for an empty payload.

    field: path of the payload in the request, for the error, which never quotes a key or value.
    Raises InvalidInput for a number that is not finite and for more than 16 KiB.
    """
    if not payload:
        return None
    try:
        text = _ENCODER.encode(payload)
    except ValueError:
        raise InvalidInput("numbers must be finite", field=field) from None
    size = len(text.encode())
    if size > MAX_PAYLOAD_BYTES:
        raise InvalidInput(f"the payload takes {size} bytes: at most {MAX_PAYLOAD_BYTES} are allowed", field=field)
    return text


def canonical(text: str, field: str) -> str | None:
    """JSON text from anywhere as `encode` writes it, so that what is stored equals its canonical text.

    Raises InvalidInput, which never quotes the text, for what is no payload: no JSON object of scalars and lists of
    them, half a character, and what `encode` refuses.

    >>> canonical('{ "year": 2024, "ward": "ICU" }', "payload")
    '{"ward":"ICU","year":2024.0}'
    """
    try:
        found = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        raise InvalidInput("a payload must be JSON", field=field) from None
    if not isinstance(found, dict) or not all(map(_is_value, found.values())):
        raise InvalidInput("a payload must be a JSON object of scalars and lists of them", field=field)
    try:
        return encode(found, field)
    except UnicodeEncodeError:
        raise InvalidInput("a payload must not hold half a character", field=field) from None


def decode(text: str | None) -> dict[str, Value]:
    """The payload of `encode`d text.

    >>> decode(encode({"ward": "ICU", "year": 2024.0}, "payloads[0]"))
    {'ward': 'ICU', 'year': 2024.0}
    """
    payload: dict[str, Value] = json.loads(text) if text is not None else {}
    return payload


def elements(value: Value) -> Sequence[Scalar]:
    """A list's elements; a scalar as the only one."""
    return [value] if isinstance(value, (str, float, bool, int)) else value


def _is_value(value: object) -> bool:
    found = value if isinstance(value, list) else [value]
    return all(isinstance(element, (str, float, bool)) for element in found)
