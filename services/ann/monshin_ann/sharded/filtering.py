"""Which rows of a sharded collection pass a filter: found by reading every payload once, then kept."""

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.columns import ColumnSet
from monshin_ann.core.deadline import Deadline
from monshin_ann.core.filters import Plan
from monshin_ann.sharded.points_table import PointsTable

_CHUNK_ROWS = 8 * 2048  # a multiple of 8: chunks are packed apart
_KEPT = 16

Bits = NDArray[np.uint8]


class RowFilters:
    """The filters used last, a bit a row each; payloads never change."""

    def __init__(self, points: PointsTable) -> None:
        self._points = points
        self._lock = Lock()
        self._kept: OrderedDict[str, Bits] = OrderedDict()

    def bits(self, plan: Plan, deadline: Deadline) -> Bits:
        """Lowest bit first; not to be changed. The first time takes about 8 µs a row; raises DeadlineExceeded."""
        with self._lock:
            found = self._kept.get(plan.key)
            if found is not None:
                self._kept.move_to_end(plan.key)
                return found
        parts = []
        for first in range(0, self._points.rows, _CHUNK_ROWS):
            deadline.check()
            passes = plan.mask(ColumnSet.of(self._points.payloads(first, _CHUNK_ROWS)))
            parts.append(np.packbits(passes, bitorder="little"))
        bits = np.concatenate(parts)
        with self._lock:
            self._kept[plan.key] = bits
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return bits
