"""Messages with a value in every field, made from the descriptor alone."""

from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

_WELL_KNOWN: dict[str, Any] = {
    "Timestamp": "2026-01-02T03:04:05Z",
    "Duration": "1.500s",
    "FieldMask": "readers,displayName",
    "Struct": {"ward": "3B", "beds": 4.0},
    "Value": "x",
    "ListValue": [1.0, "b"],
    "Any": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1.5s"},
    "Empty": {},
}

_SCALARS: dict[int, Any] = {
    FieldDescriptor.CPPTYPE_INT32: 7,
    FieldDescriptor.CPPTYPE_UINT32: 8,
    FieldDescriptor.CPPTYPE_INT64: 9007199254740993,  # above what a JavaScript number holds
    FieldDescriptor.CPPTYPE_UINT64: 18446744073709551615,
    FieldDescriptor.CPPTYPE_FLOAT: 0.25,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.1,
    FieldDescriptor.CPPTYPE_BOOL: True,
}


def filled(descriptor: Descriptor, depth: int = 0) -> Message:
    """A message whose every field is set, of each oneof the first; recursion ends after three levels."""
    message: Message = GetMessageClass(descriptor)()
    if descriptor.file.package == "google.protobuf":
        json_format.ParseDict(_WELL_KNOWN[descriptor.name], message)
        return message
    for field in descriptor.fields:
        if field.containing_oneof is not None and field.containing_oneof.fields[0] is not field:
            continue
        if field.message_type is not None:
            if depth < 3:
                _set_message(message, field, filled(field.message_type, depth + 1))
        elif field.is_repeated:
            getattr(message, field.name).extend([_scalar(field)] * 2)
        else:
            setattr(message, field.name, _scalar(field))
    return message


def _set_message(message: Message, field: FieldDescriptor, value: Message) -> None:
    if field.is_repeated:
        getattr(message, field.name).add().CopyFrom(value)
    else:
        getattr(message, field.name).CopyFrom(value)


def _scalar(field: FieldDescriptor) -> Any:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"\x00\xff\xfe"
    if field.enum_type is not None:
        return field.enum_type.values[-1].number
    return _SCALARS.get(field.cpp_type, '値😀\n"')
