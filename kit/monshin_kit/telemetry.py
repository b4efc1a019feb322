"""Traces and metrics. Spans carry attributes by allow-list only; the contrib instrumentation copies error texts."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from opentelemetry import trace
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from monshin_kit.errors import InvalidInput
from monshin_kit.otlp import OtlpExporter
from monshin_kit.tracing import Tracing, format_traceparent

_hash_key = secrets.token_bytes(32)


def start_tracing(service: str, endpoint: str, ratio: float) -> Tracing:
    """Makes the process's tracer provider.

    endpoint: OTLP/gRPC, such as `http://127.0.0.1:4317`; empty: ids are made and passed on, nothing is recorded.
    ratio: share of new traces recorded, in [0, 1]; a caller's decision is followed.
    """
    processor = BatchSpanProcessor(OtlpExporter(endpoint), schedule_delay_millis=500) if endpoint else None
    tracing = Tracing(service, processor, ratio)
    trace.set_tracer_provider(tracing)
    return tracing


def start_metrics(host: str, port: int) -> None:
    """Serves /metrics on its own port; 0 switches it off. Raises InvalidInput if the port cannot be opened."""
    if not port:
        return
    try:
        start_http_server(port, addr=host)
    except OSError as error:
        raise InvalidInput(f"metrics port {port} on {host} cannot be opened: is it in use?") from error


def use_hash_key(key: str) -> None:
    """With one key for all services, a resource has one hash everywhere; without, one key a process."""
    global _hash_key
    if key:
        _hash_key = key.encode()


def resource_hash(name: str) -> str:
    """How a resource name appears in logs and spans: 16 hex digits of a keyed hash."""
    return hmac.new(_hash_key, name.encode(), hashlib.sha256).hexdigest()[:16]


def trace_headers() -> Mapping[str, str]:
    """The running trace context as headers or gRPC metadata; empty outside of a trace."""
    context = trace.get_current_span().get_span_context()
    return {"traceparent": format_traceparent(context)} if context.is_valid else {}


def current_trace_id() -> str:
    """32 hex digits; empty outside of a trace."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else ""


def counter(name: str, help_text: str, labels: Sequence[str] = (), registry: CollectorRegistry = REGISTRY) -> Counter:
    """A Prometheus counter `monshin_{name}`."""
    return Counter(f"monshin_{name}", help_text, labels, registry=registry)


def gauge(name: str, help_text: str, labels: Sequence[str] = (), registry: CollectorRegistry = REGISTRY) -> Gauge:
    """A Prometheus gauge `monshin_{name}`."""
    return Gauge(f"monshin_{name}", help_text, labels, registry=registry)


def histogram(
    name: str,
    help_text: str,
    labels: Sequence[str] = (),
    buckets: Sequence[float] = Histogram.DEFAULT_BUCKETS,
    registry: CollectorRegistry = REGISTRY,
) -> Histogram:
    """A Prometheus histogram `monshin_{name}`."""
    return Histogram(f"monshin_{name}", help_text, labels, buckets=buckets, registry=registry)
