"""All corpora of the service: one file each, found by id; a damaged one is set aside, the others serve."""

import json
import logging
import math
import os
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import apsw
from monshin_kit import requests
from monshin_kit.auth import Caller
from monshin_kit.auth.caller import ADMINISTRATOR
from monshin_kit.errors import AlreadyExists, DataLoss, NotFound, Unavailable
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database

from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import CORPUS, CorpusView, Definition, Deletion

_log = logging.getLogger(__name__)
_DELETED = ".deleted"
_LOGS = ("-wal", "-shm")
# readers: of a corpus that was deleted; its results may be kept longer. NULL: nobody knows them, as it was damaged.
_FORMER_READERS = "CREATE TABLE former_readers (corpus TEXT NOT NULL, readers TEXT)"


class Corpora:
    """Opens what the folder holds and removes what a crash left half made or half deleted. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "corpora"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._corpora: dict[str, Corpus] = {}
        self._damaged: set[str] = set()
        self._administration = Database(folder / "administration.sqlite", [requests.SCHEMA, _FORMER_READERS])
        self._former = self._administration.write(_read_former)
        self._remove_leftovers()
        for path in sorted(self._folder.glob("*.sqlite")):
            self._open(path)

    def find(self, corpus_id: str, caller: Caller) -> Corpus:
        """The corpus; raises NotFound also where the caller is not among its readers, DataLoss if it is damaged."""
        with self._lock:
            corpus = self._corpora.get(corpus_id)
            if corpus is None and corpus_id in self._damaged:
                name = f"corpora/{corpus_id}"
                raise DataLoss(f"{name} is damaged: restore it from a backup, or delete it", name, CORPUS)
        if corpus is None or not corpus.admits(caller):
            raise NotFound(CORPUS, f"corpora/{corpus_id}")
        return corpus

    def listed(self, caller: Caller, *, after: str, limit: int) -> list[CorpusView]:
        """Corpora with an id after `after`, by id: those the caller may read, and the damaged ones by id only."""
        with self._lock:
            ids = sorted(name for name in (*self._corpora, *self._damaged) if name > after)
            found = [(name, self._corpora.get(name)) for name in ids]
        views = (_damaged_view(name) if corpus is None else corpus.view() for name, corpus in found
                 if corpus is None or corpus.admits(caller))  # fmt: skip
        return [view for view, _ in zip(views, range(limit), strict=False)]

    def concealed_from(self, caller: Caller) -> dict[str, float]:
        """Ids of corpora that are not the caller's to read, each with the time before which their results are not
        either, in seconds since the epoch; of a damaged one nobody knows the readers.

        Deleted ones keep their readers; where the id is in use again, that is of results before its new use.
        """
        with self._lock:
            found = {
                name: self._corpora[name].definition.create_time if name in self._corpora else math.inf
                for name, former in self._former.items()
                if not all(_admits(readers, caller) for readers in former)
            }
            found |= {name: math.inf for name, corpus in self._corpora.items() if not corpus.admits(caller)}
            return found if _admits(None, caller) else found | dict.fromkeys(self._damaged, math.inf)

    def create(self, corpus_id: str, display_name: str, readers: tuple[str, ...], key: RequestKey) -> CorpusView:
        """Makes an empty corpus; raises AlreadyExists."""
        with self._lock:
            if self._administration.write(key.recall) is not None and corpus_id in self._corpora:
                return self._corpora[corpus_id].view()
            if corpus_id in self._corpora or corpus_id in self._damaged:
                raise AlreadyExists(CORPUS, f"corpora/{corpus_id}")
            corpus = Corpus.create(self._folder / f"{corpus_id}.sqlite", corpus_id, display_name, readers)
            self._corpora[corpus_id] = corpus
            self._administration.write(lambda connection: key.record(connection, b"done"))
            return corpus.view()

    def delete(self, corpus_id: str, caller: Caller, key: RequestKey) -> Deletion | None:
        """Removes a corpus and its file. None for a repeated request, and for a damaged corpus, which tells nothing.

        Raises NotFound; Unavailable where nothing was removed: the corpus serves on, and the request may be repeated.
        """
        with self._lock:
            corpus = self._corpora.get(corpus_id)
            # A repeated request goes on with what it did not get done, but leaves another corpus of the same id alone.
            incarnation = corpus.definition.incarnation.encode() if corpus is not None else b""
            is_there = corpus is not None or corpus_id in self._damaged
            remembered = self._administration.write(key.recall)
            if remembered is not None and not (is_there and remembered == incarnation):
                return None
            if corpus_id not in self._damaged and (corpus is None or not corpus.admits(caller)):
                raise NotFound(CORPUS, f"corpora/{corpus_id}")
            deletion = None
            if corpus is not None:
                deletion = Deletion(corpus.definition, corpus.read(versions.fingerprints))
            # First of all: after a crash right here the corpus is still there, and a note of its readers is no harm.
            self._note_deletion(corpus_id, corpus.definition.readers if corpus is not None else None, key, incarnation)
            path = self._folder / f"{corpus_id}.sqlite"
            _take_away(path)
            self._corpora.pop(corpus_id, None)
            self._damaged.discard(corpus_id)
            if corpus is not None:
                corpus.close()
            _remove_rest(path)
            return deletion

    def all(self) -> Sequence[Corpus]:
        """Those that serve."""
        with self._lock:
            return list(self._corpora.values())

    def set_aside(self, corpus: Corpus) -> None:
        """Quarantines a corpus whose file turned out to be damaged while it served."""
        with self._lock:
            self._damaged.add(corpus.definition.id)
            self._corpora.pop(corpus.definition.id, None)
        _log.error("a corpus is damaged and was set aside")

    def close(self) -> None:
        """Closes all files."""
        with self._lock:
            for corpus in self._corpora.values():
                corpus.close()
            self._corpora.clear()
            self._administration.close()

    def _open(self, path: Path) -> None:
        try:
            self._corpora[path.stem] = Corpus(path)
        except NotFound:
            _log.info("removing a corpus whose creation never ended")
            _take_away(path)
            _remove_rest(path)
        except DataLoss:
            _log.exception("a corpus is damaged and was set aside")
            self._damaged.add(path.stem)

    def _note_deletion(
        self, corpus_id: str, readers: tuple[str, ...] | None, key: RequestKey, incarnation: bytes
    ) -> None:
        is_new = readers != () and readers not in self._former.get(corpus_id, ())
        row = (corpus_id, json.dumps(readers) if readers is not None else None)

        def change(connection: apsw.Connection) -> None:
            if is_new:
                connection.execute("INSERT INTO former_readers VALUES (?,?)", row).fetchall()
            key.record(connection, incarnation)

        self._administration.write(change)
        if is_new:
            self._former[corpus_id].append(readers)

    def _remove_leftovers(self) -> None:
        # A log without its file would be read as the log of the next corpus of that id.
        logs = [path for suffix in _LOGS for path in self._folder.glob(f"*.sqlite{suffix}")
                if not path.with_suffix(".sqlite").exists()]  # fmt: skip
        for leftover in (*self._folder.glob(f"*{_DELETED}"), *logs):
            leftover.unlink()


def _take_away(path: Path) -> None:
    """What deletes: a crash after it leaves only files that the next start removes. Raises Unavailable."""
    try:
        os.replace(path, path.with_suffix(_DELETED))
    except OSError as error:
        raise Unavailable(f"{path.name} cannot be removed now ({type(error).__name__})") from error


def _remove_rest(path: Path) -> None:
    for leftover in (path.with_suffix(_DELETED), *(Path(f"{path}{suffix}") for suffix in _LOGS)):
        leftover.unlink(missing_ok=True)


def _read_former(connection: apsw.Connection) -> defaultdict[str, list[tuple[str, ...] | None]]:
    found: defaultdict[str, list[tuple[str, ...] | None]] = defaultdict(list)
    for corpus, readers in connection.execute("SELECT corpus, readers FROM former_readers"):
        found[str(corpus)].append(None if readers is None else tuple(json.loads(str(readers))))
    return found


def _admits(readers: tuple[str, ...] | None, caller: Caller) -> bool:
    return ADMINISTRATOR in caller.roles if readers is None else caller.may_use(readers)


def _damaged_view(corpus_id: str) -> CorpusView:
    return CorpusView(Definition(corpus_id, "", (), 0.0, "", ""), is_damaged=True)
