"""One attempt at a job, from claim to end: the handler, its heartbeat, and what each way of ending means."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry import trace

from monshin_kit import durable
from monshin_kit.errors import MonshinError, Unavailable
from monshin_kit.jobs.artefacts import ArtefactStore
from monshin_kit.jobs.children import ChildJobs
from monshin_kit.jobs.context import JobContext
from monshin_kit.jobs.handlers import Entry, Handlers
from monshin_kit.jobs.lease import MAX_TRIES, Lease, Leases
from monshin_kit.jobs.payload import Payload, decode, encode
from monshin_kit.jobs.record import Failure, JobId, State
from monshin_kit.jobs.stops import ChildFailed, JobCancelled, LeaseLost, WorkerStopping
from monshin_kit.tracing import parse_traceparent

_log = logging.getLogger(__name__)
_tracer = trace.get_tracer("monshin_kit")


@dataclass(frozen=True, slots=True)
class Runner:
    """Does jobs of one service in this process, one at a time.

    publish: sends an id to the workers, may raise Unavailable. beat_s: seconds between heartbeats. is_stopping:
    whether the worker was told to stop.
    """

    leases: Leases
    handlers: Handlers
    artefacts: ArtefactStore
    publish: Callable[[JobId], None]
    beat_s: float
    is_stopping: Callable[[], bool]

    def run(self, job_id: JobId) -> bool:
        """Does the job if it waits still, and returns whether it did. Raises Unavailable if Redis is away."""
        if self.is_stopping():
            self._publish(job_id)
            return False
        lease = self.leases.claim(job_id)
        if lease is None:
            return False
        with _span(lease):
            try:
                self._attempt(lease)
            except LeaseLost:
                _log.warning("another attempt has the job", extra={"attempt": lease.job.attempt})
        return True

    def _attempt(self, lease: Lease) -> None:
        entry = self.handlers.find(lease.job.kind)
        if entry is None:
            lease.fail(Failure("UNIMPLEMENTED", "UNKNOWN_KIND", f"this worker knows no job {lease.job.kind}"))
            return
        children = ChildJobs(lease, self.leases, self._publish, self.run)
        folder = checkpoint_folder(self.leases.service, lease.job.id)
        try:
            spec = decode(entry.kind.spec, lease.job.spec)
        except MonshinError as error:
            lease.fail(Failure(error.code, error.reason, error.message))
            return
        context = JobContext(lease, spec, self.artefacts, children, folder=folder, is_stopping=self.is_stopping)
        with _heartbeat(context, lease, self.beat_s):
            self._end(context, lease, entry)

    def _end(self, context: JobContext[Payload], lease: Lease, entry: Entry) -> None:
        try:
            result = entry.handler(context)
            text = encode(result) if result is not None else ""
        except JobCancelled:
            context.flush()
            lease.end_cancelled()
        except WorkerStopping:
            context.flush()
            if lease.release() is State.QUEUED:
                self._publish(lease.job.id)
        except ChildFailed as error:
            lease.fail(error.failure)
        except Unavailable as error:
            state = lease.postpone(Failure(error.code, error.reason, f"{error.message}; tried {MAX_TRIES} times"))
            _log.warning("what a job needs is away", extra={"attempt": lease.job.attempt, "state": state})
        except MonshinError as error:
            lease.fail(Failure(error.code, error.reason, error.message))
        except Exception as error:  # noqa: BLE001  # a handler's fault is the job's, not the worker's
            lease.fail(_unexpected(error))
        else:
            context.flush()
            lease.succeed(text)
            context.clear_folder()

    def _publish(self, job_id: JobId) -> None:
        try:
            self.publish(job_id)
            self.leases.run("published", job_id)
        except Unavailable:
            _log.warning("the workers were not told of a job: the reconciler will")


def checkpoint_folder(service: str, job_id: JobId) -> str:
    """Where a job's checkpoints lie in the artefact store."""
    return f"{service}/checkpoints/{job_id}"


def _unexpected(error: Exception) -> Failure:
    if durable.is_full(error):
        return Failure("RESOURCE_EXHAUSTED", "DISK_FULL", "the disk of the worker is full: make room, then resume")
    # As in call.py: the words of an exception may hold what the job worked on.
    error_id = secrets.token_hex(8)
    _log.error("a job failed unexpectedly", exc_info=error, extra={"error_id": error_id})
    return Failure("INTERNAL", "INTERNAL", f"internal error {error_id}")


@contextmanager
def _heartbeat(context: JobContext[Payload], lease: Lease, beat_s: float) -> Iterator[None]:
    """A thread that beats until the block ends, or the lease is lost, which the handler learns from the context."""
    ended = threading.Event()

    def beat() -> None:
        is_away = False
        while not ended.wait(beat_s):
            try:
                context.beat(lease.beat)
                is_away = False
            except LeaseLost:
                return
            except Unavailable:
                if not is_away:
                    _log.warning("a heartbeat did not reach Redis: the next ones will try")
                is_away = True

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _span(lease: Lease) -> Iterator[None]:
    """A span in the trace of whoever submitted the job."""
    parent = parse_traceparent(lease.traceparent)
    context = trace.set_span_in_context(trace.NonRecordingSpan(parent)) if parent is not None else None
    with _tracer.start_as_current_span(
        f"job {lease.job.kind}",
        context=context,
        kind=trace.SpanKind.CONSUMER,
        attributes={"monshin.attempt": lease.job.attempt},
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
