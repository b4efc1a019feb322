"""Settings: one frozen dataclass a service, read once from the environment.

>>> @dataclass(frozen=True, slots=True)
... class EchoSettings:
...     prefix: ClassVar[str] = "MONSHIN_ECHO_"
...     limit: int = setting(8, "how many echoes at most", unit="echoes")
>>> load(EchoSettings, {"MONSHIN_ECHO_LIMIT": "3"})
EchoSettings(limit=3)
"""

import dataclasses
import os
import typing
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from monshin_kit.errors import InvalidInput


class Settings(Protocol):
    """A frozen dataclass whose fields are made by `setting` and whose `prefix` starts their variables' names."""

    prefix: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


S = TypeVar("S", bound=Settings)


def setting(default: Any, help_text: str, *, unit: str = "") -> Any:
    """A field of a settings class: its default, one line of help, and the unit of a number."""
    return field(default=default, metadata={"help": help_text, "unit": unit})


def load(cls: type[S], environ: Mapping[str, str] | None = None) -> S:
    """Reads all fields from `environ` (default: the process's).

    Raises InvalidInput that names the variable, what it held and the type it needs.
    """
    source = os.environ if environ is None else environ
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for item in dataclasses.fields(cls):
        name = variable(cls, item.name)
        if name in source:
            values[item.name] = _parse(name, source[name], hints[item.name])
    return cls(**values)


def variable(cls: type[Settings], field_name: str) -> str:
    """The environment variable of a field."""
    return cls.prefix + field_name.upper()


def markdown_table(cls: type[Settings]) -> str:
    """The README's table of a settings class; a test keeps the README equal to it."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for item in dataclasses.fields(cls):
        default = _shown(item.default)
        unit = f" ({item.metadata['unit']})" if item.metadata["unit"] else ""
        lines.append(f"| `{variable(cls, item.name)}` | `{default}` | {item.metadata['help']}{unit} |")
    return "\n".join(lines)


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return " ".join(default)
    return "" if default == Path() else str(default)


def _parse(name: str, text: str, kind: Any) -> Any:
    try:
        if kind is bool:
            return {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}[text.lower()]
        if kind in (int, float, str, Path):
            return kind(text)
        if kind == tuple[str, ...]:
            return tuple(text.split())
    except (ValueError, KeyError):
        raise InvalidInput(f"{name} is {text!r}, but must be of type {kind.__name__}", field=name) from None
    raise TypeError(f"{name}: settings of type {kind} are not supported")
