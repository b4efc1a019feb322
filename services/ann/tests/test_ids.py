"""Any id may be given: none is taken for one of the service's own names on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.answers import State
from monshin_ann.collections import Collections
from monshin_ann.core.building import Limits
from monshin_ann.core.definition import CollectionId
from monshin_ann.indexing import BuildSettings
from monshin_kit.auth import Caller
from monshin_kit.requests import NOT_REMEMBERED

ROOT = Caller("root", frozenset({"administrator"}), frozenset())
BUILDING = BuildSettings(Limits(seal_points=100, segment_points=1000))
WORDS = (
    *("copy", "upload", "scratch", "registry", "lock", "sqlite", "segments", "set-aside", "wal", "shm", "tmp"),
    *("gone", "partial", "damaged", "build", "definition", "job", "manifest", "reference"),
)
IDS = [CollectionId(name) for word in WORDS for name in (word, f"{word}-notes", f"{word}-0123abcd", f"notes-{word}")]

Start = Callable[..., Collections]


@pytest.fixture
def fill(batch: Callable[..., Any], definition: Callable[..., Any]) -> Callable[[Collections, CollectionId], None]:
    """Creates a collection with 120 points, of which 100 are in a segment."""
    rows = np.random.default_rng(0).standard_normal((120, 3))

    def create(collections: Collections, name: CollectionId) -> None:
        collections.create(definition(name=name), NOT_REMEMBERED)
        for part in (range(100), range(100, 120)):
            points = batch({f"p{number}": rows[number] for number in part})
            collections.find_writable(name, ROOT).upsert(points, NOT_REMEMBERED).result()
            collections.build_next()

    return create


def whole(collections: Collections) -> set[str]:
    """Ids of collections that serve all points of `fill`, and have the segment."""
    return {
        each.definition.id
        for each in collections.all()
        if each.state is State.SERVING and (each.stats.points, each.stats.indexed_points) == (120, 100)
    }


def test_a_collection_of_any_id_outlives_two_restarts_with_its_points_and_segments(
    start: Start, fill: Callable[..., None]
) -> None:
    """Hazard: `copy-of-notes` is removed at the start as a copy that a crash left, and `gone-notes` as deleted."""
    collections = start(building=BUILDING)
    for name in IDS:
        fill(collections, name)
    for _ in range(2):
        collections = start(building=BUILDING)
        assert whole(collections) == set(IDS)
    for name in IDS[::2]:
        collections.delete(name, ROOT, NOT_REMEMBERED)
    assert whole(start(building=BUILDING)) == set(IDS[1::2])


def test_what_a_crash_left_goes_at_the_next_start_also_of_earlier_versions(
    start: Start, fill: Callable[..., None], tmp_path: Path
) -> None:
    collections = start(building=BUILDING)
    names = [CollectionId(name) for name in ("copy-of-notes", "copy-abcdefgh", "upload-0123abcd")]
    for name in names:
        fill(collections, name)
    collections.close()
    folder = tmp_path / "collections"
    own = sorted(folder.iterdir())
    for copy in (folder / "copy-ab_12345", folder / "copy-abcdefgh", folder / ".scratch" / "tmpabcdefgh"):
        copy.mkdir()
        (copy / "points.sqlite").write_bytes(b"x")
    for upload in (
        folder / "upload-0123abcd.upload",
        folder / "upload-0123abcd.upload-wal",
        folder / ".scratch" / "1.upload",
    ):
        upload.write_bytes(b"x")

    collections = start(building=BUILDING)

    assert whole(collections) == set(names)
    collections.close()
    assert sorted(folder.iterdir()) == own
    assert list((folder / ".scratch").iterdir()) == []
