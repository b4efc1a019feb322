"""Counts and durations of RPCs for Prometheus.

Kept in plain numbers by the event loop alone: the client library's own counters take a lock at each step, which made
up a tenth of kit's cost per call.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass(slots=True)
class _Series:
    """buckets: how many ended within each bound and above the one before; the last is without bound."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0


class RpcMetrics(Collector):
    """`monshin_rpc_seconds{rpc, code}` and `monshin_rpc_in_flight{rpc}`."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._in_flight: dict[str, int] = defaultdict(int)
        self._series: dict[tuple[str, str], _Series] = defaultdict(_Series)
        registry.register(self)

    def started(self, rpc: str) -> None:
        """An RPC began."""
        self._in_flight[rpc] += 1

    def ended(self, rpc: str, code: str, seconds: float) -> None:
        """It ended with the status of this name."""
        self._in_flight[rpc] -= 1
        series = self._series[rpc, code]
        series.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        series.sum_s += seconds

    def collect(self) -> Iterator[Metric]:
        """As prometheus_client.registry.Collector; called by the thread that serves /metrics."""
        running = GaugeMetricFamily("monshin_rpc_in_flight", "RPCs running now", labels=["rpc"])
        for rpc, count in list(self._in_flight.items()):
            running.add_metric([rpc], count)
        yield running
        seconds = HistogramMetricFamily("monshin_rpc_seconds", "Duration of RPCs in seconds", labels=["rpc", "code"])
        names = [*map(str, BOUNDS_S), "+Inf"]
        for labels, series in list(self._series.items()):
            buckets = list(zip(names, accumulate(series.buckets), strict=True))
            seconds.add_metric(list(labels), buckets, series.sum_s)
        yield seconds
