"""Messages and enums as JSON Schema, collected as they are referred to."""

from typing import Any

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from monshin_gateway.openapi.bounds import field_bounds, is_required, item_bounds
from monshin_gateway.openapi.comments import Comments

Schema = dict[str, Any]

_WELL_KNOWN: dict[str, Schema] = {
    "Empty": {"type": "object"},
    "Struct": {"type": "object", "additionalProperties": True},
    "Value": {},
    "ListValue": {"type": "array", "items": {}},
    "Timestamp": {"type": "string", "format": "date-time"},
    "Duration": {"type": "string", "pattern": r"^-?\d+(\.\d{1,9})?s$"},
    "Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"],
        "additionalProperties": True,
        "description": "A message with its type beside its fields.",
    },
    "FieldMask": {"type": "string", "description": "Names of fields in lowerCamelCase, separated by commas."},
}

_INT64 = {"type": "string", "format": "int64", "pattern": r"^-?\d{1,20}$"}
_SCALARS: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0},
    FieldDescriptor.CPPTYPE_INT64: _INT64,
    FieldDescriptor.CPPTYPE_UINT64: _INT64,
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
}


class Schemas:
    """`components.schemas`: grows with each reference."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments
        self.components: dict[str, Schema] = {}

    def reference(self, described: Descriptor | EnumDescriptor) -> Schema:
        """`{"$ref": …}` to the schema of a message or enum, which is added if it is new."""
        if described.file.package == "google.protobuf":
            return dict(_WELL_KNOWN[described.name])
        name = described.full_name.removeprefix("monshin.")
        if name not in self.components:
            self.components[name] = {}  # a message may hold itself
            self.components[name] = (
                self._enum(described) if isinstance(described, EnumDescriptor) else self.message(described)
            )
        return {"$ref": f"#/components/schemas/{name}"}

    def message(self, message: Descriptor, *, without: frozenset[str] = frozenset()) -> Schema:
        """The object schema of a message; `without`: fields that stand elsewhere, by proto name."""
        fields = [field for field in message.fields if field.name not in without]
        required = [field.json_name for field in fields if is_required(field) or _is_marked_required(field)]
        schema: Schema = {
            "type": "object",
            "description": self._comments.get(message.full_name, ""),
            "properties": {field.json_name: self.field(field) for field in fields},
            "required": required,
        }
        return _without_empty(schema)

    def field(self, field: FieldDescriptor) -> Schema:
        """The schema of a field with its comment and bounds."""
        note = self._comments.get(field.full_name, "")
        if field.containing_oneof is not None and len(field.containing_oneof.fields) > 1:
            others = ", ".join(other.json_name for other in field.containing_oneof.fields)
            note = f"{note}\nAt most one of {others}.".strip()
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            values = self._single(field.message_type.fields_by_name["value"])
            schema: Schema = {"type": "object", "additionalProperties": values}
        elif field.is_repeated:
            schema = {"type": "array", "items": self._single(field) | item_bounds(field)}
        else:
            schema = self._single(field)
        described = {"description": note} if note else {}
        return schema | field_bounds(field) | described

    def comment(self, full_name: str) -> str:
        """The comment of anything, empty without one."""
        return self._comments.get(full_name, "")

    def _single(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type)
        if field.enum_type is not None:
            return self.reference(field.enum_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        return dict(_SCALARS.get(field.cpp_type, {"type": "string"}))

    def _enum(self, enum: EnumDescriptor) -> Schema:
        lines = [self._comments.get(enum.full_name, "")]
        for value in enum.values:
            # Values are siblings of their enum in protobuf's naming, but the source path hangs below it.
            comment = self._comments.get(f"{enum.full_name}.{value.name}", "")
            lines.append(f"- `{value.name}`: {comment}" if comment else f"- `{value.name}`")
        names = [value.name for value in enum.values]
        return {"type": "string", "enum": names, "description": "\n".join(lines).strip()}


def _is_marked_required(field: FieldDescriptor) -> bool:
    return field_behavior_pb2.REQUIRED in field.GetOptions().Extensions[field_behavior_pb2.field_behavior]


def _without_empty(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if value not in ("", [])}
