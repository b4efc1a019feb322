"""One request message, many answers: as server-sent events or as NDJSON, whichever the client accepts."""

import asyncio
from typing import Any

import grpc
from google.protobuf.message import Message
from monshin_kit.errors import FailedPrecondition, InvalidInput
from monshin_kit.telemetry import current_trace_id

from monshin_gateway.calls.call import Envelope, json_body, stub, to_json
from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.calls.failure import failed
from monshin_gateway.calls.upstreams import Upstreams
from monshin_gateway.core import events, requests, stream_format
from monshin_gateway.core.events import Position
from monshin_gateway.core.problem import Problem, from_error
from monshin_gateway.core.router import Route
from monshin_gateway.core.stream_format import StreamFormat

KEEP_ALIVE_S = 15.0
# How long the status line waits for the first message: an early failure then gets its own HTTP status.
FIRST_MESSAGE_S = 2.0


async def answer(exchange: Exchange, route: Route, envelope: Envelope, upstreams: Upstreams) -> None:
    """Calls the method and passes its messages on as they come; the call is cancelled when the client leaves."""
    chosen = stream_format.choose(exchange.headers.get("accept", ""))
    position = _position(exchange, route, chosen)
    body = await json_body(exchange, route.rule)
    request = requests.build(route.method.request, route.rule, route.path_fields, exchange.query, body)
    if position.is_complete:
        await exchange.start(204, [])
        await exchange.finish()
        return
    relay = _Relay(exchange, route, chosen, position)
    await exchange.while_connected(_call(relay, route, envelope, upstreams, request))


def _position(exchange: Exchange, route: Route, chosen: StreamFormat) -> Position:
    position = events.position(exchange.headers.get("last-event-id", "") if chosen.can_resume else "")
    if position.events and not route.method.is_idempotent:
        raise InvalidInput("this call changes something and cannot be resumed", field="Last-Event-ID")
    return position


async def _call(relay: "_Relay", route: Route, envelope: Envelope, upstreams: Upstreams, request: Message) -> None:
    channel = await upstreams.channel(route.method, request)
    call = stub(channel.unary_stream, route.method)(request, metadata=envelope.metadata, timeout=envelope.timeout_s)
    try:
        await relay.run(call)
    finally:
        call.cancel()


class _Relay:
    """Writes the messages of one call; after a cut it goes on where the client was."""

    def __init__(self, exchange: Exchange, route: Route, chosen: StreamFormat, position: Position) -> None:
        self._exchange = exchange
        self._route = route
        self._format = chosen
        # A list of results is made anew and its known part left out; a watched state is told as it is now.
        self._number = position.events if route.method.watches_state else 0
        self._skip = 0 if route.method.watches_state else position.events

    async def run(self, call: Any) -> None:
        """Until the call ends; a failure before the first message is raised, a later one is written."""
        messages = aiter(call)
        pending = asyncio.ensure_future(_next(messages))
        try:
            await asyncio.wait({pending}, timeout=FIRST_MESSAGE_S)
            if pending.done():
                pending.result()
            await self._exchange.start(200, _headers(self._format))
            while (message := await self._arrival(pending)) is not None:
                pending = asyncio.ensure_future(_next(messages))
                await self._pass_on(message)
        except grpc.aio.AioRpcError as error:
            failure = failed(error, self._route.method)
            if not self._exchange.is_started:
                raise failure from None
            await self._fail(failure.problem)
        else:
            await self._end()
        finally:
            pending.cancel()

    async def _arrival(self, pending: asyncio.Future[Message | None]) -> Message | None:
        while not pending.done():
            done, _ = await asyncio.wait({pending}, timeout=KEEP_ALIVE_S)
            if not done:
                await self._exchange.write(self._format.keep_alive)
        return pending.result()

    async def _pass_on(self, message: Message) -> None:
        self._number += 1
        if self._number > self._skip:
            await self._exchange.write(self._format.message(self._number, to_json(self._route, message)))

    async def _end(self) -> None:
        if self._number < self._skip:
            changed = FailedPrecondition("the stream is shorter now than what you have read: start again without an id")
            await self._fail(from_error(changed))
        else:
            await self._exchange.finish(self._format.end(self._number))

    async def _fail(self, problem: Problem) -> None:
        await self._exchange.finish(self._format.error(problem.with_trace(current_trace_id()).to_json()))


async def _next(messages: Any) -> Message | None:
    message: Message | None = await anext(messages, None)
    return message


def _headers(chosen: StreamFormat) -> list[tuple[str, str]]:
    # x-accel-buffering: proxies of the nginx family pass a stream on at once only when told so.
    return [("content-type", chosen.media_type), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
