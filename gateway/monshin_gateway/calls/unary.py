"""One request message, one answer."""

from google.protobuf.message import Message

from monshin_gateway.calls.call import DEFAULT_UNARY_TIMEOUT_S, Envelope, json_body, stub, to_json
from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.calls.upstreams import Upstreams
from monshin_gateway.core import requests
from monshin_gateway.core.router import Route


async def answer(exchange: Exchange, route: Route, envelope: Envelope, upstreams: Upstreams) -> None:
    """Calls the method and answers with its message as JSON; the call is cancelled when the client leaves."""
    body = await json_body(exchange, route.rule)
    request = requests.build(route.method.request, route.rule, route.path_fields, exchange.query, body)
    response = await exchange.while_connected(_call(route, envelope, upstreams, request))
    await exchange.answer_json(to_json(route, response))


async def _call(route: Route, envelope: Envelope, upstreams: Upstreams, request: Message) -> Message:
    channel = await upstreams.channel(route.method, request)
    call = stub(channel.unary_unary, route.method)(
        request, metadata=envelope.metadata, timeout=envelope.timeout_s or DEFAULT_UNARY_TIMEOUT_S
    )
    response: Message = await call
    return response
