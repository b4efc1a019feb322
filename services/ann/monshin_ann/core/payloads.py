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
