"""Rows staged beside the points of a file."""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from monshin_ann.collection import Collection
from monshin_ann.importing import Import
from monshin_ann.point_rows import PointRows
from monshin_ann.store.points_file import PointsFile
from monshin_kit.errors import FailedPrecondition, InvalidInput, Unavailable
from monshin_kit.requests import NOT_REMEMBERED
from monshin_kit.sqlite import BUSY_LIMIT_MS

DIM, STEP = 64, 200


class Rows:
    """A file of points with payloads: p{first} and on; `count` of them."""

    def __init__(self, count: int, first: int = 0, value: float = 1.0) -> None:
        self.count = count
        self._first = first
        self._value = value

    def batches(self) -> Iterator[PointRows]:
        """Step by step."""
        for start in range(0, self.count, STEP):
            numbers = range(start, min(start + STEP, self.count))
            vectors = np.full((len(numbers), DIM), self._value, np.float32)
            ids = [f"p{self._first + number}" for number in numbers]
            yield PointRows(start, ids, vectors, [f'{{"n":{number}.0}}' for number in numbers])


@pytest.fixture
def path(tmp_path: Path, definition: Callable[..., Any]) -> Path:
    """Of an empty collection's file."""
    PointsFile.create(tmp_path / "points.sqlite", definition(DIM))
    return tmp_path / "points.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[[], Collection]]:
    """Opens the collection again, after closing it."""
    running: list[Collection] = []

    def again() -> Collection:
        for collection in running:
            collection.close()
        file = PointsFile(path)
        file.database.close()
        running[:] = [Collection(file.definition, path)]
        return running[0]

    yield again
    for collection in running:
        collection.close()


def begun(collection: Collection, rows: Rows) -> Import:
    """An import that has yet to stage its first row."""
    made = collection.imports.begin(collection.definition, collection.path.parent)
    made.open(rows)
    return made


def whole(collection: Collection, rows: Rows) -> Any:
    """What an import did."""
    made = begun(collection, rows)
    try:
        while made.stage():
            pass
        return made.publish(NOT_REMEMBERED).result()
    finally:
        made.end()


def versions(collection: Collection) -> dict[str, float]:
    """First number of each vector, by id, as the file holds it."""
    points = collection.page("", 10**6, None).points
    assert collection.stats.points == len(points)
    return {point.id: float(np.frombuffer(point.vector, "<f4")[0]) for point in points}


def allow_pages(collection: Collection, more: int) -> None:
    """So many more than the file has."""
    with collection.imports._using() as opened:  # the limit is the writer's own connection's
        opened.file.database.write(
            lambda connection: connection.pragma("max_page_count", int(connection.pragma("page_count")) + more)
        )


def tables(path: Path) -> set[str]:
    """Of the file."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    found = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")}
    connection.close()
    return found


def test_what_is_staged_is_no_point_until_it_is_published(opened: Callable[[], Collection], path: Path) -> None:
    collection = opened()
    whole(collection, Rows(500))
    load = begun(collection, Rows(1000, first=300, value=2))
    while load.stage():
        assert versions(collection) == {f"p{n}": 1.0 for n in range(500)}
        assert collection.stats.sequence == 500
    receipt = load.publish(NOT_REMEMBERED).result()
    assert (receipt.sequence, receipt.inserted, receipt.replaced) == (1500, 800, 200)
    expected = {f"p{n}": 1.0 for n in range(300)} | {f"p{n}": 2.0 for n in range(300, 1300)}
    assert versions(collection) == expected
    load.end()
    assert tables(path) == {"collection", "points", "requests"}
    assert versions(opened()) == expected


def test_an_import_that_ends_early_leaves_nothing(opened: Callable[[], Collection], path: Path) -> None:
    collection = opened()
    whole(collection, Rows(500))
    load = begun(collection, Rows(20_000, first=300, value=2))
    for _ in range(90):
        assert load.stage()
    load.end()
    assert versions(collection) == {f"p{n}": 1.0 for n in range(500)}
    assert tables(path) == {"collection", "points", "requests"}
    collection.compact()
    content = sum(4 * DIM + len(f"p{n}") + len(f'{{"n":{n}.0}}') for n in range(500))
    assert collection.stats.disk_bytes <= 1.3 * content + 64 * 1024


def test_a_start_drops_what_a_crash_left_staged(opened: Callable[[], Collection], path: Path) -> None:
    """An empty collection then takes less than 64 KiB again; and the next import begins with nothing of it."""
    collection = opened()
    load = begun(collection, Rows(20_000))
    for _ in range(90):
        load.stage()
    collection = opened()  # closed without an end
    assert tables(path) == {"collection", "points", "requests"}
    assert collection.stats.disk_bytes < 64 * 1024
    assert whole(collection, Rows(300, first=100)).inserted == 300


@pytest.mark.parametrize("replaced", [False, True])
def test_after_an_import_the_file_is_at_most_1_3_times_its_content(
    opened: Callable[[], Collection], replaced: bool
) -> None:
    collection, count = opened(), 20_000
    for _ in range(1 + replaced):
        whole(collection, Rows(count))
    assert (collection.path.with_name(collection.path.name + "-wal")).stat().st_size == 0
    collection.compact()
    content = sum(4 * DIM + len(f"p{n}") + len(f'{{"n":{n}.0}}') for n in range(count))
    assert collection.stats.disk_bytes <= 1.3 * content + 64 * 1024
    assert len(versions(opened())) == count


def test_an_import_ends_beside_a_copy_of_its_collection(opened: Callable[[], Collection], path: Path) -> None:
    """Hazard: all collections' imports wait in one thread, while the end of one waits for a reader of its log. What it
    leaves of the log goes with the next compaction."""
    collection = opened()
    whole(collection, Rows(20_000))
    load = begun(collection, Rows(20_000, first=300, value=2))
    while load.stage():
        pass
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM points").fetchall()
        load.publish(NOT_REMEMBERED).result()
        began = time.monotonic()
        load.end()
        assert time.monotonic() - began < BUSY_LIMIT_MS / 2000
        assert collection.imports.begin(collection.definition, path.parent)
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 0
    collection.compact()
    assert log.stat().st_size == 0
    assert tables(path) == {"collection", "points", "requests"}


def test_compactions_and_writes_beside_an_import_harm_nothing(
    opened: Callable[[], Collection], batch: Callable[..., Any]
) -> None:
    """Hazard: pages are moved and cut off, and rows renumbered, while others are staged."""
    collection = opened()
    whole(collection, Rows(2000))
    load = begun(collection, Rows(4000, first=1000, value=2))
    is_over = threading.Event()

    def compact() -> None:
        while not is_over.is_set():
            collection.compact()

    compacting = threading.Thread(target=compact)
    compacting.start()
    gone, turn = set[str](), 0
    while load.stage():
        ids = [f"p{n}" for n in range(turn * 100, turn * 100 + 80)]
        collection.delete(ids, NOT_REMEMBERED).result()
        gone |= set(ids)
        collection.upsert(batch({f"w{turn}": np.full(DIM, 3)}), NOT_REMEMBERED).result()
        turn += 1
    load.publish(NOT_REMEMBERED).result()
    load.end()
    is_over.set()
    compacting.join()
    expected = {f"p{n}": 1.0 for n in range(1000) if f"p{n}" not in gone}
    expected |= {f"p{n}": 2.0 for n in range(1000, 5000)} | {f"w{n}": 3.0 for n in range(turn)}
    assert versions(collection) == expected
    assert versions(opened()) == expected


@pytest.mark.parametrize("amid", ["staging", "publishing"])
def test_a_disk_that_is_full_publishes_nothing(opened: Callable[[], Collection], amid: str) -> None:
    """Hazard: a batch that found no room is passed over, and the others are published; or a part is published. SQLite's
    own limit of pages stands for the disk: its error is the same."""
    collection = opened()
    whole(collection, Rows(500))
    load = begun(collection, Rows(4000, first=300, value=2))
    with pytest.raises(Unavailable):  # noqa: PT012  # whichever of them meets it
        allow_pages(collection, 100 if amid == "staging" else 10**6)
        while load.stage():
            pass
        allow_pages(collection, 10 if amid == "publishing" else 10**6)
        load.publish(NOT_REMEMBERED).result()
    load.end()
    assert versions(collection) == {f"p{n}": 1.0 for n in range(500)}
    assert collection.stats.sequence == 500
    allow_pages(collection, 10**6)
    assert whole(collection, Rows(4000, first=300, value=2)).replaced == 200


def test_an_id_of_an_earlier_batch_is_refused_with_both_rows(opened: Callable[[], Collection]) -> None:
    class Repeating(Rows):
        def batches(self) -> Iterator[PointRows]:
            first, second = Rows(2 * STEP).batches()
            yield first
            yield PointRows(STEP, ["x", "p7", *second.ids[2:]], second.vectors, second.payloads)

    load = begun(opened(), Repeating(2 * STEP))
    assert load.stage()
    with pytest.raises(InvalidInput, match=f"row {STEP + 1} has the id of row 7: nothing was changed") as refused:
        load.stage()
    assert refused.value.violations[0].field == f"rows[{STEP + 1}]"
    load.end()


def test_a_closed_collection_gives_its_memory_back_at_once(opened: Callable[[], Collection]) -> None:
    """Hazard: a cycle of references keeps mapped files of a collection that was restored until Python looks for it."""
    collection = opened()
    whole(collection, Rows(500))
    gone = weakref.ref(collection)
    gc.disable()
    try:
        del collection
        opened()
        assert gone() is None
    finally:
        gc.enable()


def test_an_import_lets_the_next_begin_only_when_it_has_ended(opened: Callable[[], Collection]) -> None:
    collection = opened()
    load = begun(collection, Rows(10))
    with pytest.raises(FailedPrecondition, match="another import"):
        collection.imports.begin(collection.definition, collection.path.parent)
    load.end()
    assert whole(collection, Rows(10)).inserted == 10
