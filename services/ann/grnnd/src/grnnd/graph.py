"""A built graph: searched, saved, exported."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grnnd import engine, inputs
from grnnd.calibration import Calibration
from grnnd.codes import CodeTable
from grnnd.engine import Floats, Ids
from grnnd.errors import InvalidInput
from grnnd.metric import Embedding, Metric

DEFAULT_RECALL = 0.95
MAX_K = 65_536
MAX_THREADS = 1024


class Hits(tuple[NDArray[np.int64], NDArray[np.float32]]):
    """What a search found: `ids, distances = hits`, both of shape (queries, k), nearest first.

    ids: row numbers; -1 and distance infinity fill up where fewer rows match than k, or a deadline came first.
    truncated: bool of shape (queries,): the deadline came first, and nearer rows may exist. Without it a query has
    exactly min(k, matching rows) results.
    """

    truncated: NDArray[np.bool_]

    def __new__(cls, ids: NDArray[np.int64], distances: NDArray[np.float32], truncated: NDArray[np.bool_]) -> "Hits":
        """As a pair that also knows `truncated`."""
        hits = super().__new__(cls, (ids, distances))
        hits.truncated = truncated
        return hits

    @property
    def ids(self) -> NDArray[np.int64]:
        """Row numbers, (queries, k)."""
        return self[0]

    @property
    def distances(self) -> NDArray[np.float32]:
        """Squared (l2), 1 - cos (cosine), or -q·x (inner_product); (queries, k)."""
        return self[1]


@dataclass(frozen=True, eq=False)
class Graph:
    """Of `grnnd.build`, `grnnd.load` or `grnnd.merge`; never changes, may be searched from several threads at once.

    points: float32 (n, point_dim), in the caller's order; under l2 the very array that was given, not to be changed.
    order: uint32 (n,), vertex v is row order[v]. edges: uint32 (n, degree), by vertex, nearest first, short lists end
    with NONE. entries: uint32, vertices where a beam may begin.
    """

    embedding: Embedding
    points: Floats
    order: Ids
    edges: Ids
    entries: Ids
    codes: CodeTable
    calibration: Calibration

    def __len__(self) -> int:
        """Rows."""
        return len(self.order)

    @property
    def metric(self) -> Metric:
        """Of the build."""
        return self.embedding.metric

    @property
    def dim(self) -> int:
        """Of the vectors."""
        return self.embedding.dim

    @property
    def degree(self) -> int:
        """How many neighbours a row has at most."""
        return int(self.edges.shape[1])

    @property
    def vectors(self) -> Floats:
        """float32 (n, dim) as searched: under cosine scaled to length 1."""
        return self.points[:, : self.dim]

    @property
    def memory_bytes(self) -> int:
        """Of all arrays; of a loaded graph they lie in the file, and in memory as far as they were read."""
        arrays = (self.points, self.order, self.edges, self.entries, self.codes.rows)
        return sum(array.nbytes for array in arrays)

    def neighbours(self) -> NDArray[np.int64]:
        """The edges by row number, of shape (n, degree), nearest first; -1 ends short lists."""
        by_row = np.full(self.edges.shape, -1, dtype=np.int64)
        real = self.edges != engine.NONE
        found = np.where(real, self.order[np.where(real, self.edges, 0)].astype(np.int64), -1)
        by_row[self.order] = found
        return by_row

    def search(
        self,
        queries: ArrayLike,
        k: int,
        *,
        ef: int | None = None,
        target_recall: float | None = None,
        filter: ArrayLike | None = None,
        threads: int = 0,
        deadline_s: float | None = None,
    ) -> Hits:
        """The k nearest rows of each query, ranked by exact distances; of equally far ones the lower row number first.

        queries: real numbers of shape (q, dim), or (dim,) for one.
        k: 1 to 65536. Fewer rows than k give fewer results, filled up with -1.
        ef: width of the beam, at least k counts; wider is slower and finds more.
        target_recall: in place of ef, in (0, 1): the least width that reached it by two standard errors when the graph
        was built, or between two measured ones (`Calibration`). Neither: 0.95.
        filter: bool of shape (n,): only these rows can be found; or the same as bits, lowest first, uint8 (⌈n/8⌉,).
        threads: 0 for all CPUs.
        deadline_s: seconds from now; what is unfinished then is returned as `truncated`.

        Raises InvalidInput.
        """
        rows = np.asarray(queries)
        wanted = inputs.vectors(rows[None] if rows.ndim == 1 else rows, "queries", self.dim)
        k = inputs.whole(k, "k", 1, MAX_K)
        threads = inputs.whole(threads, "threads", 0, MAX_THREADS)
        if deadline_s is not None and not deadline_s >= 0:
            raise InvalidInput(f"deadline_s is {deadline_s!r}, allowed are seconds from 0")
        if ef is not None and target_recall is not None:
            raise InvalidInput("ef and target_recall are both given, allowed is one of them")
        if ef is None:
            ef = self.calibration.ef(k, DEFAULT_RECALL if target_recall is None else target_recall)
        else:
            ef = inputs.whole(ef, "ef", 1, inputs.MAX_ROWS)
        bits, matching = inputs.filter_bits(filter, len(self))
        return self.search_checked(
            wanted, k, ef, bits, matching, threads, math.inf if deadline_s is None else deadline_s
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Writes one file, completely or not at all; an existing one is replaced. Raises OSError."""
        from grnnd import storage

        storage.save(self, path)

    def to_faiss(self) -> Any:
        """The graph as a faiss.IndexHNSWCagra (extra `faiss`), which copies everything. Ids are row numbers.

        cosine becomes inner product of vectors of length 1. Raises Unavailable without faiss.
        """
        from grnnd.faiss_export import to_faiss

        return to_faiss(self)

    def search_checked(
        self,
        queries: Floats,
        k: int,
        ef: int,
        bits: NDArray[np.uint8],
        matching: int,
        threads: int,
        deadline_s: float,
    ) -> Hits:
        """With arguments that are checked; the bits of `inputs.filter_bits`."""
        points, factors = self.embedding.query_points(queries)
        ef = min(max(ef, k), len(self))
        index, codes = self._opened
        answers = _unfilled(len(points), k)
        rerank, threads = self.codes.kind.rerank(k, ef), _threads(threads, len(points))
        index.search(codes, points, rerank, ef, bits, matching, deadline_s, threads, *answers)
        return self._hits(factors, *answers)

    def scan_checked(self, queries: Floats, k: int, bits: NDArray[np.uint8], threads: int, deadline_s: float) -> Hits:
        """The exact answer, for which every row that passes is compared; arguments as of `search_checked`."""
        points, factors = self.embedding.query_points(queries)
        index, _ = self._opened
        answers = _unfilled(len(points), k)
        index.scan(points, bits, deadline_s, _threads(threads, len(points)), *answers)
        return self._hits(factors, *answers)

    def _hits(self, factors: Floats, ids: NDArray[np.int64], distances: Floats, truncated: NDArray[np.uint8]) -> Hits:
        if self.metric is Metric.INNER_PRODUCT:
            distances /= factors[:, None]
        return Hits(ids, distances, truncated.astype(np.bool_))

    @cached_property
    def _opened(self) -> tuple[engine.Index, engine.Codes]:
        core = engine.core()
        metric = getattr(core.Metric, self.metric.name)
        index = core.Index(self.points, self.order, self.edges, self.entries, metric)
        return index, self.codes.opened(core, index)

    def __getstate__(self) -> Mapping[str, Any]:
        """Without what only this process has open."""
        return {name: value for name, value in self.__dict__.items() if name != "_opened"}


def _unfilled(count: int, k: int) -> tuple[NDArray[np.int64], Floats, NDArray[np.uint8]]:
    """For the core to write to: ids, distances, truncated."""
    return np.empty((count, k), np.int64), np.empty((count, k), np.float32), np.empty(count, np.uint8)


def _threads(threads: int, queries: int) -> int:
    return min(engine.usable_threads(threads), max(queries, 1))
