"""One HTTP request and its answer, over plain ASGI."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from monshin_gateway.core.events import to_line
from monshin_gateway.core.refusals import BodyTooLarge, MethodNotAllowed, RequestTimeout

T = TypeVar("T")

BODY_IDLE_S = 30.0


class ClientGone(Exception):
    """The client closed the connection: nobody waits for an answer any more."""


@dataclass(slots=True)
class Exchange:
    """Wraps what ASGI passes. Read the body first, then watch for the client's departure while you work.

    is_body_read: the last chunk has come. is_started: the status is sent.
    """

    scope: Scope
    receive: Receive
    send: Send
    is_body_read: bool = False
    is_started: bool = False

    @property
    def verb(self) -> str:
        """Such as `POST`."""
        return str(self.scope["method"])

    @property
    def raw_path(self) -> str:
        """The path as it came, percent-encoded, without the query."""
        raw: bytes = self.scope.get("raw_path") or self.scope["path"].encode()
        return raw.decode("latin-1")

    @property
    def headers(self) -> Headers:
        """Names are case-insensitive."""
        return Headers(scope=self.scope)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The parameters in order."""
        return QueryParams(self.scope["query_string"].decode("latin-1")).multi_items()

    def require_verb(self, *allowed: str) -> None:
        """Raises MethodNotAllowed for any other."""
        if self.verb not in allowed:
            raise MethodNotAllowed(self.verb, allowed)

    async def next_chunk(self) -> bytes | None:
        """A piece of the body; None at its end. Raises ClientGone, or RequestTimeout after 30 s without a byte."""
        try:
            async with asyncio.timeout(BODY_IDLE_S):
                message = await self.receive()
        except TimeoutError:
            raise RequestTimeout(f"no byte of the body came for {BODY_IDLE_S:.0f} s") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        self.is_body_read = not message.get("more_body", False)
        return bytes(message.get("body", b""))

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises BodyTooLarge as soon as more than `limit` bytes are announced or come."""
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced[:20]) > limit:
            raise BodyTooLarge(f"the body has {announced[:20]} bytes, at most {limit} are read")
        data = bytearray()
        while not self.is_body_read:
            data += await self.next_chunk() or b""
            if len(data) > limit:
                raise BodyTooLarge(f"the body has more than {limit} bytes")
        return bytes(data)

    async def while_connected(self, work: Coroutine[Any, Any, T]) -> T:
        """Awaits `work`; cancels it and raises ClientGone if the client leaves before. The body must be read."""
        task = asyncio.create_task(work)
        watcher = asyncio.create_task(self._departure())
        try:
            await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
                raise ClientGone
            return task.result()
        finally:
            watcher.cancel()
            task.cancel()

    async def _departure(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def start(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Sends status and headers."""
        self.is_started = True
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        """Sends a piece of the answer's body; more follows."""
        await self.send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self, data: bytes = b"") -> None:
        """Sends the last piece."""
        await self.send({"type": "http.response.body", "body": data, "more_body": False})

    async def answer_json(self, value: Any, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Answers with one JSON value, which no cache may keep: it may hold what only this caller may see."""
        body = (to_line(value) + "\n").encode()
        kind = [] if any(name == "content-type" for name, _ in headers) else [("content-type", "application/json")]
        length = ("content-length", str(len(body)))
        await self.start(status, [*kind, length, ("cache-control", "no-store"), *headers])
        await self.finish(body if self.verb != "HEAD" else b"")
