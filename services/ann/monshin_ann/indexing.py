"""The graphs of one collection: made of its points in the background, put in place, thrown away and made again."""

import logging
import os
import threading
import time
from dataclasses import dataclass

import grnnd
import numpy as np
from grnnd import Progress
from grnnd.memory import available_bytes
from monshin_kit.errors import DataLoss, MonshinError, ResourceExhausted
from monshin_kit.requests import NOT_REMEMBERED, RequestKey
from monshin_kit.telemetry import resource_hash

from monshin_ann.core.backoff import Backoff, Clock
from monshin_ann.core.block import LIVING, Batch, Sequences
from monshin_ann.core.building import LIMITS, Choice, Limits, next_build
from monshin_ann.core.definition import Definition, Metric
from monshin_ann.core.index import Index, Material
from monshin_ann.core.segment import Built, Segment
from monshin_ann.core.snapshot import Snapshot
from monshin_ann.loading import assembled
from monshin_ann.store import layout
from monshin_ann.store.points_file import Aim, PointsFile, Wish
from monshin_ann.store.segment_files import SegmentFiles, StoredSegment

_log = logging.getLogger(__name__)

_RETRY_S = 60.0
_UNIT_ERROR = 1e-6


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """threads: of a build. memory_limit_bytes: that it may take; None: what the system has. device: cpu, cuda, auto.

    clock: seconds, for the pauses after failures.
    """

    limits: Limits = LIMITS
    threads: int = 1
    memory_limit_bytes: int | None = None
    device: str = "cpu"
    clock: Clock = time.monotonic


@dataclass(frozen=True, slots=True)
class BuildState:
    """A build at work. points: of its segment. memory_bytes: predicted. progress: None before the first report."""

    points: int
    memory_bytes: int
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IndexView:
    """What there is, what is at work, what is wanted. failure: of the last build, or empty. retry_s: until the next."""

    snapshot: Snapshot
    wish: Wish
    build: BuildState | None
    is_due: bool
    failure: str
    retry_s: float


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
        self._backoff = Backoff(settings.clock)
        self._is_stopped = False

    @property
    def view(self) -> IndexView:
        """As of now."""
        snapshot = self._index.snapshot
        wish = self._wish
        is_due = wish.aim is not Aim.HOLD and self._next(snapshot, wish) is not None
        return IndexView(snapshot, wish, self._build, is_due, self._failure, self._backoff.remaining_s)

    def want_all(self, key: RequestKey) -> None:
        """Every point there is now is to be in a segment; the wish is on disk when this returns.

        Raises ResourceExhausted, with the estimate, if a build would not fit.
        """
        snapshot = self._index.snapshot
        choice = next_build(snapshot, self._settings.limits, snapshot.sequence)
        if choice is not None and not self._file.knows(key):
            self._require_memory(min(snapshot.points, self._settings.limits.segment_points))
        if self._set_wish(Aim.ALL, key):
            self._forget_failures()

    def hold(self, key: RequestKey) -> None:
        """Stops the build at work; none begins until `want_all`. On disk when this returns."""
        if self._set_wish(Aim.HOLD, key):
            self._cancel.set()

    def stop(self) -> None:
        """Stops the build at work for good."""
        self._is_stopped = True
        self._cancel.set()

    def build_next(self) -> bool:
        """Builds one segment if one is due, and no pause after a failure holds it; whether it did.

        Raises DataLoss.
        """
        self._cancel.clear()  # before what is looked at next, so that no wish to stop is lost
        wish = self._wish
        if self._is_stopped or wish.aim is Aim.HOLD:
            return False
        began_s = self._settings.clock()
        try:
            choice = self._next(self._index.snapshot, wish)
            if (choice is not None or wish.aim is Aim.ALL) and self._backoff.remaining_s:
                return False
            if choice is not None:
                self._carry_out(choice, wish)
            elif wish.aim is Aim.ALL:
                self._fulfil()
        except grnnd.Cancelled:
            return False
        except DataLoss:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is: it is told, and the next attempt waits its turn
            self._fail(error, self._settings.clock() - began_s)
            return False
        self._forget_failures()
        return choice is not None

    def _next(self, snapshot: Snapshot, wish: Wish) -> Choice | None:
        return next_build(snapshot, self._settings.limits, wish.bound)

    def _carry_out(self, choice: Choice, wish: Wish) -> None:
        most = self._settings.limits.segment_points if choice.with_head else 0
        material = self._index.begin(choice.segments, most, LIVING if wish.bound is None else wish.bound)
        try:
            self._index.adopt(material, [self._built(material)] if material.points else [])
        except BaseException:
            self._index.abandon(material)  # its rows must be free for the next build
            raise
        finally:
            self._build = None
        for segment in choice.segments:
            self._files.remove(segment.built.number)

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
        needed = grnnd.predict_memory(
            max(points, 1), definition.dim, definition.metric.value, definition.degree, definition.code.value
        )
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

    def _fail(self, error: Exception, took_s: float) -> None:
        self._backoff.fail(took_s)
        self._failure = _reason(error)
        extra = {"resource_hash": resource_hash(self._definition.name), "reason": type(error).__name__}
        stack = None if isinstance(error, MonshinError) else error  # kit writes lines of code, not the error's words
        _log.error("a graph could not be built: its points are compared exactly", exc_info=stack, extra=extra)

    def _forget_failures(self) -> None:
        self._failure = ""
        self._backoff.reset()

    def _set_wish(self, aim: Aim, key: RequestKey) -> bool:
        with self._wishing:  # so that memory follows the file in the order of its commits
            wish = self._file.wish_for(aim, key)
            if wish is not None:
                self._wish = wish
            return wish is not None

    def _fulfil(self) -> None:
        """Nothing is left to build; unless the index, which follows the file, has yet to hear of points wished for."""
        with self._wishing:
            snapshot, wish = self._index.snapshot, self._wish
            if wish.aim is Aim.ALL and snapshot.sequence >= wish.until and self._next(snapshot, wish) is None:
                self._wish = self._file.wish_for(Aim.NONE, NOT_REMEMBERED) or wish


def _reason(error: Exception) -> str:
    """For people, without content of the collection, which the words of foreign errors may quote."""
    if isinstance(error, MonshinError):
        return error.message
    name = type(error).__name__
    return f"{name}: {os.strerror(error.errno)}" if isinstance(error, OSError) and error.errno else name


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
