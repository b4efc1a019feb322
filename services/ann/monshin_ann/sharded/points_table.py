"""Ids and payloads of a sharded collection: one SQLite file, row numbers as the graph has them; written once."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import apsw
from monshin_kit.errors import DataLoss

_CHUNK = 500  # numbers in one statement
_PAGE_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Repeated:
    """Two rows of one id."""

    first: int
    second: int


class PointsWriter:
    """Fills a new file, row by row from 0. Nothing is synced: the file counts once it is an artefact."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path))
        settings = f"PRAGMA page_size={_PAGE_BYTES}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"
        self._connection.execute(settings).fetchall()  # which runs what follows a statement that answers
        self._connection.execute("CREATE TABLE points (row INTEGER PRIMARY KEY, id TEXT NOT NULL, payload TEXT)")
        self._rows = 0

    def add(self, ids: Sequence[str], payloads: Sequence[str | None]) -> None:
        """The next rows."""
        with self._connection:
            self._connection.executemany(
                "INSERT INTO points VALUES (?, ?, ?)", zip(count(self._rows), ids, payloads, strict=False)
            )
        self._rows += len(ids)

    def finish(self) -> Repeated | None:
        """Closes the file; says which rows repeat an id, and then the file is of no use."""
        try:
            self._connection.execute("CREATE UNIQUE INDEX by_id ON points (id)")
            return None
        except apsw.ConstraintError:
            self._connection.execute("CREATE INDEX by_id ON points (id)")
            pair = "SELECT min(row), max(row) FROM points GROUP BY id HAVING count(*) > 1 ORDER BY min(row) LIMIT 1"
            return Repeated(*next(self._connection.execute(pair)))
        finally:
            self._connection.close()


class PointsTable:
    """Reads a finished file. Safe to use from several threads. Each method raises DataLoss if it is damaged."""

    def __init__(self, path: Path) -> None:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        self._lock = threading.Lock()
        try:
            self._connection = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=flags)
            self.rows = int(self._query("SELECT coalesce(max(row) + 1, 0) FROM points", ())[0][0])
        except apsw.Error as error:
            raise _damaged(path) from error
        self._path = path

    def of_rows(self, rows: Iterable[int]) -> dict[int, tuple[str, str | None]]:
        """Id and payload of each."""
        found = {}
        for chunk in _chunks(sorted(set(rows))):
            marks = ",".join("?" * len(chunk))
            for row, name, payload in self._read(f"SELECT row, id, payload FROM points WHERE row IN ({marks})", chunk):
                found[row] = (name, payload)
        return found

    def of_ids(self, ids: Iterable[str]) -> dict[str, tuple[int, str | None]]:
        """Row and payload of those that exist."""
        found = {}
        for chunk in _chunks(list(dict.fromkeys(ids))):
            marks = ",".join("?" * len(chunk))
            for row, name, payload in self._read(f"SELECT row, id, payload FROM points WHERE id IN ({marks})", chunk):
                found[name] = (row, payload)
        return found

    def after(self, name: str, limit: int) -> list[tuple[int, str, str | None]]:
        """Row, id and payload of the first points whose ids are greater, in their order."""
        return self._read("SELECT row, id, payload FROM points WHERE id > ? ORDER BY id LIMIT ?", (name, limit))

    def payloads(self, first: int, limit: int) -> list[str | None]:
        """Of the rows from `first` on."""
        rows = self._read("SELECT payload FROM points WHERE row >= ? ORDER BY row LIMIT ?", (first, limit))
        return [payload for (payload,) in rows]

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    def _read(self, query: str, values: Sequence[str | int]) -> list[tuple]:  # type: ignore[type-arg]  # as selected
        try:
            return self._query(query, values)
        except (apsw.CorruptError, apsw.NotADBError, apsw.IOError) as error:
            raise _damaged(self._path) from error

    def _query(self, query: str, values: Sequence[str | int]) -> list[tuple]:  # type: ignore[type-arg]  # as selected
        with self._lock:
            return self._connection.execute(query, tuple(values)).fetchall()


def _chunks(values: Sequence[int] | Sequence[str]) -> Iterator[Sequence[int] | Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _damaged(path: Path) -> DataLoss:
    return DataLoss(f"{path.name} is damaged", path.name, "Artefact")
