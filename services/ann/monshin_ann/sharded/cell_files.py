"""Files of the cells while rows are given out: appended to block by block, never held in memory, never many open.

A cell's `rows` file is uint32 (size, 2): row number, and the cell that owns the row. Its `vectors` file float32 (size,
dim).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from grnnd.engine import NONE
from numpy.typing import NDArray

from monshin_ann.core.vectors import Matrix
from monshin_ann.sharded.cells import NO_CELL, Cells

# Of a block. Each block opens the files of all cells one after another: a process may hold a thousand open, and a plan
# has tens of thousands.
_BLOCK_BYTES, _LEAST_ROWS, _MOST_ROWS = 256 * 1024 * 1024, 16_384, 1_048_576


def block_rows(dim: int) -> int:
    """How many rows to give out at once: as many vectors of `dim` as the disk likes, and a bounded number of rows."""
    return min(max(_BLOCK_BYTES // (4 * dim), _LEAST_ROWS), _MOST_ROWS)


class CellFiles:
    """Writes into `folder`. tick: called after each file, may raise."""

    def __init__(self, folder: Path, cells: int, tick: Callable[[], None]) -> None:
        self._folder = folder
        self._tick = tick
        self.sizes = np.zeros(cells, dtype=np.int64)
        for cell in range(cells):
            for path in self.paths(cell):
                path.touch()

    def add(self, first: int, vectors: Matrix, cells: Cells, is_held_out: NDArray[np.bool_]) -> NDArray[np.uint32]:
        """Vectors of the rows from `first` on; returns their owners. Rows that are held out go to no cell."""
        owners = np.where(is_held_out, NONE, cells[:, 0]).astype(np.uint32)
        where, slots = np.nonzero((cells != NO_CELL) & ~is_held_out[:, None])
        of = cells[where, slots]
        order = np.argsort(of, kind="stable")
        bounds = np.searchsorted(of[order], np.arange(len(self.sizes) + 1))
        for cell in np.flatnonzero(np.diff(bounds)).tolist():
            mine = where[order[bounds[cell] : bounds[cell + 1]]]
            rows_path, vectors_path = self.paths(cell)
            _append(rows_path, np.stack([first + mine, owners[mine]], axis=1).astype("<u4").tobytes())
            _append(vectors_path, vectors[mine].astype("<f4", copy=False).tobytes())
            self.sizes[cell] += len(mine)
            self._tick()
        return owners

    def paths(self, cell: int) -> tuple[Path, Path]:
        """Of its rows and its vectors."""
        return self._folder / f"rows-{cell:05d}", self._folder / f"vectors-{cell:05d}"


def _append(path: Path, content: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        remaining = memoryview(content)
        while remaining:  # one write takes 2 GiB at most
            remaining = remaining[file.write(remaining) :]
