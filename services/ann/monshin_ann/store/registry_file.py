"""Which collections there are, and in which files: one SQLite file, so that a collection comes and goes in one commit.

A collection's file is made before its row and removed after it; meanwhile its name stands in `unfinished`, so that the
next start knows what a crash left behind, and whether it was coming or going. Files in neither table are never removed.
"""

from dataclasses import dataclass
from pathlib import Path

import apsw
from monshin_kit import requests
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database

from monshin_ann.core.definition import Definition
from monshin_ann.store import definitions

_MIGRATIONS = [
    """
    CREATE TABLE collections (
      id TEXT PRIMARY KEY, file TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE unfinished (file TEXT PRIMARY KEY) WITHOUT ROWID;
    """
    + requests.SCHEMA,
    "ALTER TABLE unfinished ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 1;",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A collection and the name of its file in the folder of collections."""

    definition: Definition
    file: str


class RegistryFile:
    """Raises DataLoss if the file is damaged. All methods return once their effect is on disk."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _MIGRATIONS)

    def entries(self) -> list[Entry]:
        """All collections, by id."""
        with self._database.reader() as connection:
            rows = connection.execute("SELECT file, definition, checksum FROM collections ORDER BY id").fetchall()
        return [Entry(definitions.decode(str(row[1]), row[2]), str(row[0])) for row in rows]

    def coming(self) -> list[str]:
        """Files whose creation began, and had not ended when this was written."""
        return self._unfinished(is_gone=False)

    def gone(self) -> list[str]:
        """Files whose collection was deleted, or has another."""
        return self._unfinished(is_gone=True)

    def recall(self, key: RequestKey) -> Definition | None:
        """What the first request with this id answered."""
        answer = self._database.write(key.recall)
        return _decode_answer(answer) if answer is not None else None

    def begin(self, file: str) -> None:
        """Announces a file that is about to be made."""
        self._database.write(lambda connection: connection.execute("INSERT INTO unfinished VALUES (?, 0)", (file,)))

    def add(self, entry: Entry, key: RequestKey) -> None:
        """Adds a collection whose file is complete."""

        def change(connection: apsw.Connection) -> None:
            text, checksum = definitions.encode(entry.definition)
            connection.execute("DELETE FROM unfinished WHERE file=?", (entry.file,))
            row = (entry.definition.id, entry.file, text, checksum)
            connection.execute("INSERT INTO collections VALUES (?, ?, ?, ?)", row)
            key.record(connection, _encode_answer(entry.definition))

        self._database.write(change)

    def replace(self, definition: Definition, key: RequestKey) -> None:
        """Stores a changed definition."""

        def change(connection: apsw.Connection) -> None:
            text, checksum = definitions.encode(definition)
            connection.execute(
                "UPDATE collections SET definition=?, checksum=? WHERE id=?", (text, checksum, definition.id)
            )
            key.record(connection, _encode_answer(definition))

        self._database.write(change)

    def move(self, definition: Definition, file: str, key: RequestKey) -> None:
        """Gives a collection another file, which is complete; the old one must be removed next."""

        def change(connection: apsw.Connection) -> None:
            text, checksum = definitions.encode(definition)
            row = (definition.id,)
            connection.execute("INSERT INTO unfinished SELECT file, 1 FROM collections WHERE id=?", row)
            connection.execute("DELETE FROM unfinished WHERE file=?", (file,))
            connection.execute(
                "UPDATE collections SET file=?, definition=?, checksum=? WHERE id=?",
                (file, text, checksum, definition.id),
            )
            key.record(connection, _encode_answer(definition))

        self._database.write(change)

    def remove(self, definition: Definition, key: RequestKey) -> None:
        """Removes a collection, whose file must be removed next."""

        def change(connection: apsw.Connection) -> None:
            row = (definition.id,)
            connection.execute("INSERT INTO unfinished SELECT file, 1 FROM collections WHERE id=?", row)
            connection.execute("DELETE FROM collections WHERE id=?", row)
            key.record(connection, _encode_answer(definition))

        self._database.write(change)

    def finish(self, file: str) -> None:
        """Says that a file is removed, or is not ours any more."""
        self._database.write(lambda connection: connection.execute("DELETE FROM unfinished WHERE file=?", (file,)))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _unfinished(self, *, is_gone: bool) -> list[str]:
        with self._database.reader() as connection:
            return [
                str(file) for (file,) in connection.execute("SELECT file FROM unfinished WHERE is_gone=?", (is_gone,))
            ]


def _encode_answer(definition: Definition) -> bytes:
    text, checksum = definitions.encode(definition)
    return f"{checksum} {text}".encode()


def _decode_answer(answer: bytes) -> Definition:
    checksum, _, text = answer.decode().partition(" ")
    return definitions.decode(text, int(checksum))
