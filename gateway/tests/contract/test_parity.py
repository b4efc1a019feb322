"""REST and gRPC are one API: every method of every proto, called by HTTP, reaches its service as the same message."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from echo_peer import EchoPeer
from filled import filled
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from monshin_gateway import stubs
from monshin_gateway.core import template
from monshin_gateway.core.methods import WHOLE_BODY, Method, Rule, Shape, read_methods
from monshin_gateway.core.requests import STRING_TYPES
from monshin_gateway.testing import GatewayProcess

CASES = [
    pytest.param(method, rule, id=f"{method.full_name} {rule.verb} {index}")
    for method in read_methods(stubs.files())
    for index, rule in enumerate(method.rules)
]


@pytest.mark.parametrize(("method", "rule"), CASES)
def test_a_call_by_rest_is_the_call_by_grpc(
    method: Method, rule: Rule, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow(messages=2)
    message = _message(method, rule)
    with gateway.client() as client:
        response = client.send(_request(client, method, rule, message))
    assert response.status_code == 200, response.text
    call = echo.next_call()
    assert call.method.full_name == method.full_name
    assert call.requests == [message]
    assert call.metadata["authorization"].startswith("Bearer ey")
    answer = _json(filled(method.response))
    if method.shape is Shape.SERVER_STREAM:
        assert [json.loads(line) for line in response.text.splitlines()] == [answer, answer]
    else:
        assert response.json() == answer


@pytest.mark.parametrize(("method", "rule"), CASES)
def test_no_method_is_called_without_a_token(
    method: Method, rule: Rule, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow()
    with httpx.Client(base_url=gateway.url) as client:
        response = client.send(_request(client, method, rule, _message(method, rule)))
    assert response.status_code == 401
    assert response.json()["code"] == "UNAUTHENTICATED"
    assert echo.calls == []


def _message(method: Method, rule: Rule) -> Message:
    """A filled request that fits the path; without what neither path, query nor body can carry."""
    message = filled(method.request)
    if rule.body != WHOLE_BODY:
        _keep_queryable(message, keep=frozenset({rule.body, *(path.partition(".")[0] for path in _paths(rule))}))
    for variable in rule.template.variables:
        spanned = rule.template.segments[variable.start : variable.end]
        value = "/".join("ann" if part == template.ONE else part for part in spanned)
        _set(message, variable.field_path, value)
    return message


def _paths(rule: Rule) -> list[str]:
    return [variable.field_path for variable in rule.template.variables]


def _keep_queryable(message: Message, keep: frozenset[str] = frozenset()) -> None:
    for field, value in message.ListFields():
        if field.name in keep or field.message_type is None or field.message_type.full_name in STRING_TYPES:
            continue
        if field.is_repeated or field.message_type.file.package == "google.protobuf":
            message.ClearField(field.name)
        else:
            _keep_queryable(value)


def _set(message: Any, path: str, value: str) -> None:
    *parents, last = path.split(".")
    for name in parents:
        message = getattr(message, name)
    setattr(message, last, value)


def _request(client: httpx.Client, method: Method, rule: Rule, message: Message) -> httpx.Request:
    tree = _json(message)
    headers = {"accept": "application/x-ndjson" if method.shape is Shape.SERVER_STREAM else "application/json"}
    body, query = None, tree
    if rule.body == WHOLE_BODY:
        body, query = tree, {}
    elif rule.body:
        body = query.pop(method.request.fields_by_name[rule.body].json_name)
    content = None
    if body is not None:
        is_stream = method.shape is Shape.CLIENT_STREAM
        headers["content-type"] = "application/x-ndjson" if is_stream else "application/json"
        content = json.dumps(body) + ("\n" if is_stream else "")
    taken = {_json_path(method, path) for path in _paths(rule)}
    parameters = [(name, value) for name, value in _flat(query) if name not in taken]
    return client.build_request(rule.verb, _url(message, rule), params=parameters, headers=headers, content=content)


def _url(message: Message, rule: Rule) -> str:
    segments = list(rule.template.segments)
    for variable in rule.template.variables:
        value: Any = message
        for name in variable.field_path.split("."):
            value = getattr(value, name)
        segments[variable.start : variable.end] = [quote(part, safe="") for part in value.split("/")]
    return "/" + "/".join(segments) + (f":{rule.template.verb}" if rule.template.verb else "")


def _json_path(method: Method, path: str) -> str:
    descriptor, names = method.request, []
    for name in path.split("."):
        field: FieldDescriptor = descriptor.fields_by_name[name]
        names.append(field.json_name)
        descriptor = field.message_type
    return ".".join(names)


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{name}.")
        else:
            pairs += [(prefix + name, item) for item in (value if isinstance(value, list) else [value])]
    return pairs


def _json(message: Message) -> Any:
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
