"""What the descriptors say of a method: the scope it asks for, whether it only reads, which resources it names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from google.api import resource_pb2
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from monshin_protos.auth.v1 import auth_pb2


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC.

    name: `monshin.ann.v1.AnnService/Upsert`. scope: empty where the proto gives none; then nobody may call it.
    is_read: the proto says `idempotency_level = NO_SIDE_EFFECTS`.
    """

    name: str
    service: str
    short_name: str
    scope: str
    is_read: bool
    takes_stream: bool
    gives_stream: bool
    request_class: type[Message]
    resources: Callable[[Message], tuple[str, ...]]

    @property
    def path(self) -> str:
        """As on the wire."""
        return f"/{self.name}"


def of_service(full_name: str) -> list[Method]:
    """The methods of a service whose stubs are imported; KeyError for an unknown one."""
    service = descriptor_pool.Default().FindServiceByName(full_name)
    return [_method(service, method) for method in service.methods]


def _method(service: ServiceDescriptor, method: MethodDescriptor) -> Method:
    options = method.GetOptions()
    return Method(
        name=f"{service.full_name}/{method.name}",
        service=service.full_name,
        short_name=method.name,
        scope=options.Extensions[auth_pb2.requires].scope,
        is_read=options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS,
        takes_stream=method.client_streaming,
        gives_stream=method.server_streaming,
        request_class=GetMessageClass(method.input_type),
        resources=_resource_reader(method),
    )


def _resource_reader(method: MethodDescriptor) -> Callable[[Message], tuple[str, ...]]:
    fields = [field for field in method.input_type.fields if _may_name_resource(field)]
    created = _created(method)

    def read(message: Message) -> tuple[str, ...]:
        names = [name for field in fields for name in _names(message, field)]
        if created is not None:
            pattern, id_field = created
            names.append(pattern + getattr(message, id_field))
        return tuple(names)

    return read


def _created(method: MethodDescriptor) -> tuple[str, str] | None:
    # AIP-133: CreateX takes `x_id`; the answer's resource pattern tells what name that makes.
    patterns = method.output_type.GetOptions().Extensions[resource_pb2.resource].pattern
    names = [field.name for field in method.input_type.fields]
    ids = [name for name in names if name.endswith("_id") and name != "request_id"]
    if method.name.startswith("Create") and patterns and ids:
        return patterns[0].rsplit("{", 1)[0], ids[0]
    return _child(method)


def _child(method: MethodDescriptor) -> tuple[str, str] | None:
    # A field that says of which type the resource will be: `child_type`, where the answer is another one.
    for field in method.input_type.fields:
        kind = field.GetOptions().Extensions[resource_pb2.resource_reference].child_type.rpartition("/")[2]
        if kind:
            child = descriptor_pool.Default().FindMessageTypeByName(f"{method.input_type.file.package}.{kind}")
            pattern = child.GetOptions().Extensions[resource_pb2.resource].pattern[0]
            return pattern.rsplit("{", 1)[0], field.name
    return None


def _may_name_resource(field: FieldDescriptor) -> bool:
    if field.message_type is None:
        return _is_reference(field)
    return not field.is_repeated and (_is_reference(field) or any(map(_is_reference, field.message_type.fields)))


def _is_reference(field: FieldDescriptor) -> bool:
    return bool(field.GetOptions().Extensions[resource_pb2.resource_reference].type)


def _names(message: Message, field: FieldDescriptor) -> Iterator[str]:
    value = getattr(message, field.name)
    if field.message_type is None:
        if value:
            yield value
    elif _is_reference(field):
        yield value.name
    else:
        for inner in field.message_type.fields:
            if _is_reference(inner):
                yield from _names(value, inner)
