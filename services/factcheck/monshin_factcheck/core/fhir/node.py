"""A place in a FHIR resource, read with a check of its type; errors name the place and quote nothing."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from monshin_kit.errors import InvalidInput

# What may be repeated to a caller: words of FHIR, never free text.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9./+-]{0,63}")


def shown(word: str) -> str:
    """A word of FHIR as it is, anything else without its content.

    >>> shown("application/pdf"), shown("山田太郎")
    ('application/pdf', '(not a word of FHIR)')
    """
    return word if _WORD.fullmatch(word) else "(not a word of FHIR)"


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object; path: where it stands in the request, such as `sources[0].fhir.entry[3].resource`."""

    value: dict[str, Any]
    path: str

    @property
    def kind(self) -> str:
        """Its resourceType; empty for what is no resource."""
        return self.text("resourceType")

    @property
    def id(self) -> str:
        """Its logical id, or empty."""
        return self.text("id")

    def has(self, name: str) -> bool:
        """Whether the element is there."""
        return name in self.value

    def text(self, name: str) -> str:
        """A string, code, date or reference; empty if absent."""
        value = self.value.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def flag(self, name: str) -> bool | None:
        """A boolean; None if absent."""
        value = self.value.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def number(self, name: str) -> str:
        """A number as it was written, 4.10 stays 4.10; empty if absent."""
        value = self.value.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(name, "a number")
        if isinstance(value, Decimal) and abs(value.adjusted()) > 30:
            raise self._wrong(name, "a number of at most 30 digits")
        return format(value, "f") if isinstance(value, Decimal) else str(value)

    def child(self, name: str) -> "Node | None":
        """An object; None if absent."""
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        return Node(value, f"{self.path}.{name}")

    def children(self, name: str) -> Iterator["Node"]:
        """The objects of a list; none if absent."""
        value = self.value.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        for place, item in enumerate(value):
            if not isinstance(item, dict):
                raise self._wrong(f"{name}[{place}]", "an object")
            yield Node(item, f"{self.path}.{name}[{place}]")

    def texts(self, name: str) -> list[str]:
        """The strings of a list; none if absent."""
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(name, "a list of strings")
        return value

    def data(self, name: str) -> bytes:
        """Base64 decoded; empty if absent."""
        try:
            return base64.b64decode("".join(self.text(name).split()), validate=True)
        except (binascii.Error, ValueError):
            raise self._wrong(name, "base64") from None

    def refuse(self, name: str, problem: str, reason: str = "") -> InvalidInput:
        """An error at one of its elements; an empty name means the object itself."""
        field = f"{self.path}.{name}" if name else self.path
        return InvalidInput(f"{field}: {problem}", field=field, reason=reason)

    def _wrong(self, name: str, wanted: str) -> InvalidInput:
        return self.refuse(name, f"{wanted} is needed", "NOT_FHIR")
