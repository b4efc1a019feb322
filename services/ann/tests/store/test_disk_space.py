"""What a collection takes on disk."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from monshin_ann.answers import State
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


@pytest.mark.parametrize(
    ("dim", "id_length", "bound"), [(8, 36, 1.5), (8, 128, 1.5), (64, 36, 1.3), (64, 512, 1.3), (384, 512, 1.3)]
)
def test_the_file_is_little_larger_after_compaction_than_one_written_anew(
    opened: Callable[[int], Collection],
    batch: Callable[..., Any],
    definition: Callable[..., Any],
    tmp_path: Path,
    dim: int,
    id_length: int,
    bound: float,
) -> None:
    """Hazard: each id stands twice, and deletions leave its index half empty, which counts where rows are short."""
    rng = np.random.default_rng(dim)
    collection = opened(dim)
    count = 3_000_000 // (4 * dim + 2 * id_length) // 200 * 200
    names = [f"{number:08d}".rjust(id_length, "p") for number in range(count)]
    for start in range(0, count, 200):
        points = batch({name: rng.standard_normal(dim) for name in names[start : start + 200]})
        collection.upsert(points, NOT_REMEMBERED).result()
    gone = [name for name in names if rng.random() < 0.5]
    for start in range(0, len(gone), 1000):
        collection.delete(gone[start : start + 1000], NOT_REMEMBERED).result()
    collection.compact()
    collection.close()

    anew = tmp_path / "anew.sqlite"
    PointsFile.create(anew, definition(dim=dim))
    old, new = PointsFile(collection.path), PointsFile(anew)
    for rows in old.batches():
        new.upsert(rows.batch, NOT_REMEMBERED).result()
    new.database.checkpoint()

    assert old.database.size_bytes() <= bound * new.database.size_bytes()
    old.database.close()
    new.database.close()


def test_a_collection_opens_while_a_copy_reads_its_file(opened: Callable[[int], Collection]) -> None:
    """Hazard: a start beside a backup finds the log in use, and quarantines what is whole."""
    collection = opened(8)
    with closing(apsw.Connection(str(collection.path), flags=apsw.SQLITE_OPEN_READONLY)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM points").fetchall()
        collection.close()
        reopened = Collection(collection.definition, collection.path)
        assert reopened.state is State.SERVING
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


def test_a_compaction_ends_where_a_file_gives_no_pages_back(
    opened: Callable[[int], Collection], batch: Callable[..., Any], random_points: Callable[..., Any]
) -> None:
    """Hazard: a file that somebody put into the folder, without auto_vacuum: its free pages stay, whatever is asked."""
    collection = opened(64)
    collection.close()
    with closing(apsw.Connection(str(collection.path))) as stranger:
        stranger.execute("PRAGMA journal_mode=DELETE").fetchall()
        stranger.execute("PRAGMA auto_vacuum=0; VACUUM").fetchall()
    collection = Collection(collection.definition, collection.path)
    points = random_points([f"p{number}" for number in range(3000)], 64, seed=1)
    collection.upsert(batch(points), NOT_REMEMBERED).result()
    collection.delete(list(points)[:2900], NOT_REMEMBERED).result()
    compacting = threading.Thread(target=collection.compact)
    compacting.start()
    compacting.join(30)
    is_over = not compacting.is_alive()
    collection.close()
    assert is_over
    assert collection.path.stat().st_size > 3000 * 64 * 4


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
