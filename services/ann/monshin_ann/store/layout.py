"""How points lie in a collection's file: page size, rows, and the checksum of each."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np
from monshin_kit.errors import DataLoss
from numpy.typing import NDArray

from monshin_ann.core.block import Batch

SCHEMA = """
CREATE TABLE points (
  position INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, payload TEXT,
  checksum INTEGER NOT NULL, vector BLOB NOT NULL
);
"""

# Large pages are faster: 62k rows of dim 768 a second with 8192 bytes, 26k with 1024. None is larger, so that an empty
# file, which has seven pages, stays under 64 KiB.
_PAGE_BYTES = (8192, 4096, 2048, 1024)
_APPLICATION = 0x6D616E6E
MAX_POSITION = 1 << 62  # those of a lifetime stay far below
_INCREMENTAL = 2  # of auto_vacuum
_MAX_WASTE = 1.25
_BESIDE_VECTOR = 128  # bytes of a row that are not its vector: id, payload, header


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """A point as read from the file. vector: packed little-endian float32. payload: JSON or None.

    sequence, checksum: 0 where it is not in a file yet.
    """

    id: str
    vector: bytes
    payload: str | None
    sequence: int = 0
    checksum: int = 0

    def size_bytes(self, *, with_vectors: bool) -> int:
        """About what the point takes in an answer."""
        return 4 * (len(self.id) + len(self.payload or "")) + (len(self.vector) if with_vectors else 0)


@dataclass(frozen=True, slots=True)
class PackedRow:
    """A point ready to be written; `checksum` covers all of it."""

    point: StoredPoint
    checksum: int


def prepare(path: Path, dim: int) -> None:
    """Makes an empty file whose pages suit rows of this dim; these settings are fixed with its first page."""
    connection = apsw.Connection(str(path))
    try:
        connection.execute(f"PRAGMA page_size={best_page_bytes(dim)}")
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute(f"PRAGMA application_id={_APPLICATION}")  # writes the page
    finally:
        connection.close()


def is_prepared(connection: apsw.Connection) -> bool:
    """Whether a file can have come of `prepare`, for some dim. Without auto_vacuum it gives no disk back."""
    found = {name: connection.pragma(name) for name in ("auto_vacuum", "encoding", "application_id")}
    is_ours = found == {"auto_vacuum": _INCREMENTAL, "encoding": "UTF-8", "application_id": _APPLICATION}
    return is_ours and connection.pragma("page_size") in _PAGE_BYTES


def best_page_bytes(dim: int) -> int:
    """The largest page size that rows of this dim fill well: two of dim 768 leave a quarter of 8192 bytes empty."""
    row = 4 * dim + _BESIDE_VECTOR
    waste = {page: _bytes_per_row(page, row) / row for page in _PAGE_BYTES}
    return next((page for page in _PAGE_BYTES if waste[page] <= _MAX_WASTE), min(_PAGE_BYTES, key=waste.__getitem__))


def pack(batch: Batch) -> list[PackedRow]:
    """The rows of a batch."""
    return list(_packed(batch))


def checksums(batch: Batch) -> NDArray[np.uint32]:
    """Of the rows of a batch, as they stand in the file; packed one after the other, since a batch may be a segment."""
    return np.fromiter((row.checksum for row in _packed(batch)), dtype=np.uint32, count=len(batch))


def _packed(batch: Batch) -> Iterator[PackedRow]:
    vectors = batch.vectors.astype("<f4", copy=False)
    for point_id, vector, payload in zip(batch.ids, vectors, batch.payloads, strict=True):
        point = StoredPoint(point_id, vector.tobytes(), payload)
        yield PackedRow(point, _checksum(point))


def insert(connection: apsw.Connection, sequence: int, rows: Sequence[PackedRow]) -> None:
    """Adds the rows at the end, numbered from `sequence` on; none of their ids may be there."""
    connection.executemany(
        "INSERT INTO points (sequence, id, payload, checksum, vector) VALUES (?, ?, ?, ?, ?)",
        (
            (number, row.point.id, row.point.payload, row.checksum, row.point.vector)
            for number, row in enumerate(rows, start=sequence)
        ),
    )


def delete(connection: apsw.Connection, ids: Iterable[str]) -> int:
    """Removes the rows of these ids; how many there were."""
    before = connection.total_changes()
    connection.executemany("DELETE FROM points WHERE id=?", ((point_id,) for point_id in ids))
    return connection.total_changes() - before


def select(connection: apsw.Connection, clause: str, *bindings: str | int) -> Iterator[StoredPoint]:
    """The points of a `WHERE … ORDER BY …` clause; raises DataLoss at one that is not as it was written."""
    with understood("a point of the collection"):
        for point_id, payload, sequence, checksum, vector in connection.execute(
            f"SELECT id, payload, sequence, checksum, vector FROM points {clause}", bindings
        ):
            point = StoredPoint(point_id, vector, payload, sequence, checksum)
            if checksum != _checksum(point):
                raise DataLoss("a point of the collection is damaged: restore it from a backup")
            yield point


def payloads_since(connection: apsw.Connection, sequence: int) -> dict[str, str | None]:
    """Payload by id of the points written after `sequence`. Reads the whole table."""
    with understood("a point of the collection"):
        # Taken at once: the traceback of a damaged one would hold the statement open, and with it the file's log.
        rows = connection.execute("SELECT id, payload FROM points WHERE sequence>?", (sequence,)).fetchall()
        return {str(point_id): None if payload is None else str(payload) for point_id, payload in rows}


def span(connection: apsw.Connection) -> tuple[int, int]:
    """Positions of the first and the last point; 1 and 0 where there is none."""
    # Two statements, since SQLite looks up only a lone min or max.
    first = connection.execute("SELECT min(position) FROM points").get
    last = connection.execute("SELECT max(position) FROM points").get
    return 1 if first is None else int(first), 0 if last is None else int(last)


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Raises DataLoss where a column holds what was never written there: text that is no UTF-8, another type."""
    try:
        yield
    except (AttributeError, TypeError, ValueError) as error:
        raise DataLoss(f"{what} is damaged: restore it from a backup") from error


def _checksum(point: StoredPoint) -> int:
    return zlib.crc32(point.vector, zlib.crc32(f"{point.id}\0{point.payload or ''}".encode()))


def _bytes_per_row(page: int, row: int) -> float:
    """Room that a row takes in the file, by https://www.sqlite.org/fileformat2.html#b_tree_pages (§1.6)."""
    overflow = page - 4
    local = row
    if row > page - 35:
        least = (page - 12) * 32 // 255 - 23
        local = least + (row - least) % overflow
        if local > page - 35:
            local = least
    rows_a_page = (page - 8) // (local + 8)
    return page / rows_a_page + -(-(row - local) // overflow) * page
