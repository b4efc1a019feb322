"""Cells of k-means, made on a sample, so balanced that each holds at most a given number of rows.

Mini-batches are not needed: the sample is small, so every step of Lloyd (1957) sees all of it.
"""

import math
from dataclasses import dataclass

import numpy as np
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

from monshin_ann.core.definition import Metric
from monshin_ann.core.vectors import Matrix

SAMPLE_A_CELL = 256
MAX_SAMPLE = 65_536
_STEPS = 12
_FILL = 0.8  # of a cell, as planned: what the sample does not show needs room
_MAX_SPLITS = 4  # times as many cells as planned, at most
_CHUNK_ROWS = 16_384

Cells = NDArray[np.int32]
NO_CELL = -1


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """float32 (cells, dim)."""

    rows: Matrix

    def __len__(self) -> int:
        return len(self.rows)

    def distances(self, vectors: Matrix) -> NDArray[np.float32]:
        """Squared, less the vector's own square, so comparable within a row; of shape (n, cells)."""
        apart: NDArray[np.float32] = np.square(self.rows).sum(axis=1) - 2 * (vectors @ self.rows.T)
        return apart


def wanted(rows: int, shard_rows: int, overlap: int) -> int:
    """How many cells to begin with."""
    return 1 if rows <= shard_rows else max(2, math.ceil(rows * overlap / (_FILL * shard_rows)))


def directions(vectors: Matrix, metric: Metric) -> Matrix:
    """What cells are made of: the vectors, under cosine of length 1."""
    if metric is not Metric.COSINE:
        return vectors
    unit: Matrix = (vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)).astype(np.float32)
    return unit


def find(sample: Matrix, rows: int, shard_rows: int, overlap: int, rng: np.random.Generator) -> Centres:
    """Cells of about `shard_rows` of the `rows` that the sample stands for, each row in `overlap` of them.

    A cell that would hold too much is split, until none does, or the sample shows no way. Raises InvalidInput if so
    many cells would be needed that the sample cannot tell them apart.
    """
    count = wanted(rows, shard_rows, overlap)
    if count > len(sample):
        least = math.ceil(rows * overlap / (_FILL * len(sample)))
        raise InvalidInput(f"{rows} rows need shards of at least {least} rows", field="shard_rows")
    centres = Centres(_lloyd(sample, sample[rng.choice(len(sample), count, replace=False)], rng))
    most = count * _MAX_SPLITS
    while 1 < len(centres) < most:
        nearest = np.argsort(centres.distances(sample), axis=1, kind="stable")[:, :overlap]
        loads = np.bincount(nearest.ravel(), minlength=len(centres)) * (rows / len(sample))
        heaviest = int(loads.argmax())
        members = sample[(nearest == heaviest).any(axis=1)]
        if loads[heaviest] <= 0.95 * shard_rows or len(members) < 4 or (members == members[0]).all():
            break
        halves = _lloyd(members, members[rng.choice(len(members), 2, replace=False)], rng)
        centres = Centres(np.concatenate([np.delete(centres.rows, heaviest, axis=0), halves]))
    return centres


class Assigner:
    """Gives each vector its nearest cells that have room, in the order in which the vectors come."""

    def __init__(self, centres: Centres, shard_rows: int, overlap: int) -> None:
        self._centres = centres
        self._free = np.full(len(centres), shard_rows, dtype=np.int64)
        self._overlap = min(overlap, len(centres))

    def assign(self, vectors: Matrix) -> Cells:
        """Of shape (n, overlap), nearest first; NO_CELL where all others are full. The first is never that, as long as
        cells have room for `overlap` times all vectors."""
        cells = np.full((len(vectors), self._overlap), NO_CELL, dtype=np.int32)
        for start in range(0, len(vectors), _CHUNK_ROWS):
            chunk = slice(start, start + _CHUNK_ROWS)
            apart = self._centres.distances(vectors[chunk])
            apart[:, self._free <= 0] = np.inf
            for slot in range(self._overlap):
                self._fill(apart, cells[chunk, slot])
        return cells

    def _fill(self, apart: NDArray[np.float32], chosen: Cells) -> None:
        waiting = np.arange(len(chosen))
        while len(waiting):
            nearest = apart[waiting].argmin(axis=1)
            has_room = np.isfinite(apart[waiting, nearest])
            waiting, nearest = waiting[has_room], nearest[has_room]
            is_taken = _rank_within(nearest) < self._free[nearest]
            rows, cells = waiting[is_taken], nearest[is_taken]
            chosen[rows] = cells
            self._free -= np.bincount(cells, minlength=len(self._free))
            apart[rows, cells] = np.inf
            apart[:, self._free <= 0] = np.inf
            waiting = waiting[~is_taken]


def _rank_within(cells: NDArray[np.intp]) -> NDArray[np.int64]:
    """For each row, how many before it are of the same cell.

    >>> _rank_within(np.array([1, 0, 1, 1])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(cells, kind="stable")
    ranks = np.empty(len(cells), dtype=np.int64)
    sorted_cells = cells[order]
    begins = np.searchsorted(sorted_cells, sorted_cells)
    ranks[order] = np.arange(len(cells)) - begins
    return ranks


def _lloyd(sample: Matrix, centres: Matrix, rng: np.random.Generator) -> Matrix:
    centres = centres.copy()
    for _ in range(_STEPS):
        nearest = Centres(centres).distances(sample).argmin(axis=1)
        counts = np.bincount(nearest, minlength=len(centres))
        order = np.argsort(nearest, kind="stable")
        filled = np.flatnonzero(counts)
        begins = np.concatenate([[0], np.cumsum(counts)])[filled]
        sums = np.add.reduceat(sample[order].astype(np.float64), begins, axis=0)
        centres[filled] = (sums / counts[filled, None]).astype(np.float32)
        empty = np.flatnonzero(counts == 0)
        if len(empty):  # copies of one point were drawn: begin again elsewhere
            centres[empty] = sample[rng.choice(len(sample), len(empty))]
    return centres
