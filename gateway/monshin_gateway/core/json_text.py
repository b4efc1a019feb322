"""Strict JSON: what two parsers could read differently is refused, not guessed."""

import json
import re
from typing import Any

from monshin_kit.errors import InvalidInput

# Longer integers mean nothing to protobuf, and Python needs quadratic time for them.
_MAX_DIGITS = 400
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_object(data: bytes) -> dict[str, Any]:
    """The JSON object that `data` holds.

    Raises InvalidInput for bytes that are not UTF-8, broken JSON, a key twice in one object, NaN and Infinity,
    lone surrogates (they are no Unicode text and no protobuf string), and anything but an object.
    The message tells where, never what.
    """
    value = _load(_text(data))
    if not isinstance(value, dict):
        raise InvalidInput(f"the JSON value must be an object, not {kind_of(value)}", reason="NOT_AN_OBJECT")
    if _SURROGATE_ESCAPE.search(data):
        _refuse_surrogates(value, "")
    return value


def kind_of(value: Any) -> str:
    """The JSON name of a parsed value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the text is not UTF-8 at byte {error.start}", reason="INVALID_UTF8") from None


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"the text is not JSON at {place}: {error.msg}", reason="INVALID_JSON") from None
    except RecursionError:
        raise InvalidInput("the JSON value is nested too deeply", reason="TOO_DEEP") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise InvalidInput("the JSON text has a key twice in one object", reason="DUPLICATE_KEY")
    return result


def _constant(name: str) -> Any:
    raise InvalidInput(f"{name} is not JSON", reason="INVALID_JSON")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise InvalidInput(f"the JSON text has a number of {len(digits)} digits", reason="INVALID_JSON")
    return int(digits)


def _refuse_surrogates(value: Any, path: str) -> None:
    match value:
        case str():
            if not _is_unicode(value):
                raise InvalidInput("the string has a lone surrogate", field=path, reason="LONE_SURROGATE")
        case list():
            for index, item in enumerate(value):
                _refuse_surrogates(item, f"{path}[{index}]")
        case dict():
            for key, item in value.items():
                if not _is_unicode(key):
                    raise InvalidInput("a key has a lone surrogate", field=path, reason="LONE_SURROGATE")
                _refuse_surrogates(item, f"{path}.{key}" if path else key)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
