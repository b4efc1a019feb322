"""A worker's right to write to a job, for one attempt: claimed, extended by each write, refused once overtaken."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import redis

from monshin_kit.errors import Unavailable
from monshin_kit.jobs import codec, redis_client
from monshin_kit.jobs.record import Failure, Job, JobId, Position, State
from monshin_kit.jobs.settings import JobSettings
from monshin_kit.jobs.stops import LeaseLost

OUTAGE_LIMIT_S = 60.0
CLAIM_LIMIT_S = 5.0
MAX_TRIES = 20  # without progress in between: what is away may stay so for about a quarter of an hour
_FIRST_PAUSE_MS, _LONGEST_PAUSE_MS = 1000, 60_000
_PAUSE_S = 0.2


class Leases:
    """Takes jobs of one service for a worker. Safe for threads."""

    def __init__(self, service: str, settings: JobSettings) -> None:
        self.service = service
        self._lease_ms = round(settings.lease_s * 1000)
        self._redis = redis_client.connect(settings)
        self._prefix = redis_client.prefix(service)

    def close(self) -> None:
        """Closes the connections."""
        self._redis.close()

    def claim(self, job_id: JobId) -> "Lease | None":
        """The next attempt at the job, or None if it does not wait (any more). Raises Unavailable."""
        worker = secrets.token_hex(8)
        flat = _patiently(lambda: self.run("claim", job_id, worker, self._lease_ms), CLAIM_LIMIT_S)
        if not flat:
            return None
        fields = codec.fields_of(flat)
        return Lease(self, codec.job_of(job_id, fields), fields["checkpoint"], fields["traceparent"], self._lease_ms)

    def jobs(self, ids: Sequence[JobId]) -> tuple[Sequence[Job], float]:
        """The records of those that exist, and when they were read: seconds since 1970 by the clock of Redis.

        Raises Unavailable after `OUTAGE_LIMIT_S`.
        """
        now_ms, rows = _patiently(lambda: self.run("records", *ids))
        jobs = [codec.job_of(id_, codec.fields_of(flat)) for id_, flat in zip(ids, rows, strict=True) if flat]
        return jobs, int(now_ms) / 1000

    def resume(self, job_id: JobId) -> None:
        """Queues a failed or cancelled job again. Raises Unavailable after `OUTAGE_LIMIT_S`."""
        _patiently(lambda: self.run("resume", job_id))

    def run(self, script: str, *args: str | int | float) -> Any:
        """One of our scripts. Raises Unavailable."""
        try:
            return self._redis.register_script(redis_client.script(script))(keys=[self._prefix], args=list(args))
        except (redis.RedisError, OSError) as error:
            raise redis_client.unavailable(error) from error


class Lease:
    """One attempt at one job. Each method raises LeaseLost once this attempt may not write any more.

    While Redis is away, writes are repeated for `OUTAGE_LIMIT_S` (then Unavailable), each taking effect once.
    job: the record when it was claimed. checkpoint, checkpoint_done: of the last one; empty, -1 if there is none.
    """

    def __init__(self, leases: Leases, job: Job, checkpoint: str, traceparent: str, lease_ms: int) -> None:
        self.job = job
        self.checkpoint = checkpoint
        self.checkpoint_done = job.checkpoint_done
        self.traceparent = traceparent
        self._leases = leases
        self._lease_ms = lease_ms
        self._writes = 0
        self._writing = threading.Lock()  # a heartbeat's write and the handler's must reach Redis in their order

    def beat(self) -> State:
        """Extends the lease; not repeated, since the next beat follows. Raises Unavailable."""
        return _state(self._leases.run("beat", self.job.id, self.job.attempt, self._lease_ms))

    def write_progress(self, at: Position) -> State:
        """Adds an entry to the progress stream."""
        numbers = json.dumps(dict(at.numbers), separators=(",", ":")) if at.numbers else ""
        return self._write("progress", at.phase, at.step, at.done, at.total, numbers)

    def write_checkpoint(self, reference: str, done: int) -> State:
        """From here the next attempt goes on."""
        state = self._write("checkpoint", reference, done)
        self.checkpoint, self.checkpoint_done = reference, done
        return state

    def succeed(self, result: str) -> None:
        """The end, with a result as `payload.encode` writes it or none."""
        self._finish(State.SUCCEEDED, result, Failure("", "", ""))

    def fail(self, failure: Failure) -> None:
        """The end, with the reason."""
        self._finish(State.FAILED, "", failure)

    def end_cancelled(self) -> None:
        """The end that somebody asked for."""
        self._finish(State.CANCELLED, "", Failure("", "", ""))

    def release(self) -> State:
        """Gives the job back, unharmed; CANCELLED if that was asked for meanwhile."""
        return _state(_patiently(lambda: self._leases.run("release", self.job.id, self.job.attempt)))

    def postpone(self, failure: Failure) -> State:
        """Gives the job back for a while, twice as long each time: QUEUED; FAILED, with the reason, at the
        `MAX_TRIES`th time without progress in between; CANCELLED if that was asked for meanwhile."""
        limits = (MAX_TRIES, _FIRST_PAUSE_MS, _LONGEST_PAUSE_MS)
        details = (failure.code, failure.reason, failure.message)
        job = self.job
        return _state(_patiently(lambda: self._leases.run("postpone", job.id, job.attempt, *limits, *details)))

    def submit(self, child: JobId, fields: Mapping[str, str]) -> Job:
        """A job of this job, once: the same id again is the same job."""
        flat = [text for pair in fields.items() for text in pair]
        answer = _patiently(
            lambda: self._leases.run("submit", child, "", "", 0, 0, self.job.id, self.job.attempt, *flat)
        )
        if not answer:
            raise LeaseLost
        return codec.job_of(child, codec.fields_of(answer[3]))

    def redo(self, child: JobId, spec: str) -> None:
        """A job of this job is done anew, with this spec, and without its checkpoint."""
        if not _patiently(lambda: self._leases.run("redo", child, spec, self.job.id, self.job.attempt)):
            raise LeaseLost

    def _write(self, script: str, *args: str | int) -> State:
        with self._writing:
            self._writes += 1
            number = self._writes
            job = self.job
            return _state(
                _patiently(lambda: self._leases.run(script, job.id, job.attempt, self._lease_ms, number, *args))
            )

    def _finish(self, state: State, result: str, failure: Failure) -> None:
        details = (failure.code, failure.reason, failure.message)
        job = self.job
        if not _patiently(lambda: self._leases.run("finish", job.id, job.attempt, state, result, *details)):
            raise LeaseLost


def _state(answer: str | None) -> State:
    if answer is None:
        raise LeaseLost
    return State(answer)


def _patiently(call: Callable[[], Any], limit_s: float = OUTAGE_LIMIT_S) -> Any:
    deadline = time.monotonic() + limit_s
    while True:
        try:
            return call()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
