"""Which beam width reaches which recall: measured on the graph itself when it is built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grnnd.errors import InvalidInput

_MOST_HELD_OUT = 200  # rows: at a recall of 0.95 the standard error is about 0.006
_HELD_OUT_SHARE = 0.05
NEIGHBOURS = (1, 10, 100)  # for which k it is measured
WIDTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384)
_ENOUGH = 0.9995  # wider beams are not measured

Distances = NDArray[np.float32]
Search = Callable[[int, int], Distances]  # k, ef → distances of what was found, (rows, k)


@dataclass(frozen=True, slots=True)
class Calibration:
    """recalls: for each k of NEIGHBOURS, if the graph is large enough, pairs of ef and measured recall, both rising.

    The queries are rows that were held out when the graph was built, and inserted afterwards. Queries unlike the data
    (another model, another language) may need a wider beam.
    """

    recalls: Mapping[int, tuple[tuple[int, float], ...]]

    @classmethod
    def measured(cls, true: Distances, search: Search) -> "Calibration":
        """true: the distances of the nearest neighbours of a sample, ascending, of shape (rows, most).

        One search a width serves all k: its nearest k are those of a search for k.
        """
        most = true.shape[1]
        recalls: dict[int, list[tuple[int, float]]] = {k: [] for k in NEIGHBOURS if k <= most}
        for ef in WIDTHS if recalls else ():
            found = search(min(ef, most), ef)
            for k, points in recalls.items():
                if k <= ef:
                    recall = recall_by_distance(found[:, :k], true[:, :k])
                    points.append((ef, max(recall, points[-1][1] if points else 0.0)))
            if all(points and points[-1][1] >= _ENOUGH for points in recalls.values()):
                break
        return cls({k: tuple(points) for k, points in recalls.items() if points})

    def ef(self, k: int, target_recall: float) -> int:
        """The least width that reached the target for k neighbours; the widest measured if none did.

        Between the measured k the next larger one counts; beyond the largest, ef grows as k does. Raises InvalidInput
        unless 0 < target_recall < 1.
        """
        if not 0 < target_recall < 1:
            raise InvalidInput(f"target_recall is {target_recall!r}, allowed is more than 0 and less than 1")
        if not self.recalls:
            return max(k, WIDTHS[0])
        measured = next((known for known in self.recalls if known >= k), max(self.recalls))
        points = self.recalls[measured]
        widest = points[-1][0]
        reached = next((ef for ef, recall in points if recall >= target_recall), widest)
        return max(k, reached if k <= measured else -(-reached * k // measured))


def held_out(count: int, seed: int) -> NDArray[np.int64]:
    """Row numbers, ascending; none where the graph is too small to spare some."""
    chosen = np.random.default_rng(seed).choice(count, min(_MOST_HELD_OUT, int(count * _HELD_OUT_SHARE)), replace=False)
    chosen.sort()
    return chosen


def recall_by_distance(found: Distances, true: Distances) -> float:
    """Share of found neighbours no farther than the true k-th: which of equally far rows was found does not count.

    found, true: of shape (queries, k), true ascending and finite.
    """
    limit = true[:, -1:] + 1e-6 * np.abs(true[:, -1:])
    return float(np.mean(found <= limit))
