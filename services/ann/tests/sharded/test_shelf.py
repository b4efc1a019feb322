"""The folder of sharded collections: what is reserved, given back and deleted lasts."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from monshin_ann.answers import State
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.sharded.shelf import Shelf
from monshin_kit.errors import ResourceExhausted, Unavailable
from monshin_kit.jobs import Artefact, ArtefactStore, JobId

NOTES = Definition(CollectionId("notes"), 4, Metric.L2, 1, readers=("role:auditor",))


def opened(root: Path) -> Shelf:
    shelf = Shelf(root)
    assert shelf.open() == {}
    return shelf


def test_a_reservation_and_its_build_outlive_the_process(tmp_path: Path) -> None:
    shelf = opened(tmp_path)
    shelf.bind(shelf.reserve("notes-1", NOTES), JobId("a" * 32))
    (found,) = opened(tmp_path).reservations()
    assert (found.name, found.definition, found.job, found.is_active) == ("notes-1", NOTES, "a" * 32, True)


def test_a_damaged_id_of_a_build_keeps_no_other_place_from_opening(tmp_path: Path) -> None:
    shelf = opened(tmp_path)
    shelf.bind(shelf.reserve("notes-1", NOTES), JobId("a" * 32))
    shelf.bind(shelf.reserve("notes-2", NOTES), JobId("b" * 32))
    (tmp_path / "notes-1" / "job").write_bytes(b"\xe1" + b"a" * 31)
    assert [each.name for each in opened(tmp_path).reservations()] == ["notes-2"]


def test_a_damaged_reference_makes_a_quarantined_collection(tmp_path: Path) -> None:
    opened(tmp_path).reserve("notes-1", NOTES)
    (tmp_path / "notes-1" / "reference").write_bytes(b"\xe1" + b"a" * 31)
    found = Shelf(tmp_path).open()
    assert [each.state for each in found.values()] == [State.QUARANTINED]


def test_a_reserved_id_is_taken_until_its_build_gives_up(tmp_path: Path) -> None:
    shelf = opened(tmp_path)
    reservation = shelf.reserve("notes-1", NOTES)
    assert shelf.is_reserved(NOTES.id)
    shelf.set_active(reservation, is_active=False)
    assert not shelf.is_reserved(NOTES.id)
    assert shelf.of(NOTES.id) is not None, "it may be resumed"


def test_what_a_build_published_is_known_of_a_place_that_is_still_there(tmp_path: Path) -> None:
    """Hazard: one who looked at it a moment ago brings a place back that was filled or given back meanwhile."""
    shelf = opened(tmp_path)
    reservation = shelf.bind(shelf.reserve("notes-1", NOTES), JobId("a" * 32))
    published = Artefact("ann/sharded/notes-1/manifest.json", "0" * 64, 1)
    shelf.set_published(reservation, published)
    assert [(each.job, each.published) for each in shelf.reservations()] == [("a" * 32, published)]
    shelf.release(reservation)
    shelf.set_published(reservation, published)
    assert shelf.reservations() == []


def test_what_was_given_back_is_gone_after_a_restart_and_its_artefacts_are_swept(tmp_path: Path) -> None:
    store = ArtefactStore((tmp_path / "artefacts").as_uri())
    store.put("ann/sharded/notes-1/graph", b"x")
    store.put("ann/sharded/other-1/graph", b"x")
    shelf = opened(tmp_path / "shelf")
    shelf.reserve("notes-1", NOTES)
    shelf.discard("notes-1")
    again = opened(tmp_path / "shelf")  # as after a kill before the sweep
    assert again.reservations() == []
    again.sweep("ann/sharded", store)
    assert list((tmp_path / "shelf").iterdir()) == []
    assert store.names("ann/sharded") == ["ann/sharded/other-1/graph"]


@pytest.mark.parametrize("name", ["gone", "gone-notes", "gone-gone", "gone-notes-0123456789ab"])
def test_an_id_that_begins_with_gone_keeps_its_place_and_takes_no_others_artefacts(tmp_path: Path, name: str) -> None:
    """Hazard: its folder is taken for that of a discarded one, and what another collection published is deleted."""
    store = ArtefactStore((tmp_path / "artefacts").as_uri())
    own, other = f"{name}-{'a' * 12}", f"{name.removeprefix('gone-')}-{'a' * 12}"
    for folder in {own, other}:
        store.put(f"ann/sharded/{folder}/graph", b"x")
    published = store.names("ann/sharded")
    shelf = opened(tmp_path / "shelf")
    shelf.reserve(own, replace(NOTES, id=CollectionId(name)))
    again = opened(tmp_path / "shelf")
    again.sweep("ann/sharded", store)
    assert store.names("ann/sharded") == published
    assert [each.name for each in again.reservations()] == [own]
    if other != own:
        again.reserve(other, replace(NOTES, id=CollectionId(other[:-13])))
    again.discard(own)
    again.sweep("ann/sharded", store)
    assert store.names("ann/sharded") == [each for each in published if f"/{own}/" not in each]


@pytest.mark.parametrize("name", ["notes", "gone", "gone-notes"])
def test_what_an_earlier_version_discarded_stays_discarded_and_is_swept(tmp_path: Path, name: str) -> None:
    """Its folder was `gone-{id}-{token}`, complete: it must not serve again."""
    store = ArtefactStore((tmp_path / "artefacts").as_uri())
    place, root = f"{name}-{'a' * 12}", tmp_path / "shelf"
    store.put(f"ann/sharded/{place}/graph", b"x")
    opened(root).reserve(place, replace(NOTES, id=CollectionId(name)))
    (root / place / "reference").write_bytes(b"published")
    (root / place).rename(root / f"gone-{place}")
    again = opened(root)
    assert again.reservations() == []
    with pytest.raises(Unavailable, match="being deleted"):
        again.reserve(place, replace(NOTES, id=CollectionId(name)))
    again.sweep("ann/sharded", store)
    assert store.names("ann/sharded") == []
    assert list(root.iterdir()) == []


class _Away(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A folder from which nothing can be deleted for a while."""

    protocol = "away"
    is_away = True

    def rm(self, path: str, recursive: bool = False, maxdepth: int | None = None) -> None:
        if _Away.is_away:
            raise OSError("away")
        super().rm(path, recursive, maxdepth)


def test_what_was_deleted_does_not_come_back_while_its_artefacts_wait_to_be_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: a client repeats the request that built it, takes the place again, and binds the build that succeeded."""
    fsspec.register_implementation("away", _Away, clobber=True)
    store = ArtefactStore(f"away://{tmp_path}/artefacts")
    (tmp_path / "artefacts" / "ann" / "sharded" / "notes-1").mkdir(parents=True)
    shelf = opened(tmp_path / "shelf")
    shelf.reserve("notes-1", NOTES)
    shelf.discard("notes-1")
    with pytest.raises(Unavailable):
        shelf.sweep("ann/sharded", store)
    with pytest.raises(Unavailable, match="being deleted"):
        shelf.reserve("notes-1", NOTES)
    assert shelf.reservations() == []
    monkeypatch.setattr(_Away, "is_away", False)
    shelf.sweep("ann/sharded", store)
    assert store.names("ann/sharded") == []
    shelf.reserve("notes-1", NOTES)
    shelf.discard("notes-1")


def test_a_folder_without_a_readable_definition_is_left_alone(tmp_path: Path) -> None:
    shelf = opened(tmp_path)
    shelf.reserve("notes-1", NOTES)
    file = tmp_path / "notes-1" / "definition.json"
    file.write_bytes(file.read_bytes().replace(b"auditor", b"anybody"))
    assert opened(tmp_path).reservations() == [], "whose readers may be wrong is not served"
    assert file.exists()


def test_a_full_disk_is_named_and_the_place_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    shelf = opened(tmp_path)
    reservation = shelf.reserve("notes-1", NOTES)
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(ResourceExhausted) as refused:
            shelf.bind(reservation, JobId("a" * 32))
    assert refused.value.reason == "DISK_FULL"
    assert opened(tmp_path).reservations() == [reservation]
    shelf.bind(reservation, JobId("b" * 32))
    assert [each.job for each in opened(tmp_path).reservations()] == ["b" * 32]
