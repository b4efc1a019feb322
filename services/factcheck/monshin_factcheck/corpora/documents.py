"""Documents of a corpus: read, listed, retracted."""

import apsw
from monshin_kit.errors import NotFound

from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.model import COLUMNS, DOCUMENT, NewDocument, StoredDocument


def get(connection: apsw.Connection, corpus_id: str, document_id: str, version: int) -> StoredDocument:
    """A document of a version; 0: of the newest published one. Raises NotFound."""
    number = version or _current_number(connection)
    row = connection.execute(
        "SELECT content FROM version_documents WHERE version=? AND document=?", (number, document_id)
    ).fetchone()
    if row is None:
        raise NotFound(DOCUMENT, f"corpora/{corpus_id}/documents/{document_id}")
    return _stored(connection, int(row[0]))


def listed(
    connection: apsw.Connection, corpus_id: str, version: int, *, after: str, limit: int
) -> list[StoredDocument]:
    """Documents of a version with an id after `after`, by id. Raises NotFound for a version that does not exist."""
    number = version or _current_number(connection)
    if version:
        versions.get(connection, corpus_id, version)
    rows = connection.execute(
        "SELECT content FROM version_documents WHERE version=? AND document>? ORDER BY document LIMIT ?",
        (number, after, limit),
    ).fetchall()
    return [_stored(connection, int(str(row[0]))) for row in rows]


def retract(connection: apsw.Connection, corpus_id: str, document_id: str, reason: str) -> StoredDocument:
    """Takes all contents of a document out of use, and the document out of the draft. Raises NotFound.

    Answers as `retracted`. Doing it twice keeps the first reason.
    """
    connection.execute(
        "UPDATE contents SET retraction=? WHERE document=? AND retraction IS NULL", (reason, document_id)
    )
    connection.execute("DELETE FROM draft WHERE document=?", (document_id,))
    return retracted(connection, corpus_id, document_id)


def retracted(connection: apsw.Connection, corpus_id: str, document_id: str) -> StoredDocument:
    """A document that was retracted: of its contents the newest that a version holds, or the newest of all. Raises
    NotFound."""
    row = connection.execute(
        "SELECT c.content FROM contents c LEFT JOIN version_documents v USING (content) "
        "WHERE c.document=? AND c.retraction IS NOT NULL ORDER BY v.version DESC NULLS LAST, c.content DESC LIMIT 1",
        (document_id,),
    ).fetchone()
    if row is None:
        raise NotFound(DOCUMENT, f"corpora/{corpus_id}/documents/{document_id}")
    return _stored(connection, int(row[0]))


def _current_number(connection: apsw.Connection) -> int:
    version = versions.current(connection)
    return version.number if version is not None else 0


def _stored(connection: apsw.Connection, content: int) -> StoredDocument:
    row = connection.execute(
        f"SELECT {COLUMNS}, text_sha256, retraction FROM contents WHERE content=?", (content,)
    ).fetchall()[0]
    numbers = connection.execute(
        "SELECT version FROM version_documents WHERE content=? ORDER BY version DESC", (content,)
    ).fetchall()
    return StoredDocument(
        NewDocument.of_row(row),
        str(row[8]),
        str(row[9] or ""),
        tuple(int(str(number[0])) for number in numbers),
    )
