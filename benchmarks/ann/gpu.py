"""grnnd on a CUDA device (`make gpu`): the same graph as on the CPU; against the CPU on all its cores; against CAGRA
where cuVS is installed, else against brute force on the device; ten million vectors, and what that says of 10⁹.

Not run so far: no device could be had. Says so and ends with status 3 where there is none.
"""

import importlib
import importlib.util
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import grnnd
import numpy as np
from grnnd.device import Device
from numpy.typing import NDArray

from benchmarks.ann import data
from benchmarks.ann.peers import K, Rows
from benchmarks.ann.truth import nearest, recall
from benchmarks.report import Result, main

_MANY = 10_000_000
_GOAL = 1_000_000_000
_DIM = 96
_RECALL = 0.95
_WIDTHS = (32, 64, 128, 256, 512)  # of a beam; CAGRA's are multiples of 32


def measure(quick: bool) -> Iterator[Result]:
    """quick: a tenth of the rows."""
    count = 100_000 if quick else 1_000_000
    rows, queries = data.photos(100_000)
    is_same = np.array_equal(grnnd.build(rows, device="cuda").edges, grnnd.build(rows, device="cpu").edges)
    yield Result("the device builds the CPU's graph", float(is_same), None, "", 1, "", "higher")

    rows, queries = data.clusters(count, _DIM)
    exact = nearest(rows, queries)
    on_device_s, graph = _timed(lambda: grnnd.build(rows, device="cuda"))
    on_cpu_s, _ = _timed(lambda: grnnd.build(rows, device="cpu", threads=0))
    yield Result(f"build of {count:,}", on_device_s, on_cpu_s, f"CPU, {os.cpu_count()} cores", 1 / 10, "s", "lower")
    found = recall(graph.search(queries, K, target_recall=_RECALL).ids, exact)
    yield Result("recall of its graph", found, None, "", _RECALL - 0.02, "", "higher")
    yield _against_peer(graph, rows, queries, exact, on_device_s)

    larger, _ = data.clusters(1_000_000 if quick else _MANY, _DIM)
    seen: list[grnnd.Progress] = []
    many_s, _ = _timed(lambda: grnnd.build(larger, device="cuda", progress=seen.append))
    yield Result(f"build of {len(larger):,}", many_s, None, "", math.inf, "s", "lower")
    hours = extrapolated(count, on_device_s, len(larger), many_s, _GOAL) / 3600
    yield Result("a thousand million, by this growth, one device", hours, None, "", math.inf, "h", "lower")


def extrapolated(few: int, few_s: float, many: int, many_s: float, goal: int) -> float:
    """Seconds for `goal` rows by the power law through two measurements; growth below linear is not believed.

    >>> extrapolated(1_000_000, 10.0, 10_000_000, 100.0, 100_000_000)
    1000.0
    """
    exponent = max(1.0, math.log(many_s / few_s) / math.log(many / few))
    return float(round(many_s * (goal / many) ** exponent, 6))


def least_width(search: Callable[[int], NDArray[Any]], exact: NDArray[np.int64]) -> int | None:
    """The least beam whose search finds `_RECALL` of the true neighbours; None if no beam does. search: width → ids."""
    return next((width for width in _WIDTHS if recall(search(width), exact) >= _RECALL), None)


def compared(ours_s: float, our_width: int | None, peer_s: float, peer_width: int | None) -> Result:
    """Builds of graphs that both reach the recall; a miss where one does not, however fast it was built."""
    widths = f"to recall {_RECALL} at beams of {our_width} and {peer_width}"
    is_equal = our_width is not None and peer_width is not None
    return Result(f"build, {widths}", ours_s if is_equal else math.nan, peer_s, "cuVS CAGRA", 1.0, "s", "lower")


def _against_peer(graph: grnnd.Graph, rows: Rows, queries: Rows, exact: Any, ours_s: float) -> Result:
    """CAGRA of the same degree, each searched as widely as the recall needs; else exact neighbours by brute force."""
    cupy: Any = importlib.import_module("cupy")
    on_device = cupy.asarray(rows)
    if importlib.util.find_spec("cuvs") is not None:
        cagra: Any = importlib.import_module("cuvs.neighbors.cagra")
        peer_s, index = _timed(lambda: cagra.build(cagra.IndexParams(graph_degree=32), on_device))

        def search(width: int) -> NDArray[Any]:
            found = cagra.search(cagra.SearchParams(itopk_size=width), index, cupy.asarray(queries), K)[1]
            ids: NDArray[Any] = cupy.asnumpy(cupy.asarray(found))
            return ids

        ours = least_width(lambda width: graph.search(queries, K, ef=width).ids, exact)
        return compared(ours_s, ours, peer_s, least_width(search, exact))
    peer_s, _ = _timed(lambda: _brute_force(cupy, on_device))
    return Result("build", ours_s, peer_s, "exact neighbours by CUDA brute force", 1.0, "s", "lower")


def _brute_force(cupy: Any, rows: Any, block: int = 4096) -> None:
    """The 32 nearest of each row."""
    lengths = cupy.square(rows).sum(axis=1)
    for start in range(0, len(rows), block):
        scores = lengths - 2 * rows[start : start + block] @ rows.T
        cupy.argpartition(scores, 32, axis=1)[:, :32].sum()
    cupy.cuda.get_current_stream().synchronize()


def _timed(work: Any) -> tuple[float, Any]:
    """The second of two runs: the first compiles."""
    work()
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    try:
        Device.of("cuda")
    except grnnd.Unavailable as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    main(__doc__ or "", measure)
