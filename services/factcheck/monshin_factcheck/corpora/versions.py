"""Versions in the corpus's file: made from the draft, split into passages, counted, switched to."""

import hashlib
import time
from collections.abc import Iterable, Sequence

import apsw
from monshin_kit.errors import FailedPrecondition, NotFound

from monshin_factcheck.corpora import alias_lists
from monshin_factcheck.corpora.model import COLUMNS, VERSION, NewDocument, StoredPassage, Version, VersionState

_COLUMNS = (
    "number, state, documents, passages, passages_embedded, content_sha256, create_time, publish_time, failure, "
    "fingerprint, alias_revision"
)


def begin(connection: apsw.Connection) -> Version:
    """Makes the draft the next version. Raises FailedPrecondition if that would change nothing or one is under way."""
    newest = listed(connection, limit=1)
    if newest and newest[0].state is VersionState.PUBLISHING:
        raise FailedPrecondition(f"version {newest[0].number} is being published: wait for it", reason="UNDER_WAY")
    content_sha256 = _content_sha256(connection)
    serving = current(connection)
    revision = alias_lists.draft_revision(connection)
    if serving is not None and (serving.content_sha256, serving.alias_revision) == (content_sha256, revision):
        raise FailedPrecondition("the draft equals the newest version: import something first", reason="NOTHING_NEW")
    documents = count(connection, "draft")
    if documents == 0:
        raise FailedPrecondition("the draft holds no document: import some first", reason="DRAFT_EMPTY")
    number = newest[0].number + 1 if newest else 1
    connection.execute(
        "INSERT INTO versions (number, state, documents, content_sha256, create_time, alias_revision) "
        "VALUES (?,?,?,?,?,?)",
        (number, VersionState.PUBLISHING, documents, content_sha256, time.time(), revision),
    )
    connection.execute("INSERT INTO version_documents SELECT ?, document, content FROM draft", (number,))
    return get(connection, "", number)


def get(connection: apsw.Connection, corpus_id: str, number: int) -> Version:
    """One version; raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM versions WHERE number=?", (number,)).fetchone()
    if row is None:
        raise NotFound(VERSION, f"corpora/{corpus_id}/versions/{number}")
    return _version(row)


def listed(connection: apsw.Connection, *, before: int = 0, limit: int) -> list[Version]:
    """Versions with a smaller number than `before` (0: all), newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM versions WHERE (?=0 OR number<?) ORDER BY number DESC LIMIT ?", (before, before, limit)
    ).fetchall()
    return [_version(row) for row in rows]


def current(connection: apsw.Connection) -> Version | None:
    """The version that checks read."""
    return next(iter(published(connection, limit=1)), None)


def published(connection: apsw.Connection, *, limit: int) -> list[Version]:
    """Versions that serve or have served, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM versions WHERE state=? ORDER BY number DESC LIMIT ?", (VersionState.PUBLISHED, limit)
    ).fetchall()
    return [_version(row) for row in rows]


def count(connection: apsw.Connection, table: str) -> int:
    """Rows of a table."""
    return int(str(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]))


def unsplit(connection: apsw.Connection, number: int) -> list[tuple[int, str]]:
    """Contents of a version that have no passages yet, with their texts; at most a hundred."""
    rows = connection.execute(
        "SELECT content, text FROM contents WHERE content IN (SELECT content FROM version_documents WHERE version=?) "
        "AND content NOT IN (SELECT content FROM split) LIMIT 100",
        (number,),
    ).fetchall()
    return [(int(str(row[0])), str(row[1])) for row in rows]


def keep_passages(connection: apsw.Connection, split: Iterable[tuple[int, Sequence[StoredPassage]]]) -> None:
    """Stores the passages of whole contents."""
    for content, passages in split:
        connection.execute("INSERT OR IGNORE INTO split VALUES (?)", (content,))
        connection.executemany(
            "INSERT OR REPLACE INTO passages VALUES (?,?,?,?)",
            ((p.content, p.number, p.start, p.end) for p in passages),
        )


def passages(connection: apsw.Connection, number: int, *, lacking: str | None = None) -> list[StoredPassage]:
    """The passages of a version, by content and place; with `lacking`, only those without vectors of
    that fingerprint.

    Retracted contents are left out.
    """
    rows = connection.execute(
        'SELECT p.content, p.number, p.start, p."end" FROM passages p JOIN contents c USING (content) '
        "WHERE c.retraction IS NULL AND p.content IN (SELECT content FROM version_documents WHERE version=?) "
        "AND (? IS NULL OR p.content NOT IN (SELECT content FROM embedded WHERE fingerprint=?)) ORDER BY 1, 2",
        (number, lacking, lacking),
    ).fetchall()
    return [StoredPassage(*(int(str(value)) for value in row)) for row in rows]


def contents(connection: apsw.Connection, wanted: Iterable[int]) -> dict[int, NewDocument]:
    """Documents by content number."""
    found: dict[int, NewDocument] = {}
    for content in wanted:
        row = connection.execute(f"SELECT {COLUMNS} FROM contents WHERE content=?", (content,)).fetchone()
        if row is not None:
            found[content] = NewDocument.of_row(row)
    return found


def note_embedded(
    connection: apsw.Connection, number: int, fingerprint: str, done: Iterable[int], passages: int
) -> None:
    """Says that all vectors of these contents are acknowledged, and how many passages of the version that makes."""
    connection.executemany("INSERT OR IGNORE INTO embedded VALUES (?,?)", ((fingerprint, content) for content in done))
    connection.execute("UPDATE versions SET passages_embedded=? WHERE number=?", (passages, number))


def note_passages(connection: apsw.Connection, number: int, total: int, embedded: int) -> None:
    """Says how many passages a version has, and how many of them need no embedding."""
    connection.execute("UPDATE versions SET passages=?, passages_embedded=? WHERE number=?", (total, embedded, number))


def forget_embedded(connection: apsw.Connection, fingerprint: str, lost: Iterable[int]) -> None:
    """Says that vectors of these contents are not in the index after all."""
    connection.executemany(
        "DELETE FROM embedded WHERE fingerprint=? AND content=?", ((fingerprint, content) for content in lost)
    )


def fingerprints(connection: apsw.Connection) -> tuple[str, ...]:
    """All under which vectors of this corpus were made."""
    return tuple(str(row[0]) for row in connection.execute("SELECT DISTINCT fingerprint FROM embedded"))


def finish(connection: apsw.Connection, number: int, fingerprint: str) -> None:
    """Switches checks to this version, or a published one to vectors of another fingerprint."""
    connection.execute(
        "UPDATE versions SET state=?, fingerprint=?, publish_time=CASE publish_time WHEN 0 THEN ? "
        "ELSE publish_time END, failure='' WHERE number=?",
        (VersionState.PUBLISHED, fingerprint, time.time(), number),
    )


def fail(connection: apsw.Connection, number: int, why: str) -> None:
    """Ends a publication without switching."""
    connection.execute("UPDATE versions SET state=?, failure=? WHERE number=?", (VersionState.FAILED, why, number))


def _content_sha256(connection: apsw.Connection) -> str:
    sha256 = hashlib.sha256()
    for (digest,) in connection.execute(
        "SELECT digest FROM draft JOIN contents USING (content) ORDER BY draft.document"
    ):
        sha256.update(digest)
    return sha256.hexdigest()


def _version(row: tuple[object, ...]) -> Version:
    number, state, documents, passages_, embedded, sha256, created, published, failure, fingerprint, aliases = row
    return Version(
        int(str(number)), VersionState(str(state)), int(str(documents)), int(str(passages_)), int(str(embedded)),
        str(sha256), float(str(created)), float(str(published)), str(failure), str(fingerprint), str(aliases),
    )  # fmt: skip
