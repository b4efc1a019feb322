"""Builds the request message of a call from its path, query and body.

Parse → plan → apply: everything becomes one JSON tree, which is checked as a whole and then turned into the message,
so that a value obeys the same rules wherever it stood.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from monshin_kit.errors import InvalidInput, Violation

from monshin_gateway.core.conformity import find_field, violations
from monshin_gateway.core.methods import WHOLE_BODY, Rule

# Messages whose JSON form is a string, so that a query can carry them.
STRING_TYPES = frozenset(f"google.protobuf.{name}" for name in ("Timestamp", "Duration", "FieldMask"))

_TRUTH = {"true": True, "false": False}
_MAX_VIOLATIONS = 20


def build(
    message: Descriptor,
    rule: Rule,
    path_fields: Mapping[str, str],
    query: Iterable[tuple[str, str]],
    body: Mapping[str, Any] | None,
) -> Message:
    """The request message. body: the parsed JSON object, None if none came.

    Raises InvalidInput that lists unknown parameters and fields, wrong types, and values that contradict the path.
    """
    tree = _body_tree(message, rule, body)
    _add_query(message, rule, tree, path_fields, query)
    for field_path, value in path_fields.items():
        _put_path_field(message, tree, field_path, value)
    return parse_tree(message, tree)


def parse_tree(message: Descriptor, tree: dict[str, Any]) -> Message:
    """The message of a JSON object; raises InvalidInput with every fault and its path."""
    faults = [fault for fault, _ in zip(violations(message, tree), range(_MAX_VIOLATIONS), strict=False)]
    if faults:
        raise InvalidInput.of(faults)
    result: Message = GetMessageClass(message)()
    try:
        json_format.ParseDict(tree, result)
    except json_format.ParseError:
        # Its words may hold the value.
        raise InvalidInput(f"the request is not a {message.name} in JSON form", reason="WRONG_TYPE") from None
    return result


def _body_tree(message: Descriptor, rule: Rule, body: Mapping[str, Any] | None) -> dict[str, Any]:
    if not rule.body:
        if body is not None:
            raise InvalidInput("this call takes no body", reason="UNEXPECTED_BODY")
        return {}
    if rule.body == WHOLE_BODY:
        return dict(body or {})
    return {message.fields_by_name[rule.body].json_name: dict(body or {})}


def _add_query(
    message: Descriptor,
    rule: Rule,
    tree: dict[str, Any],
    path_fields: Mapping[str, str],
    query: Iterable[tuple[str, str]],
) -> None:
    faults: list[Violation] = []
    for name, text in query:
        trail = _trail(message, name)
        fault = _query_fault(trail, rule, path_fields)
        if fault or trail is None:
            faults.append(Violation(name[:100], fault, "QUERY_PARAMETER"))
        elif trail[-1].is_repeated:
            _node(tree, trail).setdefault(trail[-1].json_name, []).append(_typed(trail[-1], text))
        elif trail[-1].json_name in (node := _node(tree, trail)):
            faults.append(Violation(name[:100], "is given twice", "QUERY_PARAMETER"))
        else:
            node[trail[-1].json_name] = _typed(trail[-1], text)
    if faults:
        raise InvalidInput.of(faults[:_MAX_VIOLATIONS])


def _query_fault(trail: list[FieldDescriptor] | None, rule: Rule, path_fields: Mapping[str, str]) -> str:
    if rule.body == WHOLE_BODY:
        return "is a query parameter, but this call reads its fields from the body"
    if trail is None:
        return "is not a parameter of this call"
    if ".".join(field.name for field in trail) in path_fields:
        return "is given by the path"
    if rule.body and trail[0].name == rule.body:
        return "is given by the body"
    return ""


def _trail(message: Descriptor, name: str) -> list[FieldDescriptor] | None:
    """The fields along a dotted parameter, if a query can carry the last: a value, a list of values, or a type of
    google.protobuf whose JSON form is a string."""
    trail: list[FieldDescriptor] = []
    at: Descriptor | None = message
    for part in name.split("."):
        field = find_field(at, part) if at is not None else None
        if field is None or (trail and trail[-1].is_repeated):
            return None
        trail.append(field)
        at = field.message_type
    return trail if at is None or at.full_name in STRING_TYPES else None


def _node(tree: dict[str, Any], trail: list[FieldDescriptor]) -> dict[str, Any]:
    for field in trail[:-1]:
        tree = tree.setdefault(field.json_name, {})
    return tree


def _typed(field: FieldDescriptor, text: str) -> Any:
    return _TRUTH.get(text, text) if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL else text


def _put_path_field(message: Descriptor, tree: dict[str, Any], field_path: str, value: str) -> None:
    *parents, last = field_path.split(".")
    for name in parents:
        field = message.fields_by_name[name]
        key = _key(tree, field)
        child = tree[key] = {} if tree.get(key) is None else tree[key]
        if field.message_type is None or not isinstance(child, dict):
            return  # the check of the whole tree names it
        tree, message = child, field.message_type
    field = message.fields_by_name[last]
    key = _key(tree, field)
    if tree.get(key) not in (None, "", value, _typed(field, value)):
        raise InvalidInput("differs from the path", field=field.json_name, reason="CONTRADICTS_PATH")
    tree[key] = _typed(field, value)


def _key(tree: Mapping[str, Any], field: FieldDescriptor) -> str:
    return field.name if field.name in tree and field.json_name not in tree else field.json_name
