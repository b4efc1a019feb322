"""Checks a request against the bounds written in its .proto (protovalidate)."""

from typing import Any, cast

import protovalidate
from google.protobuf.message import Message

from monshin_kit.errors import InvalidInput, Violation

_MAX_REPORTED = 20


class Validator:
    """Compiles each message type's rules once."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()

    def check(self, message: Message) -> None:
        """Raises InvalidInput with one violation a broken rule (at most 20). Values are never quoted."""
        broken = self._validator.collect_violations(cast(Any, message))
        if broken:
            raise InvalidInput.of([_violation(item.proto) for item in broken[:_MAX_REPORTED]])


def _violation(proto: Any) -> Violation:
    return Violation(_path(proto.field), proto.message, proto.rule_id)


def _path(field: Any) -> str:
    parts: list[str] = []
    for element in field.elements if field is not None else ():
        subscript = element.subscript
        suffix = ""
        if subscript is not None:
            # A map's key comes from the caller: it may be anything.
            suffix = "[*]" if isinstance(subscript.value, str) else f"[{subscript.value}]"
        parts.append(element.field_name + suffix)
    return ".".join(parts)
