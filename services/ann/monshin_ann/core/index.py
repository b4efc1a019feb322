"""The points of a collection in memory: one writer, any number of readers that never wait.

New points enter the head, which is searched exactly. From time to time points of the head become a segment, with a
graph; `begin` says which, `adopt` puts the finished segments in their place.

Memory for vectors stays within 1.3 times that of the living ones and one block in the head: a full block that has lost
more than that is emptied into the block at the end and freed. Segments are built anew when they have lost as much.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from monshin_ann.core.background import Background
from monshin_ann.core.block import BLOCK_BYTES, LIVING, MAX_ROWS, Batch, Block, Sequences
from monshin_ann.core.incoming import Incoming
from monshin_ann.core.segment import Segment
from monshin_ann.core.snapshot import Snapshot

MAX_WASTE = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Rows of which segments are made: those alive in these blocks when `begin` was called, block by block.

    blocks: number of each and which rows. segments: those that go with them.
    """

    blocks: tuple[tuple[int, Block, np.ndarray[tuple[int], np.dtype[np.intp]]], ...]
    segments: tuple[Segment, ...]

    @property
    def points(self) -> int:
        """How many rows."""
        return sum(len(rows) for _, _, rows in self.blocks)


class Index:
    """Changes come in the order of their sequence numbers, from one thread at a time; builds from another.

    sequence: where the numbers stand at the beginning. block_bytes: size of a block's vectors.
    """

    def __init__(self, dim: int, sequence: int = 0, block_bytes: int = BLOCK_BYTES) -> None:
        self._dim = dim
        self._block_bytes = block_bytes
        self._changing = threading.Lock()
        self._head: dict[int, Block] = {}
        self._pinned: dict[int, Block] = {}  # of the head, while segments are made of them
        self._segments: dict[int, Segment] = {}  # by the number of their first block
        self._in_segments: dict[int, Block] = {}
        self._tail = -1
        self._next = 0
        self._slots: dict[str, int] = {}  # id → number of its block × MAX_ROWS + row
        self._background = Background()
        self._snapshot = Snapshot((), (), sequence, 0, 0, self._background)

    @property
    def snapshot(self) -> Snapshot:
        """The state after the last change."""
        return self._snapshot

    @property
    def block_bytes(self) -> int:
        """Of a block's vectors."""
        return self._block_bytes

    def upsert(self, sequence: int, batch: Batch) -> None:
        """Adds the points, whose ids are unique, in place of those with the same ids; the last has this number."""
        self.load(sequence, batch, np.arange(sequence - len(batch) + 1, sequence + 1, dtype=np.int64))

    def load(self, sequence: int, batch: Batch, sequences: Sequences) -> None:
        """As upsert, with the number of each point."""
        with self._changing:
            self._kill(batch.ids, sequence)
            self._append(batch, sequences)
            self._compact()
            self._publish(sequence)

    def admit(self, sequence: int, incoming: Incoming) -> None:
        """Adds all points, in place of those with the same ids: a snapshot holds every one of them or none.

        sequence: of the last; the others have those before it. Full blocks become the head's own and are not copied.
        """
        with self._changing:
            first = sequence - incoming.points + 1
            for block in incoming.blocks:
                self._kill(block.ids, sequence)
                block.sequences[:] = np.arange(first, first + block.rows)
                self._head[self._next] = block
                slot = self._next * MAX_ROWS
                self._slots.update(zip(block.ids, range(slot, slot + block.rows), strict=True))
                self._next += 1
                first += block.rows
            if (rest := incoming.rest) is not None:
                self._kill(rest.ids, sequence)
                self._append(rest, np.arange(first, sequence + 1, dtype=np.int64))
            self._compact()
            self._publish(sequence)

    def delete(self, sequence: int, ids: Iterable[str]) -> None:
        """Removes the points; an id that is not there is passed over."""
        with self._changing:
            self._kill(ids, sequence)
            self._compact()
            self._publish(sequence)

    def begin(self, segments: Sequence[Segment], most: int, until: int = LIVING) -> Material:
        """Rows for new segments: of these segments and, up to `most` points in all, but at least a block, of the head.

        most: 0: nothing of the head. until: blocks whose points were all stored later are left out.

        Until `adopt` or `abandon` the blocks stay as they are, but for rows that die.
        """
        with self._changing:
            sequence = self._snapshot.sequence
            chosen: list[tuple[int, Block]] = []
            for first, segment in self._segments.items():
                if segment in segments:
                    chosen += [(first + place, block) for place, block in enumerate(segment.blocks)]
            points = sum(block.living_rows for _, block in chosen)
            for number, block in self._head.items() if most else ():
                if number in self._pinned or not block.holds(until):
                    continue
                if chosen and points + block.living_rows > most:
                    continue
                points += block.living_rows
                chosen.append((number, block))
                self._pinned[number] = block
                if number == self._tail:
                    self._tail = -1
            blocks = tuple((number, block, block.alive_at(sequence, block.rows)) for number, block in chosen)
            return Material(blocks, tuple(segments))

    def abandon(self, material: Material) -> None:
        """The rows stay where they are."""
        with self._changing:
            self._unpin(material)
            self._compact()
            self._publish(self._snapshot.sequence)

    def adopt(self, material: Material, segments: Sequence[Segment]) -> None:
        """Puts segments that hold the rows of the material, in its order, in their place.

        Rows that died meanwhile are marked in the segments.
        """
        with self._changing:
            self._unpin(material)
            died = np.concatenate([block.died[rows] for _, block, rows in material.blocks] or [np.empty(0, np.int64)])
            for number, _, _ in material.blocks:
                self._head.pop(number, None)
                self._in_segments.pop(number, None)
            gone = set(map(id, material.segments))
            self._segments = {first: each for first, each in self._segments.items() if id(each) not in gone}
            start = 0
            for segment in segments:
                self._place(segment, died[start : start + segment.points])
                start += segment.points
            self._publish(self._snapshot.sequence)

    def place(self, segment: Segment) -> None:
        """Adds a segment whose living rows are not yet here; for the start."""
        with self._changing:
            self._place(segment, None)
            self._publish(self._snapshot.sequence)

    def _place(self, segment: Segment, died: Sequences | None) -> None:
        """died: of its rows; None: they are marked already."""
        first = self._next
        self._next += len(segment.blocks)
        self._segments[first] = segment
        start = 0
        for number, block in enumerate(segment.blocks, start=first):
            self._in_segments[number] = block
            if died is not None:
                block.died[:] = died[start : start + block.rows]
                block.dead = int(np.count_nonzero(block.died != LIVING))
            start += block.rows
            slot = number * MAX_ROWS
            ids = block.ids
            living = np.flatnonzero(block.died == LIVING).tolist()
            self._slots.update((ids[row], slot + row) for row in living)

    def _unpin(self, material: Material) -> None:
        for number, _, _ in material.blocks:
            self._pinned.pop(number, None)

    def _kill(self, ids: Iterable[str], sequence: int) -> None:
        for point_id in ids:
            slot = self._slots.pop(point_id, None)
            if slot is not None:
                number = slot // MAX_ROWS
                block = self._head.get(number) or self._in_segments[number]
                block.mark_dead(slot % MAX_ROWS, sequence)

    def _append(self, batch: Batch, sequences: Sequences) -> None:
        start = 0
        while start < len(batch):
            block = self._head.get(self._tail)
            if block is None or block.free == 0:
                self._tail = self._next
                self._next += 1
                block = self._head[self._tail] = Block.empty(self._dim, self._block_bytes)
            stop = min(len(batch), start + block.free)
            first = self._tail * MAX_ROWS + block.rows
            block.append(batch.part(start, stop), sequences[start:stop])
            self._slots.update(zip(batch.ids[start:stop], range(first, first + stop - start), strict=True))
            start = stop

    def _compact(self) -> None:
        while wasteful := [number for number, block in self._head.items() if self._is_wasteful(number, block)]:
            for number in wasteful:
                block = self._head.pop(number)
                self._append(*block.take(block.alive_at(LIVING - 1, block.rows)))

    def _is_wasteful(self, number: int, block: Block) -> bool:
        if number in self._pinned:
            return False
        if block.living_rows == 0:
            return True
        return block.free == 0 and block.capacity > MAX_WASTE * block.living_rows

    def _publish(self, sequence: int) -> None:
        head = tuple((block, block.rows) for block in self._head.values())
        segments = tuple(self._segments.values())
        memory_bytes = sum(block.used_bytes for block, _ in head) + sum(each.memory_bytes for each in segments)
        self._snapshot = Snapshot(head, segments, sequence, len(self._slots), memory_bytes, self._background)
