"""Many collections: created and deleted at once, hidden from those who may not read them, each on its own in damage."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.answers import State
from monshin_ann.collections import Collections
from monshin_ann.core.building import Limits
from monshin_ann.core.definition import CollectionId
from monshin_ann.core.filters import Exists, Plan
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import PointsFile
from monshin_ann.store.registry_file import RegistryFile
from monshin_kit.auth import Caller
from monshin_kit.errors import Aborted, AlreadyExists, InvalidInput, NotFound, ResourceExhausted
from monshin_kit.jobs import Artefact, ArtefactStore, JobId
from monshin_kit.requests import RequestKey

NOT_REMEMBERED = RequestKey("", "", "", b"")
ADMINISTRATOR = Caller("root", frozenset({"administrator"}), frozenset())
CLINICIAN = Caller("dr", frozenset({"clinician"}), frozenset())
NOTES = CollectionId("notes")


def files(folder: Path) -> list[str]:
    """Names in the folder of collections, without logs."""
    return sorted(path.name for path in (folder / "collections").iterdir() if path.suffix == ".sqlite")


def names(collections: Collections, caller: Caller = ADMINISTRATOR) -> list[str]:
    """Ids that the caller sees."""
    return [collection.definition.id for collection in collections.visible(caller)]


def test_a_collection_is_there_after_a_restart_and_gone_after_its_deletion(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    own = definition(readers=("role:clinician",))
    start().create(own, NOT_REMEMBERED)
    assert start().find(NOTES, ADMINISTRATOR).definition == own

    start().delete(NOTES, ADMINISTRATOR, NOT_REMEMBERED)

    assert files(tmp_path) == []
    assert names(start()) == []


def test_a_build_that_gave_up_its_id_never_takes_the_place_of_the_collection_that_got_it(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    """Hazard: what it published was unreadable for a while, and can be read again when the service starts anew."""
    before = start()
    place = before.reserve("notes-1", definition())
    before.shelf.bind(place, JobId("a" * 32))
    before.shelf.set_active(place, is_active=False)
    before.create(definition(), NOT_REMEMBERED)
    live = start()
    (place,) = live.shelf.reservations()
    assert not place.is_active
    with pytest.raises(AlreadyExists):
        live.reactivate(place)
    with pytest.raises(AlreadyExists):
        live.install(place, Artefact("manifest", "0" * 64, 1), ArtefactStore(tmp_path.as_uri()))
    assert live.find_writable(NOTES, ADMINISTRATOR).state is State.SERVING


def test_an_id_is_taken_until_its_collection_is_deleted(
    start: Callable[..., Collections], definition: Callable[..., Any]
) -> None:
    collections = start()
    collections.create(definition(), NOT_REMEMBERED)
    with pytest.raises(AlreadyExists):
        collections.create(definition(dim=7), NOT_REMEMBERED)
    collections.delete(NOTES, ADMINISTRATOR, NOT_REMEMBERED)

    collections.create(definition(dim=7), NOT_REMEMBERED)

    assert start().find(NOTES, ADMINISTRATOR).definition.dim == 7


def test_who_is_not_a_reader_does_not_find_it(
    start: Callable[..., Collections], definition: Callable[..., Any]
) -> None:
    collections = start()
    collections.create(definition(name="open"), NOT_REMEMBERED)
    collections.create(definition(name="notes", readers=("role:steward", "client:batch")), NOT_REMEMBERED)

    assert names(collections, CLINICIAN) == ["open"]
    for act in (
        lambda: collections.find(NOTES, CLINICIAN),
        lambda: collections.delete(NOTES, CLINICIAN, NOT_REMEMBERED),
        lambda: collections.set_readers(NOTES, CLINICIAN, (), "", NOT_REMEMBERED),
    ):
        with pytest.raises(NotFound):
            act()
    assert names(collections, Caller("batch", frozenset(), frozenset())) == ["notes", "open"]


def test_readers_change_with_the_right_etag_only(
    start: Callable[..., Collections], definition: Callable[..., Any]
) -> None:
    collections = start()
    first = collections.create(definition(), NOT_REMEMBERED)

    second = collections.set_readers(NOTES, CLINICIAN, ("role:clinician",), first.etag, NOT_REMEMBERED)

    assert second.readers == ("role:clinician",)
    with pytest.raises(Aborted):
        collections.set_readers(NOTES, CLINICIAN, (), first.etag, NOT_REMEMBERED)
    assert start().find(NOTES, CLINICIAN).definition == second


def test_repeated_requests_get_the_first_answer_also_after_deletion_and_restart(
    start: Callable[..., Collections], definition: Callable[..., Any]
) -> None:
    keys = [RequestKey(method, "r1", "dr", b"digest") for method in ("Create", "Update", "Delete")]
    collections = start()
    created = collections.create(definition(), keys[0])
    updated = collections.set_readers(NOTES, CLINICIAN, ("role:clinician",), "", keys[1])
    collections.delete(NOTES, CLINICIAN, keys[2])

    collections = start()

    assert collections.create(definition(), keys[0]) == created
    assert collections.set_readers(NOTES, CLINICIAN, ("role:clinician",), "", keys[1]) == updated
    collections.delete(NOTES, CLINICIAN, keys[2])
    assert names(collections) == []
    with pytest.raises(InvalidInput, match="request_id"):
        collections.create(definition(), RequestKey("Create", "r1", "dr", b"another"))


def test_a_crash_while_creating_leaves_nothing(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    """The file was made, but its row never committed: nobody was told that it exists."""
    start().close()
    registry = RegistryFile(tmp_path / "registry.sqlite")
    registry.begin("notes-1.sqlite")
    registry.close()
    PointsFile.create(tmp_path / "collections" / "notes-1.sqlite", definition())

    assert names(start()) == []
    assert files(tmp_path) == []


def test_a_crash_while_deleting_does_not_bring_the_collection_back(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    """The row is gone, the file is still there."""
    collections = start()
    own = collections.create(definition(), NOT_REMEMBERED)
    collections.close()
    registry = RegistryFile(tmp_path / "registry.sqlite")
    registry.remove(own, NOT_REMEMBERED)
    registry.close()
    assert files(tmp_path) != []

    assert names(start()) == []
    assert files(tmp_path) == []


def test_a_crash_between_registry_and_file_keeps_the_registrys_readers(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    """The copy in the file follows at the next start, so that even a later loss of the registry opens nothing."""
    collections = start()
    own = collections.create(definition(), NOT_REMEMBERED)
    path = collections.find(NOTES, ADMINISTRATOR).path
    closed = collections.set_readers(NOTES, ADMINISTRATOR, ("role:steward",), "", NOT_REMEMBERED)
    collections.close()
    file = PointsFile(path)
    file.replace_definition(own)
    file.database.close()

    start()
    start().close()
    (tmp_path / "registry.sqlite").unlink()

    assert start().find(NOTES, ADMINISTRATOR).definition == closed


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"\xa5" * 5000),
        lambda path: path.write_bytes(path.read_bytes().replace(b"role:steward", b"role:clinics")),
        lambda path: path.unlink(),
    ],
    ids=["overwritten", "a reader's name changed", "lost"],
)
def test_a_damaged_registry_is_made_again_from_the_files(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """No collection is lost, none is opened to others, and the damaged file is kept for those who look into it."""
    collections = start()
    made = [collections.create(definition(name=name, readers=("role:steward",)), NOT_REMEMBERED) for name in "abc"]
    collections.close()
    harm(tmp_path / "registry.sqlite")

    collections = start()

    assert [collection.definition for collection in collections.visible(ADMINISTRATOR)] == made
    assert names(collections, CLINICIAN) == []
    assert names(start()) == ["a", "b", "c"]


def test_a_damaged_collection_is_listed_and_deleted_while_the_others_serve(
    start: Callable[..., Collections], definition: Callable[..., Any], batch: Callable[..., Any], tmp_path: Path
) -> None:
    collections = start()
    for name in "abc":
        collections.create(definition(name=name, readers=("role:clinician",)), NOT_REMEMBERED)
    path = collections.find(CollectionId("b"), CLINICIAN).path
    collections.close()
    path.write_bytes(b"\xa5" * 60_000)

    collections = start()

    states = [(each.definition.id, each.state) for each in collections.visible(CLINICIAN)]
    assert states == [("a", State.SERVING), ("b", State.QUARANTINED), ("c", State.SERVING)]
    assert names(collections, Caller("x", frozenset({"viewer"}), frozenset())) == []
    collections.find(CollectionId("a"), CLINICIAN).upsert(batch({"p": np.ones(3)}), NOT_REMEMBERED).result()
    collections.delete(CollectionId("b"), CLINICIAN, NOT_REMEMBERED)
    assert names(start()) == ["a", "c"]
    assert len(files(tmp_path)) == 2


def test_a_file_that_the_registry_does_not_know_is_adopted_or_set_aside(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    """Somebody restored a file by hand; a damaged one stays where it is, one whose id is taken is set aside."""
    collections = start()
    collections.create(definition(name="taken"), NOT_REMEMBERED)
    collections.close()
    folder = tmp_path / "collections"
    PointsFile.create(folder / "restored.sqlite", definition(name="back"))
    PointsFile.create(folder / "second.sqlite", definition(name="taken", dim=9))
    (folder / "damaged.sqlite").write_bytes(b"\xa5" * 9000)

    collections = start()

    assert names(collections) == ["back", "taken"]
    assert collections.find(CollectionId("taken"), ADMINISTRATOR).definition.dim == 3
    assert len(files(tmp_path)) == 3
    assert (folder / "second.sqlite.set-aside").exists()


def test_limits_refuse_with_a_reason(
    start: Callable[..., Collections], definition: Callable[..., Any], batch: Callable[..., Any]
) -> None:
    collections = start(limit=1, memory_limit_bytes=1000)
    collections.create(definition(name="a"), NOT_REMEMBERED)
    with pytest.raises(ResourceExhausted, match="1 collections"):
        collections.create(definition(name="b"), NOT_REMEMBERED)
    collections.memory.check(1000)
    points = {str(i): np.ones(3) for i in range(30)}
    collections.find(CollectionId("a"), ADMINISTRATOR).upsert(batch(points), NOT_REMEMBERED).result()

    with pytest.raises(ResourceExhausted) as caught:
        collections.memory.check(1000)
    assert caught.value.reason == "MEMORY_LIMIT"


def test_a_busy_collection_does_not_keep_the_others_from_their_graphs(
    start: Callable[..., Collections], definition: Callable[..., Any], batch: Callable[..., Any]
) -> None:
    """Hazard: whichever is looked at first has something due again after each of its builds."""
    collections = start(building=BuildSettings(Limits(seal_points=100, segment_points=1000)))
    for name in ("busy", "other"):
        collections.create(definition(name=name), NOT_REMEMBERED)
    busy, other = (collections.find_writable(CollectionId(name), ADMINISTRATOR) for name in ("busy", "other"))
    rows = np.random.default_rng(0).standard_normal((500, 3))
    other.upsert(batch({f"o{number}": row for number, row in enumerate(rows[:100])}), NOT_REMEMBERED).result()
    for turn in range(4):
        more = {f"p{turn}-{number}": row for number, row in enumerate(rows[:100])}
        busy.upsert(batch(more), NOT_REMEMBERED).result()
        assert collections.build_next()
    assert other.stats.indexed_points == 100
    assert busy.stats.indexed_points >= 300


def test_the_others_are_changed_while_a_deleted_collection_is_still_used(
    start: Callable[..., Collections], definition: Callable[..., Any], batch: Callable[..., Any]
) -> None:
    """Hazard: whoever deletes one in use waits for its users while all administration waits for him."""
    collections = start()
    for name in ("notes", "other"):
        collections.create(definition(name=name), NOT_REMEMBERED)
    notes = collections.find_writable(NOTES, ADMINISTRATOR)
    facts = {f"p{number}": {"values": [each / 7 for each in range(400)]} for number in range(6000)}
    notes.upsert(batch(dict.fromkeys(facts, np.ones(3)), facts), NOT_REMEMBERED).result()
    path = notes.path
    using = threading.Thread(target=lambda: notes.page("", 1, Plan(Exists("none", wanted=True))))  # seconds of parsing
    using.start()
    deleting = threading.Thread(target=collections.delete, args=(NOTES, ADMINISTRATOR, NOT_REMEMBERED))
    deleting.start()
    while names(collections) != ["other"]:
        assert deleting.is_alive()
        time.sleep(0.001)

    collections.set_readers(CollectionId("other"), ADMINISTRATOR, ("role:steward",), "", NOT_REMEMBERED)
    collections.create(definition(), NOT_REMEMBERED)

    assert using.is_alive()
    assert deleting.is_alive()
    using.join()
    deleting.join()
    assert not path.exists()
    assert names(start()) == ["notes", "other"]
