"""All corpora of the service: one file each, found by id; a damaged one is set aside, the others serve."""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from monshin_kit import requests
from monshin_kit.auth import Caller
from monshin_kit.auth.caller import ADMINISTRATOR
from monshin_kit.errors import AlreadyExists, DataLoss, NotFound
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database

from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import CORPUS, CorpusView, Definition, Deletion

_log = logging.getLogger(__name__)
_DELETED = ".deleted"


class Corpora:
    """Opens what the folder holds and removes what a crash left half made or half deleted. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "corpora"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._corpora: dict[str, Corpus] = {}
        self._damaged: set[str] = set()
        self._administration = Database(folder / "administration.sqlite", [requests.SCHEMA])
        for leftover in self._folder.glob(f"*{_DELETED}"):
            leftover.unlink()
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

    def concealed_from(self, caller: Caller) -> list[str]:
        """Ids of corpora that exist and are not the caller's to read; of a damaged one nobody knows the readers."""
        with self._lock:
            found = [name for name, corpus in self._corpora.items() if not corpus.admits(caller)]
            return found if ADMINISTRATOR in caller.roles else [*found, *self._damaged]

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
        """Removes a corpus and its file. None for a repeated request, and for a damaged corpus, which tells nothing."""
        with self._lock:
            if self._administration.write(key.recall) is not None:
                return None
            corpus = self._corpora.get(corpus_id)
            if corpus_id not in self._damaged and (corpus is None or not corpus.admits(caller)):
                raise NotFound(CORPUS, f"corpora/{corpus_id}")
            deletion = None
            if corpus is not None:
                deletion = Deletion(corpus.definition, corpus.read(versions.fingerprints))
                corpus.close()
            self._remove(self._folder / f"{corpus_id}.sqlite")
            self._administration.write(lambda connection: key.record(connection, b"done"))
            self._corpora.pop(corpus_id, None)
            self._damaged.discard(corpus_id)
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
            self._remove(path)
        except DataLoss:
            _log.exception("a corpus is damaged and was set aside")
            self._damaged.add(path.stem)

    def _remove(self, path: Path) -> None:
        # The rename is what deletes: a crash after it leaves only files that the next start removes.
        os.replace(path, path.with_suffix(_DELETED))
        for leftover in (path.with_suffix(_DELETED), Path(f"{path}-wal"), Path(f"{path}-shm")):
            leftover.unlink(missing_ok=True)


def _damaged_view(corpus_id: str) -> CorpusView:
    return CorpusView(Definition(corpus_id, "", (), 0.0, "", ""), is_damaged=True)
