"""The outermost layer: every request gets a trace and a measurement, every failure becomes a problem.

Here is the gateway's only `except Exception`, as kit's server has one around every RPC.
"""

import asyncio
import logging
import secrets
import time

from monshin_kit import telemetry
from monshin_kit.errors import MonshinError
from opentelemetry import propagate, trace
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monshin_gateway.calls.exchange import ClientGone, Exchange
from monshin_gateway.calls.failure import CallFailed
from monshin_gateway.core.problem import Problem, from_error

_log = logging.getLogger(__name__)
_tracer = trace.get_tracer("monshin_gateway")

SECONDS = telemetry.histogram("http_seconds", "Duration of HTTP requests in seconds", ["rpc", "status"])
IN_FLIGHT = telemetry.gauge("http_in_flight", "HTTP requests running now")

CLIENT_GONE = 499
# A client that is still sending reads no answer: a refusal waits this long for it to end.
_DRAIN_S = 1.0


class Edge:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI; anything but HTTP goes straight through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watch = _Watch(receive, send)
        parent = propagate.extract(dict(Headers(scope=scope)))
        started = time.perf_counter()
        with (
            IN_FLIGHT.track_inprogress(),
            _tracer.start_as_current_span(
                "HTTP", parent, trace.SpanKind.SERVER, record_exception=False, set_status_on_exception=False
            ) as span,
        ):
            await self._answer(scope, watch)
            rpc = scope.get("monshin.rpc", "")
            SECONDS.labels(rpc, str(watch.status)).observe(time.perf_counter() - started)
            if span.is_recording():
                span.update_name(f"HTTP {rpc or 'page'}")
                span.set_attribute("http.response.status_code", watch.status)
                if watch.status >= 500:
                    span.set_status(trace.StatusCode.ERROR)

    async def _answer(self, scope: Scope, watch: "_Watch") -> None:
        try:
            await self._app(scope, watch.receive, watch.send)
            return
        except ClientGone:
            watch.status = CLIENT_GONE
            return
        except MonshinError as error:
            problem = from_error(error)
            _log_refusal(scope, problem)  # no service has seen it, so no access log tells
        except CallFailed as failure:
            problem = failure.problem
        except Exception as error:  # noqa: BLE001 (the edge: nothing may leave unanswered)
            problem = _unexpected(error)
        if not watch.status:
            await watch.discard_body()
            await _send_problem(Exchange(scope, watch.receive, watch.send), problem)


class _Watch:
    """Sees what goes by: the status that was sent, and whether the request's body has been read."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_body_read = False
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._is_body_read = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def discard_body(self) -> None:
        """Reads on for up to a second, so that the client comes to read the answer."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                while not self._is_body_read:
                    await self.receive()
        except TimeoutError:
            pass


async def _send_problem(exchange: Exchange, problem: Problem) -> None:
    traced = problem.with_trace(telemetry.current_trace_id())
    await exchange.answer_json(traced.to_json(), traced.status, traced.http_headers())


def _log_refusal(scope: Scope, problem: Problem) -> None:
    fields = {"rpc": scope.get("monshin.rpc", ""), "code": problem.code, "reason": problem.reason}
    _log.info("refused at the edge", extra=fields)


def _unexpected(error: Exception) -> Problem:
    error_id = secrets.token_hex(8)
    _log.error("unexpected error", exc_info=error, extra={"error_id": error_id})
    return Problem("INTERNAL", f"internal error {error_id}: see the gateway's log", "INTERNAL")
