"""Channels to our services: retries for reads, keepalive, balancing, trace context, identity."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import grpc
from opentelemetry import trace

from monshin_kit import methods, telemetry, tls
from monshin_kit.errors import Unavailable
from monshin_kit.settings import setting

_tracer = trace.get_tracer("monshin_kit")

TokenSource = Callable[[], str]
TOKEN_REFRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """How a service calls others."""

    prefix: ClassVar[str] = "MONSHIN_"

    service_token_file: Path = setting(Path(), "file with this service's own token; read again when it changes")
    tls_ca: Path = setting(Path(), "CA that servers' certificates must come from; empty: plaintext")
    tls_certificate: Path = setting(Path(), "this service's certificate")
    tls_key: Path = setting(Path(), "the certificate's private key")
    max_message_bytes: int = setting(8 * 1024 * 1024, "largest message taken or sent", unit="bytes")


class TokenFile:
    """The token in a file, such as Kubernetes renews; read again at most every `TOKEN_REFRESH_S`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token = ""
        self._read_at = float("-inf")

    def __call__(self) -> str:
        """The token. Raises Unavailable if there never was one."""
        if time.monotonic() - self._read_at > TOKEN_REFRESH_S:
            self._read()
        if not self._token:
            raise Unavailable(f"no service token at {self._path}")
        return self._token

    def _read(self) -> None:
        try:
            self._token = self._path.read_text().strip()
        except OSError:
            return  # it is being replaced: the last one serves, and the next call looks again
        self._read_at = time.monotonic()


def connect(
    target: str, services: Sequence[str], settings: ChannelSettings, token: TokenSource | None = None
) -> grpc.aio.Channel:
    """A channel to `target` (`host:port`, or `dns:///name:port` for all of its addresses).

    services: full proto names that will be called; their NO_SIDE_EFFECTS methods are retried when UNAVAILABLE.
    token: gives the bearer token of each call; without, the settings' token file; without both, none is sent.
    """
    if token is None and settings.service_token_file != Path():
        token = TokenFile(settings.service_token_file)
    options = [
        ("grpc.service_config", json.dumps(service_config(services))),
        ("grpc.enable_retries", 1),
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", settings.max_message_bytes),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 2000),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    interceptors = Outgoing(token).interceptors()
    if settings.tls_ca != Path():
        credentials = tls.channel_credentials(settings.tls_ca, settings.tls_certificate, settings.tls_key)
        return grpc.aio.secure_channel(target, credentials, options=options, interceptors=interceptors)
    return grpc.aio.insecure_channel(target, options=options, interceptors=interceptors)


def service_config(services: Sequence[str]) -> dict[str, Any]:
    """Round robin, and three attempts within half a second for methods that change nothing."""
    reads = [method for service in services for method in methods.of_service(service) if method.is_read]
    return {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{"service": method.service, "method": method.short_name} for method in reads],
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.3s",
                    "backoffMultiplier": 3,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.2},
    }


class Outgoing:
    """Adds trace context and token to each call, and a client span around it."""

    def __init__(self, token: TokenSource | None) -> None:
        self._token = token

    def interceptors(self) -> list[Any]:
        """One object for each kind of RPC: grpc.aio files an interceptor under the first kind that it matches only."""
        kinds = (_UnaryUnary, _UnaryStream, _StreamUnary, _StreamStream)
        return [kind(self.send) for kind in kinds]

    async def send(self, continuation: Any, details: Any, request: Any) -> Any:
        """Continues the call with what was added."""
        name = details.method if isinstance(details.method, str) else details.method.decode()
        span = _tracer.start_span(name.lstrip("/"), kind=trace.SpanKind.CLIENT)
        try:
            with trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
                call = await continuation(self._with_metadata(details), request)
        except BaseException:
            span.end()
            raise
        call.add_done_callback(lambda done: _end(span, done))
        return call

    def _with_metadata(self, details: Any) -> Any:
        metadata = grpc.aio.Metadata(*(details.metadata or ()))
        for key, value in telemetry.trace_headers().items():
            metadata.add(key, value)
        if self._token is not None and "authorization" not in metadata:
            metadata.add("authorization", f"Bearer {self._token()}")
        return details._replace(metadata=metadata)


Send = Callable[[Any, Any, Any], Coroutine[Any, Any, Any]]


class _UnaryUnary(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]  # generic in the stubs only
    def __init__(self, send: Send) -> None:
        self._send = send

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await self._send(continuation, client_call_details, request)


class _UnaryStream(grpc.aio.UnaryStreamClientInterceptor):  # type: ignore[type-arg]
    def __init__(self, send: Send) -> None:
        self._send = send

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await self._send(continuation, client_call_details, request)


class _StreamUnary(grpc.aio.StreamUnaryClientInterceptor):  # type: ignore[type-arg]
    def __init__(self, send: Send) -> None:
        self._send = send

    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        return await self._send(continuation, client_call_details, request_iterator)


class _StreamStream(grpc.aio.StreamStreamClientInterceptor):  # type: ignore[type-arg]
    def __init__(self, send: Send) -> None:
        self._send = send

    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        return await self._send(continuation, client_call_details, request_iterator)


def _end(span: trace.Span, call: Any) -> None:
    # The code alone: a status's text may hold what must not leave the callee.
    if not span.is_recording():
        span.end()
        return
    ending = asyncio.ensure_future(_record(span, call))
    _endings.add(ending)
    ending.add_done_callback(_endings.discard)


async def _record(span: trace.Span, call: Any) -> None:
    code = await call.code()  # the call is done: this does not wait
    span.set_attribute("rpc.system", "grpc")
    span.set_attribute("rpc.grpc.status_code", code.value[0])
    if code is not grpc.StatusCode.OK:
        span.set_status(trace.StatusCode.ERROR)
    span.end()


_endings: set[asyncio.Future[None]] = set()  # the loop itself holds tasks weakly
