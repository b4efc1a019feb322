"""A block of rows: vectors in one piece of memory, with what search needs to know of each.

Rows are only ever appended, and a deleted or replaced row is marked with the sequence number at which it died.
So a reader that knows how many rows there were, and at which sequence number, sees that state for as long as it likes
while the only writer goes on.
"""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.columns import PayloadColumns
from monshin_ann.core.vectors import Lengths, Matrix

BLOCK_BYTES = 4 * 1024 * 1024  # of vectors; the scores of 256 queries against one block stay in the CPU's cache
MAX_ROWS = 8192
LIVING = np.iinfo(np.int64).max

Sequences = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Points to be stored: parallel lists.

    vectors: float32 of shape (n, dim), checked. lengths: theirs. payloads: JSON or None.
    """

    ids: Sequence[str]
    vectors: Matrix
    lengths: Lengths
    payloads: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, stop: int) -> "Batch":
        """The points from `start` up to `stop`."""
        rows = slice(start, stop)
        return Batch(self.ids[rows], self.vectors[rows], self.lengths[rows], self.payloads[rows])

    def take(self, rows: NDArray[np.intp]) -> "Batch":
        """The points of these places."""
        ids, payloads = [self.ids[row] for row in rows], [self.payloads[row] for row in rows]
        return Batch(ids, self.vectors[rows], self.lengths[rows], payloads)


class Block:
    """Rows of `dim` numbers, at most 8192: `capacity` of them have room, the first `rows` are filled.

    sequences: number at which a row was stored. died: at which it died, or LIVING.
    """

    def __init__(self, vectors: Matrix, lengths: Lengths, sequences: Sequences) -> None:
        self.capacity = len(vectors)
        self.vectors = vectors
        self.lengths = lengths
        self.sequences = sequences
        self.died = np.full(self.capacity, LIVING, dtype=np.int64)
        self.ids: list[str] = []
        self.payloads: list[str | None] = []
        self.columns = PayloadColumns()
        self.rows = 0
        self.dead = 0
        self.max_length = 0.0

    @classmethod
    def empty(cls, dim: int, block_bytes: int) -> "Block":
        """Room for new rows."""
        capacity = rows_a_block(dim, block_bytes)
        vectors = _mapped(capacity, dim)
        return cls(vectors, np.zeros(capacity, dtype=np.float64), np.zeros(capacity, dtype=np.int64))

    @classmethod
    def filled(
        cls,
        vectors: Matrix,
        lengths: Lengths,
        sequences: Sequences,
        ids: list[str],
        payloads: list[str | None],
        died: Sequences,
    ) -> "Block":
        """Of arrays that are there already; none of them is copied."""
        block = cls(vectors, lengths, sequences)
        block.ids, block.payloads, block.died = ids, payloads, died
        block.rows = block.capacity
        block.dead = int(np.count_nonzero(died != LIVING))
        block.max_length = float(lengths.max(initial=0.0))
        return block

    @property
    def free(self) -> int:
        """How many rows still fit."""
        return self.capacity - self.rows

    @property
    def living_rows(self) -> int:
        """How many have not died."""
        return self.rows - self.dead

    @property
    def used_bytes(self) -> int:
        """Memory that the filled rows take; pages of free rows are not there yet."""
        return self.rows * (int(self.vectors.shape[1]) * 4 + 8 + 8)

    def append(self, batch: Batch, sequences: Sequences) -> None:
        """Adds the points, which must fit."""
        stop = self.rows + len(batch)
        self.vectors[self.rows : stop] = batch.vectors
        self.lengths[self.rows : stop] = batch.lengths
        self.sequences[self.rows : stop] = sequences
        self.ids.extend(batch.ids)
        self.payloads.extend(batch.payloads)
        self.max_length = max(self.max_length, float(batch.lengths.max(initial=0.0)))
        self.rows = stop

    def mark_dead(self, row: int, sequence: int) -> None:
        """Readers from `sequence` on do not see the row."""
        self.died[row] = sequence
        self.dead += 1

    def holds(self, until: int) -> bool:
        """Whether a living row was stored at `until` or before."""
        rows = self.rows
        return bool(((self.sequences[:rows] <= until) & (self.died[:rows] == LIVING)).any())

    def alive_at(self, sequence: int, rows: int) -> NDArray[np.intp]:
        """Which of the first `rows` rows a reader at `sequence` sees."""
        return np.flatnonzero(self.died[:rows] > sequence)

    def take(self, rows: NDArray[np.intp]) -> tuple[Batch, Sequences]:
        """Rows copied, with their numbers."""
        places = rows.tolist()
        ids, payloads = [self.ids[row] for row in places], [self.payloads[row] for row in places]
        return Batch(ids, self.vectors[rows], self.lengths[rows], payloads), self.sequences[rows]


def rows_a_block(dim: int, block_bytes: int = BLOCK_BYTES) -> int:
    """Capacity of a block."""
    return min(MAX_ROWS, max(1, block_bytes // (4 * dim)))


def _mapped(capacity: int, dim: int) -> Matrix:
    # A mapping of its own costs nothing for pages not yet written, and goes back to the system as soon as it is freed;
    # malloc may keep both.
    size_bytes = capacity * dim * 4
    try:
        memory = mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"no room for a block of {size_bytes} bytes") from error
    rows: NDArray[np.float32] = np.frombuffer(memory, dtype=np.float32)
    return rows.reshape(capacity, dim)
