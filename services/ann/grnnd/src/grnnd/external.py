"""One graph of many that were built apart and do not fit memory together: what is large is mapped, and read in order.

    shard graphs ──Part.of──► parts     lists by row number, sorted by the part that owns the row
    rows numbered as the owners' graphs hold them (neighbours near each other on disk, entries spread over the space)
    a part's own rows: lists of all parts united, pruned as a build prunes (DiskANN, Subramanya et al., NeurIPS 2019)
    rows of no part: recall is measured with them, then they are inserted; what nothing leads to is linked

Beside mapped files, of which the system keeps what fits, memory holds the lists of one part, and eight bytes a row.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from grnnd import engine, inputs
from grnnd.building import INSERT_WIDTH, calibrated
from grnnd.calibration import Calibration
from grnnd.codes import CodeTable, Scale, byte_row_length
from grnnd.engine import NONE, Floats, Ids
from grnnd.entries import LEAST, entries_of
from grnnd.errors import InvalidInput
from grnnd.graph import Graph
from grnnd.mapped import mapped, release
from grnnd.metric import Embedding, Metric
from grnnd.plan import Plan

_CHUNK_ROWS = 8192
_ENTRIES_A_PART = 8

OnStep = Callable[[str, int, int], object]  # phase, done, total; what it raises stops the merge


@dataclass(frozen=True, eq=False)
class Part:
    """What one graph found. rows: uint32 (m,), each once, ordered by owner. lists: uint32 (m, degree), of rows."""

    rows: Ids
    lists: Ids

    @classmethod
    def of(cls, graph: Graph, rows: Ids, owners: Ids) -> "Part":
        """rows: for each row of the graph its number in the whole. owners: for each row the part that owns it.

        Within an owner, rows stand as the graph holds its vertices.
        """
        by_owner = np.argsort(owners[graph.order], kind="stable")
        numbers = np.append(rows[graph.order], np.uint32(NONE)).astype(np.uint32)  # of vertices; the last is no vertex
        lists = np.empty(graph.edges.shape, dtype=np.uint32)
        for start in range(0, len(lists), _CHUNK_ROWS):
            chosen = graph.edges[by_owner[start : start + _CHUNK_ROWS]]
            lists[start : start + _CHUNK_ROWS] = numbers[np.minimum(chosen, len(graph))]
        return cls(numbers[by_owner], lists)


class ExternalMerge:
    """`unite` each part, in any order, then `finish`; the arrays lie in `folder` as files.

    vectors: float32 (n, dim) in C order, finite; may be mapped. owners: uint32 (n,), the part that owns the row, which
    must be among its rows; NONE: no part, at most a few hundred rows (`calibration.held_out`). parts: of graphs of one
    degree; a row may be in several, and a part may be empty. metric: l2 or cosine. Graphs of inner product cannot be
    cut into cells: long vectors are neighbours of all.

    Same arguments, same graph, for any number of threads. Raises InvalidInput.
    """

    def __init__(
        self,
        vectors: Floats,
        owners: Ids,
        parts: Sequence[Part],
        folder: str | PathLike[str],
        *,
        metric: str = "l2",
        seed: int = 0,
        threads: int = 0,
        on_step: OnStep = lambda phase, done, total: None,
    ) -> None:
        kind = Metric.of(metric)
        if kind is Metric.INNER_PRODUCT:
            raise InvalidInput("metric is 'inner_product', allowed for a merge of cells are l2, cosine")
        self._core = engine.core()
        self._threads = engine.usable_threads(threads)
        self._folder = Path(folder)
        self._on_step = on_step
        self._parts = parts
        self.degree = _degree(parts)
        self._plan = Plan.of(self.degree, seed)
        self._bounds = [_bounds(part, owners, len(parts)) for part in parts]
        self.embedding = Embedding(kind, vectors.shape[1])
        self._points = vectors if kind is Metric.L2 else self._unit(vectors)
        self._order, self._bases = self._numbered(owners)
        self._vertex_of = self._mapped("vertex_of", (len(owners),), np.uint32)
        self._vertex_of[self._order] = np.arange(len(owners), dtype=np.uint32)
        self._codes = self._coded(seed)
        self._edges = self._mapped("edges", (len(owners), self.degree), np.uint32)
        self.distances = 0
        self.linked = 0

    @property
    def _built(self) -> int:
        return int(self._bases[-1])

    def edges_of(self, part: int) -> Ids:
        """uint32 (rows it owns, degree), writable: what `unite` makes; who is interrupted puts it back."""
        return self._edges[self._bases[part] : self._bases[part + 1]]

    def unite(self, part: int) -> None:
        """The lists of the rows that the part owns."""
        first, out = int(self._bases[part]), self.edges_of(part)
        if len(out) == 0:
            return
        candidates = self._candidates(part, first, len(out))
        for start in range(0, len(out), _CHUNK_ROWS):
            self._on_step("unite", first + start, self._built)
            chunk = slice(start, start + _CHUNK_ROWS)
            how = (candidates[chunk], first + start, self._plan.slack_256, self._threads, out[chunk])
            if self._codes.rows.size:
                self.distances += self._core.unite_codes(self._codes.rows, *how)  # type: ignore[arg-type]  # uint8
            else:
                self.distances += self._core.unite_points(self._points, self._order, *how)
        release(self._edges, self._codes.rows, self._points)

    def finish(self) -> Graph:
        """The whole graph, every row reachable; its arrays are the files, so save it."""
        built = self._built
        least = max(LEAST, _ENTRIES_A_PART * len(self._parts))
        entries = entries_of(self._points, self._order[:built], self._edges, self._plan.seed, least)
        codes, edges = self._codes, self._edges
        part = Graph(self.embedding, self._points, self._order[:built], edges[:built], entries, codes, Calibration({}))
        self._on_step("calibrate", 0, 1)
        recalls = calibrated(part, np.sort(self._order[built:]).astype(np.int64), self._threads, self._exact)
        edges[built:] = NONE
        how = (built, self._plan.slack_256, INSERT_WIDTH, entries)
        self._on_step("insert", 0, 1)
        if codes.rows.size:
            self._core.insert_codes(codes.rows, edges, *how)  # type: ignore[arg-type]  # uint8
            self._on_step("stitch", 0, 1)
            self.linked = self._core.repair_codes(codes.rows, edges, entries)  # type: ignore[arg-type]  # uint8
        else:
            self._core.insert_points(self._points, self._order, edges, *how)
            self._on_step("stitch", 0, 1)
            self.linked = self._core.repair_points(self._points, self._order, edges, entries)
        return Graph(self.embedding, self._points, self._order, edges, entries, codes, recalls)

    def _candidates(self, part: int, first: int, count: int) -> Ids:
        """Vertices of the lists of all parts that hold the rows of this one, of shape (count, degree · most parts)."""
        slices = [
            (each, slice(*bounds[part : part + 2])) for each, bounds in zip(self._parts, self._bounds, strict=True)
        ]
        places = [self._vertex_of[each.rows[rows]] - np.uint32(first) for each, rows in slices]
        filled = np.zeros(count, dtype=np.uint8)
        for place in places:
            filled[place] += 1
        most = int(filled.max(initial=0))
        candidates = np.full((count, most, self.degree), NONE, dtype=np.uint32)
        filled[:] = 0
        for (each, rows), place in zip(slices, places, strict=True):
            lists = each.lists[rows]
            for start in range(0, len(place), _CHUNK_ROWS):
                chunk = place[start : start + _CHUNK_ROWS]
                found = lists[start : start + _CHUNK_ROWS]
                is_there = found != NONE
                candidates[chunk, filled[chunk]] = np.where(
                    is_there, self._vertex_of[np.where(is_there, found, 0)], np.uint32(NONE)
                )
            filled[place] += 1
            release(each.lists)
        return candidates.reshape(count, -1)

    def _numbered(self, owners: Ids) -> tuple[Ids, NDArray[np.int64]]:
        order = self._mapped("order", (len(owners),), np.uint32)
        counts = np.bincount(owners[owners != NONE], minlength=len(self._parts))
        bases = np.concatenate([[0], np.cumsum(counts)])
        for number, (part, bounds) in enumerate(zip(self._parts, self._bounds, strict=True)):
            own = part.rows[bounds[number] : bounds[number + 1]]
            if len(own) != counts[number]:
                raise InvalidInput(f"part {number} owns {counts[number]} rows, and holds {len(own)} of them")
            order[bases[number] : bases[number + 1]] = own
        order[bases[-1] :] = np.flatnonzero(owners == NONE)
        return order, bases

    def _unit(self, vectors: Floats) -> Floats:
        points = self._mapped("points", vectors.shape, np.float32)
        for start in range(0, len(vectors), _CHUNK_ROWS):
            self._on_step("points", start, len(vectors))
            points[start : start + _CHUNK_ROWS] = self.embedding.points(vectors[start : start + _CHUNK_ROWS])
        release(points, vectors)
        return points

    def _coded(self, seed: int) -> CodeTable:
        scale = Scale.fit(self._points)
        if not scale.is_faithful(self._points, seed):
            return CodeTable.none()
        count, dim = self._points.shape
        rows = self._mapped("codes", (count, byte_row_length(dim)), np.uint8)
        for start in range(0, count, _CHUNK_ROWS):
            self._on_step("codes", start, count)
            chunk = slice(start, start + _CHUNK_ROWS)
            how = (scale.low, scale.step, rows[chunk], self._threads)
            self._core.encode_bytes(self._points, self._order[chunk], *how)
        release(rows, self._points)
        return CodeTable.of_bytes(rows, scale)

    def _exact(self, queries: Floats, is_built: NDArray[np.bool_], k: int) -> Floats:
        """Distances of the true k nearest, ascending, chunk by chunk with the core's own arithmetic."""
        nearest = np.full((len(queries), k), np.inf, dtype=np.float32)
        for start in range(0, len(self._points), _CHUNK_ROWS):
            self._on_step("calibrate", start, len(self._points))
            points = np.ascontiguousarray(self._points[start : start + _CHUNK_ROWS])
            count = len(points)
            chunk = Graph(
                self.embedding,
                points,
                np.arange(count, dtype=np.uint32),
                np.full((count, 1), NONE, dtype=np.uint32),
                np.zeros(1, dtype=np.uint32),
                CodeTable.none(),
                Calibration({}),
            )
            bits, _ = inputs.filter_bits(is_built[start : start + count], count)
            found = chunk.scan_checked(queries, k, bits, self._threads, math.inf).distances
            nearest = np.sort(np.concatenate([nearest, found], axis=1), axis=1)[:, :k]
        release(self._points)
        return nearest

    def _mapped(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        return mapped(self._folder / name, dtype, shape, is_new=True)


def _degree(parts: Sequence[Part]) -> int:
    if not parts:
        raise InvalidInput("parts are none, at least one is needed")
    widths = {part.lists.shape[1] for part in parts}
    if len(widths) > 1 or any(len(part.rows) != len(part.lists) for part in parts):
        raise InvalidInput(f"parts have lists of {sorted(widths)} neighbours, they must agree, one list a row")
    return int(widths.pop())


def _bounds(part: Part, owners: Ids, parts: int) -> NDArray[np.int64]:
    """Where the rows of each owner begin, and an end."""
    if part.rows.max(initial=0) >= len(owners):
        raise InvalidInput(f"a part holds rows up to {part.rows.max()}, allowed are 0 to {len(owners) - 1}")
    found = owners[part.rows]
    if (found[1:] < found[:-1]).any() or (found >= parts).any():
        raise InvalidInput("rows of a part must be ordered by the part that owns them, and be owned")
    return np.searchsorted(found, np.arange(parts + 1, dtype=np.uint32))
