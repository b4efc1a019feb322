"""The RPCs and their HTTP rules, read from descriptors."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from google.api import annotations_pb2, http_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from monshin_protos.auth.v1 import auth_pb2

from monshin_gateway.core import template
from monshin_gateway.core.template import Template

WHOLE_BODY = "*"


class Shape(enum.Enum):
    """Which sides of an RPC are streams."""

    UNARY = "unary"
    SERVER_STREAM = "server stream"
    CLIENT_STREAM = "client stream"
    BIDIRECTIONAL = "bidirectional"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to call a method by HTTP. body: a field of the request, `*` for all of it, or empty."""

    verb: str
    template: Template
    body: str
    response_body: str


@dataclass(frozen=True, slots=True)
class Method:
    """An RPC. rules: empty for one that only gRPC offers. scope: what its caller must hold."""

    package: str
    service: str
    name: str
    request: Descriptor
    response: Descriptor
    shape: Shape
    rules: tuple[Rule, ...]
    scope: str
    is_idempotent: bool

    @property
    def grpc_path(self) -> str:
        """Such as `/monshin.ann.v1.AnnService/Search`."""
        return f"/{self.package}.{self.service}/{self.name}"

    @property
    def full_name(self) -> str:
        """Such as `monshin.ann.v1.AnnService/Search`, the name of its spans and audit entries."""
        return self.grpc_path[1:]

    @property
    def watches_state(self) -> bool:
        """Whether its stream sends the state as it is now and after each change, rather than a list of results."""
        return self.shape is Shape.SERVER_STREAM and self.name.startswith("Watch")


def read_methods(files: Iterable[FileDescriptor]) -> tuple[Method, ...]:
    """All methods of all services, in the order of the files; raises ValueError where a rule is wrong."""
    return tuple(
        _read(method) for file in files for service in file.services_by_name.values() for method in service.methods
    )


def field_at(message: Descriptor, path: str) -> FieldDescriptor:
    """The field at a dotted path of proto names; raises ValueError if there is none."""
    *parents, last = path.split(".")
    for name in parents:
        field = message.fields_by_name.get(name)
        if field is None or field.message_type is None or field.is_repeated:
            raise ValueError(f"{message.full_name} has no message field {name!r}")
        message = field.message_type
    if last not in message.fields_by_name:
        raise ValueError(f"{message.full_name} has no field {last!r}")
    return message.fields_by_name[last]


def _read(method: MethodDescriptor) -> Method:
    options = method.GetOptions()
    service = method.containing_service
    rules: tuple[Rule, ...] = ()
    if options.HasExtension(annotations_pb2.http):
        bound = options.Extensions[annotations_pb2.http]
        rules = tuple(_rule(method, rule) for rule in (bound, *bound.additional_bindings))
    return Method(
        package=service.file.package,
        service=service.name,
        name=method.name,
        request=method.input_type,
        response=method.output_type,
        shape=_shape(method),
        rules=rules,
        scope=options.Extensions[auth_pb2.requires].scope,
        is_idempotent=options.idempotency_level == descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS,
    )


def _shape(method: MethodDescriptor) -> Shape:
    match method.client_streaming, method.server_streaming:
        case False, False:
            return Shape.UNARY
        case False, True:
            return Shape.SERVER_STREAM
        case True, False:
            return Shape.CLIENT_STREAM
        case _:
            return Shape.BIDIRECTIONAL


def _rule(method: MethodDescriptor, rule: http_pb2.HttpRule) -> Rule:
    if method.client_streaming and method.server_streaming:
        raise ValueError(f"{method.full_name} is bidirectional: it cannot have an HTTP rule")
    kind = rule.WhichOneof("pattern")
    if kind is None:
        raise ValueError(f"{method.full_name} has an HTTP rule without a path")
    verb, path = (rule.custom.kind, rule.custom.path) if kind == "custom" else (kind.upper(), getattr(rule, kind))
    parsed = template.parse(path)
    for variable in parsed.variables:
        field = field_at(method.input_type, variable.field_path)
        if field.is_repeated or field.message_type is not None:
            raise ValueError(f"{method.full_name}: {variable.field_path} is in the path, but no single value")
    if rule.body and rule.body != WHOLE_BODY:
        field_at(method.input_type, rule.body)
    if rule.response_body:
        field_at(method.output_type, rule.response_body)
    return Rule(verb, parsed, rule.body, rule.response_body)
