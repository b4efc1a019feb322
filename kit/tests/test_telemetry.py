"""telemetry, otlp, rpc_metrics: what leaves the process, and that a dead collector does not hurt."""

import time
import urllib.request

import pytest
from monshin_kit import telemetry
from monshin_kit.errors import InvalidInput
from monshin_kit.otlp import OtlpExporter
from monshin_kit.rpc_metrics import BOUNDS_S, RpcMetrics
from monshin_kit.testing import OtlpReceiver, eventually, free_port
from monshin_kit.tracing import Tracing
from opentelemetry import trace
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families


def _tracing(endpoint: str) -> Tracing:
    return Tracing("sample", BatchSpanProcessor(OtlpExporter(endpoint), schedule_delay_millis=20), 1.0)


async def test_spans_arrive_at_a_collector() -> None:
    async with OtlpReceiver() as receiver:
        tracing = _tracing(receiver.endpoint)
        for number in range(1000):
            tracing.server_span(f"a/B{number}", None).end()
        await eventually(lambda: len(receiver.spans) == 1000, "all spans arrive")
        assert {span.name for span in receiver.spans} == {f"a/B{number}" for number in range(1000)}
        tracing.shutdown()


def test_a_collector_that_is_down_does_not_hold_up_a_stop() -> None:
    """Hazard: an exporter that retries keeps a stopping process for half a minute, until Kubernetes kills it."""
    tracing = _tracing(f"http://127.0.0.1:{free_port()}")
    for _ in range(100):
        tracing.server_span("a/B", None).end()
    started = time.monotonic()
    tracing.shutdown()
    assert time.monotonic() - started < 10


async def test_spans_flow_again_once_the_collector_is_back() -> None:
    async with OtlpReceiver() as receiver:
        tracing = _tracing(receiver.endpoint)
        tracing.server_span("before", None).end()
        await eventually(lambda: len(receiver.spans) == 1, "the first arrives")
        tracing.server_span("after", None).end()
        await eventually(lambda: len(receiver.spans) == 2, "the second arrives")
        tracing.shutdown()


def test_a_resource_has_one_hash_with_one_key_and_never_its_name() -> None:
    telemetry.use_hash_key("of the hospital")
    one = telemetry.resource_hash("corpora/tanaka")
    telemetry.use_hash_key("another")
    other = telemetry.resource_hash("corpora/tanaka")
    telemetry.use_hash_key("of the hospital")
    assert telemetry.resource_hash("corpora/tanaka") == one != other
    assert len(one) == 16
    assert "tanaka" not in one


def test_without_a_key_given_it_stays() -> None:
    telemetry.use_hash_key("of the hospital")
    before = telemetry.resource_hash("corpora/a")
    telemetry.use_hash_key("")
    assert telemetry.resource_hash("corpora/a") == before


def test_outside_of_a_trace_there_are_no_headers_and_no_id() -> None:
    assert telemetry.trace_headers() == {}
    assert telemetry.current_trace_id() == ""


def test_inside_of_a_trace_headers_and_id_agree() -> None:
    span = Tracing("x", None, 0).server_span("a/B", None)
    with trace.use_span(span):
        assert telemetry.current_trace_id() == telemetry.trace_headers()["traceparent"].split("-")[1]


def test_metrics_have_our_prefix() -> None:
    registry = CollectorRegistry()
    telemetry.counter("cats", "c", ["kind"], registry).labels("black").inc()
    telemetry.gauge("dogs", "d", registry=registry).set(2)
    telemetry.histogram("birds", "b", registry=registry).observe(1)
    text = generate_latest(registry).decode()
    assert 'monshin_cats_total{kind="black"} 1.0' in text
    assert "monshin_dogs 2.0" in text
    assert "monshin_birds_count 1.0" in text


def test_metrics_are_served_on_their_own_port() -> None:
    port = free_port()
    telemetry.start_metrics("127.0.0.1", port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        assert b"python_info" in answer.read()


def test_a_metrics_port_in_use_is_named() -> None:
    port = free_port()
    telemetry.start_metrics("127.0.0.1", port)
    with pytest.raises(InvalidInput, match=str(port)):
        telemetry.start_metrics("127.0.0.1", port)


def _samples(registry: CollectorRegistry) -> dict[str, float]:
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        sample.name + str(sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_rpcs_are_counted_by_code_and_duration() -> None:
    registry = CollectorRegistry()
    metrics = RpcMetrics(registry)
    for seconds in (0.0004, 0.02, 0.02, 100.0):
        metrics.started("a/B")
        metrics.ended("a/B", "OK", seconds)
    metrics.started("a/B")
    metrics.ended("a/B", "NOT_FOUND", 0.001)
    metrics.started("a/B")
    samples = _samples(registry)
    assert samples["monshin_rpc_in_flight[('rpc', 'a/B')]"] == 1
    assert samples["monshin_rpc_seconds_count[('code', 'OK'), ('rpc', 'a/B')]"] == 4
    assert samples["monshin_rpc_seconds_sum[('code', 'OK'), ('rpc', 'a/B')]"] == pytest.approx(100.0404)
    assert samples["monshin_rpc_seconds_count[('code', 'NOT_FOUND'), ('rpc', 'a/B')]"] == 1


@pytest.mark.parametrize("bound", BOUNDS_S)
def test_a_duration_on_a_bound_is_within_it(bound: float) -> None:
    registry = CollectorRegistry()
    metrics = RpcMetrics(registry)
    metrics.started("a/B")
    metrics.ended("a/B", "OK", bound)
    samples = _samples(registry)
    counts = [samples[f"monshin_rpc_seconds_bucket[('code', 'OK'), ('le', '{le}'), ('rpc', 'a/B')]"] for le in BOUNDS_S]
    assert counts == [float(le >= bound) for le in BOUNDS_S]
