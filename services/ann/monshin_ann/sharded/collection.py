"""A sharded collection as the service serves it: mapped files that never change, checked when they are opened."""

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grnnd
import numpy as np
from grnnd.inputs import MAX_SIZE
from grnnd.mapped import mapped
from monshin_kit.errors import DataLoss, FailedPrecondition, InvalidInput, NotFound, Unavailable
from monshin_kit.jobs import Artefact
from monshin_kit.telemetry import resource_hash
from numpy.typing import NDArray

from monshin_ann.answers import RESOURCE, Found, Page, State, Stats
from monshin_ann.core.deadline import FOREVER, Deadline, payloads_unread
from monshin_ann.core.definition import Definition, Metric
from monshin_ann.core.distances import Queries
from monshin_ann.core.filters import Plan
from monshin_ann.core.recall import calibrated_recall
from monshin_ann.core.search import Neighbours
from monshin_ann.core.segment import THOROUGH, Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.sharded import manifest
from monshin_ann.sharded.filtering import Bits, RowFilters
from monshin_ann.sharded.points_table import PointsTable
from monshin_ann.store.layout import StoredPoint

_log = logging.getLogger(__name__)

MANIFEST, REFERENCE = "manifest.json", "reference"
_SEQUENCE = 1  # of the only mutation, its build
_PAGE_ROWS = 4096
_NO_FILTER = np.empty(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """vectors: float32 (rows, dim), as they came."""

    graph: grnnd.Graph
    points: PointsTable
    vectors: Matrix
    filters: RowFilters
    disk_bytes: int


class ShardedCollection:
    """Opens a folder that `shelf` filled; damaged or missing files make a quarantined collection.

    Safe to use from several threads. Searched, read and paged like `monshin_ann.collection.Collection`; nothing can
    be written but its readers, which are the shelf's business.
    """

    def __init__(self, definition: Definition, path: Path) -> None:
        self.definition = definition
        self.path = path
        self._is_closed = False
        self._opened: _Opened | None = None
        try:
            self._opened = _open(path, definition)
        except (DataLoss, Unavailable) as error:
            self._quarantine(error.reason)

    @property
    def state(self) -> State:
        """As of now; a collection may turn out to be damaged while it serves."""
        return State.SERVING if self._opened is not None else State.QUARANTINED

    @property
    def memory_bytes(self) -> int:
        """None of its own, as in `stats`."""
        return 0

    @property
    def stats(self) -> Stats:
        """No memory: what is mapped, the system may take back."""
        if (opened := self._opened) is None:
            return Stats(0, 0, sum(file.stat().st_size for file in self.path.glob("*")), 0)
        return Stats(opened.points.rows, _SEQUENCE, opened.disk_bytes, 0, opened.points.rows)

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
        """The k nearest points of each query, which must be checked; distances are exact, ties by id.

        Raises Unavailable for a `min_sequence` that it will never reach, DeadlineExceeded.
        """
        with self._using() as opened:
            if min_sequence > _SEQUENCE:
                raise Unavailable(f"{self.definition.name} is at sequence {_SEQUENCE}, {min_sequence} was asked for")
            if not (np.abs(queries) <= MAX_SIZE).all():
                raise InvalidInput(
                    f"a query holds a number beyond {MAX_SIZE:g}: it cannot be searched for here",
                    field="queries.data",
                )
            until = min(deadline, budget)
            bits = _bits(opened, plan, until)
            if bits is None:
                deadline.check()
                return Found([Neighbours([], [], [], is_truncated=True)] * len(queries), _SEQUENCE, None)
            rows, is_cut = _walk(opened, queries, k, bits, effort, until)
            deadline.check()
            prepared = Queries.of(self.definition.metric, queries)
            ranked = [_rank(opened, prepared, n, rows[n], bool(is_cut[n])) for n in range(len(rows))]
            graphs = [opened.graph] if _is_walked(opened.graph, k, effort) else []
            is_filtered = plan is not None
            recall = None if is_cut.any() else calibrated_recall(graphs, k, effort, is_filtered=is_filtered)
            return Found(ranked, _SEQUENCE, recall)

    def read(self, ids: Sequence[str]) -> list[StoredPoint]:
        """The points of these ids that exist, each once, in the order asked for."""
        with self._using() as opened:
            found = opened.points.of_ids(ids)
            return [_point(opened, name, *found[name]) for name in dict.fromkeys(ids) if name in found]

    def page(self, after: str, limit: int, plan: Plan | None, deadline: Deadline = FOREVER) -> Page:
        """At most `limit` points that pass the filter and whose ids are greater than `after`.

        Raises DeadlineExceeded if they were not found by then.
        """
        with self._using() as opened:
            bits = _bits(opened, plan, deadline)
            if bits is None:
                raise payloads_unread()
            found: list[tuple[int, str, str | None]] = []
            while len(found) <= limit:
                batch = opened.points.after(after, _PAGE_ROWS if plan is not None else limit + 1)
                found += [each for each in batch if plan is None or bits[each[0] >> 3] >> (each[0] & 7) & 1]
                if not batch or plan is None:
                    break
                deadline.check()
                after = batch[-1][1]
            points = [_point(opened, name, row, payload) for row, name, payload in found[:limit]]
            return Page(points, points[-1].id if len(found) > limit else "")

    def check_serving(self) -> None:
        """Raises DataLoss if the collection is quarantined, NotFound if it was deleted."""
        with self._using():
            pass

    def refuse_change(self) -> FailedPrecondition:
        """To be raised where its points would change, or be copied as those of other collections are."""
        return FailedPrecondition(
            f"{self.definition.name} was built in shards and is read-only: build it anew from another source, "
            "or delete it",
            reason="READ_ONLY",
        )

    def redefine(self, definition: Definition) -> None:
        """Takes over a definition that is already on disk."""
        self.definition = definition

    def compact(self) -> None:
        """Nothing is ever wasted."""

    def build_next(self) -> bool:
        """All is built."""
        return False

    def stop_work(self) -> None:
        """Nothing is at work."""

    def close(self) -> None:
        """Later calls find the collection gone; those that run end well, since they hold what they read."""
        self._is_closed = True
        self._opened = None

    @contextmanager
    def _using(self) -> Iterator[_Opened]:
        opened = self._opened
        if self._is_closed:
            raise NotFound(RESOURCE, self.definition.name)
        if opened is None:
            raise self._damaged()
        try:
            yield opened
        except DataLoss as error:
            self._quarantine(error.reason)
            raise self._damaged() from error

    def _damaged(self) -> DataLoss:
        name = self.definition.name
        return DataLoss(f"{name} is quarantined: delete it, and build it anew", name, RESOURCE)

    def _quarantine(self, reason: str) -> None:
        self._opened = None
        extra = {"resource_hash": resource_hash(self.definition.name), "reason": reason}
        _log.error("a collection is quarantined", extra=extra)


def _open(path: Path, definition: Definition) -> _Opened:
    try:
        reference = Artefact.of((path / REFERENCE).read_text("utf-8"))
        content = (path / MANIFEST).read_bytes()
        if hashlib.sha256(content).hexdigest() != reference.sha256:
            raise _broken(MANIFEST)
        published = manifest.decode(manifest.Published, content)
        for name, artefact in published.files.items():
            _check(path / name, artefact)
        graph = grnnd.load(path / "graph.grnnd", verify=False)  # its checksum was just found right
        points = PointsTable(path / "points.table")
    except (OSError, ValueError, InvalidInput, grnnd.GrnndError) as error:  # ValueError: a reference of other bytes
        raise _broken(f"a file ({type(error).__name__})") from error
    expected = (published.rows, published.dim, published.metric)
    if not (
        expected
        == (len(graph), graph.dim, graph.metric.value)
        == (points.rows, definition.dim, definition.metric.value)
    ):
        raise _broken("the files do not fit together: one")
    vectors = graph.vectors
    if definition.metric is Metric.COSINE:
        vectors = mapped(path / "vectors.f32", "<f4", (published.rows, published.dim))
    disk_bytes = sum(artefact.size_bytes for artefact in published.files.values())
    return _Opened(graph, points, vectors, RowFilters(points), disk_bytes)


def _check(path: Path, artefact: Artefact) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != artefact.sha256:
            raise _broken(path.name)


def _broken(what: str) -> DataLoss:
    return DataLoss(f"{what} of a sharded collection is damaged or missing", what, "Artefact")


def _bits(opened: _Opened, plan: Plan | None, until: Deadline) -> Bits | None:
    """Which rows pass; empty: all. None: they were not found by then."""
    return opened.filters.bits(plan, until) if plan is not None else _NO_FILTER


def _walk(
    opened: _Opened, queries: Matrix, k: int, bits: Bits, effort: Effort, until: Deadline
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Row numbers of shape (queries, k), -1 where there are fewer; and for which queries time ran out."""
    graph = opened.graph
    remaining_s = max(0.0, until.at_s - time.monotonic())
    rows, most = np.ascontiguousarray(queries, dtype=np.float32), min(k, len(graph))
    if not _is_walked(graph, k, effort):
        found = graph.scan_checked(rows, most, bits, 1, remaining_s)
    else:
        ef = graph.calibration.ef(k, effort.target_recall) if effort.ef is None else effort.ef
        matching = int(np.bitwise_count(bits).sum()) if len(bits) else len(graph)
        found = graph.search_checked(rows, most, ef, bits, matching, 1, remaining_s)
    return found.ids, found.truncated


def _is_walked(graph: grnnd.Graph, k: int, effort: Effort) -> bool:
    """Whether the graph is asked; if not, every point is compared."""
    return not effort.is_exact and effort.is_met_by(graph, k)


def _rank(opened: _Opened, queries: Queries, number: int, rows: NDArray[np.int64], is_cut: bool) -> Neighbours:
    found = rows[rows >= 0]
    distances = queries.distances(opened.vectors[found], np.full(len(found), number)).tolist()
    points = opened.points.of_rows(found.tolist())
    ranked = sorted(
        (distance, *points[row]) for distance, row in zip(distances, found.tolist(), strict=True)
    )  # ids differ, so payloads are never compared
    return Neighbours([r[1] for r in ranked], [r[0] for r in ranked], [r[2] for r in ranked], is_cut)


def _point(opened: _Opened, name: str, row: int, payload: str | None) -> StoredPoint:
    return StoredPoint(name, opened.vectors[row].astype("<f4", copy=False).tobytes(), payload)
