"""Building: check → memory → points → codes → order → edges → entries → calibrate → insert → repair."""

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grnnd import calibration, engine, inputs
from grnnd.calibration import Calibration
from grnnd.codes import CodeTable, Kind, Scale, byte_rows
from grnnd.device import Device
from grnnd.engine import Bytes, Core, Floats, Ids
from grnnd.entries import entries_of
from grnnd.errors import Cancelled, InvalidInput
from grnnd.graph import MAX_THREADS, Graph
from grnnd.memory import require_memory
from grnnd.metric import Embedding, Metric
from grnnd.plan import MAX_DEGREE, MIN_DEGREE, Plan
from grnnd.progress import Progress, Reporter

_log = logging.getLogger(__name__)

INSERT_WIDTH = 64


def build(
    vectors: ArrayLike,
    *,
    metric: str = "l2",
    degree: int = 32,
    seed: int = 0,
    threads: int = 0,
    device: str = "auto",
    progress: Callable[[Progress], object] | None = None,
    code: str = "auto",
    memory_limit: int | None = None,
    cancel: threading.Event | None = None,
) -> Graph:
    """Builds the graph of approximate nearest neighbours (GRNND, arXiv:2510.02774; docs/ explains the algorithm).

    vectors: real numbers of shape (n, dim), 1 ≤ n < 2³¹, finite. float32 in C order is used as it is and must not be
    changed while the graph lives; everything else is copied.
    metric: l2, cosine or inner_product.
    degree: neighbours of a row at most, 4 to 128; more find more per step, and take 4 bytes each.
    seed: 0 to 2³²-1. Same vectors and seed, same graph: for any number of threads, and, when built over codes, on every
    machine. Over floats (inner product, `code="f32"`, or data too uneven for codes) per instruction set, or everywhere
    for whole numbers whose sums stay below 2²⁴.
    threads: 0 for all CPUs.
    device: cpu, cuda, or auto: cuda where the extra `gpu` and a device are there and the build fits it, else the CPU;
    the log tells of a device too small.
    progress: called several times a second or after each 32,768 rows; what it raises stops the build and is raised.
    code: what a search reads: sq8, f16, f32, bits; auto: sq8 unless the data are too uneven for it, then f32.
    memory_limit: bytes beside the caller's vectors; None: what the system says is available.
    cancel: set it from another thread to stop the build.

    Raises InvalidInput, TooLarge, Cancelled, Unavailable.
    """
    rows = inputs.vectors(vectors, "vectors")
    if len(rows) == 0:
        raise InvalidInput("vectors are 0 rows, at least 1 is needed")
    settings = checked_settings(metric, degree, seed, threads, device, code)
    return build_checked(rows, settings, None, Reporter(progress, cancel, settings.plan), memory_limit)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a caller asked for, checked. may_leave_device: the CPU builds what the device cannot. kind: None for
    auto."""

    metric: Metric
    plan: Plan
    threads: int
    device: Device
    may_leave_device: bool
    kind: Kind | None


def checked_settings(metric: str, degree: int, seed: int, threads: int, device: str, code: str) -> Settings:
    """Raises InvalidInput, and Unavailable for a device that is not there."""
    return Settings(
        Metric.of(metric),
        Plan.of(inputs.whole(degree, "degree", MIN_DEGREE, MAX_DEGREE), inputs.whole(seed, "seed", 0, 2**32 - 1)),
        engine.usable_threads(inputs.whole(threads, "threads", 0, MAX_THREADS)),
        Device.of(device),
        device == "auto",
        Kind.wanted(code),
    )


def build_checked(
    vectors: Floats, settings: Settings, first: NDArray[np.int32] | None, report: Reporter, memory_limit: int | None
) -> Graph:
    """Some rows are held out at first: recall is measured with them, then they are inserted.

    first: edges by row to begin with, of shape (n, any), -1 for none; or None.
    """
    plan, core, threads = settings.plan, engine.core(), settings.threads
    count = len(vectors)
    require_memory(count, vectors.shape[1], settings.metric, plan, settings.kind, memory_limit)
    embedding = Embedding.fit(settings.metric, vectors)
    points = embedding.points(vectors)
    report.begin("order", count)
    scale = _scale(points, settings)
    held_out = calibration.held_out(count, plan.seed)
    built = count - len(held_out)
    order, rows = _ordered(core, points, scale, held_out, plan, threads)
    # The sample by which codes are judged and the first order of the codes: else they stay with us under the pools, the
    # peak (12 MiB at 100,000 × 128).
    core.give_back_freed()
    edges = np.empty((count, plan.degree), dtype=np.uint32)  # written at the end: memory until then is the pools'
    space = _Space(core, points, order, rows, settings.metric is Metric.INNER_PRODUCT)
    space.build(built, settings, _by_vertex(first, order, built), edges, report)
    entries = entries_of(points, order[:built], edges, plan.seed)
    if rows is not None and settings.kind in (None, Kind.SQ8) and scale is not None:
        codes = CodeTable.of_bytes(rows, scale)
    else:
        codes = CodeTable.encoded(core, settings.kind or Kind.F32, points, order, threads)
    report.begin("calibrate", count)
    part = Graph(embedding, points, order[:built], edges[:built], entries, codes, Calibration({}))
    recalls = calibrated(part, held_out, threads)
    space.insert(built, plan, entries, edges)
    space.repair(entries, edges)
    return Graph(embedding, points, order, edges, entries, codes, recalls)


@dataclass(frozen=True, slots=True)
class _Space:
    """What edges are measured in: products of points, or distances of codes where there are `rows`, else of points."""

    core: Core
    points: Floats
    order: Ids
    rows: Bytes | None
    is_product: bool

    def build(self, built: int, settings: Settings, first: Ids, edges: Ids, report: Reporter) -> None:
        """Fills the edges of the first `built` vertices."""
        out, order, core = edges[:built], self.order[:built], self.core
        if settings.device is Device.CUDA and self._try_device(built, settings, edges, report):
            return
        params = settings.plan.params(core, settings.threads)
        if self.is_product:
            core.build_products(self.points, order, params, out, first, report.on_chunk)
        elif self.rows is not None:
            core.build_codes(self.rows[:built], params, out, first, report.on_chunk)
        else:
            core.build_points(self.points, order, params, out, first, report.on_chunk)

    def _try_device(self, built: int, settings: Settings, edges: Ids, report: Reporter) -> bool:
        """True: the edges are filled. False: the device is too small or fails, and the CPU may take its place."""
        from grnnd.cuda import build_on_device

        kind = "products" if self.is_product else "points" if self.rows is None else "codes"
        rows = self.rows[:built] if self.rows is not None and kind == "codes" else self.points
        try:
            build_on_device(kind, rows, self.order[:built], settings.plan, edges[:built], report.on_chunk)
        except (Cancelled, InvalidInput):
            raise
        except Exception as error:  # of CuPy, a driver, a compiler: `auto` promises a graph, whatever they say
            if not settings.may_leave_device:
                raise
            _log.warning("the device cannot build: the CPU does it", exc_info=error)
            return False
        return True

    def insert(self, built: int, plan: Plan, entries: Ids, edges: Ids) -> None:
        """Adds the vertices from `built` on."""
        edges[built:] = engine.NONE
        how = (built, plan.slack_256, INSERT_WIDTH, entries)
        if self.is_product:
            self.core.insert_products(self.points, self.order, edges, *how)
        elif self.rows is not None:
            self.core.insert_codes(self.rows, edges, *how)
        else:
            self.core.insert_points(self.points, self.order, edges, *how)

    def repair(self, entries: Ids, edges: Ids) -> None:
        """Makes every vertex reachable."""
        if self.is_product:
            self.core.repair_products(self.points, self.order, edges, entries)
        elif self.rows is not None:
            self.core.repair_codes(self.rows, edges, entries)
        else:
            self.core.repair_points(self.points, self.order, edges, entries)


def _scale(points: Floats, settings: Settings) -> Scale | None:
    """None where codes would mislead, or are not wanted."""
    if settings.kind is Kind.F32:
        return None
    scale = Scale.fit(points)
    return scale if scale.is_faithful(points, settings.plan.seed) else None


def _ordered(
    core: Core, points: Floats, scale: Scale | None, held_out: NDArray[np.int64], plan: Plan, threads: int
) -> tuple[Ids, Bytes | None]:
    """Rows in the order of a tree's leaves, those held out at the end, and their codes if there is a scale."""
    is_built = np.ones(len(points), dtype=np.bool_)
    is_built[held_out] = False
    rows_first = np.concatenate([np.flatnonzero(is_built), held_out]).astype(np.uint32)
    built = len(points) - len(held_out)
    in_tree = np.empty(built, dtype=np.uint32)
    if scale is None:
        core.order_points(points, rows_first, plan.leaf, plan.seed, threads, in_tree)
        codes = None
    else:
        codes = byte_rows(core, points, rows_first, scale, threads)
        core.order_codes(codes, plan.leaf, plan.seed, threads, in_tree)
    moved = np.concatenate([in_tree, np.arange(built, len(points), dtype=np.uint32)])
    return rows_first[moved], None if codes is None else np.take(codes, moved, axis=0)


Exact = Callable[[Floats, NDArray[np.bool_], int], Floats]


def calibrated(part: Graph, held_out: NDArray[np.int64], threads: int, exact: Exact | None = None) -> Calibration:
    """Measured with rows that are among the points, but not in the graph. exact: (queries, which rows are in the graph,
    k) → distances of the true k nearest, ascending; None: by a scan.
    """
    most = min(max(calibration.NEIGHBOURS), len(part) // 2)
    if len(held_out) == 0 or most == 0:
        return Calibration({})
    queries = np.ascontiguousarray(part.vectors[held_out])
    is_built = np.ones(len(part.points), dtype=np.bool_)
    is_built[held_out] = False
    bits, matching = inputs.filter_bits(is_built, len(is_built))

    def search(k: int, ef: int) -> Floats:
        return part.search_checked(queries, k, ef, bits, matching, threads, math.inf).distances

    true = (
        part.scan_checked(queries, most, bits, threads, math.inf).distances
        if exact is None
        else exact(queries, is_built, most)
    )
    # Floats are exact in the beam already: however many are measured again, the nearest are the same.
    kind = part.codes.kind
    return Calibration.measured(true, search, (lambda k, ef: 0) if kind is Kind.F32 else kind.rerank)


def _by_vertex(first: NDArray[np.int32] | None, order: Ids, built: int) -> Ids:
    """Edges by row as edges by vertex, without those from and to rows that are held out."""
    if first is None:
        return np.empty((0, 0), dtype=np.uint32)
    vertex_of = np.full(len(order) + 1, engine.NONE, dtype=np.uint32)  # the last is that of row -1
    vertex_of[order[:built]] = np.arange(built, dtype=np.uint32)
    return vertex_of[first[order[:built]]]
