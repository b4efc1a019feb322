"""The OpenAPI 3.1 document."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from monshin_gateway import stubs
from monshin_gateway.core.methods import Method
from monshin_gateway.openapi.comments import read_comments
from monshin_gateway.openapi.operations import Operations
from monshin_gateway.openapi.paths import PathNames
from monshin_gateway.openapi.schemas import Schemas

_DESCRIPTION = """\
Every call is one gRPC method: the names, the rules and the errors are the same on both sides.
Names are lowerCamelCase; an unknown field is refused. Answers hold every field, also those with their default.
64-bit integers are strings, bytes are base64. Errors are RFC 9457 problems (`application/problem+json`)."""

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong, RFC 9457.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "Where the code is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people; never holds a text of the request."},
        "code": {"type": "string", "description": "The gRPC status, such as `NOT_FOUND`."},
        "reason": {"type": "string", "description": "A constant word for programs."},
        "violations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "description": {"type": "string"},
                    "reason": {"type": "string"},
                },
            },
        },
        "retryAfterMs": {"type": "integer", "description": "A retry before this is useless. Absent: no retry helps."},
        "resource": {"type": "object", "properties": {"type": {"type": "string"}, "name": {"type": "string"}}},
        "requiredScope": {"type": "string", "description": "With PERMISSION_DENIED: the scope that is missing."},
        "traceId": {"type": "string", "description": "Ask for help with it: the logs know it."},
    },
}

_PARAMETERS: dict[str, Any] = {
    "TimeoutMs": {
        "name": "Monshin-Timeout-Ms",
        "in": "header",
        "description": "Time for the call in milliseconds. Default: 30,000 for a single answer, none for a stream.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The last event seen of a stream that was cut. The call is made again on the data as they are "
        "now, and as many events are left out; a `:watch` tells the present state instead.",
        "schema": {"type": "string"},
    },
}


def openapi_document(methods: Iterable[Method], image: FileDescriptorSet) -> dict[str, Any]:
    """Describes every rule of every method. image: the protos with their comments."""
    schemas = Schemas(read_comments(image))
    operations = Operations(schemas, PathNames(stubs.files()))
    paths: dict[str, dict[str, Any]] = {}
    services: dict[str, str] = {}
    for method in methods:
        for index, rule in enumerate(method.rules):
            path, operation = operations.describe(method, rule, index)
            paths.setdefault(path, {})[rule.verb.lower()] = operation
            services[method.service] = f"{method.package}.{method.service}"
    return {
        "openapi": "3.1.0",
        "info": {"title": "Monshin", "version": version("monshin-gateway"), "description": _DESCRIPTION},
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": schemas.comment(full)} for name, full in services.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "parameters": _PARAMETERS,
            "schemas": {"Problem": _PROBLEM, **dict(sorted(schemas.components.items()))},
        },
    }
