"""The index of a collection, made from its files: the points, which are the truth, and the segments that fit them."""

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.block import LIVING, Block, Sequences, rows_a_block
from monshin_ann.core.definition import Definition
from monshin_ann.core.index import Index
from monshin_ann.core.segment import Segment
from monshin_ann.store.points_file import PointsFile, Rows
from monshin_ann.store.segment_files import SegmentFiles, StoredSegment

Places = NDArray[np.intp]


def load_index(file: PointsFile, definition: Definition, files: SegmentFiles) -> Index:
    """The points of a file: those of whole segments by their graphs, the others in the head.

    Raises DataLoss at the first point that is not as it was written.
    """
    index = Index(definition.dim, file.sequence)
    claims = [_Claim(stored) for stored in files.load() if stored.graph.dim == definition.dim]
    for rows in file.batches():
        left = np.arange(len(rows.batch))
        for claim in claims:
            left = claim.take(rows, left)
        if len(left):
            index.load(file.sequence, rows.batch.take(left), rows.sequences[left])
    for claim in claims:
        if claim.is_alive:
            index.place(claim.segment(index.block_bytes))
        else:
            files.remove(claim.stored.built.number)
    return index


def assembled(
    stored: StoredSegment, ids: list[str], payloads: list[str | None], died: Sequences, block_bytes: int
) -> Segment:
    """A segment to be searched. died: when each row did, or LIVING; the rest as in the stored one, row by row."""
    size = rows_a_block(stored.graph.dim, block_bytes)
    cuts = [slice(start, start + size) for start in range(0, len(ids), size)]
    blocks = [
        Block.filled(
            stored.vectors[cut], stored.lengths[cut], stored.sequences[cut], ids[cut], payloads[cut], died[cut]
        )
        for cut in cuts
    ]
    return Segment(stored.built, stored.graph, tuple(blocks))


class _Claim:
    """The rows of a stored segment, as their points are found in the collection's file; the others are dead."""

    def __init__(self, stored: StoredSegment) -> None:
        self.stored = stored
        self._order = np.argsort(stored.sequences, kind="stable")
        self._sorted = stored.sequences[self._order]
        self._ids = [""] * len(self._order)
        self._payloads: list[str | None] = [None] * len(self._order)
        self._died = np.zeros(len(self._order), dtype=np.int64)

    @property
    def is_alive(self) -> bool:
        """Whether any point was found."""
        return bool((self._died == LIVING).any())

    def take(self, rows: Rows, left: Places) -> Places:
        """Takes what belongs to it of the rows `left`; the others."""
        sequences = rows.sequences[left]
        places = np.minimum(np.searchsorted(self._sorted, sequences), len(self._sorted) - 1)
        found = self._order[places]
        is_mine = (self._sorted[places] == sequences) & (self.stored.checksums[found] == rows.checksums[left])
        for row, place in zip(found[is_mine].tolist(), left[is_mine].tolist(), strict=True):
            self._ids[row], self._payloads[row] = rows.batch.ids[place], rows.batch.payloads[place]
        self._died[found[is_mine]] = LIVING
        others: Places = left[~is_mine]
        return others

    def segment(self, block_bytes: int) -> Segment:
        """To be searched."""
        return assembled(self.stored, self._ids, self._payloads, self._died, block_bytes)
