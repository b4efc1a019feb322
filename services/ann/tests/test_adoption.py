"""What a start makes of files that its registry does not know: it was lost, or somebody put an old one back.

No file that holds points is removed, passed over in silence, or hidden behind a new collection of its name.
"""

import json
import shutil
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from monshin_ann.answers import State
from monshin_ann.collection import Collection
from monshin_ann.collections import Collections
from monshin_ann.core.definition import CollectionId, Definition
from monshin_ann.store import definitions
from monshin_ann.store.points_file import PointsFile
from monshin_ann.store.registry_file import RegistryFile
from monshin_kit.auth import Caller
from monshin_kit.errors import AlreadyExists, DataLoss, NotFound
from monshin_kit.requests import NOT_REMEMBERED

ROOT = Caller("root", frozenset({"administrator"}), frozenset())
CLINICIAN = Caller("dr", frozenset({"clinician"}), frozenset())
NOTES = CollectionId("notes")
Start = Callable[[], Collections]
Fill = Callable[..., None]


@pytest.fixture
def fill(batch: Callable[..., Any]) -> Fill:
    """Stores one point of dim 3 under each id."""

    def store(collections: Collections, *ids: str) -> None:
        collection = collections.find_writable(NOTES, ROOT)
        collection.upsert(batch({each: np.ones(3) for each in ids}), NOT_REMEMBERED).result()

    return store


@pytest.fixture
def make_file(tmp_path: Path, batch: Callable[..., Any]) -> Callable[..., Path]:
    """Puts a collection's file into the folder, with one point under each id, of which no registry knows."""

    def make(name: str, definition: Definition, *ids: str) -> Path:
        folder = tmp_path / "collections"
        folder.mkdir(exist_ok=True)
        PointsFile.create(folder / name, definition)
        collection = Collection(definition, folder / name)
        if ids:
            collection.upsert(batch({each: np.ones(3) for each in ids}), NOT_REMEMBERED).result()
        collection.close()
        return folder / name

    return make


def ids_of(collections: Collections) -> list[str]:
    """Ids of the points of `notes`."""
    return [point.id for point in collections.find(NOTES, ROOT).page("", 100, None).points]


def set_aside(folder: Path) -> list[str]:
    """Files that were."""
    return sorted(path.name for path in (folder / "collections").glob("*.set-aside"))


def only_file(folder: Path) -> Path:
    """Of the folder of collections."""
    [path] = (folder / "collections").glob("*.sqlite")
    return path


def test_of_two_files_of_a_lost_registry_the_newer_serves_and_the_other_is_kept(
    start: Start, make_file: Callable[..., Path], definition: Callable[..., Definition], tmp_path: Path
) -> None:
    """Hazard: the first by name wins, and the other comes back as soon as the first is deleted."""
    old = make_file("notes-aaaaaaaa.sqlite", definition(), "old")
    make_file("notes-bbbbbbbb.sqlite", definition(), "new")
    content = old.read_bytes()

    collections = start()

    assert ids_of(collections) == ["new"]
    assert set_aside(tmp_path) == ["notes-aaaaaaaa.sqlite.set-aside"]
    assert (tmp_path / "collections" / "notes-aaaaaaaa.sqlite.set-aside").read_bytes() == content
    collections.delete(NOTES, ROOT, NOT_REMEMBERED)
    assert start().all() == []


def test_of_two_files_of_one_collection_the_later_revision_serves_then_the_one_with_more_changes(
    start: Start, make_file: Callable[..., Path], definition: Callable[..., Definition]
) -> None:
    """So that a copy with its former readers opens nothing."""
    own = definition(readers=("role:steward",), revision=2)
    make_file("notes-aaaaaaaa.sqlite", replace(own, readers=(), revision=1), "a", "b", "c")
    make_file("notes-bbbbbbbb.sqlite", own, "a", "b")
    make_file("notes-cccccccc.sqlite", own, "a")

    collections = start()

    assert collections.find(NOTES, ROOT).definition == own
    assert ids_of(collections) == ["a", "b"]
    with pytest.raises(NotFound):
        collections.find(NOTES, CLINICIAN)


def test_an_older_registry_does_not_give_former_readers_back(
    start: Start, definition: Callable[..., Definition], tmp_path: Path
) -> None:
    start().create(definition(), NOT_REMEMBERED)
    older = copied_registry(start(), tmp_path)
    closed = start().set_readers(NOTES, ROOT, ("role:steward",), "", NOT_REMEMBERED)
    put_back(start(), older)

    for _ in range(2):
        collections = start()
        assert collections.find(NOTES, ROOT).definition == closed
        with pytest.raises(NotFound):
            collections.find(NOTES, CLINICIAN)


def test_an_older_registry_finds_the_file_that_took_the_place_of_the_one_it_knows(
    start: Start, fill: Fill, definition: Callable[..., Definition], tmp_path: Path
) -> None:
    """Deleted and made anew since, as a restore does too."""
    start().create(definition(), NOT_REMEMBERED)
    older = copied_registry(start(), tmp_path)
    collections = start()
    collections.delete(NOTES, ROOT, NOT_REMEMBERED)
    second = collections.create(definition(readers=("role:steward",)), NOT_REMEMBERED)
    fill(collections, "a")
    put_back(collections, older)

    for _ in range(2):
        collections = start()
        assert collections.find(NOTES, ROOT).definition == second
        assert ids_of(collections) == ["a"]


def test_an_older_registry_does_not_remove_a_collection_whose_creation_it_saw_begin(
    start: Start, make_file: Callable[..., Path], definition: Callable[..., Definition], tmp_path: Path
) -> None:
    start()
    start().close()
    registry = RegistryFile(tmp_path / "registry.sqlite")
    registry.begin("notes-aaaaaaaa.sqlite")
    registry.close()
    make_file("notes-aaaaaaaa.sqlite", definition(), "a")

    for _ in range(2):
        assert ids_of(start()) == ["a"]


def test_a_crash_while_restoring_leaves_the_collection_as_it_was_and_nothing_beside_it(
    start: Start, fill: Fill, make_file: Callable[..., Path], definition: Callable[..., Definition], tmp_path: Path
) -> None:
    """The snapshot was in its place, but its row never committed."""
    own = definition()
    start().create(own, NOT_REMEMBERED)
    fill(start(), "a")
    collections = start()
    file = collections.find(NOTES, ROOT).path
    collections.close()
    registry = RegistryFile(tmp_path / "registry.sqlite")
    registry.begin("notes-aaaaaaaa.sqlite")
    registry.close()
    make_file("notes-aaaaaaaa.sqlite", own, "a", "b")

    assert ids_of(start()) == ["a"]
    assert only_file(tmp_path) == file
    assert set_aside(tmp_path) == []


def test_a_damaged_file_of_a_lost_registry_is_quarantined_under_its_name(
    start: Start, fill: Fill, definition: Callable[..., Definition], tmp_path: Path
) -> None:
    """Its readers are known, its points are not whole."""
    collections = start()
    own = collections.create(definition(readers=("role:clinician",)), NOT_REMEMBERED)
    fill(collections, *(f"p{number}" for number in range(500)))
    collections.close()
    path = only_file(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(4096) + data[len(data) // 2 + 4096 :])
    (tmp_path / "registry.sqlite").unlink()

    collections = start()

    found = collections.find(NOTES, CLINICIAN)
    assert (found.state, found.definition) == (State.QUARANTINED, own)
    with pytest.raises(AlreadyExists):
        collections.create(definition(), NOT_REMEMBERED)


def test_a_file_that_cannot_be_read_at_all_keeps_its_name(
    start: Start, definition: Callable[..., Definition], tmp_path: Path
) -> None:
    """Who may read it is not known: administrators are told, to others it is not there. It waits for its repair."""
    start().create(definition(), NOT_REMEMBERED)
    collections = start()
    collections.close()
    path = only_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(b"\xa5" * len(whole))
    (tmp_path / "registry.sqlite").unlink()

    collections = start()

    with pytest.raises(DataLoss, match="cannot be read") as caught:
        collections.find(NOTES, ROOT)
    assert caught.value.resource_name == "collections/notes"
    with pytest.raises(NotFound):
        collections.find(NOTES, CLINICIAN)
    with pytest.raises(DataLoss):
        collections.create(definition(dim=7), NOT_REMEMBERED)
    assert path.read_bytes() == b"\xa5" * len(whole)
    collections.create(definition(name="other"), NOT_REMEMBERED)
    path.write_bytes(whole)
    assert start().find(NOTES, ROOT).state is State.SERVING


def test_a_file_that_says_what_cannot_be_does_not_stop_the_start(
    start: Start, make_file: Callable[..., Path], definition: Callable[..., Definition]
) -> None:
    """Of a checksum that fits: whoever wrote it."""
    path = make_file("notes-aaaaaaaa.sqlite", definition(), "a")
    text, _ = definitions.encode(definition())
    text = text.replace('"dim": 3', '"dim": 0')
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE collection SET definition=?, checksum=?", (text, zlib.crc32(text.encode())))
    connection.close()

    with pytest.raises(DataLoss):
        start().find(NOTES, ROOT)


def test_a_collection_built_in_shards_is_not_hidden_by_an_older_registry(
    start: Start, definition: Callable[..., Definition], tmp_path: Path
) -> None:
    """The registry knows a collection of this name that was deleted since."""
    start().create(definition(), NOT_REMEMBERED)
    older = copied_registry(start(), tmp_path)
    collections = start()
    collections.delete(NOTES, ROOT, NOT_REMEMBERED)
    put_back(collections, older)
    own = definition(dim=9)
    folder = tmp_path / "sharded" / "notes-aaaaaaaa"
    folder.mkdir()
    text, checksum = definitions.encode(own)
    (folder / "definition.json").write_text(json.dumps({"text": text, "checksum": checksum}))
    (folder / "reference").write_text("")

    for _ in range(2):
        assert start().find(NOTES, ROOT).definition == own


def copied_registry(collections: Collections, folder: Path) -> Path:
    """The registry as of now; stops the service."""
    collections.close()
    return Path(shutil.copy(folder / "registry.sqlite", folder / "registry.backup"))


def put_back(collections: Collections, older: Path) -> None:
    """Stops the service and gives it an older registry."""
    collections.close()
    shutil.copy(older, older.with_name("registry.sqlite"))
