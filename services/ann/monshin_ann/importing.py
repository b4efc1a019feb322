"""A bulk load: the rows of a file checked and staged on disk, some at a time, then all of them published at once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from monshin_kit.errors import Aborted, DataLoss, FailedPrecondition, InvalidInput, NotFound, Unavailable
from monshin_kit.requests import RequestKey

from monshin_ann import disk_room
from monshin_ann.core.block import Batch
from monshin_ann.core.definition import Definition
from monshin_ann.core.incoming import Incoming
from monshin_ann.core.vectors import first_fault, lengths
from monshin_ann.opened import Opened
from monshin_ann.point_rows import PointRows, refused
from monshin_ann.store.points_file import Committed
from monshin_ann.store.receipt import Receipt

NAME = "the file"  # what errors call it
_DATA = "data"
_COPIES = 3  # of a row on disk until its load is over: staged, in the log, and a point
_GONE = (NotFound, Aborted, DataLoss, Unavailable)

Using = Callable[[], AbstractContextManager[Opened]]
Mutate = Callable[[Opened, Callable[[], Future[Committed]]], Future[Receipt]]


class Points(Protocol):
    """A file of points. Raises InvalidInput where it is wrong."""

    @property
    def count(self) -> int:
        """How many rows it says it has."""
        ...

    def batches(self) -> Iterator[PointRows]:
        """All of them, in the order of the file."""
        ...


class Imports:
    """Of one collection: at most one is at work. using, mutate, at_work: the collection's own."""

    def __init__(self, using: Using, mutate: Mutate, at_work: threading.Lock) -> None:
        self._using = using
        self._mutate = mutate
        self._at_work = at_work

    def receipt_of(self, key: RequestKey) -> Receipt | None:
        """What the first import of this request did; None: it is new."""
        with self._using() as opened:
            return opened.file.receipt_of(key)

    def begin(self, definition: Definition, folder: Path) -> "Import":
        """An import, which must be ended. folder: where the collection's file lies.

        Raises FailedPrecondition if another is at work.
        """
        if not self._at_work.acquire(blocking=False):
            text = f"another import into {definition.name} is at work: wait until it ends"
            raise FailedPrecondition(text, reason="IMPORT_AT_WORK")
        return Import(definition, folder, self._using, self._mutate, self._at_work.release)


class Import:
    """`open`, `stage` until nothing is left, `publish`; then, or whenever it is to end before that, `end`.

    One call at a time, from any thread. What refuses the file is InvalidInput, with the field of the request.
    """

    def __init__(
        self, definition: Definition, folder: Path, using: Using, mutate: Mutate, let_others: Callable[[], None]
    ) -> None:
        self._definition = definition
        self._folder = folder
        self._using = using
        self._mutate = mutate
        self._let_others = let_others
        self._rows: Iterator[PointRows] = iter(())
        self._row_of: dict[str, int] = {}
        self._incoming = Incoming(definition.dim, 1)
        self._pending: Future[None] | None = None
        self._staged_bytes = 0

    def vector_bytes(self, points: Points) -> int:
        """What the vectors of a file take in memory. Raises ResourceExhausted where the disk has no room for them."""
        with _told():
            needed = 4 * points.count * self._definition.dim
        disk_room.require(self._folder, _COPIES * needed)
        return needed

    def open(self, points: Points) -> None:
        """Begins with a file."""
        with self._using() as opened:
            opened.file.begin_staging()
            self._incoming = Incoming(self._definition.dim, opened.index.block_bytes)
        self._rows = points.batches()

    def stage(self) -> bool:
        """Checks some rows and has them staged; False: there are no more, and all are staged."""
        with _told():
            rows = next(self._rows, None)
            batch = None if rows is None else self._checked(rows)
        if self._pending is not None:  # so that one batch is on its way to the disk while the next is read
            self._pending.result()
        if rows is None or batch is None:
            return False
        size = batch.vectors.nbytes + sum(map(len, batch.ids)) + sum(len(each or "") for each in batch.payloads)
        disk_room.require(self._folder, _COPIES * size + (_COPIES - 1) * self._staged_bytes)
        self._staged_bytes += size
        with self._using() as opened:
            self._pending = opened.file.stage(rows.first + 1, batch)
        self._incoming.add(batch)
        return True

    def publish(self, key: RequestKey) -> Future[Receipt]:
        """Makes points of all that is staged; done once that is on disk and every later search sees them."""
        with self._using() as opened:
            return self._mutate(opened, lambda: opened.file.publish(self._incoming, key))

    def end(self) -> None:
        """Leaves nothing staged, and lets another import begin. What a gone collection left goes with its file."""
        try:
            with suppress(*_GONE), self._using() as opened:
                opened.file.end_staging()
        finally:
            self._let_others()

    def _checked(self, rows: PointRows) -> Batch:
        for row, point_id in enumerate(rows.ids, start=rows.first):
            if (before := self._row_of.setdefault(point_id, row)) != row:
                raise refused(NAME, row, f"has the id of row {before}")
        with np.errstate(invalid="ignore"):
            found = lengths(rows.vectors)
        if (fault := first_fault(found, self._definition.metric)) is not None:
            raise refused(NAME, rows.first + fault.row, fault.what)
        return Batch(rows.ids, rows.vectors, found, rows.payloads)


@contextmanager
def _told() -> Iterator[None]:
    """Refusals of the file, with the field of the request and the words that calm."""
    try:
        yield
    except InvalidInput as error:
        field = error.violations[0].field or _DATA
        raise InvalidInput(f"{error.message}: nothing was changed", field=field) from error
