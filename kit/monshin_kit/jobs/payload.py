"""What may be in a job's spec and result: one flat frozen dataclass of ids and numbers, as JSON.

A record lies in Redis and is shown to operators, so that a patient's text must not get in: strings are names
(`[A-Za-z0-9._~:/@+=,-]`, 300 at most), the whole is bounded. A text goes into the service's own store or an
artefact, and its name goes here.

>>> @dataclass(frozen=True, slots=True)
... class BuildSpec:
...     collection: str
...     degree: int = 32
>>> encode(BuildSpec("collections/notes"))
'{"collection":"collections/notes","degree":32}'
"""

import dataclasses
import json
import re
import typing
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from monshin_kit.errors import InvalidInput

MAX_BYTES = 16 * 1024
_NAME = re.compile(r"[A-Za-z0-9._~:/@+=,-]{0,300}")
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Payload(Protocol):
    """A frozen dataclass whose fields are str, int, float, bool, or tuples of one of them."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class Kind(Generic[P]):
    """A sort of job: its name, such as `ann.build`, and the class of its spec; one constant for service and worker."""

    name: str
    spec: type[P]

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.name):
            raise InvalidInput(f"{self.name!r} is no kind of job: write it as `service.verb`")


def encode(payload: Payload) -> str:
    """As JSON. Raises InvalidInput that names the field, and not what it holds."""
    values = {item.name: getattr(payload, item.name) for item in dataclasses.fields(payload)}
    for name, value in values.items():
        for each in value if isinstance(value, tuple) else (value,):
            _check(name, each)
    text = json.dumps(values, separators=(",", ":"))
    if len(text) > MAX_BYTES:
        raise InvalidInput(f"{len(text)} bytes of spec or result, at most {MAX_BYTES}: put lists into an artefact")
    return text


def decode(cls: type[P], text: str) -> P:
    """What `encode` wrote, also by an earlier version: fields that it did not know take their defaults.

    Raises InvalidInput if a field is missing, unknown, or of another type.
    """
    values = json.loads(text or "{}")
    hints = typing.get_type_hints(cls)
    fields = {item.name: item for item in dataclasses.fields(cls)}
    if unknown := values.keys() - fields.keys():
        raise InvalidInput(f"{cls.__name__} has no field {', '.join(sorted(unknown))}: written by a newer version?")
    try:
        return cls(**{name: _typed(cls, name, hints[name], value) for name, value in values.items()})
    except TypeError:
        raise InvalidInput(f"{cls.__name__} lacks a field: written by another version?") from None


def _check(name: str, value: object) -> None:
    match value:
        case str() if not _NAME.fullmatch(value):
            raise InvalidInput(f"{name} must be a name of up to 300 of A-Z a-z 0-9 . _ ~ : / @ + = , -", field=name)
        case float() if not isfinite(value):
            raise InvalidInput(f"{name} is not finite", field=name)
        case str() | bool() | int() | float():
            return
        case _:
            raise InvalidInput(f"{name} is a {type(value).__name__}: ids and numbers only", field=name)


def _typed(cls: type, name: str, kind: Any, value: object) -> object:
    if typing.get_origin(kind) is tuple and isinstance(value, list):
        item = typing.get_args(kind)[0]
        return tuple(_typed(cls, name, item, each) for each in value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise InvalidInput(f"{cls.__name__}.{name} must be of type {kind}, but is a {type(value).__name__}", field=name)
    return value
