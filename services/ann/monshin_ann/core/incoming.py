"""Points on their way into an index: in blocks already, so that they are copied once; all are seen at once, or none."""

import numpy as np

from monshin_ann.core.block import Batch, Block


class Incoming:
    """Filled by one thread, then given to `Index.admit`. dim, block_bytes: of the index."""

    def __init__(self, dim: int, block_bytes: int) -> None:
        self._dim = dim
        self._block_bytes = block_bytes
        self._blocks: list[Block] = []
        self.points = 0

    def add(self, batch: Batch) -> None:
        """Takes the points, whose ids no earlier one has, behind the others. Raises MemoryError."""
        start = 0
        while start < len(batch):
            if not self._blocks or self._blocks[-1].free == 0:
                self._blocks.append(Block.empty(self._dim, self._block_bytes))
            block = self._blocks[-1]
            stop = min(len(batch), start + block.free)
            block.append(batch.part(start, stop), np.zeros(stop - start, dtype=np.int64))
            start = stop
        self.points += len(batch)

    @property
    def blocks(self) -> list[Block]:
        """Those that are full; their rows have no sequence numbers yet."""
        return [block for block in self._blocks if block.free == 0]

    @property
    def rest(self) -> Batch | None:
        """The last points, where they fill no block."""
        if not self._blocks or self._blocks[-1].free == 0:
            return None
        last = self._blocks[-1]
        return last.take(np.arange(last.rows))[0]
