"""Where spans come from: W3C trace context, the share that is recorded, and the span around each RPC of a server."""

import random
import re
import time

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_NOT_SAMPLED = TraceFlags(TraceFlags.DEFAULT)
_SCOPE = InstrumentationScope("monshin_kit")
_STATUSES = {code: trace.Status(code) for code in StatusCode}


def parse_traceparent(header: str) -> SpanContext | None:
    """The caller's place in its trace (https://www.w3.org/TR/trace-context/); None if there is none or it is broken.

    `tracestate` and `baggage` are not taken over: they may hold anything.
    """
    found = _TRACEPARENT.fullmatch(header)
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return SpanContext(int(trace_id, 16), int(span_id, 16), True, _SAMPLED if int(flags, 16) & 1 else _NOT_SAMPLED)


def format_traceparent(context: SpanContext) -> str:
    """As W3C writes it."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


class ServerSpan(trace.NonRecordingSpan):
    """The span around an RPC. Half the cost of the SDK's own, which is made for spans with events and links."""

    def __init__(self, name: str, context: SpanContext, parent: SpanContext | None, sink: "Tracing | None") -> None:
        super().__init__(context)
        self._name = name
        self._parent = parent
        self._sink = sink
        self._status = StatusCode.UNSET
        self._attributes: dict[str, AttributeValue] = {}
        self._started_ns = time.time_ns() if sink is not None else 0

    def is_recording(self) -> bool:
        """Whether it will be exported."""
        return self._sink is not None

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Exported only if the key is allowed, see monshin_kit.otlp."""
        self._attributes[key] = value

    def set_status(self, status: trace.Status | StatusCode, description: str | None = None) -> None:
        """The code alone; a description is dropped."""
        self._status = status.status_code if isinstance(status, trace.Status) else status

    def end(self, end_time: int | None = None) -> None:
        """Hands it to the exporter."""
        if self._sink is not None:
            self._sink.keep(
                ReadableSpan(
                    self._name,
                    self._context,
                    self._parent,
                    self._sink.resource,
                    self._attributes,
                    kind=trace.SpanKind.SERVER,
                    status=_STATUSES[self._status],
                    start_time=self._started_ns,
                    end_time=end_time or time.time_ns(),
                    instrumentation_scope=_SCOPE,
                )
            )


class Tracing(TracerProvider):
    """The tracer provider of a process.

    processor: takes what is recorded; None: ids are made and passed on, nothing is recorded.
    ratio: share of new traces that is recorded, in [0, 1]; a caller's decision is followed.
    """

    def __init__(self, service: str, processor: SpanProcessor | None, ratio: float) -> None:
        sampler = ALWAYS_OFF if processor is None else ParentBased(TraceIdRatioBased(ratio))
        super().__init__(sampler=sampler, resource=Resource({"service.name": f"monshin-{service}"}))
        self._bound = round(ratio * (1 << 64))
        self._processor = processor
        if processor is not None:
            self.add_span_processor(processor)

    def server_span(self, name: str, traceparent: str | None) -> ServerSpan:
        """Starts the span of an RPC whose caller sent `traceparent`."""
        parent = parse_traceparent(traceparent) if traceparent else None
        if parent is None:
            trace_id = random.getrandbits(128) or 1
            is_sampled = trace_id & 0xFFFF_FFFF_FFFF_FFFF < self._bound  # as the SDK's TraceIdRatioBased decides
        else:
            trace_id, is_sampled = parent.trace_id, parent.trace_flags.sampled
        is_recorded = is_sampled and self._processor is not None
        flags = _SAMPLED if is_recorded else _NOT_SAMPLED
        context = SpanContext(trace_id, random.getrandbits(64) or 1, False, flags)
        return ServerSpan(name, context, parent, self if is_recorded else None)

    def keep(self, span: ReadableSpan) -> None:
        """Queues an ended span for export."""
        if self._processor is not None:
            self._processor.on_end(span)
