"""The thread that writes one SQLite file: it commits whatever waits together, with one fsync.

No error of one change, of SQLite or of whoever is told ends it. Should it end all the same, nobody waits for it.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw

from monshin_kit.errors import DataLoss, MonshinError, Unavailable

_log = logging.getLogger(__name__)

T = TypeVar("T")
Change = Callable[[apsw.Connection], T]
_Group = list[tuple[Future[Any], Change[Any]]]

BUSY_LIMIT_MS = 5000
_LOG_BUSY_MS = 20  # how long the writer waits for readers to leave the log, and changes for the writer
_MAX_GROUP = 1024
_CORRUPT = (apsw.CorruptError, apsw.NotADBError)


class Writer:
    """connection: of the file `path`; the writer's alone until it has ended."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self._path = path
        self._connection = connection
        self._queue: queue.SimpleQueue[tuple[Future[Any], Change[Any]] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._is_closed = False
        self._is_over = False  # nobody takes what is submitted
        self._thread = threading.Thread(target=self._write_groups, name=f"sqlite-{path.stem}", daemon=True)
        self._thread.start()

    def submit(self, change: Change[T]) -> Future[T]:
        """As `Database.submit`."""
        future: Future[T] = Future()
        with self._closing:
            if self._is_closed or self._is_over:
                raise self._gone()
            self._queue.put((future, change))
        return future

    def end(self) -> bool:
        """Commits what was submitted; False: somebody else ended it before."""
        with self._closing:
            if self._is_closed:
                return False
            self._is_closed = True
            self._queue.put(None)
        self._thread.join()
        return True

    def _gone(self) -> Unavailable:
        return Unavailable(f"{self._path.name} " + ("is closed" if self._is_closed else "has lost its writer"))

    def _write_groups(self) -> None:
        group: _Group = []
        try:
            goes_on = True
            while goes_on:
                group, goes_on = self._next_group()
                self._write(group)
                group = []  # a thread that waits keeps no vectors
        finally:
            self._end(group)

    def _next_group(self) -> tuple[_Group, bool]:
        """What waits, and whether more may come."""
        group: _Group = []
        item = self._queue.get()
        while item is not None:
            group.append(item)
            if len(group) >= _MAX_GROUP or self._queue.empty():
                return group, True
            item = self._queue.get()  # this thread alone takes from it
        return group, False

    def _write(self, group: _Group) -> None:
        markers = [future for future, change in group if change is empty_log]
        try:
            self._commit([(future, change) for future, change in group if change is not empty_log])
            for marker in markers:
                self._empty_log(marker)
        except BaseException as error:  # noqa: BLE001  # whatever it is: later callers must not wait for a dead thread
            _log.error("a group of changes failed", exc_info=error)
            for future, _ in group:
                _settle(future, error=self._undone(error))

    def _end(self, group: _Group) -> None:
        """Nobody waits for ever, whatever ended the thread."""
        with self._closing:
            self._is_over = True
            while not self._queue.empty():
                if (item := self._queue.get()) is not None:
                    group.append(item)
        for item in group:
            _settle(item[0], error=self._gone())

    def _commit(self, group: _Group) -> None:
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        group = [(future, change) for future, change in group if future.set_running_or_notify_cancel()]
        if not group:
            return
        try:
            with damage_named(self._path):
                self._connection.execute("BEGIN IMMEDIATE")
                for future, change in group:
                    results.append(self._apply(future, change))
                self._connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001  # also no memory: nothing of the group may be committed later
            with suppress(apsw.Error):  # what is left open fails the next BEGIN, and is then rolled back
                if self._connection.in_transaction:  # SQLite may have rolled back by itself
                    self._connection.execute("ROLLBACK")
            failure = error if isinstance(error, MonshinError) else self._undone(error)
            for future, _ in group:
                _settle(future, error=failure)
            return
        for future, result, own in results:
            _settle(future, result, own)

    def _apply(self, future: Future[Any], change: Change[Any]) -> tuple[Future[Any], Any, BaseException | None]:
        try:
            with self._connection:  # a savepoint
                result = change(self._connection)
        except (apsw.FullError, apsw.IOError, *_CORRUPT):
            raise
        except BaseException as error:  # the caller's own; it must not undo its neighbours
            if not self._connection.in_transaction:  # it undid them all the same, such as by RAISE(ROLLBACK)
                raise self._undone(error) from error
            return future, None, error
        return future, result, None

    def _empty_log(self, marker: Future[bool]) -> None:
        self._connection.set_busy_timeout(_LOG_BUSY_MS)
        try:
            with damage_named(self._path), suppress(apsw.BusyError):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
                _settle(marker, result=True)
            _settle(marker, result=False)
        except MonshinError as error:
            _settle(marker, error=error)
        except apsw.Error as error:  # LockedError: a change left a statement open
            text = f"the log of {self._path.name} cannot be emptied now ({type(error).__name__})"
            _settle(marker, error=Unavailable(text))
        finally:
            self._connection.set_busy_timeout(BUSY_LIMIT_MS)

    def _undone(self, error: BaseException) -> Unavailable:
        return Unavailable(f"{self._path.name}: the change could not be committed ({type(error).__name__})")


def empty_log(_: apsw.Connection) -> bool:
    """Asks the writer for a checkpoint, which no transaction may hold; False: a reader was in its way."""
    return False


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Raises DataLoss where a file is damaged, Unavailable where it cannot be used now."""
    # The foreign error's text is dropped: a SQLite message may quote a value.
    try:
        yield
    except _CORRUPT as error:
        raise DataLoss(f"{path.name} is damaged: restore it from a backup") from error
    except (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.BusyError, apsw.ReadOnlyError) as error:
        raise Unavailable(f"{path.name} cannot be read or written now ({type(error).__name__})") from error


def _settle(future: Future[Any], result: object = None, error: BaseException | None = None) -> None:
    """Answers whoever waits, unless that was done."""
    try:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
    except BaseException as fault:  # noqa: BLE001  # of a callback: what is on disk stays, and the others wait
        _log.error("whoever was told of a change failed", exc_info=fault)
