"""Many request messages, one answer: the body is NDJSON, sent on line by line and never held as a whole.

A body that breaks, for whatever reason, must not look like one that ended: the service would store the half of it.
Cancelling the call is not enough, since grpc.aio shows a cancelled stream as an ended one for a moment (251 of 500
cancelled uploads, measured with grpcio 1.85.3). So the stream is spoilt first, by bytes that are no message.
"""

import asyncio
from contextlib import suppress
from typing import Any

import grpc
from google.protobuf.message import Message
from monshin_kit.errors import InvalidInput, Violation
from monshin_kit.uploads import Upload

from monshin_gateway.calls.call import (
    MAX_MESSAGE_BYTES,
    NO_MESSAGE,
    Envelope,
    off_loop,
    require_media_type,
    stub,
    to_json,
)
from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.calls.upstreams import Upstreams
from monshin_gateway.core import json_text, requests
from monshin_gateway.core.lines import LineSplitter
from monshin_gateway.core.router import Route

_SPOIL_S = 2.0
# What grpc.aio raises on writing to a call that the service has ended.
_OVER = (asyncio.InvalidStateError, grpc.aio.UsageError, grpc.aio.AioRpcError)

MEDIA_TYPES = ("application/x-ndjson", "application/jsonl", "application/json-seq")


async def answer(exchange: Exchange, route: Route, envelope: Envelope, upstreams: Upstreams) -> None:
    """Sends each line as a message; the path's fields go into the first. Raises InvalidInput naming the line."""
    require_media_type(exchange, MEDIA_TYPES)
    body = _Body(exchange, route)
    first = await body.next_message()
    if first is None:
        raise InvalidInput("the body has no line", reason="EMPTY_BODY")
    channel = await upstreams.channel(route.method, first)
    call = stub(channel.stream_unary, route.method)(metadata=envelope.metadata, timeout=envelope.timeout_s)
    upload: Upload[Message] = Upload(call)
    is_whole = False
    try:
        await _send_all(call, first, body)
        is_whole = True
        response = await exchange.while_connected(upload.response())
    finally:
        if not is_whole:
            await _spoil(call)
        call.cancel()
    await exchange.answer_json(to_json(route, response))


class _Body:
    """The request messages that a body holds, one by one."""

    def __init__(self, exchange: Exchange, route: Route) -> None:
        self._exchange = exchange
        self._route = route
        self._splitter = LineSplitter(MAX_MESSAGE_BYTES)
        self._waiting: list[tuple[int, bytes]] = []
        self._path_fields = route.path_fields

    async def next_message(self) -> Message | None:
        """The next message, None at the end of the body."""
        while not self._waiting:
            if self._exchange.is_body_read:
                return None
            chunk = await self._exchange.next_chunk()
            self._waiting = self._splitter.feed(chunk or b"")
            if self._exchange.is_body_read:
                self._waiting += self._splitter.finish()
        number, line = self._waiting.pop(0)
        try:
            return await off_loop(self._parse, line)
        except InvalidInput as error:
            raise _at_line(number, error) from None

    def _parse(self, line: bytes) -> Message:
        tree = json_text.parse_object(line)
        message = requests.build(self._route.method.request, self._route.rule, self._path_fields, (), tree)
        self._path_fields = {}  # the first message names what the stream is about
        return message


def _at_line(number: int, error: InvalidInput) -> InvalidInput:
    return InvalidInput.of(
        [
            Violation(f"line {number}" + (f": {fault.field}" if fault.field else ""), fault.description, fault.reason)
            for fault in error.violations
        ]
    )


async def _send_all(call: Any, first: Message, body: _Body) -> None:
    message: Message | None = first
    while message is not None:
        try:
            await call.write(message)
        except _OVER:
            return  # the service has ended the call already: awaiting it tells how
        message = await body.next_message()
    await call.done_writing()


async def _spoil(call: Any) -> None:
    with suppress(*_OVER, TimeoutError):
        async with asyncio.timeout(_SPOIL_S):
            await call.write(NO_MESSAGE)
            await call.done_writing()
            await call.code()
