"""Rows of a bulk load, in the collection's own file beside its points, until all of them become points at once.

The table is there only while a load is at work, so that an empty file stays under 64 KiB.
"""

from collections.abc import Sequence

import apsw

from monshin_ann.store.layout import PackedRow

_TABLE = """
CREATE TABLE staging (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL, payload TEXT, checksum INTEGER NOT NULL, vector BLOB NOT NULL
)
"""


def begin(connection: apsw.Connection) -> None:
    """Makes the table, without rows of a load that was cut off."""
    drop(connection)
    connection.execute(_TABLE)


def add(connection: apsw.Connection, first: int, rows: Sequence[PackedRow]) -> None:
    """Adds rows, numbered from `first` on."""
    connection.executemany(
        "INSERT INTO staging (row, id, payload, checksum, vector) VALUES (?, ?, ?, ?, ?)",
        (
            (number, row.point.id, row.point.payload, row.checksum, row.point.vector)
            for number, row in enumerate(rows, start=first)
        ),
    )


def publish(connection: apsw.Connection, before: int) -> int:
    """Makes points of all rows, which are numbered from 1 on; the first gets the sequence number behind `before`.

    How many points they replace. The rows stay until `drop`.
    """
    changed = connection.total_changes()
    connection.execute("DELETE FROM points WHERE id IN (SELECT id FROM staging)")
    replaced = connection.total_changes() - changed
    connection.execute(
        "INSERT INTO points (sequence, id, payload, checksum, vector)"
        " SELECT ?+row, id, payload, checksum, vector FROM staging ORDER BY row",
        (before,),
    )
    return replaced


def drop(connection: apsw.Connection) -> None:
    """Forgets all rows; nothing happens where there are none."""
    connection.execute("DROP TABLE IF EXISTS staging")
