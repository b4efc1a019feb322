"""Checks a request against the bounds written in its .proto (protovalidate)."""

from collections.abc import Iterable
from typing import Any, cast

import protovalidate
from google.protobuf.message import Message

from monshin_kit.errors import InvalidInput, Violation

_MAX_REPORTED = 20
_MAX_PATH = 200
_MAX_TOTAL = 2500  # characters: details travel as metadata, of which a gRPC client takes 8 KiB in all


class Validator:
    """Compiles each message type's rules once."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()

    def check(self, message: Message) -> None:
        """Raises InvalidInput with one violation a broken rule (at most 20, and as fit). Values are never quoted."""
        broken = self._validator.collect_violations(cast(Any, message))
        if broken:
            raise InvalidInput.of(_fitting(_violation(item.proto) for item in broken[:_MAX_REPORTED]))


def _fitting(violations: Iterable[Violation]) -> list[Violation]:
    found: list[Violation] = []
    total = 0
    for violation in violations:
        total += len(violation.field) + len(violation.description) + len(violation.reason)
        if found and total > _MAX_TOTAL:
            break
        found.append(violation)
    return found


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
    path = ".".join(parts)
    return path if len(path) <= _MAX_PATH else path[:_MAX_PATH] + "…"
