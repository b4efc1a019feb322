"""The service's folder of sharded collections: one folder each, from the request to build it to its deletion.

{id}-{token}/definition.json    from the request on; alone: reserved for a build
             job                id of the build, once it was submitted
             manifest.json, …   files of the collection; `reference`, written last, says that all are there
.gone-{id}-{token}/             deleted: what its build published is still to be deleted; no id begins with a dot
"""

import json
import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from monshin_kit import durable
from monshin_kit.errors import DataLoss, ResourceExhausted, Unavailable
from monshin_kit.jobs import Artefact, ArtefactStore, JobId

from monshin_ann.core.definition import CollectionId, Definition
from monshin_ann.sharded import manifest
from monshin_ann.sharded.collection import MANIFEST, REFERENCE, ShardedCollection
from monshin_ann.store import definitions

_log = logging.getLogger(__name__)

_DEFINITION, _JOB = "definition.json", "job"
_GONE = ".gone-"
_GONE_BEFORE = "gone-"  # in earlier versions, although an id may begin like that


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place for a collection that is being built. job: empty until the build was submitted.

    is_active: its build may still succeed by itself; False: it failed or was cancelled, and gives way to another.
    published: what its build made, once that was seen to have succeeded.
    """

    name: str
    definition: Definition
    job: JobId | None = None
    is_active: bool = True
    published: Artefact | None = None


class Shelf:
    """Safe to use from several threads.

    What writes raises ResourceExhausted (DISK_FULL) if the disk is full, Unavailable if the folder cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._root.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._reserved: dict[str, Reservation] = {}

    def open(self) -> dict[CollectionId, ShardedCollection]:
        """Opens what is complete and remembers what is reserved; at the start, once."""
        found = {}
        for path in sorted(self._root.iterdir()):
            if path.name.startswith(_GONE):
                continue
            try:
                definition = _read_definition(path)
                if path.name.rpartition("-")[0] == f"{_GONE_BEFORE}{definition.id}":
                    path.rename(path.with_name(f"{_GONE}{path.name.removeprefix(_GONE_BEFORE)}"))
                elif (path / REFERENCE).exists():
                    found[definition.id] = ShardedCollection(definition, path)
                else:
                    job = _read_job(path) if (path / _JOB).exists() else None
                    self._reserved[path.name] = Reservation(path.name, definition, job)
            except (DataLoss, OSError):
                _log.error("a folder of a sharded collection has no readable definition or build: left alone")
        return found

    def reservations(self) -> Sequence[Reservation]:
        """All, in no order."""
        return list(self._reserved.copy().values())

    def reservation(self, name: str) -> Reservation | None:
        """The one of this name."""
        return self._reserved.get(name)

    def of(self, collection_id: CollectionId) -> Reservation | None:
        """For the collection of this id; an active one if there is one."""
        found = [each for each in self.reservations() if each.definition.id == collection_id]
        return max(found, key=lambda each: each.is_active, default=None)

    def is_reserved(self, collection_id: CollectionId) -> bool:
        """Whether a build is under way that will take this id."""
        found = self.of(collection_id)
        return found is not None and found.is_active

    def reserve(self, name: str, definition: Definition) -> Reservation:
        """A new place; on disk when this returns. name: `{id}-{token}`.

        Raises Unavailable while there is one of that name whose artefacts are still to be deleted: what a build makes
        for the new one would go with them, or what the deleted one had would serve again.
        """
        if (self._root / f"{_GONE}{name}").exists():
            raise Unavailable("what this request made before is being deleted: try again later")
        reservation = Reservation(name, definition)
        with _written():
            folder = self._root / reservation.name
            folder.mkdir()
            _write_definition(folder, definition)
            durable.sync(self._root)
        self._reserved[reservation.name] = reservation
        return reservation

    def bind(self, reservation: Reservation, job: JobId) -> Reservation:
        """Says which build will fill the place; on disk when this returns."""
        with _written():
            durable.write(self._root / reservation.name / _JOB, job.encode())
        return self._update(replace(reservation, job=job))

    def set_active(self, reservation: Reservation, *, is_active: bool) -> Reservation:
        """Whether its build may still succeed by itself."""
        return self._update(replace(reservation, is_active=is_active))

    def set_published(self, reservation: Reservation, reference: Artefact) -> Reservation:
        """Its build has succeeded; not on disk, the job's record says so too."""
        return self._update(replace(reservation, published=reference))

    def install(self, reservation: Reservation, reference: Artefact, store: ArtefactStore) -> ShardedCollection:
        """Fetches what the build published; what was fetched before an interruption is fetched again.

        Raises DataLoss if an artefact is gone or damaged, ResourceExhausted, Unavailable.
        """
        folder = self._root / reservation.name
        content = store.read(reference)
        with _written():
            for name, artefact in manifest.decode(manifest.Published, content).files.items():
                store.fetch(artefact, folder / name)
                durable.sync(folder / name)
            durable.write(folder / MANIFEST, content)
            durable.write(folder / REFERENCE, reference.reference.encode())
        return ShardedCollection(reservation.definition, folder)

    def release(self, reservation: Reservation) -> None:
        """It is a collection now."""
        self._reserved.pop(reservation.name, None)

    def job_of(self, collection: ShardedCollection) -> JobId:
        """The build that made it. Raises DataLoss if that cannot be read."""
        return _read_job(collection.path)

    def redefine(self, collection: ShardedCollection, definition: Definition) -> None:
        """Replaces the definition; on disk when this returns."""
        with _written():
            _write_definition(collection.path, definition)

    def discard(self, name: str) -> None:
        """Takes a place away, with what it holds; on disk when this returns. `sweep` deletes the files."""
        with _written():
            (self._root / name).rename(self._root / f"{_GONE}{name}")
            durable.sync(self._root)
        self._reserved.pop(name, None)

    def sweep(self, published: str, store: ArtefactStore) -> None:
        """Deletes what discarded places leave behind. published: prefix in the artefact store."""
        for folder in self._root.glob(f"{_GONE}*"):
            store.delete(f"{published}/{folder.name.removeprefix(_GONE)}")
            shutil.rmtree(folder, ignore_errors=True)

    def _update(self, reservation: Reservation) -> Reservation:
        with self._lock:
            if reservation.name in self._reserved:
                self._reserved[reservation.name] = reservation
        return reservation


def _read_definition(folder: Path) -> Definition:
    try:
        fields = json.loads((folder / _DEFINITION).read_bytes())
        return definitions.decode(fields["text"], fields["checksum"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataLoss("the definition of a sharded collection is damaged") from error


def _read_job(folder: Path) -> JobId:
    try:
        return JobId((folder / _JOB).read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise DataLoss("the id of a sharded collection's build is damaged") from error


def _write_definition(folder: Path, definition: Definition) -> None:
    text, checksum = definitions.encode(definition)
    durable.write(folder / _DEFINITION, json.dumps({"text": text, "checksum": checksum}).encode())


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if durable.is_full(error):
            raise ResourceExhausted(
                "the disk of sharded collections is full: make room, then try again", 60.0, reason="DISK_FULL"
            ) from error
        raise Unavailable(f"the folder of sharded collections cannot be written ({type(error).__name__})") from error
