"""All collections of the service: found by id, created and deleted at once, none harmed by another's damage."""

import logging
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from monshin_kit import durable
from monshin_kit.auth import Caller
from monshin_kit.auth.caller import ADMINISTRATOR
from monshin_kit.errors import Aborted, AlreadyExists, DataLoss, MonshinError, NotFound, ResourceExhausted, Unavailable
from monshin_kit.jobs import Artefact, ArtefactStore
from monshin_kit.requests import RequestKey

from monshin_ann.answers import RESOURCE, State
from monshin_ann.collection import Collection
from monshin_ann.core.definition import CollectionId, Definition
from monshin_ann.indexing import BuildSettings
from monshin_ann.memory_budget import MemoryBudget
from monshin_ann.reconciling import open_registry, reconcile
from monshin_ann.restoring import take_over
from monshin_ann.sharded.collection import ShardedCollection
from monshin_ann.sharded.shelf import Reservation, Shelf
from monshin_ann.store.folder import Folder
from monshin_ann.store.points_file import PointsFile
from monshin_ann.store.registry_file import Entry

_log = logging.getLogger(__name__)

AnyCollection = Collection | ShardedCollection


class Collections:
    """Opens what the folder holds, and finishes what a crash interrupted. Safe to use from several threads.

    limit: how many collections there may be; each keeps files open. memory_limit_bytes: of all vectors in memory; 0:
    no limit. The folder belongs to this process alone, which kit's server sees to.
    """

    def __init__(
        self, folder: Path, limit: int = 1000, memory_limit_bytes: int = 0, building: BuildSettings | None = None
    ) -> None:
        self._folder = Folder(folder / "collections")
        self._limit = limit
        self.memory = MemoryBudget(memory_limit_bytes, lambda: self.memory_bytes)
        self._building = building or BuildSettings()
        self._admin = threading.Lock()
        self._built_last = CollectionId("")
        self._folder.clear_scratch()
        self.shelf = Shelf(folder / "sharded")
        self._collections: dict[CollectionId, AnyCollection] = {**self.shelf.open()}
        self._registry = open_registry(folder / "registry.sqlite")
        agreed = reconcile(self._registry, self._folder, self._collections.keys())
        self._unreadable = agreed.unreadable
        for entry in agreed.entries:
            self._collections[entry.definition.id] = self._opened(entry.definition, entry.file)
        for reservation in self.shelf.reservations():
            if reservation.definition.id in self._collections:  # its build gave up, and the id was given to another
                self.shelf.set_active(reservation, is_active=False)

    def find(self, collection_id: CollectionId, caller: Caller) -> AnyCollection:
        """The collection; raises NotFound also where the caller is not among its readers.

        Raises DataLoss, to administrators, where a file of this name does not even say who may read it.
        """
        collection = self._collections.get(collection_id)
        if collection is None and collection_id in self._unreadable and ADMINISTRATOR in caller.roles:
            raise _unreadable_file(collection_id)
        if collection is None or not caller.may_use(collection.definition.readers):
            raise NotFound(RESOURCE, f"collections/{collection_id}")
        return collection

    def find_writable(self, collection_id: CollectionId, caller: Caller) -> Collection:
        """As `find`; raises FailedPrecondition for a collection that was built in shards."""
        collection = self.find(collection_id, caller)
        if isinstance(collection, ShardedCollection):
            raise collection.refuse_change()
        return collection

    def visible(self, caller: Caller) -> list[AnyCollection]:
        """Those that the caller may use, by id."""
        collections = sorted(self._collections.copy().items())
        return [collection for _, collection in collections if caller.may_use(collection.definition.readers)]

    def all(self) -> list[AnyCollection]:
        """Every collection, in no order."""
        return list(self._collections.copy().values())

    def count(self, state: State) -> int:
        """How many are in this state."""
        return sum(collection.state is state for collection in self.all())

    def compact(self) -> None:
        """Gives the disk space of every collection back where enough is wasted."""
        for collection in self.all():
            try:
                collection.compact()
            except MonshinError as error:  # deleted meanwhile, damaged, or the disk is full: the others go on
                _log.warning("a collection could not be compacted", extra={"reason": error.reason})

    def build_next(self) -> bool:
        """Builds a segment of the next collection that has one due; whether there was one. One thread at a time.

        They take turns: one that is written to all the time has something due after each of its builds.
        """
        collections = self._collections.copy()
        for name in sorted(collections, key=lambda each: (each <= self._built_last, each)):
            try:
                if collections[name].build_next():
                    self._built_last = name
                    return True
            except MonshinError as error:  # deleted or damaged meanwhile: the others go on
                _log.warning("a collection could not be indexed", extra={"reason": error.reason})
            except Exception as error:  # noqa: BLE001  # nor may a fault of one keep the others from their graphs
                _log.error("a build failed", exc_info=error)
        return False

    def stop_work(self) -> None:
        """Stops builds and compactions at work, for good."""
        for collection in self.all():
            collection.stop_work()

    @property
    def memory_bytes(self) -> int:
        """Of the vectors of all collections."""
        return sum(collection.memory_bytes for collection in self.all())

    def create(self, definition: Definition, key: RequestKey) -> Definition:
        """Makes an empty collection; durable when this returns. Raises AlreadyExists if the id is taken."""
        with self._admin:
            if (first := self._registry.recall(key)) is not None:
                return first
            self._require_room(definition)
            with self._announced(definition.id) as file:
                beginning = self._registry.begin_numbers(definition.id)
                PointsFile.create(self._folder.path / file, definition, beginning)
                durable.sync(self._folder.path)
            self._registry.add(Entry(definition, file), key)
            self._collections[definition.id] = self._opened(definition, file)
            return definition

    def set_readers(
        self, collection_id: CollectionId, caller: Caller, readers: Sequence[str], etag: str, key: RequestKey
    ) -> Definition:
        """Changes who may use a collection. etag: empty, or the present one; raises Aborted if it is another."""
        with self._admin:
            if (first := self._registry.recall(key)) is not None:
                return first
            collection = self.find(collection_id, caller)
            collection.check_serving()
            old = collection.definition
            if etag not in ("", old.etag):
                raise Aborted(f"the etag of {old.name} is stale: somebody changed it, read it again")
            changed = replace(old, readers=tuple(readers), revision=old.revision + 1)
            if isinstance(collection, ShardedCollection):
                self.shelf.redefine(collection, changed)
            self._registry.replace(changed, key)
            collection.redefine(changed)
            return changed

    def delete(self, collection_id: CollectionId, caller: Caller, key: RequestKey) -> None:
        """Removes a collection, also a quarantined one, and its file, once nobody uses it; the others do not wait."""
        with self._admin:
            if self._registry.recall(key) is not None:
                return
            collection = self.find(collection_id, caller)
            if isinstance(collection, ShardedCollection):
                self.shelf.discard(collection.path.name)
            self._registry.remove(collection.definition, key)
            del self._collections[collection_id]
        collection.close()
        self._remove_file(collection.path.name)

    def restore(self, collection_id: CollectionId, caller: Caller, snapshot: Path, key: RequestKey) -> Collection:
        """Puts a snapshot's points in the collection's place, once every one of them was read and found whole.

        snapshot: a file in `scratch` (`upload_path`), which is taken over. The old points serve until the
        new ones are ready. Sequence numbers go on beyond all that were given away under this name. Raises InvalidInput,
        ResourceExhausted, and changes nothing, if anything is wrong; Aborted if the collection was changed meanwhile.
        """
        old = self.find_writable(collection_id, caller)
        with self._admin:
            if self._registry.recall(key) is not None:
                return old
        take_over(snapshot, old.definition, partial(self._registry.begin_numbers, collection_id))
        with self._announced(collection_id) as file:
            snapshot.rename(self._folder.path / file)  # which fails where its caller left meanwhile, and took it away
            durable.sync(self._folder.path)
        new = self._opened(old.definition, file)
        try:
            if new.state is State.QUARANTINED:
                raise Unavailable("the snapshot is whole, but could not be opened: nothing was changed")
            self.memory.check(new.memory_bytes - old.memory_bytes)
            with self._admin:
                if self._collections.get(collection_id) is not old or old.definition != new.definition:
                    raise Aborted(f"{old.definition.name} was changed meanwhile: nothing was restored")
                self._registry.move(new.definition, file, key)
                old.supersede()
                self._collections[collection_id] = new
        except BaseException:
            new.close()
            self._remove_file(file)
            raise
        old.close()
        self._remove_file(old.path.name)
        return new

    def reserve(self, name: str, definition: Definition) -> Reservation:
        """A place, of this name, for a collection to be built in shards; a build that failed gives its place up.

        Raises AlreadyExists if the id is taken or being built.
        """
        with self._admin:
            self._require_room(definition)
            if (given_up := self.shelf.of(definition.id)) is not None:
                self.shelf.discard(given_up.name)
            return self.shelf.reserve(name, definition)

    def reactivate(self, reservation: Reservation) -> Reservation:
        """Its build goes on. Raises AlreadyExists if the id was taken meanwhile."""
        with self._admin:
            if not reservation.is_active:
                self._require_room(reservation.definition)
            return self.shelf.set_active(reservation, is_active=True)

    def sharded(self, collection_id: str) -> ShardedCollection | None:
        """The collection of this id if it was built in shards."""
        collection = self._collections.get(CollectionId(collection_id))
        return collection if isinstance(collection, ShardedCollection) else None

    def install(self, reservation: Reservation, reference: Artefact, store: ArtefactStore) -> ShardedCollection:
        """Makes a collection of what a build published. Raises as `Shelf.install`, AlreadyExists if the id is taken."""
        definition = reservation.definition
        if definition.id in self._collections:  # before an hour of fetching
            raise AlreadyExists(RESOURCE, definition.name)
        collection = self.shelf.install(reservation, reference, store)
        with self._admin:
            if self._collections.setdefault(definition.id, collection) is not collection:
                collection.close()
                raise AlreadyExists(RESOURCE, definition.name)
            self.shelf.release(reservation)
        return collection

    @property
    def scratch(self) -> Path:
        """On the disk of the collections, for uploads and copies; what a crash leaves there goes at the next start."""
        return self._folder.scratch

    def upload_path(self) -> Path:
        """Where a file can be written before it is restored or imported."""
        return self.scratch / f"{secrets.token_hex(8)}.upload"

    def close(self) -> None:
        """Closes all files; safe to call twice."""
        with self._admin:
            for collection in self.all():
                collection.close()
            self._registry.close()

    def _require_room(self, definition: Definition) -> None:
        if definition.id in self._collections or self.shelf.is_reserved(definition.id):
            raise AlreadyExists(RESOURCE, definition.name)
        if definition.id in self._unreadable:
            raise _unreadable_file(definition.id)
        if len(self._collections) >= self._limit:
            raise ResourceExhausted(f"there are {self._limit} collections already: delete one, or raise the limit")

    def _opened(self, definition: Definition, file: str) -> Collection:
        return Collection(definition, self._folder.path / file, self._building)

    @contextmanager
    def _announced(self, collection_id: CollectionId) -> Iterator[str]:
        """The name of a file that is made in the block; nothing is left of it where that fails."""
        file = self._folder.new_name(collection_id)
        self._registry.begin(file)
        try:
            yield file
        except BaseException:
            self._remove_file(file)
            raise

    def _remove_file(self, file: str) -> None:
        self._folder.remove(file)
        self._registry.finish(file)


def _unreadable_file(collection_id: CollectionId) -> DataLoss:
    name = f"collections/{collection_id}"
    return DataLoss(f"a file of {name} cannot be read: restore it, or take it out of the folder", name, RESOURCE)
