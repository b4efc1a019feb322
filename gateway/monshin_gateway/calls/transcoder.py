"""The ASGI application that serves every RPC which has an HTTP rule."""

from collections.abc import Awaitable, Callable

import grpc
from starlette.types import Receive, Scope, Send

from monshin_gateway.calls import client_stream, server_stream, unary
from monshin_gateway.calls.call import Envelope, envelope
from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.calls.failure import failed
from monshin_gateway.calls.upstreams import Upstreams
from monshin_gateway.core.methods import Shape
from monshin_gateway.core.router import Route, Router

Handler = Callable[[Exchange, Route, Envelope, Upstreams], Awaitable[None]]

HANDLERS: dict[Shape, Handler] = {
    Shape.UNARY: unary.answer,
    Shape.SERVER_STREAM: server_stream.answer,
    Shape.CLIENT_STREAM: client_stream.answer,
}


class Transcoder:
    """Finds the method and lets the handler of its shape answer; failures leave as exceptions, for the edge."""

    def __init__(self, router: Router, upstreams: Upstreams) -> None:
        self._router = router
        self._upstreams = upstreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        route = self._router.find(exchange.verb, exchange.raw_path)
        scope["monshin.rpc"] = route.method.full_name
        try:
            await HANDLERS[route.method.shape](exchange, route, envelope(exchange.headers), self._upstreams)
        except grpc.aio.AioRpcError as error:
            raise failed(error, route.method) from None
