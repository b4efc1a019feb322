"""Path templates of `google.api.http`: `/v1/{name=collections/*}:search`.

Grammar (google/api/http.proto): segments are literals, `*` (one segment) or `**` (the rest, last only); a variable
`{field.path=segments}` captures what its segments match, `{field}` is `{field=*}`; `:verb` ends a template.

>>> parse("/v1/{name=corpora/*}:publish").match("/v1/corpora/demo:publish")
{'name': 'corpora/demo'}
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from monshin_kit.errors import InvalidInput

ONE: Final = "*"
REST: Final = "**"

_TOKEN = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)(?:=([^{}]+))?\}|([^{}/]+)")
_LITERAL = re.compile(r"[A-Za-z0-9._~-]+")
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variable:
    """A captured field: its path in the request, and which segments it spans (end exclusive)."""

    field_path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template; `segments` are literals, `*` or `**`."""

    segments: tuple[str, ...]
    variables: tuple[Variable, ...]
    verb: str = ""

    @property
    def rank(self) -> tuple[object, ...]:
        """Sorts the more specific template first: a verb, then literals before `*` before `**`."""
        order = {ONE: 1, REST: 2}
        return (not self.verb, tuple((order.get(segment, 0), segment) for segment in self.segments))

    @property
    def shape(self) -> tuple[tuple[str, ...], str]:
        """Equal for two templates that match the same paths."""
        return (self.segments, self.verb)

    def match(self, raw_path: str) -> dict[str, str] | None:
        """The variables by field path, decoded, or None. `raw_path` is percent-encoded, as it came.

        Raises InvalidInput where a captured segment is not UTF-8.
        """
        parts = self._parts(raw_path)
        if parts is None or not self._fits(parts):
            return None
        return {variable.field_path: self._capture(variable, parts) for variable in self.variables}

    def _parts(self, raw_path: str) -> list[str] | None:
        if not raw_path.startswith("/"):
            return None
        if self.verb:
            raw_path, separator, verb = raw_path.rpartition(":")
            if not separator or verb != self.verb:
                return None
        return raw_path[1:].split("/")

    def _fits(self, parts: list[str]) -> bool:
        ends_deep = self.segments[-1] == REST
        if len(parts) != len(self.segments) and not (ends_deep and len(parts) >= len(self.segments)):
            return False
        return all(
            segment == REST or (part != "" if segment == ONE else part == segment)
            for segment, part in zip(self.segments, parts, strict=False)
        )

    def _capture(self, variable: Variable, parts: list[str]) -> str:
        end = len(parts) if self.segments[variable.end - 1] == REST else variable.end
        captured = parts[variable.start : end]
        single = variable.end - variable.start == 1 and self.segments[variable.start] == ONE
        return _decode(captured[0]) if single else "/".join(_decode_keeping_slashes(part) for part in captured)


def parse(text: str) -> Template:
    """Parses a template; raises ValueError, naming it, where the grammar is broken (a fault of the proto)."""
    body, verb = _split_verb(text)
    if not body.startswith("/"):
        raise ValueError(f"template {text!r} must start with a slash")
    segments: list[str] = []
    variables: list[Variable] = []
    position = 1
    while True:
        token = _TOKEN.match(body, position)
        if token is None:
            raise ValueError(f"template {text!r} is broken at character {position}")
        field_path, pattern, literal = token.groups()
        start = len(segments)
        segments += _segments(text, pattern or ONE) if field_path else _segments(text, literal)
        if field_path:
            variables.append(Variable(field_path, start, len(segments)))
        position = token.end()
        if position == len(body):
            break
        if body[position] != "/":
            raise ValueError(f"template {text!r} is broken at character {position}")
        position += 1
    return _checked(text, Template(tuple(segments), tuple(variables), verb))


def _split_verb(text: str) -> tuple[str, str]:
    head, separator, verb = text.rpartition(":")
    if separator and "/" not in verb and "}" not in verb:
        if not _LITERAL.fullmatch(verb):
            raise ValueError(f"template {text!r} has a broken verb")
        return head, verb
    return text, ""


def _segments(text: str, pattern: str) -> list[str]:
    segments = pattern.split("/")
    for segment in segments:
        if segment not in (ONE, REST) and not _LITERAL.fullmatch(segment):
            raise ValueError(f"template {text!r} has a broken segment {segment!r}")
    return segments


def _checked(text: str, template: Template) -> Template:
    paths = [variable.field_path for variable in template.variables]
    if len(set(paths)) != len(paths):
        raise ValueError(f"template {text!r} captures a field twice")
    if REST in template.segments[:-1]:
        raise ValueError(f"template {text!r} has `**` before its end")
    return template


def _decode(part: str) -> str:
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise InvalidInput("the path holds bytes that are not UTF-8", reason="INVALID_UTF8") from None


def _decode_keeping_slashes(part: str) -> str:
    # http.proto: in a capture of several segments `%2F` stays as it is, or it would look like a border.
    return "%2F".join(_decode(piece) for piece in _ENCODED_SLASH.split(part))
