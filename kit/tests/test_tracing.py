"""tracing: contexts are passed on, a caller's decision is followed, and spans hold nothing but what is allowed."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit import telemetry
from monshin_kit.otlp import ALLOWED_ATTRIBUTES, encode
from monshin_kit.tracing import Tracing, format_traceparent, parse_traceparent
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

CANARY = "患者太郎"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-2] + "00"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Keeps what is exported."""
    return InMemorySpanExporter()


def _tracing(exporter: InMemorySpanExporter, ratio: float = 1.0) -> Tracing:
    return Tracing("sample", SimpleSpanProcessor(exporter), ratio)


contexts = st.builds(
    SpanContext,
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.just(True),
    st.sampled_from([TraceFlags(0), TraceFlags(1)]),
)


@given(contexts)
def test_a_written_context_is_read_back(context: SpanContext) -> None:
    assert parse_traceparent(format_traceparent(context)) == context


@given(contexts)
def test_what_we_write_others_read(context: SpanContext) -> None:
    read = TraceContextTextMapPropagator().extract({"traceparent": format_traceparent(context)})
    assert trace.get_current_span(read).get_span_context() == context


headers = st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", fullmatch=True)
zeros = st.sampled_from(
    [PARENT[:3] + "0" * 32 + PARENT[35:], PARENT[:36] + "0" * 16 + "-01", PARENT + "-x", PARENT + "-"]
)


@given(st.text() | headers | headers.map(lambda header: "00" + header[2:]) | headers.map(str.upper) | zeros)
def test_any_header_is_read_as_the_reference_reads_it(header: str) -> None:
    """Oracle: OpenTelemetry's own propagator."""
    read = trace.get_current_span(TraceContextTextMapPropagator().extract({"traceparent": header})).get_span_context()
    ours = parse_traceparent(header)
    assert (ours is not None) == read.is_valid
    if ours is not None:
        assert (ours.trace_id, ours.span_id) == (read.trace_id, read.span_id)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        PARENT.upper(),
        "ff" + PARENT[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        PARENT[:36] + "0" * 16 + "-01",
    ],
)
def test_a_broken_header_starts_a_new_trace(exporter: InMemorySpanExporter, header: str) -> None:
    span = _tracing(exporter).server_span("a/B", header)
    assert span.get_span_context().is_valid
    assert span.get_span_context().trace_id != int(PARENT[3:35], 16)


def test_a_server_span_continues_its_callers_trace(exporter: InMemorySpanExporter) -> None:
    _tracing(exporter).server_span("a/B", PARENT).end()
    (span,) = exporter.get_finished_spans()
    assert span.context is not None
    assert span.parent is not None
    assert f"{span.context.trace_id:032x}" == PARENT[3:35]
    assert f"{span.parent.span_id:016x}" == PARENT[36:52]
    assert (span.name, span.kind) == ("a/B", trace.SpanKind.SERVER)


def test_spans_made_inside_have_the_server_span_as_parent(exporter: InMemorySpanExporter) -> None:
    tracing = _tracing(exporter)
    server = tracing.server_span("a/B", None)
    with trace.use_span(server), tracing.get_tracer("x").start_as_current_span("inner"):
        pass
    (inner,) = exporter.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == server.get_span_context().span_id


@pytest.mark.parametrize(("header", "ratio", "is_recorded"), [(PARENT, 0.0, True), (UNSAMPLED, 1.0, False)])
def test_the_callers_decision_is_followed(
    exporter: InMemorySpanExporter, header: str, ratio: float, is_recorded: bool
) -> None:
    span = _tracing(exporter, ratio).server_span("a/B", header)
    span.end()
    assert span.is_recording() == is_recorded == bool(exporter.get_finished_spans())


@pytest.mark.parametrize(("ratio", "low", "high"), [(0.0, 0, 0), (0.25, 150, 350), (1.0, 1000, 1000)])
def test_the_share_of_new_traces_is_the_one_asked_for(
    exporter: InMemorySpanExporter, ratio: float, low: int, high: int
) -> None:
    tracing = _tracing(exporter, ratio)
    assert low <= sum(tracing.server_span("a/B", None).is_recording() for _ in range(1000)) <= high


def test_without_a_collector_ids_are_made_and_nothing_is_recorded() -> None:
    span = Tracing("sample", None, 1.0).server_span("a/B", None)
    assert span.get_span_context().is_valid
    assert not span.is_recording()
    span.end()


def _exported(spans: Sequence[ReadableSpan]) -> Any:
    return encode(spans).resource_spans[0].scope_spans[0].spans


def test_what_leaves_is_name_times_ids_code_and_listed_attributes(exporter: InMemorySpanExporter) -> None:
    span = _tracing(exporter).server_span("a/B", PARENT)
    span.set_attribute("rpc.grpc.status_code", 13)
    span.set_attribute("text", CANARY)
    span.set_status(trace.Status(trace.StatusCode.ERROR, CANARY), CANARY)
    span.end()
    (sent,) = _exported(exporter.get_finished_spans())
    assert sent.name == "a/B"
    assert sent.kind == sent.SPAN_KIND_SERVER
    assert sent.trace_id.hex() == PARENT[3:35]
    assert sent.parent_span_id.hex() == PARENT[36:52]
    assert 0 < sent.start_time_unix_nano <= sent.end_time_unix_nano
    assert sent.status.code == sent.status.STATUS_CODE_ERROR
    assert {item.key: item.value.int_value for item in sent.attributes} == {"rpc.grpc.status_code": 13}


def test_words_of_exceptions_in_the_sdks_spans_do_not_leave(exporter: InMemorySpanExporter) -> None:
    """Hazard: start_as_current_span records an exception's message twice, as an event and as the status."""
    tracer = _tracing(exporter).get_tracer("x")
    with pytest.raises(ValueError, match=CANARY), tracer.start_as_current_span("inner", attributes={"note": CANARY}):
        raise ValueError(CANARY)
    sent = encode(exporter.get_finished_spans())
    assert CANARY.encode() not in sent.SerializeToString()
    (span,) = sent.resource_spans[0].scope_spans[0].spans
    assert span.status.code == span.status.STATUS_CODE_ERROR


def test_a_callers_trace_state_does_not_leave(exporter: InMemorySpanExporter) -> None:
    tracing = _tracing(exporter)
    caller = TraceContextTextMapPropagator().extract({"traceparent": PARENT, "tracestate": "vendor=taro-kanja"})
    with tracing.get_tracer("x").start_as_current_span("inner", caller):
        assert "taro" not in str(telemetry.trace_headers())
    assert b"taro" not in encode(exporter.get_finished_spans()).SerializeToString()


@pytest.mark.parametrize("value", [True, 7, 0.5, "text"])
def test_attributes_keep_their_type(exporter: InMemorySpanExporter, value: bool | int | float | str) -> None:
    span = _tracing(exporter).server_span("a/B", None)
    span.set_attribute("monshin.count", value)
    span.end()
    ((attribute,),) = (sent.attributes for sent in _exported(exporter.get_finished_spans()))
    field = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}[type(value)]
    assert attribute.value.WhichOneof("value") == field
    assert getattr(attribute.value, field) == value


def test_the_list_of_attributes_has_no_free_text() -> None:
    assert not {name for name in ALLOWED_ATTRIBUTES if "text" in name or "message" in name or "query" in name}


def test_the_service_is_named(exporter: InMemorySpanExporter) -> None:
    _tracing(exporter).server_span("a/B", None).end()
    (attribute,) = encode(exporter.get_finished_spans()).resource_spans[0].resource.attributes
    assert (attribute.key, attribute.value.string_value) == ("service.name", "monshin-sample")
