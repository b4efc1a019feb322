"""The protovalidate rules of a field as JSON Schema keywords."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from monshin_protos.buf.validate import validate_pb2

_NUMBER_KEYWORDS = {"gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_STRING_KEYWORDS = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"}
_LIST_KEYWORDS = {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"}

# protobuf writes these into JSON as strings, which have no minimum.
_STRINGLY = frozenset({"int64", "uint64", "sint64", "fixed64", "sfixed64"})


def field_bounds(field: FieldDescriptor) -> dict[str, Any]:
    """Keywords for the field's own schema; for a list, those of the list."""
    rules = _rules(field)
    if field.is_repeated:
        return _keywords(rules.repeated, _LIST_KEYWORDS)
    return _value_bounds(rules)


def item_bounds(field: FieldDescriptor) -> dict[str, Any]:
    """Keywords for the items of a list."""
    return _value_bounds(_rules(field).repeated.items)


def is_required(field: FieldDescriptor) -> bool:
    """Whether a request without the field is refused by rule."""
    return bool(_rules(field).required)


def _rules(field: FieldDescriptor) -> validate_pb2.FieldRules:
    rules: validate_pb2.FieldRules = field.GetOptions().Extensions[validate_pb2.field]
    return rules


def _value_bounds(rules: validate_pb2.FieldRules) -> dict[str, Any]:
    kind = rules.WhichOneof("type")
    if kind == "string":
        return _keywords(rules.string, _STRING_KEYWORDS)
    if kind is None or kind in _STRINGLY or kind in ("repeated", "enum", "map"):
        return {}
    return _keywords(getattr(rules, kind), _NUMBER_KEYWORDS)


def _keywords(rules: Message, names: dict[str, str]) -> dict[str, Any]:
    given = {descriptor.name: value for descriptor, value in rules.ListFields()}
    return {keyword: given[name] for name, keyword in names.items() if name in given}
