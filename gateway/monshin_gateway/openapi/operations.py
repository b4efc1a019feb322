"""One rule of one method as an OpenAPI operation."""

from typing import Any

from monshin_gateway.core import events, problem, stream_format
from monshin_gateway.core.methods import WHOLE_BODY, Method, Rule, Shape
from monshin_gateway.openapi.comments import first_sentence
from monshin_gateway.openapi.paths import NamedPath, PathNames, query_fields
from monshin_gateway.openapi.schemas import Schema, Schemas

_JSON = "application/json"


class Operations:
    """Describes rules; the schemas they need are collected on the way."""

    def __init__(self, schemas: Schemas, path_names: PathNames) -> None:
        self._schemas = schemas
        self._path_names = path_names

    def describe(self, method: Method, rule: Rule, index: int) -> tuple[str, dict[str, Any]]:
        """The path and the operation; index: which of the method's rules, from 0."""
        path = self._path_names.name(method, rule)
        text = self._schemas.comment(f"{method.package}.{method.service}.{method.name}")
        operation: dict[str, Any] = {
            "operationId": f"{method.service}_{method.name}" + (f"_{index + 1}" if index else ""),
            "tags": [method.service],
            "summary": first_sentence(text) or method.name,
            "description": text,
            "parameters": self._parameters(method, rule, path),
            "responses": {"200": self._response(method, rule), "default": _FAILURE},
            "x-grpc-method": method.full_name,
            "x-required-scope": method.scope,
        }
        if rule.body:
            operation["requestBody"] = self._body(method, rule)
        return path.text, operation

    def _parameters(self, method: Method, rule: Rule, path: NamedPath) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path.parameters
        ]
        if rule.body != WHOLE_BODY:
            taken = frozenset({variable.field_path for variable in rule.template.variables} | {rule.body})
            for name, field in query_fields(method.request, taken):
                schema = self._schemas.field(field)
                note = schema.pop("description", "")
                listed.append({"name": name, "in": "query", "schema": schema} | ({"description": note} if note else {}))
        listed.append({"$ref": "#/components/parameters/TimeoutMs"})
        if method.shape is Shape.SERVER_STREAM and method.is_idempotent:
            listed.append({"$ref": "#/components/parameters/LastEventId"})
        return listed

    def _body(self, method: Method, rule: Rule) -> dict[str, Any]:
        if rule.body == WHOLE_BODY:
            in_path = frozenset(variable.field_path for variable in rule.template.variables)
            schema: Schema = self._schemas.message(method.request, without=in_path)
        else:
            schema = self._schemas.field(method.request.fields_by_name[rule.body])
        if method.shape is Shape.CLIENT_STREAM:
            note = "One JSON object a line. A line that is refused is named; nothing of the body has an effect then."
            content = {stream_format.NDJSON.media_type: {"schema": schema}}
            return {"required": True, "description": note, "content": content}
        return {"required": True, "content": {_JSON: {"schema": schema}}}

    def _response(self, method: Method, rule: Rule) -> dict[str, Any]:
        if rule.response_body:
            schema = self._schemas.field(method.response.fields_by_name[rule.response_body])
        else:
            schema = self._schemas.reference(method.response)
        if method.shape is Shape.SERVER_STREAM:
            note = "A stream of these: `message` events closed by `end`, or by `error` with a problem; or NDJSON."
            kinds = (events.MEDIA_TYPE, stream_format.NDJSON.media_type)
            return {"description": note, "content": {kind: {"schema": schema} for kind in kinds}}
        return {"description": "The answer.", "content": {_JSON: {"schema": schema}}}


_FAILURE = {
    "description": "A problem.",
    "content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
