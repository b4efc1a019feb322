"""Points with a graph: fixed but for their deaths, searched by a beam instead of one by one."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from grnnd import Graph
from numpy.typing import NDArray

from monshin_ann.core.block import Block
from monshin_ann.core.filters import Mask, Plan
from monshin_ann.core.vectors import Matrix

EXACT = 1.0
DEFAULT_RECALL = 0.99
_MASKS_KEPT = 16


@dataclass(frozen=True, slots=True)
class Effort:
    """How thorough a search is: by the width of its beam, or by the recall that it is to reach.

    ef: at least 1; None: target_recall counts, in (0, 1], at 1 every point is compared.
    """

    ef: int | None = None
    target_recall: float = DEFAULT_RECALL

    @property
    def is_exact(self) -> bool:
        """Whether graphs are not used."""
        return self.ef is None and self.target_recall >= EXACT

    def is_met_by(self, graph: Graph, k: int) -> bool:
        """Whether a graph was measured to find as much, at any width, as is asked for; a wished width always is.

        Of a graph too small to be measured nothing is known, and comparing its few points costs little.
        """
        if self.ef is not None:
            return True
        return bool(graph.calibration.recalls) and graph.calibration.reaches(k, self.target_recall)


THOROUGH = Effort()


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """About a segment: its number within the collection, when it was built, and how long that took."""

    number: int
    built_ns: int
    build_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """blocks: all of one size, but for the last; row r of the graph is row r % size of block r // size."""

    built: Built
    graph: Graph
    blocks: tuple[Block, ...]
    _masks: "_Masks" = field(default_factory=lambda: _Masks())

    @property
    def points(self) -> int:
        """Rows, also dead ones."""
        return len(self.graph)

    @property
    def dead(self) -> int:
        """Rows that have died by now."""
        return sum(block.dead for block in self.blocks)

    def dead_by(self, until: int) -> int:
        """Rows that had died at this sequence number, or before the process started."""
        return sum(int(np.count_nonzero(block.died <= until)) for block in self.blocks)

    @property
    def vector_bytes(self) -> int:
        """Of its rows."""
        return sum(block.used_bytes for block in self.blocks)

    @property
    def graph_bytes(self) -> int:
        """Edges and codes."""
        return self.graph.memory_bytes - self.graph.points.nbytes

    @property
    def memory_bytes(self) -> int:
        """Of vectors, edges and codes."""
        return self.vector_bytes + self.graph_bytes

    def matching(self, sequence: int, plan: Plan | None) -> Mask | None:
        """Which rows a reader at `sequence` sees that pass the filter; None: all."""
        is_alive = None
        if any(block.dead for block in self.blocks):
            is_alive = np.concatenate([block.died > sequence for block in self.blocks])
        if plan is None:
            return is_alive
        passes = self._masks.of(plan, self.blocks)
        return passes if is_alive is None else passes & is_alive

    def search(
        self, rows: Matrix, k: int, effort: Effort, matching: Mask | None, remaining_s: float | None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Row numbers of shape (queries, k), -1 where there are fewer; and for each query whether time ran out."""
        found = self.graph.search(
            rows,
            min(k, self.points),
            ef=effort.ef,
            target_recall=None if effort.ef is not None else effort.target_recall,
            filter=matching,
            threads=1,
            deadline_s=remaining_s,
        )
        return found.ids, found.truncated


class _Masks:
    """Which rows pass a filter, for the filters used last: rows of a segment and their payloads never change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, Mask] = OrderedDict()

    def of(self, plan: Plan, blocks: Sequence[Block]) -> Mask:
        """Bool, one a row; not to be changed."""
        with self._lock:
            mask = self._kept.get(plan.key)
            if mask is not None:
                self._kept.move_to_end(plan.key)
                return mask
        mask = np.concatenate([plan.mask(block.columns.read(block.payloads, block.rows)) for block in blocks])
        with self._lock:
            self._kept[plan.key] = mask
            while len(self._kept) > _MASKS_KEPT:
                self._kept.popitem(last=False)
        return mask
