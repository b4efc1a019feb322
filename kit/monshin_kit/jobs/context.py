"""What a handler gets: its spec, where the last attempt stopped, and ways to report, save and be stopped."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from monshin_kit.errors import Unavailable
from monshin_kit.jobs.artefacts import Artefact, ArtefactStore
from monshin_kit.jobs.payload import Kind, P, Payload
from monshin_kit.jobs.record import Job, JobId, Position, State, check_count, check_numbers, check_word
from monshin_kit.jobs.stops import JobCancelled, LeaseLost, WorkerStopping

PROGRESS_INTERVAL_S = 0.2

P2 = TypeVar("P2", bound=Payload)

_log = logging.getLogger(__name__)


class Attempt(Protocol):
    """A worker's right to write; `lease.Lease` is the real one. Each method raises LeaseLost once it is over."""

    @property
    def job(self) -> Job:
        """When it was claimed."""
        ...

    @property
    def checkpoint(self) -> str:
        """Reference of the last one; empty: none."""
        ...

    @property
    def checkpoint_done(self) -> int:
        """How far it reaches."""
        ...

    def write_progress(self, at: Position) -> State:
        """Adds an entry to the stream."""
        ...

    def write_checkpoint(self, reference: str, done: int) -> State:
        """From here the next attempt goes on."""
        ...


class Children(Protocol):
    """Runs jobs of the job; `children.ChildJobs` is the real one."""

    def run(
        self, context: "JobContext[P]", kind: Kind[P2], specs: Mapping[str, P2], done_before: int
    ) -> Mapping[str, Job]:
        """See JobContext.run_jobs."""
        ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What an earlier attempt saved. done: how far it reaches, as given to `save_checkpoint`."""

    done: int
    artefact: Artefact
    store: ArtefactStore

    def read(self) -> bytes:
        """Its content, for what fits into memory. Raises DataLoss if it is gone or damaged, Unavailable."""
        return self.store.read(self.artefact)

    def fetch(self, target: Path) -> None:
        """Its content as a file. Raises as `read`."""
        self.store.fetch(self.artefact, target)


class JobContext(Generic[P]):
    """One attempt, seen from its handler.

    `progress`, `step`, `save_checkpoint` and `raise_if_cancelled` raise JobStopped (a BaseException) when the handler
    must end: the job was cancelled, another attempt has it, or the worker stops. A handler only cleans up then.
    `Unavailable` may be let through: the job is run again later, from its checkpoint, see `lease.MAX_TRIES`.
    Let no second pass without calling one of them; compute that holds the GIL for a lease's length loses the job.
    artefacts: for large results; name them `{service}/{id}/…` with the attempt in it, and put the reference into the
    result: then nothing of an overtaken attempt is ever seen.
    """

    def __init__(
        self,
        attempt: Attempt,
        spec: P,
        artefacts: ArtefactStore,
        children: Children,
        *,
        folder: str,
        is_stopping: Callable[[], bool],
    ) -> None:
        self.spec = spec
        self.artefacts = artefacts
        self._attempt = attempt
        self._children = children
        self._folder = folder
        self._is_stopping = is_stopping
        self._state = attempt.job.state
        self._is_lost = False
        self._saved = 0
        progress = attempt.job.progress
        self._at = Position(progress.phase, progress.step, progress.done, progress.total, progress.numbers)
        self._has_unwritten = False
        self._written_at = float("-inf")
        self._lock = threading.RLock()  # the handler and the heartbeat write

    @property
    def id(self) -> JobId:
        """Of the job."""
        return self._attempt.job.id

    @property
    def attempt(self) -> int:
        """From 1; rises each time a worker takes the job."""
        return self._attempt.job.attempt

    @property
    def folder(self) -> str:
        """Prefix, in the artefact store, for what nobody needs once the job has succeeded: it is deleted then, never
        before, and else when the job is purged. Its checkpoints lie here too."""
        return self._folder

    def is_cancelled(self) -> bool:
        """Whether somebody asked for the end; learnt with each heartbeat (1 s) and each write."""
        return self._state is State.CANCELLING

    def raise_if_cancelled(self) -> None:
        """Raises JobStopped if the handler must end; costs nothing, so that a loop may call it often."""
        if self._is_lost:
            raise LeaseLost
        if self.is_cancelled():
            raise JobCancelled
        if self._is_stopping():
            raise WorkerStopping

    def progress(
        self, done: int, total: int = 0, *, phase: str = "", numbers: Mapping[str, float] | None = None
    ) -> None:
        """Reports where the job is; call it as often as you like, every 0.2 s one is written, and the last one.

        done, total: in the job's own unit; total 0: not known. phase: a word; a new one is written at once. numbers:
        at most 16 measures. Raises InvalidInput for anything but words and numbers, Unavailable if Redis is away for
        a minute, JobStopped.
        """
        done, total = check_count(done, "done"), check_count(total, "total")
        at = Position(check_word(phase, "phase"), self._at.step, done, total, check_numbers(numbers or {}))
        with self._lock:
            is_new_phase = at.phase != self._at.phase
            self._at = at
            self._has_unwritten = True
            if is_new_phase or time.monotonic() - self._written_at >= PROGRESS_INTERVAL_S:
                self.flush()
        self.raise_if_cancelled()

    def step(self, name: str) -> None:
        """Says which part comes now: lost workers are counted for each step by itself, so that one bad shard fails
        the job, and a bad day of the cluster does not. Raises InvalidInput, Unavailable, JobStopped."""
        with self._lock:
            self._at = replace(self._at, step=check_word(name, "step"))
            self._has_unwritten = True
            self.flush()
        self.raise_if_cancelled()

    def checkpoint(self) -> Checkpoint | None:
        """The last one saved, by this attempt or an earlier one; None: start from the beginning."""
        if not self._attempt.checkpoint:
            return None
        return Checkpoint(self._attempt.checkpoint_done, Artefact.of(self._attempt.checkpoint), self.artefacts)

    def save_checkpoint(self, content: bytes | Path, *, done: int) -> None:
        """Saves bytes or a file's content, from which the next attempt goes on; whole or not at all.

        done: how far it reaches, in the job's own unit. Only one that reaches further than the last is progress, which
        forgives lost workers. A handler that must end is stopped after its work was saved. Raises InvalidInput,
        Unavailable (artefact store or Redis), JobStopped.
        """
        done = check_count(done, "done")
        before = self._attempt.checkpoint
        self._saved += 1
        artefact = self.artefacts.put(f"{self._folder}/{self.attempt:06d}-{self._saved:06d}", content)
        with self._lock:
            self.flush()
            self._learn(lambda: self._attempt.write_checkpoint(artefact.reference, done))
        if before:
            self._forget(Artefact.of(before).name)
        self.raise_if_cancelled()

    def run_jobs(self, kind: Kind[P2], specs: Mapping[str, P2], *, done_before: int = 0) -> Mapping[str, Job]:
        """Runs jobs of this job, by key, wherever a worker is free, and here too; returns them all SUCCEEDED.

        They are submitted once: the next attempt finds those that ended. One is done anew if its spec is another now,
        or if an artefact that its result refers to is gone; so let specs say the same in each attempt. While one runs
        here, its key is this job's step. Each that succeeds is progress of this job: `done` is done_before plus their
        number. Cancelling this job cancels them. Raises InvalidInput (a key is no word, a spec no payload), ChildFailed
        as soon as one failed, Unavailable, JobStopped.
        """
        return self._children.run(self, kind, specs, done_before)

    def mark_progress(self, done: int) -> None:
        """Counts as progress without a new checkpoint: what was done lasts elsewhere. Raises as save_checkpoint."""
        with self._lock:
            self._learn(lambda: self._attempt.write_checkpoint(self._attempt.checkpoint, check_count(done, "done")))
        self.raise_if_cancelled()

    def clear_folder(self) -> None:
        """Deletes `folder`; for the runner, once the success is on record."""
        self._forget(self._folder)

    def flush(self) -> None:
        """Writes what `progress` has held back; the heartbeat calls it."""
        with self._lock:
            if self._has_unwritten:
                self._has_unwritten = False
                self._written_at = time.monotonic()
                self._learn(lambda: self._attempt.write_progress(self._at))

    def beat(self, beat: Callable[[], State]) -> None:
        """For the heartbeat thread: extends the lease, learns of a cancellation. Raises LeaseLost, Unavailable."""
        self._learn(beat)
        self.flush()

    def _learn(self, write: Callable[[], State]) -> None:
        try:
            self._state = write()
        except LeaseLost:
            self._is_lost = True
            raise

    def _forget(self, name: str) -> None:
        try:
            self.artefacts.delete(name)
        except Unavailable:
            _log.warning("what a job does not need any more stays until it is purged")
