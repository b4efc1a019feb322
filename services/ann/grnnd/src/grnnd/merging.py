"""One graph of several that were built apart: a build that has edges to begin with."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grnnd import inputs
from grnnd.building import build_checked, checked_settings
from grnnd.errors import InvalidInput
from grnnd.graph import Graph
from grnnd.memory import require_memory
from grnnd.progress import Progress, Reporter


def merge(
    graphs: Sequence[Graph],
    rows: Sequence[ArrayLike] | None = None,
    *,
    seed: int = 0,
    threads: int = 0,
    progress: Callable[[Progress], object] | None = None,
    memory_limit: int | None = None,
    cancel: threading.Event | None = None,
) -> Graph:
    """One graph of several that were built apart, with their edges to begin with: cheaper than a build of all.

    graphs: at least one, of the same metric, dim, degree and code.
    rows: for each graph the row numbers of its vectors in the merged graph, whole numbers of shape (len(graph),), which
    together cover 0 to n-1; a vector may be in several graphs (overlapping shards join better), and must then be equal
    in all. None: one graph after the other.

    Deterministic as `build`. Raises InvalidInput, TooLarge, Cancelled.
    """
    if not graphs:
        raise InvalidInput("graphs are none, at least one is needed")
    if len({(g.metric, g.dim, g.degree, g.codes.kind) for g in graphs}) > 1:
        raise InvalidInput("graphs differ in metric, dim, degree or code, they must agree")
    model = graphs[0]
    settings = checked_settings(model.metric, model.degree, seed, threads, "cpu", model.codes.kind)
    settings = replace(settings, plan=settings.plan.for_merging())
    numbers = _row_numbers(graphs, rows)
    count = max(int(part.max()) for part in numbers) + 1
    total = sum(len(graph) for graph in graphs)
    if count > total:
        raise InvalidInput(f"rows go up to {count - 1}, the graphs hold {total} in all: some are left out")
    shares = np.zeros(count, dtype=np.int32)  # in how many graphs a row is
    for part in numbers:
        shares[part] += 1
    if not shares.all():
        raise InvalidInput(f"rows leave out row {int(np.argmin(shares))} of {count}")
    width = model.degree * int(shares.max())
    extra_bytes = 4 * count * (model.dim + width) + 24 * model.degree * max(len(graph) for graph in graphs)
    require_memory(count, model.dim, model.metric, settings.plan, settings.kind, memory_limit, extra_bytes)
    vectors = np.empty((count, model.dim), dtype=np.float32)
    for graph, part in zip(graphs, numbers, strict=True):
        vectors[part] = graph.vectors
    if not all(np.array_equal(vectors[part], graph.vectors) for graph, part in zip(graphs, numbers, strict=True)):
        raise InvalidInput("a row has different vectors in different graphs, it must be equal in all")
    first = np.full((count, width), -1, dtype=np.int32)
    filled = np.zeros(count, dtype=np.int32)
    for graph, part in zip(graphs, numbers, strict=True):
        local = graph.neighbours()
        columns = filled[part][:, None] * model.degree + np.arange(model.degree)
        first[part[:, None], columns] = np.where(local >= 0, part[local], -1)
        filled[part] += 1
    return build_checked(vectors, settings, first, Reporter(progress, cancel, settings.plan), memory_limit)


def _row_numbers(graphs: Sequence[Graph], rows: Sequence[ArrayLike] | None) -> list[NDArray[np.int64]]:
    if rows is None:
        ends = np.cumsum([len(graph) for graph in graphs])
        return [np.arange(end - len(graph), end) for graph, end in zip(graphs, ends, strict=True)]
    if len(rows) != len(graphs):
        raise InvalidInput(f"rows are of {len(rows)} graphs, given are {len(graphs)}")
    numbers = []
    for graph, part in zip(graphs, rows, strict=True):
        found = np.asarray(part)
        if found.dtype.kind not in "iu" or found.shape != (len(graph),):
            raise InvalidInput(
                f"rows have dtype {found.dtype} and shape {found.shape}, allowed is whole ({len(graph)},)"
            )
        if found.min() < 0 or found.max() >= inputs.MAX_ROWS or len(np.unique(found)) < len(found):
            raise InvalidInput("rows of a graph must be different, from 0 on")
        numbers.append(found.astype(np.int64))
    return numbers
