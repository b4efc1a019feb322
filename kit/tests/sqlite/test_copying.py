"""sqlite: a copy beside writers ends, is one state, and holds nobody up."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from monshin_kit import sqlite
from monshin_kit.errors import Unavailable
from monshin_kit.sqlite import Database

LIMIT_S = 30.0
HELD_UP_S = 1.0  # against 5 s of a writer that waits for a reader; a commit takes some ms, more on a busy machine
PADDING_BYTES = 40_000_000  # many steps of a copy, which takes 4 MB in each


@pytest.fixture
def large(database: Database) -> Database:
    """The database with rows that a copy takes many steps for; the values of `a` and `b` sum up to 100."""

    def fill(connection: apsw.Connection) -> None:
        connection.execute("CREATE TABLE padding (value BLOB)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?)"
            " INSERT INTO padding SELECT zeroblob(10000) FROM n",
            (PADDING_BYTES // 10_000,),
        )
        connection.execute("INSERT INTO facts VALUES ('a', 100), ('b', 0)")

    database.write(fill)
    database.checkpoint()
    return database


def _move(connection: apsw.Connection) -> None:
    connection.execute("UPDATE facts SET value = value - 1 WHERE name = 'a'")
    connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'b'")


class Writing:
    """Writes one change after the other in a thread of its own. slowest_s: how long one of them took at most."""

    def __init__(self, database: Database) -> None:
        self.slowest_s = 0.0
        self.changes = 0
        self._database = database
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        while not self._is_over.is_set():
            begun = time.monotonic()
            self._database.write(_move)
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
            self.changes += 1

    def end(self) -> None:
        """Stops it."""
        self._is_over.set()
        self._thread.join(LIMIT_S)


@pytest.fixture
def writing(large: Database) -> Iterator[Writing]:
    """A writer who never pauses."""
    made = Writing(large)
    yield made
    made.end()


def test_a_copy_beside_a_constant_writer_ends_and_is_one_state(
    large: Database, writing: Writing, tmp_path: Path
) -> None:
    """Hazard: SQLite's backup begins anew with each commit between two of its steps, and never ends."""
    give_up = time.monotonic() + LIMIT_S
    before = writing.changes
    sqlite.copy(large.path, tmp_path / "copy.sqlite", lambda: time.monotonic() > give_up)
    writing.end()
    assert writing.changes > before
    assert writing.slowest_s < HELD_UP_S
    with closing(apsw.Connection(str(tmp_path / "copy.sqlite"))) as copied:
        assert copied.execute("PRAGMA integrity_check").get == "ok"
        assert copied.execute("SELECT sum(value) FROM facts").get == 100
        assert copied.execute("SELECT count(*) FROM padding").get == PADDING_BYTES // 10_000


def test_a_copy_that_nobody_waits_for_stops(large: Database, tmp_path: Path) -> None:
    """Hazard: whoever left keeps the others waiting for a copy of many GB."""
    looks = iter([False, False, True])
    with pytest.raises(Unavailable, match="stopped"):
        sqlite.copy(large.path, tmp_path / "copy.sqlite", lambda: next(looks))
    assert (tmp_path / "copy.sqlite").stat().st_size < PADDING_BYTES / 2
    large.checkpoint()


def test_a_checkpoint_that_waits_for_a_reader_holds_up_no_writer(large: Database, writing: Writing) -> None:
    """Hazard: the writer itself waits, up to five seconds, until a copy has read the file."""
    pool = ThreadPoolExecutor()
    with closing(apsw.Connection(str(large.path), flags=apsw.SQLITE_OPEN_READONLY)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM facts").fetchall()
        checkpoint: Future[None] = pool.submit(large.checkpoint)
        time.sleep(2 * HELD_UP_S)
        assert not checkpoint.done()
        writing.end()
    checkpoint.result(LIMIT_S)
    assert writing.slowest_s < HELD_UP_S
    assert large.path.with_name(large.path.name + "-wal").stat().st_size == 0
    pool.shutdown()


def test_a_checkpoint_gives_up_where_a_reader_stays(large: Database) -> None:
    with closing(apsw.Connection(str(large.path), flags=apsw.SQLITE_OPEN_READONLY)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM facts").fetchall()
        large.write(_move)
        with pytest.raises(Unavailable, match="reads"):
            large.checkpoint()
    large.checkpoint()
