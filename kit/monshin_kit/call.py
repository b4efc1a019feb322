"""What happens around every RPC: who calls, may they, is the request sound, is it logged, how did it end.

The one place where exceptions become statuses, and the services' only `except Exception`; the gateway has one more, at
its HTTP edge.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any

from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2
from grpc_status import rpc_status
from opentelemetry import context as otel_context
from opentelemetry import trace

from monshin_kit import telemetry
from monshin_kit.auth import ANONYMOUS, Caller, Verifier, set_caller
from monshin_kit.errors import (
    DeadlineExceeded,
    InvalidInput,
    MonshinError,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
)
from monshin_kit.executor import Executor
from monshin_kit.methods import Method
from monshin_kit.outbox import Entry, Outbox
from monshin_kit.rpc_metrics import RpcMetrics
from monshin_kit.status import to_status
from monshin_kit.tracing import Tracing
from monshin_kit.validation import Validator

_log = logging.getLogger(__name__)

# grpc.aio ends the requests of a cancelled call before it cancels the handler: 12 of 300 cancelled uploads looked
# finished without a pause, none with one of 1 ms. A mutation waits, so that half an upload does not pass for a whole.
CANCEL_ARRIVES_S = 0.02

Context = Any  # grpc.aio.ServicerContext; the stubs lack abort_with_status


class Malformed:
    """Stands in for a message whose bytes could not be parsed."""


def parse_or_malformed(message_class: type[Message], data: bytes) -> Message | Malformed:
    """A deserialiser that lets the call go on to a proper status; gRPC's own answers INTERNAL."""
    try:
        return message_class.FromString(data)
    except DecodeError:
        return Malformed()


@dataclass(slots=True)
class Load:
    """How many calls run. grpc.aio's own limit answers CANCELLED, without a word on when to retry."""

    limit: int
    running: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """What all calls of a server share."""

    verifier: Verifier
    validator: Validator
    outbox: Outbox
    tracing: Tracing
    metrics: RpcMetrics
    key_executor: Executor  # verifying a new token may read the issuer's keys over the network
    load: Load
    default_deadline_s: float
    stream_idle_s: float


@dataclass(slots=True)
class Call:
    """One RPC from its first byte to its status; an async context manager around the servicer's method.

    Its context variables (caller, span) are set and never reset: grpc.aio gives each RPC a task, thus a context, of
    its own, and a stream that its client leaves is closed in another one.
    """

    gate: Gate
    method: Method
    context: Context
    caller: Caller = ANONYMOUS
    resources: tuple[str, ...] = ()
    _started: float = field(default_factory=time.perf_counter)
    _span: trace.Span = trace.INVALID_SPAN
    _authorization: str = ""
    _is_admitted: bool = False

    async def __aenter__(self) -> "Call":
        self.gate.load.running += 1
        self.gate.metrics.started(self.method.name)
        traceparent = ""
        for key, value in self.context.invocation_metadata() or ():
            if key == "authorization":
                self._authorization = value
            elif key == "traceparent":
                traceparent = value
        self._span = self.gate.tracing.server_span(self.method.name, traceparent)
        otel_context.attach(trace.set_span_in_context(self._span))
        return self

    async def authorise(self) -> None:
        """Refuses what is too much or cannot be logged, finds the caller and checks the method's scope."""
        if self.gate.load.running > self.gate.load.limit:
            raise ResourceExhausted(f"{self.gate.load.limit} calls run already: try again later")
        self.gate.outbox.require_writable()
        self.caller = await self._authenticate()
        set_caller(self.caller)
        if not self.method.scope or self.method.scope not in self.caller.scopes:
            raise PermissionDenied(f"this call needs the scope {self.method.scope!r}, which your token does not hold")

    async def admit(self, request: Message | Malformed) -> Message:
        """Checks a request, and writes the access log before a mutation goes on."""
        if isinstance(request, Malformed):
            raise InvalidInput("the request is not a valid protobuf message (broken UTF-8 in a string?)")
        self.gate.validator.check(request)
        if not self._is_admitted:
            self.resources = self.method.resources(request)
            if self.resources and self._span.is_recording():
                self._span.set_attribute("monshin.resource", telemetry.resource_hash(self.resources[0]))
            if not self.method.is_read:
                await self.gate.outbox.append(self._entry("allowed", "ACCEPTED"))
            self._is_admitted = True
        return request

    async def admit_each(self, requests: AsyncIterator[Message | Malformed]) -> AsyncIterator[Message]:
        """The same for a stream of requests, one by one as they come."""
        while True:
            try:
                async with asyncio.timeout(self.gate.stream_idle_s):
                    request = await anext(requests)
            except StopAsyncIteration:
                if not self.method.is_read:
                    await asyncio.sleep(CANCEL_ARRIVES_S)
                return
            except TimeoutError:
                raise DeadlineExceeded(f"no message came for {self.gate.stream_idle_s} s") from None
            yield await self.admit(request)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        code, refusal = self._outcome(error)
        try:
            self._log_end(code)
        except MonshinError as unlogged:
            code, refusal = unlogged.code, unlogged
        self._measure(code)
        is_gone = isinstance(error, asyncio.CancelledError | GeneratorExit)
        if refusal is not None and not is_gone:
            await self.context.abort_with_status(rpc_status.to_status(to_status(refusal)))  # raises

    def _outcome(self, error: BaseException | None) -> tuple[str, MonshinError | None]:
        match error:
            case None:
                return "OK", None
            case MonshinError():
                return error.code, error
            case Exception():
                return "INTERNAL", self._unexpected(error)
            case _:
                return "CANCELLED", None

    async def _authenticate(self) -> Caller:
        scheme, _, token = self._authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("the call carries no bearer token", reason="TOKEN_MISSING")
        known = self.gate.verifier.remembered(token)
        if known is not None:
            return known
        return await self.gate.key_executor.run(self.gate.verifier.verify, token)

    def _log_end(self, code: str) -> None:
        # A mutation's entry is there already; only how it failed is news. Reads and refusals get their one entry here.
        if self._is_admitted and not self.method.is_read and code == "OK":
            return
        self.gate.outbox.note(self._entry("refused" if code in _REFUSALS else "allowed", code))

    def _entry(self, decision: str, outcome: str) -> Entry:
        trace_id = trace.format_trace_id(self._span.get_span_context().trace_id)
        return Entry(
            "call", self.method.name, self.caller.subject, tuple(sorted(self.caller.roles)), self.resources,
            decision, outcome, trace_id, time=time.time(),
        )  # fmt: skip

    def _unexpected(self, error: Exception) -> MonshinError:
        error_id = secrets.token_hex(8)
        _log.error("unexpected error", exc_info=error, extra={"rpc": self.method.name, "error_id": error_id})
        return _Internal(f"internal error {error_id}: see the server's log")

    def _measure(self, code: str) -> None:
        self.gate.load.running -= 1
        self.gate.metrics.ended(self.method.name, code, time.perf_counter() - self._started)
        if self._span.is_recording():
            self._span.set_attribute("rpc.system", "grpc")
            self._span.set_attribute("rpc.grpc.status_code", _number(code))
            if code != "OK":
                self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


class _Internal(MonshinError):
    code = "INTERNAL"
    default_reason = "INTERNAL"


_REFUSALS = frozenset({"UNAUTHENTICATED", "PERMISSION_DENIED"})


@cache
def _number(code: str) -> int:
    return int(code_pb2.Code.Value(code))


async def limited(call: Call, work: Any) -> Any:
    """Awaits a unary handler; a call that came without a deadline gets the default one."""
    if call.context.time_remaining() is not None:
        return await work
    try:
        async with asyncio.timeout(call.gate.default_deadline_s) as limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
        raise DeadlineExceeded(f"no answer within the default deadline of {call.gate.default_deadline_s} s") from None
