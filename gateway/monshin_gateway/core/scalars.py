"""Whether a JSON value fits a protobuf field of one value, in words that do not repeat the value."""

import math
import re
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_FLOAT_MAX = 3.4028234663852886e38
_DOUBLE_WORDS = ("NaN", "Infinity", "-Infinity")

_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


def complaint(field: FieldDescriptor, value: Any) -> str:
    """Why `value` does not fit `field` (not a message), or an empty string if it does."""
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
            return "" if _is_base64(value) else "must be a base64 string"
        case FieldDescriptor.CPPTYPE_STRING:
            return "" if isinstance(value, str) else "must be a string"
        case FieldDescriptor.CPPTYPE_BOOL:
            return "" if isinstance(value, bool) else "must be true or false"
        case FieldDescriptor.CPPTYPE_ENUM if field.enum_type is not None:
            return _enum(field.enum_type, value)
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            limit = _FLOAT_MAX if field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT else math.inf
            return "" if _is_number(value, limit) else "must be a number"
        case _:
            low, high = _RANGES[field.cpp_type]
            number = _integer(value)
            fits = number is not None and low <= number <= high
            return "" if fits else f"must be an integer from {low} to {high}"


def _enum(enum: EnumDescriptor, value: Any) -> str:
    if isinstance(value, str) and value in enum.values_by_name:
        return ""
    number = _integer(value)
    low, high = _RANGES[FieldDescriptor.CPPTYPE_INT32]
    if number is not None and low <= number <= high:
        return ""  # proto3 enums are open: a rule of the service refuses numbers without a name
    return f"must be one of {', '.join(enum.values_by_name)}"


def _integer(value: Any) -> int | None:
    match value:
        case bool():
            return None
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else None
        case str():
            return int(value) if _INTEGER.fullmatch(value) else None
        case _:
            return None


def _is_number(value: Any, limit: float) -> bool:
    match value:
        case bool():
            return False
        case int() | float():
            return _magnitude(value) <= limit and not math.isinf(value)
        case str():
            return value in _DOUBLE_WORDS or _is_number(_float(value), limit)
        case _:
            return False


def _magnitude(value: float) -> float:
    try:
        return abs(float(value))
    except OverflowError:
        return math.inf


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and text.isascii() and text == text.strip() and "_" not in text else None


def _is_base64(value: Any) -> bool:
    return isinstance(value, str) and bool(_BASE64.fullmatch(value)) and len(value.rstrip("=")) % 4 != 1
