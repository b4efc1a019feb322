"""The points of a collection in memory, for exact search: one writer, any number of readers that never wait.

Memory for vectors stays within 1.3 times that of the living ones and one block: a full block that has lost more than
that is emptied into the block at the end and freed.
"""

from collections.abc import Iterable

from monshin_ann.core.block import BLOCK_BYTES, MAX_ROWS, Batch, Block
from monshin_ann.core.snapshot import Snapshot

MAX_WASTE = 1.3


class ExactIndex:
    """Changes come in the order of their sequence numbers, from one thread at a time.

    sequence: where the numbers stand at the beginning. block_bytes: size of a block's vectors.
    """

    def __init__(self, dim: int, sequence: int = 0, block_bytes: int = BLOCK_BYTES) -> None:
        self._dim = dim
        self._block_bytes = block_bytes
        self._blocks: dict[int, Block] = {}
        self._tail = -1
        self._slots: dict[str, int] = {}  # id → number of its block × MAX_ROWS + row
        self._snapshot = Snapshot((), sequence, 0, 0)

    @property
    def snapshot(self) -> Snapshot:
        """The state after the last change."""
        return self._snapshot

    def upsert(self, sequence: int, batch: Batch) -> None:
        """Adds the points, whose ids are unique, in place of those with the same ids."""
        self._kill(batch.ids, sequence)
        self._append(batch)
        self._compact()
        self._publish(sequence)

    def delete(self, sequence: int, ids: Iterable[str]) -> None:
        """Removes the points; an id that is not there is passed over."""
        self._kill(ids, sequence)
        self._compact()
        self._publish(sequence)

    def _kill(self, ids: Iterable[str], sequence: int) -> None:
        for point_id in ids:
            slot = self._slots.pop(point_id, None)
            if slot is not None:
                self._blocks[slot // MAX_ROWS].mark_dead(slot % MAX_ROWS, sequence)

    def _append(self, batch: Batch) -> None:
        start = 0
        while start < len(batch):
            block = self._blocks.get(self._tail)
            if block is None or block.free == 0:
                self._tail += 1
                block = self._blocks[self._tail] = Block(self._dim, self._block_bytes)
            stop = min(len(batch), start + block.free)
            first = self._tail * MAX_ROWS + block.rows
            block.append(batch.part(start, stop))
            self._slots.update(zip(batch.ids[start:stop], range(first, first + stop - start), strict=True))
            start = stop

    def _compact(self) -> None:
        while wasteful := [number for number, block in self._blocks.items() if _is_wasteful(block)]:
            for number in wasteful:
                self._append(self._blocks.pop(number).living())

    def _publish(self, sequence: int) -> None:
        blocks = tuple((block, block.rows) for block in self._blocks.values())
        memory_bytes = sum(block.used_bytes for block, _ in blocks)
        self._snapshot = Snapshot(blocks, sequence, len(self._slots), memory_bytes)


def _is_wasteful(block: Block) -> bool:
    living = block.rows - block.dead
    if living == 0:
        return True
    return block.free == 0 and block.capacity > MAX_WASTE * living
