"""sqlite: the writer thread outlives whatever goes wrong in it, since later callers would wait for it for ever."""

import threading
from concurrent.futures import Future
from pathlib import Path

import apsw
import pytest
from monshin_kit.errors import Unavailable
from monshin_kit.sqlite import Change, Database

LIMIT_S = 30.0


def put(name: str) -> Change[None]:
    """A change that stores one fact."""

    def change(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO facts VALUES (?, 1)", (name,))

    return change


def stored(database: Database) -> list[str]:
    """Names of all facts."""
    with database.reader() as connection:
        return [str(name) for (name,) in connection.execute("SELECT name FROM facts ORDER BY name").fetchall()]


def _leave_open(connection: apsw.Connection) -> None:
    cursor = connection.execute("SELECT name FROM facts")
    next(cursor)
    raise ZeroDivisionError  # whose traceback holds the cursor


def _leave(_: Future[None]) -> None:
    raise SystemExit


def _emptied(database: Database) -> BaseException | None:
    """What came of an attempt to empty the log, within the limit."""
    told: Future[None] = Future()

    def attempt() -> None:
        try:
            database.truncate_log()
        except Unavailable as error:
            told.set_exception(error)
        else:
            told.set_result(None)

    threading.Thread(target=attempt, daemon=True).start()
    return told.exception(LIMIT_S)


def test_a_statement_that_a_change_left_open_fails_the_checkpoint_alone(database: Database, path: Path) -> None:
    """Hazard: SQLite says LockedError, which nobody expected there, and the thread dies of it."""
    for name in ("a", "b", "c"):
        database.write(put(name))
    kept = database.submit(_leave_open).exception(LIMIT_S)  # as whoever waits for it keeps it
    assert isinstance(_emptied(database), Unavailable)
    database.submit(put("d")).result(LIMIT_S)
    assert stored(database) == ["a", "b", "c", "d"]
    assert kept is not None
    kept.__traceback__ = None
    assert _emptied(database) is None
    assert path.with_name(path.name + "-wal").stat().st_size == 0


def test_a_callback_that_leaves_undoes_nothing_and_holds_up_nobody(database: Database) -> None:
    """Hazard: SystemExit passes by the guard that futures put around their callbacks. What it told of is on disk."""
    may_go_on = threading.Event()
    database.submit(lambda _: may_go_on.wait(LIMIT_S))
    first, second = database.submit(put("a")), database.submit(put("b"))
    first.add_done_callback(_leave)
    may_go_on.set()
    assert first.result(LIMIT_S) is second.result(LIMIT_S) is None
    database.submit(put("c")).result(LIMIT_S)
    assert stored(database) == ["a", "b", "c"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_its_thread_a_database_answers_everybody(database: Database) -> None:
    """Hazard: the thread ends of what nobody foresaw, and whoever waits does so for ever."""
    may_go_on = threading.Event()
    running = database.submit(lambda _: may_go_on.wait(LIMIT_S))
    database._writer._queue.put("no change")  # type: ignore[arg-type]  # nothing that is submitted ends it
    waiting = [database.submit(put(name)) for name in ("a", "b")]
    may_go_on.set()
    assert isinstance(running.exception(LIMIT_S), Unavailable | None)
    assert [type(each.exception(LIMIT_S)) for each in waiting] == [Unavailable, Unavailable]
    database._writer._thread.join(LIMIT_S)
    with pytest.raises(Unavailable, match="lost its writer"):
        database.submit(put("c"))
    assert stored(database) == []
    database.close()
