"""Jobs of a job: one that is cut into parts, such as the shards of an index, and waits for them.

The waiting one helps: it runs parts itself that no other worker has taken. So it ends with a single worker too, and
more workers only make it faster. Parts have leases, checkpoints and lost workers of their own.
"""

import hashlib
import time
from collections.abc import Callable, Mapping

from monshin_kit.errors import InvalidInput
from monshin_kit.jobs.artefacts import references
from monshin_kit.jobs.context import P2, JobContext
from monshin_kit.jobs.lease import Lease, Leases
from monshin_kit.jobs.payload import Kind, P, decode, encode
from monshin_kit.jobs.record import Failure, Job, JobId, State, check_word
from monshin_kit.jobs.stops import ChildFailed

POLL_S = 0.3


class ChildJobs:
    """The parts of one attempt.

    publish: tells other workers of a job; must not raise. run: does a job here if it waits still, and says whether.
    """

    def __init__(
        self, lease: Lease, leases: Leases, publish: Callable[[JobId], None], run: Callable[[JobId], bool]
    ) -> None:
        self._lease = lease
        self._leases = leases
        self._publish = publish
        self._run = run

    def run(
        self, context: JobContext[P], kind: Kind[P2], specs: Mapping[str, P2], done_before: int
    ) -> Mapping[str, Job]:
        """See JobContext.run_jobs."""
        keys = {self._submit(context, kind, key, spec): key for key, spec in specs.items()}
        while True:
            found, now_s = self._leases.jobs(list(keys))
            jobs = {job.id: job for job in found}
            for job in jobs.values():
                if job.state in (State.FAILED, State.CANCELLED):
                    context.beat(self._lease.beat)
                    context.raise_if_cancelled()  # then its end is ours
                    raise ChildFailed(_failure(keys[job.id], job))
            succeeded = sum(job.state is State.SUCCEEDED for job in jobs.values())
            if done_before + succeeded > self._lease.checkpoint_done:
                context.mark_progress(done_before + succeeded)
            context.progress(done_before + succeeded, done_before + len(keys), phase=kind.name)
            if succeeded == len(keys):
                return {keys[job.id]: job for job in jobs.values()}
            if not self._help(context, {key: jobs[id_] for id_, key in keys.items()}, now_s):
                time.sleep(POLL_S)

    def _submit(self, context: JobContext[P], kind: Kind[P2], key: str, spec: P2) -> JobId:
        parent = self._lease.job
        child = child_id(parent.id, f"{kind.name}/{check_word(key, 'key')}")
        fields = {"kind": kind.name, "spec": encode(spec), "owner": parent.owner}
        job = self._lease.submit(child, {**fields, "traceparent": self._lease.traceparent})
        if not _is_asked_for(job, kind, spec) or not self._has_its_artefacts(context, job):
            self._lease.redo(child, fields["spec"])
        elif job.state is State.SUCCEEDED:
            return child
        elif job.state in (State.FAILED, State.CANCELLED):
            self._leases.resume(child)  # of an earlier attempt, which was resumed itself
        self._publish(child)
        return child

    def _has_its_artefacts(self, context: JobContext[P], job: Job) -> bool:
        """Whether what the result of an earlier attempt refers to is there still: a disk may have lost it."""
        context.raise_if_cancelled()
        return all(context.artefacts.has(each) for each in references(job.result))

    def _help(self, context: JobContext[P], jobs: Mapping[str, Job], now_s: float) -> bool:
        for key, job in jobs.items():
            # Those that wait for what is away are left to wait: looking costs Redis an entry of our stream.
            if job.state is State.QUEUED and job.not_before_s <= now_s:
                context.step(key)
                if self._run(job.id):
                    return True
        return False


def _is_asked_for(job: Job, kind: Kind[P2], spec: P2) -> bool:
    try:
        return decode(kind.spec, job.spec) == spec
    except InvalidInput:  # of another version
        return False


def child_id(parent: JobId, key: str) -> JobId:
    """Always the same for the same part; near its parent in the order of ids."""
    return JobId(parent[:14] + hashlib.sha256(f"{parent}/{key}".encode()).hexdigest()[:18])


def _failure(key: str, job: Job) -> Failure:
    if job.failure is None:
        return Failure("ABORTED", "CHILD_CANCELLED", f"{key}: was cancelled by itself")
    return Failure(job.failure.code, job.failure.reason, f"{key}: {job.failure.message}")
