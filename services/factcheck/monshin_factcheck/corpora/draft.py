"""The draft: an import enters it whole or not at all."""

import hashlib
import json
from collections.abc import Sequence

import apsw
from monshin_kit.errors import InvalidInput

from monshin_factcheck.corpora.model import COLUMNS, ImportCounts, NewDocument


def stage(connection: apsw.Connection, import_id: str, position: int, documents: Sequence[NewDocument]) -> None:
    """Keeps a part of an import aside. position: of its first document in the stream."""
    connection.executemany(
        f"INSERT INTO staging (import, position, {COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",
        ((import_id, position + offset, *item.row) for offset, item in enumerate(documents)),
    )


def drop_staged(connection: apsw.Connection, import_id: str = "") -> None:
    """Forgets an import that broke off; without an id, all of them."""
    connection.execute("DELETE FROM staging WHERE import=? OR ?=''", (import_id, import_id))


def adopt(connection: apsw.Connection, import_id: str) -> ImportCounts:
    """Moves a staged import into the draft. Raises InvalidInput that names a document id that comes twice."""
    _refuse_twins(connection, import_id)
    inserted = replaced = unchanged = 0
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM staging WHERE import=? ORDER BY position", (import_id,)
    ).fetchall()
    for row in rows:
        document = NewDocument.of_row(row)
        content = _content(connection, document)
        before = connection.execute("SELECT content FROM draft WHERE document=?", (document.id,)).fetchone()
        inserted += before is None
        replaced += before is not None and before[0] != content
        unchanged += before is not None and before[0] == content
        connection.execute("INSERT OR REPLACE INTO draft VALUES (?,?)", (document.id, content))
    drop_staged(connection, import_id)
    return ImportCounts(inserted, replaced, unchanged)


def _refuse_twins(connection: apsw.Connection, import_id: str) -> None:
    twin = connection.execute(
        "SELECT max(position), document FROM staging WHERE import=? GROUP BY document HAVING count(*)>1 "
        "ORDER BY 1 LIMIT 1",
        (import_id,),
    ).fetchone()
    if twin is not None:
        place = f"documents[{twin[0]}]"
        raise InvalidInput(f"{place} has an id that came before in this import", field=f"{place}.id", reason="TWICE")


def _content(connection: apsw.Connection, document: NewDocument) -> int:
    digest = _digest(document)
    found = connection.execute(
        "SELECT content FROM contents WHERE digest=? AND retraction IS NULL", (digest,)
    ).fetchone()
    if found is not None:
        return int(found[0])
    text_sha256 = hashlib.sha256(document.text.encode()).hexdigest()
    connection.execute(
        f"INSERT INTO contents ({COLUMNS}, digest, text_sha256) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (*document.row, digest, text_sha256),
    )
    return connection.last_insert_rowid()


def _digest(document: NewDocument) -> bytes:
    parts = list(document.row[:5])
    if document.row[5:] != NewDocument("", "", "", "", "").row[5:]:
        # Without these fields the digest is that of the files of before, whose contents then stay the same.
        parts += document.row[5:]
    return hashlib.sha256(json.dumps(parts).encode()).digest()
