"""Path templates in OpenAPI's words: each `*` becomes a named parameter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from google.api import resource_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor

from monshin_gateway.core import template
from monshin_gateway.core.methods import Method, Rule, field_at
from monshin_gateway.core.requests import STRING_TYPES
from monshin_gateway.core.template import Template, Variable

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class NamedPath:
    """An OpenAPI path; parameters: name → the request's field that it is part of."""

    text: str
    parameters: dict[str, FieldDescriptor]


class PathNames:
    """Knows the patterns of all resources, so that `corpora/*` reads `corpora/{corpus}`."""

    def __init__(self, files: tuple[FileDescriptor, ...]) -> None:
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        for message in (message for file in files for message in file.message_types_by_name.values()):
            for pattern in message.GetOptions().Extensions[resource_pb2.resource].pattern:
                shape = tuple(template.ONE if _PLACE.fullmatch(part) else part for part in pattern.split("/"))
                self._names[shape] = tuple(_PLACE.findall(pattern))

    def name(self, method: Method, rule: Rule) -> NamedPath:
        """The path of a rule."""
        segments = list(rule.template.segments)
        parameters: dict[str, FieldDescriptor] = {}
        for variable in rule.template.variables:
            field = field_at(method.request, variable.field_path)
            for index, name in self._places(rule.template, variable):
                segments[index] = f"{{{name}}}"
                parameters[name] = field
        verb = f":{rule.template.verb}" if rule.template.verb else ""
        return NamedPath("/" + "/".join(segments) + verb, parameters)

    def _places(self, parsed: Template, variable: Variable) -> Iterator[tuple[int, str]]:
        spanned = parsed.segments[variable.start : variable.end]
        wild = [variable.start + offset for offset, part in enumerate(spanned) if part in (template.ONE, template.REST)]
        if len(spanned) == 1:
            names: tuple[str, ...] = (variable.field_path.replace(".", "_"),)
        else:
            names = self._names.get(spanned) or tuple(f"{parsed.segments[index - 1]}_id" for index in wild)
        yield from zip(wild, names, strict=True)


def query_fields(
    message: Descriptor, taken: frozenset[str], prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, FieldDescriptor]]:
    """Parameters that a query can carry: dotted JSON names and their fields; `taken`: proto paths given elsewhere."""
    for field in message.fields:
        if field.name in taken:
            continue
        if field.message_type is None or field.message_type.full_name in STRING_TYPES:
            yield prefix + field.json_name, field
        elif not field.is_repeated and field.message_type.file.package != "google.protobuf" and depth < 3:
            yield from query_fields(field.message_type, frozenset(), f"{prefix}{field.json_name}.", depth + 1)
