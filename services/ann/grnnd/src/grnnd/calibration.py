"""Which beam width reaches which recall: measured on the graph itself when it is built."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from grnnd.errors import InvalidInput

_MOST_HELD_OUT = 200  # rows: at a recall of 0.95 the standard error is about 0.006
_HELD_OUT_SHARE = 0.05
NEIGHBOURS = (1, 10, 100)  # for which k it is measured
WIDTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
_ENOUGH, _SURELY_ENOUGH = 0.9995, 0.998  # recall from which on wider beams are not measured: one miss of 2000
_USUAL = 384  # beyond, only what is still short of _HARD: data whose neighbours hardly differ, as noise
_HARD = 0.99

Distances = NDArray[np.float32]
Search = Callable[[int, int], Distances]  # k, ef → distances of what was found, (rows, k)


class Depth(Protocol):
    """How many of a beam of width ef a search for k measures exactly; never falls with k."""

    def __call__(self, k: int, ef: int) -> int: ...


class Measured(NamedTuple):
    """Recall of a beam of width ef, and its standard error over queries: 0 where each found the same share."""

    ef: int
    recall: float
    error: float

    @property
    def surely(self) -> float:
        """What it reaches by two standard errors: of widths tried one after the other, the first that reaches a target
        does so by chance more often than its recall allows.
        """
        return self.recall - 2 * self.error


@dataclass(frozen=True, slots=True)
class Calibration:
    """recalls: for each k of NEIGHBOURS, if the graph is large enough, what each width reached, both rising.

    The queries are rows that were held out when the graph was built, and inserted afterwards. Queries unlike the data
    (another model, another language) may need a wider beam.
    """

    recalls: Mapping[int, tuple[Measured, ...]]

    @classmethod
    def measured(cls, true: Distances, search: Search, depth: Depth) -> "Calibration":
        """true: the distances of the nearest neighbours of a sample, ascending, of shape (rows, most).

        Each k is searched for as callers will: with its own exact ranking. Of those that rank equally many of a beam,
        the largest serves all: their nearest are the same.
        """
        recalls: dict[int, list[Measured]] = {k: [] for k in NEIGHBOURS if k <= true.shape[1]}
        for ef in WIDTHS:
            short = [k for k, points in recalls.items() if k <= ef and not (points and _is_enough(points[-1], ef))]
            for _, alike in groupby(short, partial(depth, ef=ef)):
                ks = list(alike)
                found = search(ks[-1], ef)
                for k in ks:
                    shares = shares_found(found[:, :k], true[:, :k])
                    reached = Measured(ef, float(shares.mean()), float(shares.std()) / math.sqrt(len(shares)))
                    better = max([reached, *recalls[k][-1:]], key=lambda at: at.recall)
                    recalls[k].append(better._replace(ef=ef))
        return cls({k: tuple(points) for k, points in recalls.items() if points})

    def ef(self, k: int, target_recall: float) -> int:
        """The least width that reaches the target for k neighbours by two standard errors; the widest if none does, at
        least 384.

        Between two widths that were measured, recall is taken to rise as a line; as it rises ever more slowly, this
        errs to the safe side. Between the measured k the next larger one counts; beyond the largest, ef grows with k.
        Raises InvalidInput unless 0 < target_recall < 1.
        """
        if not 0 < target_recall < 1:
            raise InvalidInput(f"target_recall is {target_recall!r}, allowed is more than 0 and less than 1")
        if not self.recalls:
            return max(k, WIDTHS[0])
        measured = self._measured(k)
        width = _width_for(self.recalls[measured], target_recall)
        return max(k, math.ceil(width if k <= measured else width * k / measured))

    def reaches(self, k: int, target_recall: float) -> bool:
        """Whether the widest beam that was measured found as much, be it by chance; true where nothing was measured."""
        return not self.recalls or self.recalls[self._measured(k)][-1].recall >= target_recall

    def _measured(self, k: int) -> int:
        return next((known for known in self.recalls if known >= k), max(self.recalls))


def _width_for(points: Sequence[Measured], target_recall: float) -> float:
    below: Measured | None = None
    slope = math.inf
    for at in points:
        risen = 0.0 if below is None else (at.surely - below.surely) / (at.ef - below.ef)
        if at.surely >= target_recall:
            # Where recall suddenly rises faster, a wide beam became a scan: between the two it has not risen yet.
            if below is None or risen > slope:
                return at.ef
            return float(np.interp(target_recall, (below.surely, at.surely), (below.ef, at.ef)))
        below, slope = at, math.inf if below is None else risen
    return max(points[-1].ef, _USUAL)  # narrower ones may have been enough to measure no more


def _is_enough(reached: Measured, ef: int) -> bool:
    """So that width ef need not be measured."""
    if ef > _USUAL and reached.surely >= _HARD:
        return True
    return reached.recall >= _ENOUGH and reached.surely >= _SURELY_ENOUGH


def held_out(count: int, seed: int) -> NDArray[np.int64]:
    """Row numbers, ascending; none where the graph is too small to spare some."""
    chosen = np.random.default_rng(seed).choice(count, min(_MOST_HELD_OUT, int(count * _HELD_OUT_SHARE)), replace=False)
    chosen.sort()
    return chosen


def shares_found(found: Distances, true: Distances) -> NDArray[np.float64]:
    """Recall of each query by distance: which of equally far rows was found does not count.

    found, true: of shape (queries, k), true ascending and finite.
    """
    limit = true[:, -1:] + 1e-6 * np.abs(true[:, -1:])
    shares: NDArray[np.float64] = np.mean(found <= limit, axis=1)
    return shares
