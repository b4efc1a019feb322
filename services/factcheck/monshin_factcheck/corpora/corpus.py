"""One corpus: its file, its draft and versions, and the version that checks read. Methods block: use a thread."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import apsw
from monshin_kit.auth import Caller
from monshin_kit.errors import Aborted, DataLoss, FailedPrecondition, NotFound
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database

from monshin_factcheck.core.aliases.own_list import AliasGroup
from monshin_factcheck.corpora import alias_lists, documents, draft, owed, versions
from monshin_factcheck.corpora.model import (
    CORPUS,
    CorpusView,
    Definition,
    ImportCounts,
    NewDocument,
    StoredDocument,
    Version,
)
from monshin_factcheck.corpora.pinned import PinnedVersion, pin
from monshin_factcheck.corpora.schema import MIGRATIONS

T = TypeVar("T")


class Corpus:
    """Opens the file of a corpus. Raises DataLoss if it is damaged, NotFound if its creation never ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path, MIGRATIONS)
        self._pins: dict[tuple[int, str], PinnedVersion] = {}
        self._retractions = 0
        self._pinning = threading.Lock()
        self._definition = self._read_definition()
        self._database.write(draft.drop_staged)

    @classmethod
    def create(cls, path: Path, corpus_id: str, display_name: str, readers: tuple[str, ...]) -> "Corpus":
        """Makes the file of a new corpus; a crash before it returns leaves a file without definition, which is none."""
        fresh = Definition(corpus_id, display_name, readers, time.time(), secrets.token_hex(8), secrets.token_hex(8))
        database = Database(path, MIGRATIONS)
        try:
            database.write(lambda connection: _write_definition(connection, fresh))
        finally:
            database.close()
        return cls(path)

    @property
    def definition(self) -> Definition:
        """Its own fields."""
        return self._definition

    def admits(self, caller: Caller) -> bool:
        """Whether the caller may know of it."""
        return caller.may_use(self._definition.readers)

    def view(self) -> CorpusView:
        """As it stands."""
        with self._database.reader() as connection:
            version = versions.current(connection)
            count = versions.count(connection, "draft")
        return CorpusView(self._definition, version.number if version is not None else 0, count)

    def update(
        self, display_name: str | None, readers: tuple[str, ...] | None, etag: str, key: RequestKey
    ) -> CorpusView:
        """Changes what is not None. Raises Aborted if `etag` is given and stale."""

        def change(connection: apsw.Connection) -> Definition:
            if key.recall(connection) is not None:
                return self._definition
            if etag and etag != self._definition.etag:
                raise Aborted("the corpus was changed in between: read it again, then retry")
            changed = replace(
                self._definition,
                display_name=self._definition.display_name if display_name is None else display_name,
                readers=self._definition.readers if readers is None else readers,
                etag=secrets.token_hex(8),
            )
            _write_definition(connection, changed)
            key.record(connection, b"done")
            return changed

        self._definition = self._database.write(change)
        return self.view()

    def recall(self, key: RequestKey) -> bytes | None:
        """What the first request with this id answered."""
        return self._database.write(key.recall)

    def stage(self, import_id: str, position: int, chunk: Sequence[NewDocument]) -> None:
        """Keeps a part of an import aside."""
        self._database.write(lambda connection: draft.stage(connection, import_id, position, chunk))

    def adopt(self, import_id: str, key: RequestKey) -> ImportCounts:
        """Moves a staged import into the draft at once."""

        def change(connection: apsw.Connection) -> ImportCounts:
            counts = draft.adopt(connection, import_id)
            key.record(connection, json.dumps(asdict(counts)).encode())
            return counts

        return self._database.write(change)

    def drop_staged(self, import_id: str) -> None:
        """Forgets a staged import."""
        self._database.write(lambda connection: draft.drop_staged(connection, import_id))

    def replace_aliases(self, groups: Sequence[AliasGroup], key: RequestKey) -> str:
        """Makes this the draft's list of names; its revision."""

        def change(connection: apsw.Connection) -> str:
            remembered = key.recall(connection)
            if remembered is not None:
                return remembered.decode()
            made = alias_lists.replace_draft(connection, groups)
            key.record(connection, made.encode())
            return made

        return self._database.write(change)

    def begin_version(self, key: RequestKey) -> Version:
        """Makes the draft a version in state PUBLISHING."""

        def change(connection: apsw.Connection) -> Version:
            remembered = key.recall(connection)
            if remembered is not None:
                return versions.get(connection, self._definition.id, int(remembered))
            version = versions.begin(connection)
            key.record(connection, str(version.number).encode())
            return version

        return self._database.write(change)

    def retract(self, document_id: str, reason: str, key: RequestKey) -> StoredDocument:
        """Takes a document out of use in all versions, from the next check on; owes the event."""

        name = f"corpora/{self._definition.id}/documents/{document_id}"

        def change(connection: apsw.Connection) -> tuple[StoredDocument, bool]:
            if key.recall(connection) is not None:
                return documents.retracted(connection, self._definition.id, document_id), False
            stored = documents.retract(connection, self._definition.id, document_id, reason)
            owed.owe(connection, "corpus.retracted", {"document": name, "text_sha256": stored.text_sha256})
            key.record(connection, b"done")
            return stored, True

        stored, is_new = self._database.write(change)
        if not is_new:  # what was imported since under the same id is in use
            return stored
        with self._pinning:
            self._retractions += 1
            self._pins = {key: pinned.without(name) for key, pinned in self._pins.items()}
        return stored

    def pinned(self) -> PinnedVersion | None:
        """The version that a check reads from its start to its end; None if it is still to be read (`pin`). Raises
        FailedPrecondition if none is published."""
        current = self._current()
        with self._pinning:
            # A version with a greater number is being prepared; those before serve no new check.
            self._pins = {key: one for key, one in self._pins.items() if key[0] >= current.number}
            return self._pins.get((current.number, current.fingerprint))

    def pin(self) -> PinnedVersion:
        """The same, read if it must be: seconds for tens of thousands of passages."""
        return self._read_version(self._current())

    def prepare(self, number: int, fingerprint: str) -> PinnedVersion:
        """A version as checks will get it once it serves with vectors of this fingerprint."""
        found = self.read(lambda connection: versions.get(connection, self._definition.id, number))
        return self._read_version(replace(found, fingerprint=fingerprint))

    def read(self, query: Callable[[apsw.Connection], T]) -> T:
        """Runs a query of `documents` or `versions` on one state of the file."""
        with self._database.reader() as connection:
            return query(connection)

    def change(self, change: Callable[[apsw.Connection], T]) -> T:
        """Runs a change of `versions`; on disk when this returns."""
        return self._database.write(change)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _current(self) -> Version:
        version = self.read(versions.current)
        if version is None:
            raise FailedPrecondition("the corpus has no published version: publish one", reason="NOT_PUBLISHED")
        return version

    def _read_version(self, version: Version) -> PinnedVersion:
        """Kept for `pinned`. Not read again for another fingerprint alone: its passages are the same."""
        while True:
            with self._pinning:
                known = self._pins.get((version.number, version.fingerprint)) or next(
                    (one for key, one in self._pins.items() if key[0] == version.number), None
                )
                seen = self._retractions
            if known is None:
                made = self.read(lambda connection: pin(connection, self._definition, version))
            elif known.fingerprint == version.fingerprint:
                return known
            else:
                made = known.under(self._definition, version.fingerprint)
            with self._pinning:
                if self._retractions == seen:  # else it may hold what was retracted while it was read
                    self._pins[made.key] = made
                    return made

    def _read_definition(self) -> Definition:
        with self._database.reader() as connection:
            row = connection.execute("SELECT value FROM definition").fetchone()
        if row is None:
            self._database.close()
            raise NotFound(CORPUS, f"corpora/{self.path.stem}")
        try:
            value = json.loads(str(row[0]))
            return Definition(**{**value, "readers": tuple(value["readers"])})
        except (ValueError, TypeError, KeyError):
            self._database.close()
            raise DataLoss(
                f"{self.path.name} has a definition that cannot be read", f"corpora/{self.path.stem}"
            ) from None


def _write_definition(connection: apsw.Connection, definition: Definition) -> None:
    connection.execute("DELETE FROM definition")
    connection.execute("INSERT INTO definition VALUES (?)", (json.dumps(asdict(definition)),))
