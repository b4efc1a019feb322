"""sqlite: a reader sees one state of the file, whatever is written meanwhile."""

import threading
from pathlib import Path

import apsw
import pytest
from monshin_kit import sqlite
from monshin_kit.errors import Unavailable
from monshin_kit.sqlite import Database

LIMIT_S = 30.0


def _move(connection: apsw.Connection) -> None:
    # The sum of both rows is 100 in every committed state.
    connection.execute("UPDATE facts SET value = value - 1 WHERE name = 'a'")
    connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'b'")


def _value(connection: apsw.Connection, name: str) -> int:
    ((value,),) = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchall()
    return int(str(value))


@pytest.fixture(autouse=True)
def _two_rows(database: Database) -> None:
    database.write(lambda connection: connection.execute("INSERT INTO facts VALUES ('a', 100), ('b', 0)"))


def test_a_reader_does_not_see_what_is_written_after_its_first_look(database: Database) -> None:
    with database.reader() as connection:
        before = _value(connection, "a")
        database.write(_move)
        assert _value(connection, "a") == before
        assert _value(connection, "b") == 0
    with database.reader() as connection:
        assert (_value(connection, "a"), _value(connection, "b")) == (99, 1)


def test_readers_of_many_threads_never_see_half_a_change(database: Database) -> None:
    sums: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            with database.reader() as connection:
                sums.append(_value(connection, "a") + _value(connection, "b"))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(50):
        database.write(_move)
    is_over.set()
    for reader in readers:
        reader.join(LIMIT_S)
    assert sums
    assert set(sums) == {100}


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable), database.reader() as connection:
        connection.execute("DELETE FROM facts")


def test_an_error_inside_a_block_leaves_the_next_block_whole(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.reader() as connection:
        divmod(_value(connection, "a"), 0)
    database.write(_move)
    with database.reader() as connection:
        assert _value(connection, "a") == 99


def test_a_backup_taken_under_writes_is_one_state(database: Database, tmp_path: Path) -> None:
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            database.write(_move)

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        sqlite.copy(database.path, tmp_path / f"copy-{number}.sqlite")
    is_over.set()
    writer.join(LIMIT_S)
    for number in range(5):
        copy = Database(tmp_path / f"copy-{number}.sqlite", ["-- as it is"])
        with copy.reader() as connection:
            assert _value(connection, "a") + _value(connection, "b") == 100
        copy.close()


def test_a_backup_to_where_none_can_be_is_unavailable(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        sqlite.copy(database.path, tmp_path / "no such folder" / "copy.sqlite")


def test_a_file_that_went_away_is_unavailable_to_new_readers(database: Database, path: Path) -> None:
    path.unlink()
    with pytest.raises(Unavailable), database.reader():
        pass


def test_the_size_counts_file_and_log(database: Database, path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    assert database.size_bytes() == path.stat().st_size + log.stat().st_size


def test_a_checkpoint_empties_the_log_and_keeps_the_rows(database: Database, path: Path) -> None:
    database.write(_move)
    database.checkpoint()
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    with database.reader() as connection:
        assert _value(connection, "a") == 99


def test_a_checkpoint_gives_the_space_of_deleted_rows_back(database: Database, path: Path) -> None:
    rows = [(f"row {number}", number) for number in range(20_000)]
    database.write(lambda connection: connection.executemany("INSERT INTO facts VALUES (?,?)", rows))
    database.checkpoint()
    full = path.stat().st_size
    database.write(lambda connection: connection.execute("DELETE FROM facts WHERE name LIKE 'row %'"))
    database.checkpoint()
    assert path.stat().st_size < full / 10
