"""What a collection takes on disk."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.collection import Collection
from monshin_ann.store import compaction
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import RequestKey

NOT_REMEMBERED = RequestKey("", "", "", b"")
DIMS = [8, 64, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192]


@pytest.fixture
def opened(tmp_path: Path, definition: Callable[..., Any]) -> Callable[[int], Collection]:
    """Makes a collection of this dim."""

    def make(dim: int) -> Collection:
        path, collection = tmp_path / f"{dim}.sqlite", definition(dim=dim)
        PointsFile.create(path, collection)
        return Collection(collection, path)

    return make


@pytest.mark.parametrize("dim", DIMS)
def test_an_empty_collection_takes_less_than_64_kib(opened: Callable[[int], Collection], dim: int) -> None:
    collection = opened(dim)
    assert collection.stats.disk_bytes < 64 * 1024
    collection.close()


@pytest.mark.parametrize("dim", [64, 256, 384, 512, 700, 768, 1024, 1536, 2048, 4096])
def test_the_file_is_at_most_1_3_times_its_content_after_compaction(
    opened: Callable[[int], Collection], batch: Callable[..., Any], dim: int
) -> None:
    """Hazards: a page holds two rows and a half; deletions at random leave every page half full, none of them free."""
    rng = np.random.default_rng(dim)
    collection, count = opened(dim), 4_000_000 // (4 * dim) + 200
    content = 0
    for start in range(0, count, 200):
        names = [f"documents/{number:06d}/{number % 7}" for number in range(start, start + 200)]
        facts = {name: {"document": name, "source": "handbook", "kind": "protocol", "year": 2024.0} for name in names}
        points = batch({name: rng.standard_normal(dim) for name in names}, facts)
        collection.upsert(points, NOT_REMEMBERED).result()
        kept = [name for name in names if rng.random() < 0.4]
        collection.delete(sorted(set(names) - set(kept)), NOT_REMEMBERED).result()
        content += len(kept) * (4 * dim + len(names[0]) + len(points.payloads[0]))
    collection.compact()

    assert collection.stats.disk_bytes <= 1.3 * content + 64 * 1024
    collection.close()
    reopened = Collection(collection.definition, collection.path)
    assert reopened.stats.points == collection.stats.points
    reopened.close()


def test_deleting_everything_gives_the_disk_back(
    opened: Callable[[int], Collection], batch: Callable[..., Any], random_points: Callable[..., Any]
) -> None:
    collection = opened(256)
    points = random_points([f"p{i}" for i in range(3000)], 256, seed=1)
    collection.upsert(batch(points), NOT_REMEMBERED).result()
    collection.delete(list(points), NOT_REMEMBERED).result()

    collection.compact()

    assert collection.stats.disk_bytes < 64 * 1024
    collection.close()


def test_a_compaction_ends_at_once_where_its_collection_is_closed(
    opened: Callable[[int], Collection], batch: Callable[..., Any], random_points: Callable[..., Any]
) -> None:
    """Hazard: whoever deletes a collection of some GB waits until all of it is moved. Nothing is lost by the end."""
    collection = opened(1024)
    points = random_points([f"p{number}" for number in range(20_000)], 1024, seed=1)
    names = list(points)
    for start in range(0, len(names), 1000):
        some = {name: points[name] for name in names[start : start + 1000]}
        collection.upsert(batch(some), NOT_REMEMBERED).result()
    collection.delete([name for name in names if int(name[1:]) % 2], NOT_REMEMBERED).result()
    file = PointsFile(collection.path)
    compacting = threading.Thread(target=collection.compact)
    compacting.start()
    while first_position(file) == 1:
        assert compacting.is_alive()

    collection.close()

    compacting.join()
    assert compaction.is_due(file.database, 10_000)
    reopened = Collection(collection.definition, collection.path)
    assert reopened.stats.points == 10_000
    reopened.compact()
    assert not compaction.is_due(file.database, 10_000)
    reopened.close()
    file.database.close()


def first_position(file: PointsFile) -> int:
    """Where the first row lies; 1 before any has moved."""
    with file.database.reader() as connection:
        return int(connection.execute("SELECT min(position) FROM points").get)
