"""A collection's points at one sequence number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.background import Background
from monshin_ann.core.block import Block
from monshin_ann.core.deadline import FOREVER, Deadline, payloads_unread
from monshin_ann.core.filters import Mask, Plan
from monshin_ann.core.segment import Segment


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The first `rows` rows of a block, as they were at `sequence`."""

    block: Block
    rows: int
    sequence: int

    def parse(self, until: Deadline) -> bool:
        """Whether its payloads are parsed by then, so that a filter takes no longer."""
        return self.block.columns.parse(self.block.payloads, self.rows, until)

    def matching(self, plan: Plan | None) -> Mask:
        """Which rows were alive, and pass the filter; bool of shape (rows,)."""
        is_alive = self.block.died[: self.rows] > self.sequence
        if plan is None or not is_alive.any():
            return is_alive
        columns = self.block.columns.read(self.block.payloads, self.rows)
        return is_alive & plan.mask(columns)[: self.rows]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Stays as it is while the index changes; keeps its blocks in memory until it is dropped.

    head: blocks of points without a graph, and how many of their rows count. segments: the points with one.
    memory_bytes: vectors, edges and codes held for search; not the ids and payloads beside them. background: of the
    index, for what a search has no time for.
    """

    head: tuple[tuple[Block, int], ...]
    segments: tuple[Segment, ...]
    sequence: int
    points: int
    memory_bytes: int
    background: Background

    @property
    def indexed_points(self) -> int:
        """Living points with a graph, as of now."""
        return sum(segment.points - segment.dead for segment in self.segments)

    def without_graph(self, until: int) -> int:
        """Living points of those blocks of the head, as of now, that hold one stored at `until` or before."""
        return sum(block.living_rows for block, _ in self.head if block.holds(until))

    def parts(self) -> Iterator[Part]:
        """Block by block: those of the head, then those of each segment."""
        for block, rows in self.head:
            yield Part(block, rows, self.sequence)
        for segment in self.segments:
            for block in segment.blocks:
                yield Part(block, block.rows, self.sequence)

    def parse(self, parts: Iterable[Part], until: Deadline) -> bool:
        """Whether the payloads of these parts are parsed by then; if not, those of all parts are, in the background."""
        if all(part.parse(until) for part in parts):
            return True
        self.background.finish(lambda: [part.parse(FOREVER) for part in self.parts()])
        return False

    def require_parsed(self, until: Deadline) -> None:
        """Raises DeadlineExceeded unless all payloads are parsed by then; they are parsed on in the background."""
        if not self.parse(self.parts(), until):
            raise payloads_unread()

    def ids(self, plan: Plan | None) -> Iterator[str]:
        """Ids of the points that pass the filter, in no order."""
        for part in self.parts():
            rows: NDArray[np.intp] = np.flatnonzero(part.matching(plan))
            ids = part.block.ids
            yield from (ids[row] for row in rows.tolist())
