"""Builds that were asked for: one runs, some wait, more are refused; a finished one is remembered for a while.

Nothing here lasts: after a restart a status is unknown (404), and OpenSearch builds that index itself, as it does with
the reference builder, which keeps its jobs in memory, too.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Any, Protocol

from monshin_kit import telemetry
from monshin_kit.errors import Aborted, MonshinError, NotFound, ResourceExhausted, Unavailable
from monshin_kit.executor import Executor

from monshin_ann.remote_build.request import BuildRequest

_log = logging.getLogger(__name__)

_UNFINISHED = telemetry.gauge("ann_remote_builds_unfinished", "Remote builds that run or wait")
_PROGRESS = telemetry.gauge("ann_remote_build_progress", "Share of the graph of the remote build that runs, 0 to 1")
_ENDED = telemetry.counter("ann_remote_builds_ended", "Remote builds that ended, by state", ["state"])
_SECONDS = telemetry.histogram(
    "ann_remote_build_seconds", "From request to end of a remote build", buckets=(1, 5, 15, 60, 300, 900, 3600)
)

RETENTION_S = 1800.0  # of a finished job; that of the reference builder. OpenSearch asks every 5 s
MAX_FINISHED = 10_000


class State(StrEnum):
    """As the status names it. A job that waits is running, too: OpenSearch knows no other state."""

    RUNNING = "RUNNING_INDEX_BUILD"
    COMPLETED = "COMPLETED_INDEX_BUILD"
    FAILED = "FAILED_INDEX_BUILD"


@dataclass(slots=True)
class Job:
    """file_name: of the index, once completed. error: why it failed. finished_s: on the monotonic clock."""

    request: BuildRequest
    state: State = State.RUNNING
    file_name: str = ""
    error: str = ""
    finished_s: float = 0.0


class Builds(Protocol):
    """What a job does: `Builder`."""

    def require_possible(self, request: BuildRequest) -> None:
        """Raises DoesNotFit if it could not be built here at any time."""

    def require_room(self, request: BuildRequest) -> None:
        """Raises DoesNotFit if it could not be built now."""

    def build(self, request: BuildRequest, stop: Event, on_progress: Callable[[float], object]) -> str:
        """The name of the index."""


class Jobs:
    """Used by the event loop only; builds run in a thread of their own, one at a time: each takes all CPUs and memory.

    spawn: starts a background task. queue_limit: builds that may wait. finished_limit: ended builds remembered at most.
    """

    def __init__(
        self,
        builder: Builds,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        queue_limit: int,
        finished_limit: int = MAX_FINISHED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._builder = builder
        self._spawn = spawn
        self._limit = queue_limit
        self._finished_limit = finished_limit
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._stop = Event()
        self._executor = Executor(workers=1, queue_limit=queue_limit + 1, name="remote-build")
        _UNFINISHED.set_function(lambda: self.unfinished)

    @property
    def unfinished(self) -> int:
        """Builds that run or wait."""
        return sum(job.state is State.RUNNING for job in self._jobs.values())

    def submit(self, request: BuildRequest) -> str:
        """The job's id; the same for the same request, which is built once.

        Raises Aborted if other parameters were sent for the same vectors, DoesNotFit, ResourceExhausted if too many
        wait. What room another build will leave is not known while it runs: it is looked for when this one begins. What
        would not fit even alone is refused at once.
        """
        self._forget()
        job_id = _id(request)
        known = self._jobs.get(job_id)
        if known is not None:
            if known.request != request:
                raise Aborted("these vectors are being built with other parameters, or were", reason="CONFLICT")
            return job_id
        if self._stop.is_set():
            raise Unavailable("the service is stopping")
        self._builder.require_possible(request)
        if not self.unfinished:
            self._builder.require_room(request)
        if self.unfinished > self._limit:
            raise ResourceExhausted(f"{self._limit} builds wait already", retry_after_s=5)
        self._jobs[job_id] = job = Job(request)
        self._spawn(self._run(job))
        return job_id

    def get(self, job_id: str) -> Job:
        """Raises NotFound if there is none, or none any more."""
        self._forget()
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound("Job", job_id)
        return job

    def close(self) -> None:
        """Stops the build that runs, and waits for it; those that wait are not begun."""
        self._stop.set()
        self._executor.close()

    async def _run(self, job: Job) -> None:
        # Keyed hashes only: paths hold names of the hospital's indexes and fields.
        place = {"resource_hash": telemetry.resource_hash(f"{job.request.bucket}/{job.request.vectors_key}")}
        started = self._clock()
        try:
            job.file_name = await self._executor.run(self._builder.build, job.request, self._stop, _PROGRESS.set)
        except MonshinError as error:
            job.error = error.message
            _log.warning("remote build failed", extra={**place, "reason": error.reason, "code": error.code})
        except Exception as error:  # noqa: BLE001  # the job's edge: whatever it is, its status must say that it failed
            error_id = secrets.token_hex(8)
            job.error = f"internal error {error_id}: see the service's log"
            _log.error("remote build failed unexpectedly", exc_info=error, extra={**place, "error_id": error_id})
        job.state = State.FAILED if job.error else State.COMPLETED
        job.finished_s = self._clock()
        took_s = job.finished_s - started
        _PROGRESS.set(0)
        _ENDED.labels(job.state.name).inc()
        _SECONDS.observe(took_s)
        _log.info(
            "remote build ended",
            extra={**place, "state": job.state.value, "count": job.request.count, "duration_ms": round(took_s * 1000)},
        )

    def _forget(self) -> None:
        finished = [name for name, job in self._jobs.items() if job.state is not State.RUNNING]
        too_many = len(finished) - self._finished_limit
        for number, name in enumerate(finished):
            if number < too_many or self._clock() - self._jobs[name].finished_s > RETENTION_S:
                del self._jobs[name]


def _id(request: BuildRequest) -> str:
    """64 hexadecimal digits. The key of the vectors holds a random part, so each attempt of OpenSearch is a job."""
    names = "\0".join((request.tenant, request.bucket, request.vectors_key))
    return hashlib.sha256(names.encode()).hexdigest()
