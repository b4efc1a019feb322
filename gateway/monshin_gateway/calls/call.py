"""What all kinds of call share: how the request is read, how the answer is written, what goes along."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from monshin_kit.errors import InvalidInput, Unauthenticated

from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.core import json_text
from monshin_gateway.core.methods import Method, Rule
from monshin_gateway.core.refusals import UnsupportedMediaType
from monshin_gateway.core.router import Route

T = TypeVar("T")

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
DEFAULT_UNARY_TIMEOUT_S = 30.0
MAX_TIMEOUT_MS = 24 * 3600 * 1000
TIMEOUT_HEADER = "monshin-timeout-ms"

# Bytes that no protobuf message consists of: the first half of a tag.
NO_MESSAGE = b"\xff"

# From here on parsing would hold up other calls for more than some milliseconds.
_INLINE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """What travels beside the request message."""

    token: str
    timeout_s: float | None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """For gRPC: the caller's own token, which the service verifies."""
        return (("authorization", f"Bearer {self.token}"),)


def envelope(headers: Mapping[str, str]) -> Envelope:
    """Reads the headers. Raises Unauthenticated without a bearer token, InvalidInput for a broken time limit."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("the request carries no bearer token", reason="TOKEN_MISSING")
    if not (token.isascii() and token.isprintable()):
        raise Unauthenticated("the bearer token is malformed")
    return Envelope(token, _timeout_s(headers.get(TIMEOUT_HEADER)))


async def json_body(exchange: Exchange, rule: Rule) -> dict[str, Any] | None:
    """The body's JSON object, None where none came."""
    data = await exchange.body(MAX_MESSAGE_BYTES)
    if not data:
        return None
    if rule.body:
        require_media_type(exchange, ("application/json",))
    return await off_loop(json_text.parse_object, data)


def require_media_type(exchange: Exchange, accepted: tuple[str, ...]) -> None:
    """Raises UnsupportedMediaType unless the body is said to be of one of these kinds, uncompressed."""
    kind = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in accepted:
        raise UnsupportedMediaType(f"the body must be sent as {accepted[0]}")
    if exchange.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("the body must not be compressed")


async def off_loop(function: Callable[[bytes], T], data: bytes) -> T:
    """Applies `function`, in a thread if the data are so long that other calls would be held up."""
    if len(data) < _INLINE_BYTES:
        return function(data)
    return await asyncio.to_thread(function, data)


def to_json(route: Route, message: Message) -> Any:
    """The answer in JSON: all fields, also those with their default, so that a client finds each."""
    tree = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    if not route.rule.response_body:
        return tree
    return tree.get(route.method.response.fields_by_name[route.rule.response_body].json_name)


def stub(kind: Callable[..., Any], method: Method) -> Any:
    """What calls `method`; kind: the channel's `unary_unary`, `unary_stream` or `stream_unary`."""
    return kind(
        method.grpc_path,
        request_serializer=_serialize,
        response_deserializer=GetMessageClass(method.response).FromString,
    )


def _serialize(message: Message | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.SerializeToString()


def _timeout_s(text: str | None) -> float | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= MAX_TIMEOUT_MS):
        raise InvalidInput(f"must be whole milliseconds, 1 to {MAX_TIMEOUT_MS}", field="Monshin-Timeout-Ms")
    return int(text) / 1000
