"""Which collections there are, and in which files: one SQLite file, so that a collection comes and goes in one commit.

A collection's file is made before its row and removed after it; meanwhile its name stands in `unfinished`, so that the
next start knows what a crash left behind, and whether it was coming or going. Files in neither table are never removed.
`numbering` holds for each name, also of deleted collections, where the sequence numbers of its latest file begin.
"""

from dataclasses import dataclass
from pathlib import Path

import apsw
from monshin_kit import requests
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database

from monshin_ann.core.definition import CollectionId, Definition
from monshin_ann.store import definitions
from monshin_ann.store.numbering import GENERATION, generation_after, is_possible

_MIGRATIONS = [
    """
    CREATE TABLE collections (
      id TEXT PRIMARY KEY, file TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE unfinished (file TEXT PRIMARY KEY) WITHOUT ROWID;
    """
    + requests.SCHEMA,
    "ALTER TABLE unfinished ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 1;",
    """
    CREATE TABLE numbering (id TEXT PRIMARY KEY, beginning INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO numbering SELECT id, 0 FROM collections;
    """,
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

    def begin_numbers(self, collection_id: CollectionId, beyond: int | None = None) -> int:
        """Where the sequence numbers of the name's next file begin: 0, or beyond those of all files before.

        beyond: a number that is taken, whatever the registry knows. Raises InvalidInput if it is too large.
        """

        def change(connection: apsw.Connection) -> int:
            known = connection.execute("SELECT beginning FROM numbering WHERE id=?", (collection_id,)).get
            taken = [number for number in (known, beyond) if number is not None]
            beginning = generation_after(max(taken)) if taken else 0
            connection.execute("INSERT OR REPLACE INTO numbering VALUES (?, ?)", (collection_id, beginning))
            return beginning

        return self._database.write(change)

    def learn_number(self, collection_id: CollectionId, sequence: int) -> None:
        """Takes over a number that a file says it has given away, so that it stays known if the file is damaged."""
        if is_possible(sequence):  # damage may have made it anything
            row = (sequence, collection_id, sequence - GENERATION)
            change = "UPDATE numbering SET beginning=? WHERE id=? AND beginning<=?"  # mostly none: then no fsync either
            self._database.write(lambda connection: connection.execute(change, row))

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
            connection.execute("INSERT OR IGNORE INTO numbering VALUES (?, 0)", (entry.definition.id,))
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
