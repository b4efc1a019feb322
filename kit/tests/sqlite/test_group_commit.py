"""sqlite: many changes share one commit, and none of them knows of the others."""

import threading
from concurrent.futures import Future
from pathlib import Path

import apsw
import pytest
from monshin_kit.errors import Unavailable
from monshin_kit.sqlite import Change, Database

LIMIT_S = 30.0


def put(name: str, value: int) -> Change[None]:
    """A change that stores one fact."""

    def change(connection: apsw.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, value))

    return change


def stored(database: Database) -> dict[str, int]:
    """All facts."""
    with database.reader() as connection:
        return {str(name): int(str(value)) for name, value in connection.execute("SELECT name, value FROM facts")}


class Held:
    """Keeps the writer busy, so that what is submitted meanwhile becomes one group."""

    def __init__(self, database: Database) -> None:
        self._may_end = threading.Event()
        is_running = threading.Event()

        def wait(_: apsw.Connection) -> None:
            is_running.set()
            assert self._may_end.wait(LIMIT_S)

        self._future = database.submit(wait)
        assert is_running.wait(LIMIT_S)

    def end(self) -> None:
        """Lets the writer go on."""
        self._may_end.set()
        self._future.result(LIMIT_S)


def _fail(_: apsw.Connection) -> None:
    raise ZeroDivisionError


def test_a_written_change_is_read_back(database: Database) -> None:
    database.write(put("a", 1))
    assert stored(database) == {"a": 1}


def test_a_change_gives_its_result(database: Database) -> None:
    assert database.write(lambda connection: connection.execute("SELECT 40 + 2").fetchall()) == [(42,)]


def test_a_failing_change_undoes_itself_and_not_its_neighbours(database: Database) -> None:
    def half(connection: apsw.Connection) -> None:
        put("half", 1)(connection)
        raise ZeroDivisionError

    held = Held(database)
    before, failing, after = database.submit(put("a", 1)), database.submit(half), database.submit(put("b", 2))
    held.end()
    assert before.result(LIMIT_S) is after.result(LIMIT_S) is None
    assert isinstance(failing.exception(LIMIT_S), ZeroDivisionError)
    assert stored(database) == {"a": 1, "b": 2}


def test_a_broken_constraint_reaches_the_one_who_broke_it(database: Database) -> None:
    held = Held(database)
    broken = database.submit(lambda connection: connection.execute("INSERT INTO facts VALUES ('a', NULL)"))
    fine = database.submit(put("b", 2))
    held.end()
    assert isinstance(broken.exception(LIMIT_S), apsw.ConstraintError)
    fine.result(LIMIT_S)
    assert stored(database) == {"b": 2}


def test_a_change_that_ends_the_transaction_itself_fails_its_group_and_not_the_writer(database: Database) -> None:
    """Hazard: a ROLLBACK from inside, by hand or by a trigger, leaves the group without a transaction: to acknowledge
    its members would be a lie, and a writer thread that dies of it would hang all later callers."""
    held = Held(database)
    before = database.submit(put("a", 1))
    rogue = database.submit(lambda connection: connection.execute("ROLLBACK"))
    held.end()
    assert isinstance(rogue.exception(LIMIT_S), Unavailable)
    assert isinstance(before.exception(LIMIT_S), Unavailable)
    database.write(put("b", 2))
    assert stored(database) == {"b": 2}


def test_a_constraint_that_breaks_at_commit_does_not_hang_the_writer(path: Path) -> None:
    """Hazard: a deferred foreign key fails COMMIT itself, outside of every change."""
    schema = """
    CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
    """
    database = Database(path, [schema])
    orphan = database.submit(lambda connection: connection.execute("INSERT INTO children VALUES (7)"))
    assert isinstance(orphan.exception(LIMIT_S), Unavailable)
    database.write(lambda connection: connection.execute("INSERT INTO parents VALUES (7)"))
    database.close()


def test_a_cancelled_change_is_not_done(database: Database) -> None:
    held = Held(database)
    dropped, kept = database.submit(put("a", 1)), database.submit(put("b", 2))
    assert dropped.cancel()
    held.end()
    kept.result(LIMIT_S)
    assert stored(database) == {"b": 2}


def test_writers_of_many_threads_all_get_their_answer(database: Database) -> None:
    futures: list[Future[None]] = []
    lock = threading.Lock()

    def work(first: int) -> None:
        for value in range(first, first + 200):
            future = database.submit(put(str(value), value))
            with lock:
                futures.append(future)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 1600, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    for future in futures:
        future.result(LIMIT_S)
    assert stored(database) == {str(value): value for value in range(1600)}


def test_closing_commits_what_was_submitted(path: Path, database: Database) -> None:
    futures = [database.submit(put(str(value), value)) for value in range(500)]
    database.close()
    assert all(future.done() and future.exception() is None for future in futures)
    reopened = Database(path, ["CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"])
    assert len(stored(reopened)) == 500
    reopened.close()


def test_closing_twice_is_harmless(database: Database) -> None:
    database.close()
    database.close()


@pytest.mark.parametrize("use", [lambda database: database.write(_fail), lambda database: stored(database)])
def test_a_closed_database_is_unavailable(database: Database, use: Change[object]) -> None:
    database.close()
    with pytest.raises(Unavailable):
        use(database)  # type: ignore[arg-type]
