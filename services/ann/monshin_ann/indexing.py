"""The graphs of one collection: made of its points in the background, put in place, thrown away and made again."""

import logging
import threading
import time
from dataclasses import dataclass

import grnnd
import numpy as np
from grnnd import Progress
from grnnd.memory import available_bytes
from monshin_kit.errors import ResourceExhausted
from monshin_kit.requests import NOT_REMEMBERED, RequestKey
from monshin_kit.telemetry import resource_hash

from monshin_ann.core.block import LIVING, Batch, Sequences
from monshin_ann.core.building import LIMITS, Choice, Limits, next_build
from monshin_ann.core.definition import Definition, Metric
from monshin_ann.core.index import Index, Material
from monshin_ann.core.segment import Built, Segment
from monshin_ann.core.snapshot import Snapshot
from monshin_ann.loading import assembled
from monshin_ann.store import layout
from monshin_ann.store.points_file import PointsFile, Wish
from monshin_ann.store.segment_files import SegmentFiles, StoredSegment

_log = logging.getLogger(__name__)

_RETRY_S = 60.0
_UNIT_ERROR = 1e-6


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """threads: of a build. memory_limit_bytes: that it may take; None: what the system has. device: cpu, cuda, auto."""

    limits: Limits = LIMITS
    threads: int = 1
    memory_limit_bytes: int | None = None
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class BuildState:
    """A build at work. points: of its segment. memory_bytes: predicted. progress: None before the first report."""

    points: int
    memory_bytes: int
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IndexView:
    """What there is, what is at work, what is wanted. failure: of the last build, or empty."""

    snapshot: Snapshot
    wish: Wish
    build: BuildState | None
    is_due: bool
    failure: str


class Indexing:
    """One builder calls `build_next`; the rest is safe to call from any thread."""

    def __init__(
        self, definition: Definition, file: PointsFile, index: Index, files: SegmentFiles, settings: BuildSettings
    ) -> None:
        self._definition = definition
        self._file = file
        self._index = index
        self._files = files
        self._settings = settings
        self._wishing = threading.Lock()
        self._wish = file.wish
        self._cancel = threading.Event()
        self._build: BuildState | None = None
        self._failure = ""
        self._retry_at_s = 0.0
        self._is_stopped = False

    @property
    def view(self) -> IndexView:
        """As of now."""
        snapshot = self._index.snapshot
        is_due = self._wish is not Wish.HOLD and self._next(snapshot) is not None
        return IndexView(snapshot, self._wish, self._build, is_due, self._failure)

    def want_all(self, key: RequestKey) -> None:
        """Every point is to be in a segment; the wish is on disk when this returns.

        Raises ResourceExhausted, with the estimate, if a build would not fit.
        """
        snapshot = self._index.snapshot
        choice = next_build(snapshot, self._settings.limits, wants_all=True)
        if choice is not None and not self._file.knows(key):
            self._require_memory(min(snapshot.points, self._settings.limits.segment_points))
        if self._set_wish(Wish.ALL, key):
            self._failure, self._retry_at_s = "", 0.0

    def hold(self, key: RequestKey) -> None:
        """Stops the build at work; none begins until `want_all`. On disk when this returns."""
        if self._set_wish(Wish.HOLD, key):
            self._cancel.set()

    def stop(self) -> None:
        """Stops the build at work for good."""
        self._is_stopped = True
        self._cancel.set()

    def build_next(self) -> bool:
        """Builds one segment if one is due; whether it did."""
        self._cancel.clear()  # before what is looked at next, so that no wish to stop is lost
        if self._is_stopped or self._wish is Wish.HOLD:
            return False
        choice = self._next(self._index.snapshot)
        if choice is None:
            self._failure = ""
            self._fulfil()
            return False
        if time.monotonic() < self._retry_at_s:
            return False
        material = self._index.begin(choice.segments, self._settings.limits.segment_points if choice.with_head else 0)
        try:
            segments = [self._built(material)] if material.points else []
        except grnnd.Cancelled:
            self._index.abandon(material)
            return False
        except Exception as error:  # noqa: BLE001  # whatever it is, the rows must be free for the next build
            self._index.abandon(material)
            self._fail(error)
            return False
        finally:
            self._build = None
        self._index.adopt(material, segments)
        for segment in choice.segments:
            self._files.remove(segment.built.number)
        self._failure = ""
        return True

    def _next(self, snapshot: Snapshot) -> Choice | None:
        return next_build(snapshot, self._settings.limits, wants_all=self._wish is Wish.ALL)

    def _built(self, material: Material) -> Segment:
        began = time.monotonic()
        needed = self._require_memory(material.points)
        self._build = BuildState(material.points, needed)
        batch, sequences = _gathered(material, self._definition.dim)
        is_unit = bool(np.all(np.abs(batch.lengths - 1) < _UNIT_ERROR))
        graph = grnnd.build(
            batch.vectors,
            # Among vectors of length 1 both rank alike, and the graph need not keep scaled copies.
            metric="l2" if is_unit and self._definition.metric is Metric.COSINE else self._definition.metric.value,
            degree=self._definition.degree,
            code=self._definition.code.value,
            threads=self._settings.threads,
            device=self._settings.device,
            progress=self._report,
            memory_limit=needed,
            cancel=self._cancel,
        )
        built = Built(self._files.next_number(), time.time_ns(), time.monotonic() - began)
        checksums = layout.checksums(batch)
        stored = self._files.save(StoredSegment(built, graph, batch.vectors, batch.lengths, sequences, checksums))
        died = np.full(len(batch), LIVING, dtype=np.int64)
        return assembled(stored, list(batch.ids), list(batch.payloads), died, self._index.block_bytes)

    def _require_memory(self, points: int) -> int:
        """Bytes that the build takes beside what is there; raises ResourceExhausted if there are not so many."""
        definition = self._definition
        needed = grnnd.predict_memory(max(points, 1), definition.dim, definition.metric.value, definition.degree)
        needed += 4 * points * definition.dim  # the rows, side by side
        limit = self._settings.memory_limit_bytes or available_bytes()
        if limit is not None and needed > limit:
            raise ResourceExhausted(
                f"a build of {points} points takes about {needed} bytes, and {limit} are left for it: "
                "make segments smaller, lower the degree, or allow more",
                retry_after_s=_RETRY_S,
                reason="BUILD_MEMORY",
            )
        return needed

    def _report(self, progress: Progress) -> None:
        if self._build is not None:
            self._build = BuildState(self._build.points, self._build.memory_bytes, progress)

    def _fail(self, error: Exception) -> None:
        self._failure = str(error) if isinstance(error, ResourceExhausted) else type(error).__name__
        self._retry_at_s = time.monotonic() + _RETRY_S
        extra = {"resource_hash": resource_hash(self._definition.name), "reason": type(error).__name__}
        _log.error("a graph could not be built: its points are compared exactly", extra=extra)

    def _set_wish(self, wish: Wish, key: RequestKey) -> bool:
        with self._wishing:  # so that memory follows the file in the order of its commits
            is_new = self._file.wish_for(wish, key)
            if is_new:
                self._wish = wish
            return is_new

    def _fulfil(self) -> None:
        """Nothing is left to build."""
        with self._wishing:
            if self._wish is Wish.ALL and self._next(self._index.snapshot) is None:
                self._file.wish_for(Wish.NONE, NOT_REMEMBERED)
                self._wish = Wish.NONE


def _gathered(material: Material, dim: int) -> tuple[Batch, Sequences]:
    """The rows side by side."""
    count = material.points
    vectors = np.empty((count, dim), dtype=np.float32)
    lengths, sequences = np.empty(count), np.empty(count, dtype=np.int64)
    ids, payloads = list[str](), list[str | None]()
    start = 0
    for _, block, rows in material.blocks:
        stop = start + len(rows)
        vectors[start:stop], lengths[start:stop] = block.vectors[rows], block.lengths[rows]
        sequences[start:stop] = block.sequences[rows]
        places = rows.tolist()
        ids += [block.ids[row] for row in places]
        payloads += [block.payloads[row] for row in places]
        start = stop
    return Batch(ids, vectors, lengths, payloads), sequences
