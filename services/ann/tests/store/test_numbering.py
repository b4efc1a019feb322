"""Sequence numbers of a name never go back: a token of one file is never met by a write to another."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from monshin_ann.answers import State
from monshin_ann.collections import Collections
from monshin_ann.core.definition import CollectionId, Definition
from monshin_ann.store.registry_file import RegistryFile
from monshin_kit.auth import Caller
from monshin_kit.errors import InvalidInput
from monshin_kit.requests import NOT_REMEMBERED

NOTES = CollectionId("notes")
ROOT = Caller("root", frozenset({"administrator"}), frozenset())
Start = Callable[..., Collections]
Write = Callable[..., int]


@pytest.fixture
def write(batch: Callable[..., Any], random_points: Callable[..., Any]) -> Write:
    """Stores points of these names; the number of the last one."""

    def store(collections: Collections, *names: str) -> int:
        points = batch(random_points(names, 3, seed=1))
        return collections.find_writable(NOTES, ROOT).upsert(points, NOT_REMEMBERED).result().sequence

    return store


def snapshot(collections: Collections) -> Path:
    """A copy of the file, ready to be restored."""
    copy = collections.upload_path()
    with closing(apsw.Connection(str(collections.find(NOTES, ROOT).path))) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    return copy


def restore(collections: Collections, copy: Path) -> None:
    """From a copy of the copy, which is taken over."""
    upload = collections.upload_path()
    shutil.copy(copy, upload)
    collections.restore(NOTES, ROOT, upload, NOT_REMEMBERED)


@pytest.fixture
def kept(start: Start, definition: Callable[..., Definition], write: Write, tmp_path: Path) -> Path:
    """A snapshot of the collection with the points a and b, outside the service's folder."""
    collections = start()
    collections.create(definition(), NOT_REMEMBERED)
    write(collections, "a", "b")
    return Path(shutil.copy(snapshot(collections), tmp_path / "kept"))


def test_numbers_after_a_restore_are_greater_than_all_given_away(start: Start, write: Write, kept: Path) -> None:
    collections = start()
    for _ in range(3):
        token = write(collections, "c", "d", "e")
        restore(collections, kept)
        after = collections.find(NOTES, ROOT).stats.sequence
        assert after > token
        assert write(collections, "f") == after + 1
        collections = start()
        assert collections.find(NOTES, ROOT).stats.sequence == after + 1


def test_numbers_go_on_beyond_those_of_a_file_that_cannot_be_read(start: Start, write: Write, kept: Path) -> None:
    """Hazard: the mark lies in the file that is damaged. Also where the registry that is there is an older copy."""
    collections = start()
    registry = kept.with_name("registry.sqlite")
    restore(collections, kept)
    first = write(collections, "c")
    collections.close()
    older = Path(shutil.copy(registry, kept.with_name("older")))
    collections = start()
    restore(collections, kept)
    token = write(collections, "c", "d", "e")
    collections.close()
    shutil.copy(older, registry)
    path = collections.find(NOTES, ROOT).path
    start().close()  # at which the registry learns from the file
    path.write_bytes(b"no database")

    collections = start()

    assert collections.find(NOTES, ROOT).state is State.QUARANTINED
    restore(collections, kept)
    assert collections.find(NOTES, ROOT).stats.sequence > token > first


def test_numbers_go_on_where_a_collection_was_deleted_and_made_again(
    start: Start, write: Write, kept: Path, definition: Callable[..., Definition]
) -> None:
    collections = start()
    token = write(collections, "c")
    collections.delete(NOTES, ROOT, NOT_REMEMBERED)
    collections = start()
    collections.create(definition(), NOT_REMEMBERED)
    assert write(collections, "a") > token
    restore(collections, kept)
    assert write(collections, "b") > token


def test_a_restore_that_a_crash_cut_off_gives_no_number_away_twice(start: Start, write: Write, kept: Path) -> None:
    """Hazard: the file is ready, its name not yet in the registry; what is taken for it must not come again."""
    collections = start()
    token = write(collections, "c")
    collections.close()
    registry = RegistryFile(kept.with_name("registry.sqlite"))
    lost = registry.begin_numbers(NOTES)
    registry.close()
    assert lost > token
    collections = start()
    assert write(collections, "d") == token + 1
    restore(collections, kept)
    assert collections.find(NOTES, ROOT).stats.sequence > lost + 1


def test_a_registry_of_the_version_before_knows_its_collections_numbers(
    start: Start, write: Write, kept: Path, definition: Callable[..., Definition]
) -> None:
    collections = start()
    token = write(collections, "c")
    collections.close()
    with closing(apsw.Connection(str(kept.with_name("registry.sqlite")))) as connection:
        connection.execute("DROP TABLE numbering; PRAGMA user_version=2")
    collections = start()
    collections.delete(NOTES, ROOT, NOT_REMEMBERED)
    collections.create(definition(), NOT_REMEMBERED)
    assert write(collections, "a") > token


def test_a_snapshot_that_leaves_no_number_is_refused(start: Start, write: Write, kept: Path) -> None:
    collections = start()
    with closing(apsw.Connection(str(kept))) as connection:
        connection.execute("UPDATE collection SET sequence=?", ((1 << 63) - 2,))
    with pytest.raises(InvalidInput, match="sequence number"):
        restore(collections, kept)
    assert write(collections, "c") == 3
