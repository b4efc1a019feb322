"""One SQLite file: a writer thread that commits many changes with one fsync, and snapshot readers.

Acknowledged means on disk: WAL with synchronous=FULL, and a future resolves only after its COMMIT.
Through apsw, whose SQLite is newer than the system's (3.40.1 has two bugs that hit us, DESIGN.md §6).
Never open one of these files by the stdlib's sqlite3 in the same process: two SQLite libraries on one file lose each
other's locks (https://sqlite.org/howtocorrupt.html, 2.2.1; seen as a bus error).
"""

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import apsw

from monshin_kit.errors import DataLoss, MonshinError, Unavailable

T = TypeVar("T")
Change = Callable[[apsw.Connection], T]

BUSY_LIMIT_MS = 5000
_MAX_GROUP = 1024
_CORRUPT = (apsw.CorruptError, apsw.NotADBError)


class Database:
    """Opens `path`, creates it if missing, checks it, and brings its schema up to date.

    migrations: SQL scripts; the file's `user_version` counts those already run. Only ever append to them, so that
    a file written by an earlier version opens in the next. Raises DataLoss if the file is damaged or newer than we are.
    """

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self._readers = threading.local()
        self._open_readers: list[apsw.Connection] = []
        self._queue: queue.SimpleQueue[tuple[Future[Any], Change[Any]] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._writer = _open(path, migrations)
        self._thread = threading.Thread(target=self._write_groups, name=f"sqlite-{path.stem}", daemon=True)
        self._thread.start()

    def submit(self, change: Change[T]) -> Future[T]:
        """Runs `change` in the writer's transaction; the future resolves after the commit that holds it.

        An exception out of `change` undoes that change alone and becomes the future's.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise Unavailable(f"{self.path.name} is closed")
            self._queue.put((future, change))
        return future

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
            connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
            connection.set_busy_timeout(BUSY_LIMIT_MS)
            self._readers.connection = connection
            self._open_readers.append(connection)
        with _damage_named(self.path):
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
        self.write(_checkpoint_marker)

    def close(self) -> None:
        """Commits what was submitted, then closes; safe to call twice."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        for connection in self._open_readers:
            connection.close()
        self._writer.close()

    def _write_groups(self) -> None:
        while True:
            first = self._queue.get()
            group = []
            stop = first is None
            if first is not None:
                group.append(first)
            while not stop and len(group) < _MAX_GROUP:
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    stop = True
                else:
                    group.append(item)
            markers = [future for future, change in group if change is _checkpoint_marker]
            self._commit([(future, change) for future, change in group if change is not _checkpoint_marker])
            for marker in markers:
                self._truncate_log(marker)
            if stop:
                return

    def _commit(self, group: Sequence[tuple[Future[Any], Change[Any]]]) -> None:
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        group = [(future, change) for future, change in group if future.set_running_or_notify_cancel()]
        if not group:
            return
        try:
            with _damage_named(self.path):
                self._writer.execute("BEGIN IMMEDIATE")
                for future, change in group:
                    results.append(self._apply(future, change))
                self._writer.execute("COMMIT")
        except (MonshinError, apsw.Error) as error:
            if self._writer.in_transaction:  # SQLite may have rolled back by itself
                self._writer.execute("ROLLBACK")
            failure = error if isinstance(error, MonshinError) else _undone(self.path, error)
            for future, _ in group:
                future.set_exception(failure)
            return
        for future, result, own in results:
            if own is not None:
                future.set_exception(own)
            else:
                future.set_result(result)

    def _apply(self, future: Future[Any], change: Change[Any]) -> tuple[Future[Any], Any, BaseException | None]:
        try:
            with self._writer:  # a savepoint
                result = change(self._writer)
        except (apsw.FullError, apsw.IOError, *_CORRUPT):
            raise
        except BaseException as error:  # the caller's own; it must not undo its neighbours
            if not self._writer.in_transaction:  # it undid them all the same, such as by RAISE(ROLLBACK)
                raise _undone(self.path, error) from error
            return future, None, error
        return future, result, None

    def _truncate_log(self, marker: Future[None]) -> None:
        try:
            with _damage_named(self.path):
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except MonshinError as error:
            marker.set_exception(error)
        else:
            marker.set_result(None)


def _checkpoint_marker(_: apsw.Connection) -> None:
    """Asks the writer thread for a checkpoint, which no transaction may hold."""


def _undone(path: Path, error: BaseException) -> Unavailable:
    return Unavailable(f"{path.name}: the change could not be committed ({type(error).__name__})")


def _open(path: Path, migrations: Sequence[str]) -> apsw.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{path.parent} cannot be made ({type(error).__name__})") from error
    with _damage_named(path):
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


def copy(source: Path, target: Path) -> None:
    """Copies a consistent state of the file to the new file `target` while others read and write.

    Raises DataLoss if a damaged page is met, Unavailable if either cannot be read or written now.
    """
    with (
        _damage_named(source),
        closing(apsw.Connection(str(target))) as destination,
        closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)) as origin,
        destination.backup("main", origin, "main") as copying,
    ):
        while not copying.done:
            copying.step(1000)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    # The foreign error's text is dropped: a SQLite message may quote a value.
    try:
        yield
    except _CORRUPT as error:
        raise DataLoss(f"{path.name} is damaged: restore it from a backup") from error
    except (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.BusyError, apsw.ReadOnlyError) as error:
        raise Unavailable(f"{path.name} cannot be read or written now ({type(error).__name__})") from error
