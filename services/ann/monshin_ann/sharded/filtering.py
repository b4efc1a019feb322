"""Which rows of a sharded collection pass a filter: found by reading every payload once, then kept."""

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.background import Background
from monshin_ann.core.columns import ColumnSet
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.filters import Plan
from monshin_ann.sharded.points_table import PointsTable

_CHUNK_ROWS = 2048  # a multiple of 8: chunks are packed apart
_KEPT = 16

Bits = NDArray[np.uint8]


class RowFilters:
    """The filters used last, a bit a row each; payloads never change."""

    def __init__(self, points: PointsTable) -> None:
        self._points = points
        self._lock = Lock()
        self._kept: OrderedDict[str, _Passing] = OrderedDict()
        self._background = Background()

    def bits(self, plan: Plan, until: Deadline) -> Bits | None:
        """Lowest bit first; not to be changed. None: they were not found by then, and are sought in the background.

        The first time takes about 8 µs a row. Raises DataLoss.
        """
        with self._lock:
            passing = self._kept.get(plan.key)
            if passing is None:
                passing = self._kept[plan.key] = _Passing(plan, self._points)
            self._kept.move_to_end(plan.key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        bits = passing.find(until)
        if bits is None:
            self._background.finish(lambda: passing.find(FOREVER))
        return bits


class _Passing:
    """The rows that pass one filter, found chunk by chunk."""

    def __init__(self, plan: Plan, points: PointsTable) -> None:
        self._plan = plan
        self._points = points
        self._lock = Lock()
        self._bits: Bits = np.zeros(-(-points.rows // 8), dtype=np.uint8)
        self._read = 0

    def find(self, until: Deadline) -> Bits | None:
        """All of them, or None if they are not found by then; the next call goes on where this one stopped."""
        if self._read >= self._points.rows:
            return self._bits
        if not until.acquire(self._lock):
            return None
        try:
            while self._read < self._points.rows:
                if until.has_passed():
                    return None
                passes = self._plan.mask(ColumnSet.of(self._points.payloads(self._read, _CHUNK_ROWS)))
                packed = np.packbits(passes, bitorder="little")
                self._bits[self._read // 8 : self._read // 8 + len(packed)] = packed
                self._read += _CHUNK_ROWS
            return self._bits
        finally:
            self._lock.release()
