"""Files of the cells while rows are given out: opened once, appended to, never held in memory.

A cell's `rows` file is uint32 (size, 2): row number, and the cell that owns the row. Its `vectors` file float32 (size,
dim).
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from grnnd.engine import NONE
from numpy.typing import NDArray

from monshin_ann.core.vectors import Matrix
from monshin_ann.sharded.cells import NO_CELL, Cells


class CellFiles:
    """Writes into `folder`; close before the files are read."""

    def __init__(self, folder: Path, cells: int) -> None:
        self._rows = [_open(folder / f"rows-{cell:05d}") for cell in range(cells)]
        self._vectors = [_open(folder / f"vectors-{cell:05d}") for cell in range(cells)]
        self.sizes = np.zeros(cells, dtype=np.int64)

    def add(self, first: int, vectors: Matrix, cells: Cells, is_held_out: NDArray[np.bool_]) -> NDArray[np.uint32]:
        """Vectors of the rows from `first` on; returns their owners. Rows that are held out go to no cell."""
        owners = np.where(is_held_out, NONE, cells[:, 0]).astype(np.uint32)
        where, slots = np.nonzero((cells != NO_CELL) & ~is_held_out[:, None])
        of = cells[where, slots]
        order = np.argsort(of, kind="stable")
        bounds = np.searchsorted(of[order], np.arange(len(self.sizes) + 1))
        for cell in np.flatnonzero(np.diff(bounds)).tolist():
            mine = where[order[bounds[cell] : bounds[cell + 1]]]
            self._rows[cell].write(np.stack([first + mine, owners[mine]], axis=1).astype("<u4").tobytes())
            self._vectors[cell].write(vectors[mine].astype("<f4", copy=False).tobytes())
            self.sizes[cell] += len(mine)
        return owners

    def close(self) -> None:
        """All files."""
        for file in (*self._rows, *self._vectors):
            file.close()

    def paths(self, cell: int) -> tuple[Path, Path]:
        """Of its rows and its vectors."""
        return Path(self._rows[cell].name), Path(self._vectors[cell].name)


def _open(path: Path) -> BinaryIO:
    return path.open("wb", buffering=1 << 16)
