"""A collection at work: its file, which is the truth, and its index, which follows commit by commit."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from heapq import nsmallest
from pathlib import Path

from monshin_kit.errors import DataLoss, NotFound, Unavailable
from monshin_kit.requests import RequestKey
from monshin_kit.telemetry import resource_hash

from monshin_ann.answers import RESOURCE, Found, Page, Replaced, State, Stats
from monshin_ann.core.block import Batch
from monshin_ann.core.columns import ColumnSet
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.definition import Definition
from monshin_ann.core.distances import Queries
from monshin_ann.core.filters import Plan
from monshin_ann.core.recall import calibrated_recall
from monshin_ann.core.search import search, segments_walked
from monshin_ann.core.segment import THOROUGH, Effort
from monshin_ann.core.snapshot import Snapshot
from monshin_ann.core.vectors import Matrix
from monshin_ann.importing import Imports
from monshin_ann.indexing import BuildSettings, Indexing, IndexView
from monshin_ann.opened import Opened, load
from monshin_ann.store import compaction
from monshin_ann.store.folder import file_bytes, segment_files
from monshin_ann.store.layout import StoredPoint
from monshin_ann.store.points_file import Committed, PointsFile
from monshin_ann.store.receipt import Receipt

_log = logging.getLogger(__name__)


class Collection:
    """Opens the file and loads its points; a file that is damaged or missing makes a quarantined collection.

    Safe to use from several threads.
    """

    def __init__(self, definition: Definition, path: Path, building: BuildSettings | None = None) -> None:
        self.definition = definition
        self.path = path
        self._segment_files = segment_files(path)
        self._ordering = threading.Lock()
        self._idle = threading.Condition()
        self._users = 0
        self._is_closed = False
        self._is_superseded = False
        self._stopped = threading.Event()
        self._importing = threading.Lock()
        self._file: PointsFile | None = None
        self._opened: Opened | None = None
        self._indexing: Indexing | None = None  # also of a collection that was quarantined while it is built
        try:
            self._file = PointsFile(path)
            opened = self._opened = load(self._file, definition, self._segment_files, building or BuildSettings())
            self._indexing = opened.indexing
        except (DataLoss, Unavailable) as error:
            self._quarantine(error.reason)
        except MemoryError:
            self._quarantine("NO_MEMORY")

    @property
    def state(self) -> State:
        """As of now; a collection may turn out to be damaged while it serves."""
        return State.SERVING if self._opened is not None else State.QUARANTINED

    @property
    def imports(self) -> Imports:
        """Its bulk loads; not kept, since a cycle of references would hold the memory of a closed collection."""
        return Imports(self._using, self._mutate, self._importing)

    @property
    def memory_bytes(self) -> int:
        """Of vectors and graphs, as of now."""
        opened = self._opened
        return 0 if opened is None else opened.index.snapshot.memory_bytes

    @property
    def stats(self) -> Stats:
        """As of now."""
        disk_bytes = file_bytes(self.path) + self._segment_files.disk_bytes
        opened = self._opened
        if opened is None:
            return Stats(0, 0, disk_bytes, 0)
        snapshot = opened.index.snapshot
        return Stats(snapshot.points, snapshot.sequence, disk_bytes, snapshot.memory_bytes, snapshot.indexed_points)

    def upsert(self, batch: Batch, key: RequestKey) -> Future[Receipt]:
        """Stores points; done once they are on disk and every later search sees them."""
        with self._using() as opened:
            return self._mutate(opened, lambda: opened.file.upsert(batch, key))

    def delete(self, ids: Sequence[str], key: RequestKey) -> Future[Receipt]:
        """Removes the points of these ids that exist; done once that is on disk and no later search sees them."""
        with self._using() as opened:
            return self._mutate(opened, lambda: opened.file.delete(ids, key))

    def delete_matching(self, plan: Plan, key: RequestKey, deadline: Deadline = FOREVER) -> Future[Receipt]:
        """Removes the points that pass the filter, in the same way. The first time it parses all payloads.

        Raises DeadlineExceeded, and changes nothing, if payloads could not be parsed by then.
        """
        with self._using() as opened:
            opened.index.snapshot.require_parsed(deadline)  # in the caller's thread: the file's does not wait for it
            return self._mutate(opened, lambda: opened.file.delete_matching(plan, lambda: opened.index.snapshot, key))

    def search(
        self,
        queries: Matrix,
        k: int,
        plan: Plan | None,
        deadline: Deadline,
        effort: Effort = THOROUGH,
        *,
        budget: Deadline = FOREVER,
        min_sequence: int = 0,
    ) -> Found:
        """The k nearest points of each query, which must be checked.

        Raises Unavailable if the collection is not yet at `min_sequence`.
        """
        with self._using() as opened:
            snapshot = opened.index.snapshot
            if snapshot.sequence < min_sequence:
                raise Unavailable(
                    f"{self.definition.name} is at sequence {snapshot.sequence}, {min_sequence} was asked for"
                )
            prepared = Queries.of(self.definition.metric, queries)
            neighbours = search(snapshot, prepared, k, plan, deadline, effort, budget)
            graphs = [segment.graph for segment in segments_walked(snapshot, prepared, k, effort)]
            is_cut = any(each.is_truncated for each in neighbours)
            recall = None if is_cut else calibrated_recall(graphs, k, effort, is_filtered=plan is not None)
            return Found(neighbours, snapshot.sequence, recall)

    def view_index(self) -> IndexView:
        """The state of its graphs."""
        with self._using() as opened:
            return opened.indexing.view

    def want_index(self, key: RequestKey) -> IndexView:
        """Every point is to get into a graph; the wish is on disk when this returns."""
        with self._using() as opened:
            opened.indexing.want_all(key)
            return opened.indexing.view

    def hold_index(self, key: RequestKey) -> IndexView:
        """Stops and holds building; on disk when this returns."""
        with self._using() as opened:
            opened.indexing.hold(key)
            return opened.indexing.view

    def build_next(self) -> bool:
        """Builds one segment if one is due; whether it did. One thread at a time."""
        if self.state is State.QUARANTINED:
            return False
        with self._using() as opened:
            return opened.indexing.build_next()

    def stop_work(self) -> None:
        """Stops the build and the compaction at work, for good."""
        self._stopped.set()
        if self._indexing is not None:
            self._indexing.stop()

    def snapshot(self) -> Snapshot:
        """What is in memory, for exports."""
        with self._using() as opened:
            return opened.index.snapshot

    def read(self, ids: Sequence[str]) -> list[StoredPoint]:
        """The points of these ids that exist, each once, in the order asked for."""
        with self._using() as opened:
            return opened.file.read(ids)

    def page(self, after: str, limit: int, plan: Plan | None, deadline: Deadline = FOREVER) -> Page:
        """At most `limit` points that pass the filter and whose ids are greater than `after`.

        Raises DeadlineExceeded if payloads could not be parsed by then.
        """
        with self._using() as opened:
            if plan is None:
                points = opened.file.page(after, limit + 1)
                return Page(points[:limit], points[limit - 1].id if len(points) > limit else "")
            snapshot = opened.index.snapshot
            snapshot.require_parsed(deadline)
            ids = nsmallest(limit + 1, (each for each in snapshot.ids(plan) if each > after))
            points = opened.file.read(ids[:limit])
            # The file may be ahead of the snapshot: what was changed in between is tested again.
            passes = plan.mask(ColumnSet.of([point.payload for point in points]))
            kept = [point for point, does_pass in zip(points, passes, strict=True) if does_pass]
            return Page(kept, ids[limit - 1] if len(ids) > limit else "")

    def check_serving(self) -> None:
        """Raises DataLoss if the collection is quarantined, NotFound if it was deleted."""
        with self._using():
            pass

    def redefine(self, definition: Definition) -> None:
        """Takes over a definition that is already durable in the registry; the file's own copy follows."""
        with self._using() as opened:
            self.definition = definition
            opened.file.replace_definition(definition)

    def compact(self) -> None:
        """Gives disk space back if enough is wasted; a quarantined collection is left alone."""
        if self.state is State.QUARANTINED:
            return
        with self._using() as opened:
            points = opened.index.snapshot.points
            if compaction.is_due(opened.file.database, points):
                compaction.compact(opened.file.database, points, self.definition.dim, self._stopped.is_set)

    def supersede(self) -> None:
        """Another has its place: from now on no mutation is acknowledged, and once it is closed, calls are sent on."""
        with self._idle:
            self._is_superseded = True

    def close(self) -> None:
        """Waits for those who use it, then closes the file; later calls find the collection gone."""
        self.stop_work()
        with self._idle:
            self._is_closed = True
            self._idle.wait_for(lambda: self._users == 0)
        if self._file is not None:
            self._file.database.close()

    @contextmanager
    def _using(self) -> Iterator[Opened]:
        with self._idle:
            if self._is_closed:
                raise self._replaced() if self._is_superseded else NotFound(RESOURCE, self.definition.name)
            if self._opened is None:
                raise self._damaged()
            opened = self._opened
            self._users += 1
        try:
            yield opened
        except DataLoss as error:
            self._quarantine(error.reason)
            raise self._damaged() from error
        finally:
            with self._idle:
                self._users -= 1
                self._idle.notify_all()

    def _mutate(self, opened: Opened, submit: Callable[[], Future[Committed]]) -> Future[Receipt]:
        outcome: Future[Receipt] = Future()
        outcome.set_running_or_notify_cancel()  # a caller that goes away cannot take back what will be on disk
        # A callback runs in the writer's thread, in the order of commits; but here, if the commit is already done when
        # it is added. The lock keeps the order then too: whatever comes later is not yet submitted.
        with self._ordering:
            submit().add_done_callback(partial(self._follow, opened, outcome))
        return outcome

    def _follow(self, opened: Opened, outcome: Future[Receipt], future: Future[Committed]) -> None:
        error = future.exception()
        if isinstance(error, DataLoss):
            self._quarantine(error.reason)
            error = self._damaged()
        if error is not None:
            outcome.set_exception(error)
            return
        try:
            opened.follow(future.result())
        except BaseException as fault:  # noqa: BLE001  # the index lacks what the file has: it must not answer any more
            self._quarantine("NO_MEMORY" if isinstance(fault, MemoryError) else "INDEX_BROKEN")
            outcome.set_exception(self._damaged())
        else:
            with self._idle:
                if self._is_superseded:  # what was written goes with the file
                    outcome.set_exception(self._replaced())
                else:
                    outcome.set_result(future.result().receipt)

    def _replaced(self) -> Replaced:
        return Replaced(f"{self.definition.name} was restored meanwhile: try again")

    def _damaged(self) -> DataLoss:
        name = self.definition.name
        return DataLoss(f"{name} is quarantined: restore its file from a backup, or delete it", name, RESOURCE)

    def _quarantine(self, reason: str) -> None:
        self._opened = None
        extra = {"resource_hash": resource_hash(self.definition.name), "reason": reason}
        _log.error("a collection is quarantined", extra=extra)
