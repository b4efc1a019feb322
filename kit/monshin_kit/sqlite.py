"""One SQLite file: a writer thread that commits many changes with one fsync, and snapshot readers.

Acknowledged means on disk: WAL with synchronous=FULL, and a future resolves only after its COMMIT.
Through apsw, whose SQLite is newer than the system's (3.40.1 has two bugs that hit us, DESIGN.md §6).
Never open one of these files by the stdlib's sqlite3 in the same process: two SQLite libraries on one file lose each
other's locks (https://sqlite.org/howtocorrupt.html, 2.2.1; seen as a bus error).
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import apsw

from monshin_kit.errors import DataLoss, Unavailable
from monshin_kit.sqlite_writer import BUSY_LIMIT_MS, Change, Writer, damage_named, empty_log

T = TypeVar("T")

_LOG_PAUSE_S = 0.1
_COPY_STEP_PAGES = 1000


class Database:
    """Opens `path`, creates it if missing, checks it, and brings its schema up to date.

    migrations: SQL scripts; the file's `user_version` counts those already run. Only ever append to them, so that
    a file written by an earlier version opens in the next. Raises DataLoss if the file is damaged or newer than we are.
    """

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self._readers = threading.local()
        self._open_readers: list[apsw.Connection] = []
        self._closed = False
        self._writing = _open(path, migrations)
        self._writer = Writer(path, self._writing)

    def submit(self, change: Change[T]) -> Future[T]:
        """Runs `change` in the writer's transaction; the future resolves after the commit that holds it.

        An exception out of `change` undoes that change alone and becomes the future's. While a cursor is open that it
        left, such as one that its traceback holds, the log cannot be emptied.
        """
        return self._writer.submit(change)

    def write(self, change: Change[T]) -> T:
        """As submit, waiting for the result; for threads that may block."""
        return self.submit(change).result()

    @contextmanager
    def reader(self) -> Iterator[apsw.Connection]:
        """A read-only connection of this thread that sees one state of the file until the block ends.

        Blocks of one thread do not nest. Raises Unavailable once the database is closed.
        """
        if self._closed:
            raise Unavailable(f"{self.path.name} is closed")
        connection: apsw.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            with damage_named(self.path):
                connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
            connection.set_busy_timeout(BUSY_LIMIT_MS)
            self._readers.connection = connection
            self._open_readers.append(connection)
        with damage_named(self.path):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def size_bytes(self) -> int:
        """The file with its write-ahead log."""
        log = self.path.with_name(self.path.name + "-wal")
        return sum(path.stat().st_size for path in (self.path, log) if path.exists())

    def checkpoint(self) -> None:
        """Moves the log into the file, gives free pages back to the file system, and empties the log."""
        self.write(lambda connection: connection.execute("PRAGMA incremental_vacuum").fetchall())
        self.truncate_log()

    def truncate_log(self, patience_s: float = BUSY_LIMIT_MS / 1000) -> None:
        """Moves the log into the file and empties it. Raises Unavailable while a copy, say, needs it for long.

        patience_s: how long the caller waits for the reader, 0: tries once. What others write meanwhile is committed.
        """
        give_up = time.monotonic() + patience_s
        while not self.write(empty_log):
            if time.monotonic() >= give_up:
                raise Unavailable(f"the log of {self.path.name} cannot be emptied now: somebody reads it for long")
            time.sleep(_LOG_PAUSE_S)

    def close(self) -> None:
        """Commits what was submitted, then closes; safe to call twice."""
        self._closed = True
        if self._writer.end():
            for connection in self._open_readers:
                connection.close()
            self._writing.close()  # as the last: it moves the log into the file, which a reader cannot


def _open(path: Path, migrations: Sequence[str]) -> apsw.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{path.parent} cannot be made ({type(error).__name__})") from error
    with damage_named(path):
        connection = apsw.Connection(str(path))
        try:
            connection.set_busy_timeout(BUSY_LIMIT_MS)
            version = _version(connection, path, len(migrations))
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # has an effect on a new file only
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            answer = connection.execute("PRAGMA quick_check(1)").fetchall()
            if answer != [("ok",)]:
                raise DataLoss(f"{path.name} failed its integrity check: restore it from a backup")
            _migrate(connection, version, migrations)
        except BaseException:
            connection.close()
            raise
    return connection


def _version(connection: apsw.Connection, path: Path, known: int) -> int:
    # Before anything is written: a file of a newer program must stay as it is.
    version = int(connection.pragma("user_version") or 0)
    if version > known:
        raise DataLoss(f"{path.name} has schema {version}, newer than this program's {known}: upgrade it")
    return version


def _migrate(connection: apsw.Connection, version: int, migrations: Sequence[str]) -> None:
    for number, script in enumerate(migrations[version:], start=version + 1):
        with connection:
            connection.execute(script).fetchall()  # apsw goes on behind a row, such as a pragma's, when it is taken
            connection.execute(f"PRAGMA user_version={number}")


def keep_temporary_files_in(folder: Path) -> None:
    """What SQLite sorts or vacuums beyond its cache goes there, not to `/tmp`, which is small where we are deployed.

    For this process and its children, before the first file is opened: SQLite reads it once. The files have no names,
    so that none is left behind. A SQLITE_TMPDIR that is set already holds; where the folder is missing, SQLite takes
    another.
    """
    os.environ.setdefault("SQLITE_TMPDIR", str(folder.absolute()))


def copy(source: Path, target: Path, is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Copies the state that the file has now to the new file `target`, while others read and write.

    is_stopped: asked every few MiB. Meanwhile the log of the file grows by what is written.
    Raises DataLoss if a damaged page is met, Unavailable if either cannot be read or written now, or the copy was
    stopped; what there is of `target` is then of no use.
    """
    with (
        damage_named(source),
        closing(apsw.Connection(str(target))) as destination,
        closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)) as origin,
    ):
        origin.set_busy_timeout(BUSY_LIMIT_MS)
        # One read transaction over all steps: without it the copy begins anew with each commit between two of them,
        # and ends only where nobody writes (https://www.sqlite.org/c3ref/backup_finish.html).
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        with destination.backup("main", origin, "main") as copying:
            while not copying.done:
                if is_stopped():
                    raise Unavailable(f"the copy of {source.name} was stopped")
                copying.step(_COPY_STEP_PAGES)
