"""Whether a JSON object fits a protobuf message: every fault with the path of its field.

`json_format` stops at the first fault and puts the offending value into its words; ours names all unknown fields and
wrong types, and never repeats a value, which may be a patient's text.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from monshin_kit.errors import Violation

from monshin_gateway.core.json_text import kind_of
from monshin_gateway.core.scalars import complaint

_MAX_DEPTH = 90  # json_format stops at 100; its fault would come without a path
_WELL_KNOWN = "google.protobuf"


def violations(message: Descriptor, value: Any, path: str = "", depth: int = 0) -> Iterator[Violation]:
    """All faults of `value` (parsed JSON) as a `message`, in the order of the text; paths in lowerCamelCase."""
    if depth > _MAX_DEPTH:
        yield Violation(path, "is nested too deeply", "TOO_DEEP")
    elif message.file.package == _WELL_KNOWN:
        yield from _well_known(message, value, path)
    elif not isinstance(value, dict):
        yield Violation(path, f"must be an object, not {kind_of(value)}", "WRONG_TYPE")
    else:
        taken: dict[str, str] = {}
        for key, item in value.items():
            field = find_field(message, key)
            if field is None:
                yield Violation(_join(path, key[:100]), _unknown(message, key), "UNKNOWN_FIELD")
                continue
            yield from _taken_twice(field, item, path, taken)
            yield from _field(field, item, _join(path, field.json_name), depth)


def find_field(message: Descriptor, key: str) -> FieldDescriptor | None:
    """The field of a JSON key: its lowerCamelCase name or its proto name."""
    return message.fields_by_camelcase_name.get(key) or message.fields_by_name.get(key)


def _field(field: FieldDescriptor, value: Any, path: str, depth: int) -> Iterator[Violation]:
    if value is None and not _takes_null(field):
        return
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        yield from _map(field.message_type, value, path, depth)
    elif not field.is_repeated:
        yield from _single(field, value, path, depth)
    elif not isinstance(value, list):
        yield Violation(path, f"must be a list, not {kind_of(value)}", "WRONG_TYPE")
    else:
        for index, item in enumerate(value):
            yield from _single(field, item, f"{path}[{index}]", depth)


def _single(field: FieldDescriptor, value: Any, path: str, depth: int) -> Iterator[Violation]:
    if field.message_type is not None:
        yield from violations(field.message_type, value, path, depth + 1)
    elif found := complaint(field, value):
        yield Violation(path, found, "WRONG_TYPE")


def _map(entry_type: Descriptor, value: Any, path: str, depth: int) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield Violation(path, f"must be an object, not {kind_of(value)}", "WRONG_TYPE")
        return
    entry = entry_type.fields_by_name
    for key, item in value.items():
        key_value = {"true": True, "false": False}.get(key, key) if _is_bool(entry["key"]) else key
        if found := complaint(entry["key"], key_value):
            yield Violation(path, f"a key {found}", "WRONG_TYPE")
        yield from _single(entry["value"], item, f"{path}[{key[:100]!r}]", depth)


def _taken_twice(field: FieldDescriptor, value: Any, path: str, taken: dict[str, str]) -> Iterator[Violation]:
    slot = field.name
    if field.containing_oneof is not None:
        if value is None:
            return
        slot = f"oneof {field.containing_oneof.name}"
    if slot not in taken:
        taken[slot] = field.json_name
    elif taken[slot] == field.json_name:
        yield Violation(_join(path, field.json_name), "is given twice, under both of its names", "DUPLICATE_KEY")
    else:
        yield Violation(_join(path, field.json_name), f"excludes {taken[slot]}: give one of them", "EXCLUSIVE")


def _well_known(message: Descriptor, value: Any, path: str) -> Iterator[Violation]:
    try:
        json_format.ParseDict(value, GetMessageClass(message)(), max_recursion_depth=_MAX_DEPTH)
    except (json_format.ParseError, ValueError, TypeError, AttributeError):
        yield Violation(path, f"is not a {message.full_name} in JSON form", "WRONG_TYPE")


def _takes_null(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == "google.protobuf.Value"


def _is_bool(field: FieldDescriptor) -> bool:
    return bool(field.cpp_type == FieldDescriptor.CPPTYPE_BOOL)


def _unknown(message: Descriptor, key: str) -> str:
    near = difflib.get_close_matches(key[:100], list(message.fields_by_camelcase_name), n=1)
    return f"is not a field of {message.name}" + (f": did you mean {near[0]}?" if near else "")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
