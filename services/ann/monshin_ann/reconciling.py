"""Registry and folder as a start finds them, made to agree again.

The registry may be damaged, lost, or an older copy that somebody put back; a file may come from a backup or from a
request that a crash cut off. Each file says itself which collection it holds, and of which revision: the later one
serves. No file that may hold points is removed, and none can be hidden by a new collection of its name.
"""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from monshin_kit.errors import DataLoss
from monshin_kit.requests import NOT_REMEMBERED

from monshin_ann.core.definition import CollectionId
from monshin_ann.store.folder import Folder, Identity, id_of
from monshin_ann.store.numbering import is_beginning
from monshin_ann.store.registry_file import Entry, RegistryFile

_log = logging.getLogger(__name__)

_Claim = tuple[str, Identity]  # the name of a file, and what it says


@dataclass(frozen=True, slots=True)
class Agreed:
    """entries: what the registry holds now. unreadable: names that files hold which do not even say what they are."""

    entries: list[Entry]
    unreadable: frozenset[CollectionId]


def open_registry(path: Path) -> RegistryFile:
    """The registry; a damaged one is set aside, so that the collections' own files make a new one."""
    try:
        return _whole_registry(path)
    except DataLoss:
        _log.error("the registry is damaged: set aside, and made again from the collections' files")
        aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
        for suffix in ("", "-wal", "-shm"):
            damaged = path.with_name(path.name + suffix)
            if damaged.exists():
                damaged.rename(aside.with_name(aside.name + suffix))
        return _whole_registry(path)


def _whole_registry(path: Path) -> RegistryFile:
    registry = RegistryFile(path)
    try:
        registry.entries()
    except DataLoss:
        registry.close()
        raise
    return registry


def reconcile(registry: RegistryFile, folder: Folder, elsewhere: Collection[CollectionId]) -> Agreed:
    """Ends what a crash interrupted, and gives each collection the latest file. elsewhere: ids that are taken."""
    never_made = [file for file in registry.coming() if not (folder.path / file).exists()]
    for file in (*registry.gone(), *never_made):
        folder.remove(file)
        registry.finish(file)
    known = {entry.definition.id: entry for entry in registry.entries()}
    for entry in known.values():
        _follow_revision(registry, folder, entry)
    claims, unreadable = _claims(registry, folder, known)
    for collection_id in elsewhere:
        if collection_id in known and not (folder.path / known[collection_id].file).exists():
            registry.remove(known[collection_id].definition, NOT_REMEMBERED)
            registry.finish(known[collection_id].file)
            _log.warning("a collection of the registry is gone, and another has its name: forgotten")
    for collection_id, files in claims.items():
        latest, *others = sorted(files, key=lambda claim: claim[1].age, reverse=True)
        if collection_id in elsewhere or not _adopt(registry, folder, known.get(collection_id), latest):
            others.append(latest)
        for file, _ in others:
            folder.set_aside(file)
            registry.finish(file)
            _log.error("a file holds a collection of which there is another file: set aside")
    entries = registry.entries()
    return Agreed(entries, unreadable - {entry.definition.id for entry in entries} - frozenset(elsewhere))


def _follow_revision(registry: RegistryFile, folder: Folder, entry: Entry) -> None:
    """A file is changed after the registry: where it is ahead, the registry is an older copy."""
    try:
        own = folder.identity(entry.file) if (folder.path / entry.file).exists() else None
    except DataLoss:
        return  # it will be quarantined
    ours = entry.definition
    if own is None or (own.definition.id, own.definition.created_ns) != (ours.id, ours.created_ns):
        return
    registry.learn_number(ours.id, own.sequence)
    if own.definition.revision > ours.revision:
        registry.replace(own.definition, NOT_REMEMBERED)
        _log.warning("the file of a collection is of a later revision than the registry: the file's counts")


def _claims(
    registry: RegistryFile, folder: Folder, known: Mapping[CollectionId, Entry]
) -> tuple[dict[CollectionId, list[_Claim]], frozenset[CollectionId]]:
    """Files that the registry does not list, by the collection they hold; and names of those that cannot be read."""
    listed, coming = {entry.file for entry in known.values()}, set(registry.coming())
    claims: dict[CollectionId, list[_Claim]] = {}
    unreadable = set()
    for file in folder.files():
        if file in listed:
            continue
        try:
            identity = folder.identity(file)
        except DataLoss:
            _log.error("a file that the registry does not know cannot be read: left alone")
            unreadable.add(id_of(file))
            continue
        if file in coming and not _may_have_served(folder, known, identity):
            folder.remove(file)
            registry.finish(file)
        elif identity is not None:
            claims.setdefault(identity.definition.id, []).append((file, identity))
    return claims, frozenset(unreadable)


def _may_have_served(folder: Folder, known: Mapping[CollectionId, Entry], identity: Identity | None) -> bool:
    """Of a file that was about to be made when the registry was written: whether that is long ago.

    A new collection that holds something was acknowledged; a restored one takes the place of a file that is then gone.
    """
    if identity is None or is_beginning(identity.sequence):
        return False
    entry = known.get(identity.definition.id)
    return entry is None or not (folder.path / entry.file).exists()


def _adopt(registry: RegistryFile, folder: Folder, entry: Entry | None, claim: _Claim) -> bool:
    """Lists the file, if its collection has no other."""
    file, identity = claim
    if entry is None:
        registry.add(Entry(identity.definition, file), NOT_REMEMBERED)
    elif not (folder.path / entry.file).exists():
        registry.move(identity.definition, file, NOT_REMEMBERED)
        folder.remove(entry.file)
        registry.finish(entry.file)
    else:
        return False
    registry.learn_number(identity.definition.id, identity.sequence)
    _log.warning("adopted the file of a collection that the registry did not know")
    return True
