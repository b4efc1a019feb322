"""How far a build is, worked out from its job and the jobs of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from monshin_kit.jobs import Job, State, decode

from monshin_ann.sharded.collection import ShardedCollection
from monshin_ann.sharded.kinds import MERGE, PLAN, SHARD, BuildSpec, MergeResult, PlanResult, ShardResult
from monshin_ann.sharded.shelf import Reservation

# Shares of a whole build, measured (benchmarks/RESULTS.md); only `fraction` and `remaining_s` depend on them.
_PLAN_SHARE, _SHARDS_SHARE, _MERGE_SHARE = 0.10, 0.70, 0.20
# Of a merge: where each of its phases begins and ends.
_MERGE_PHASES = {
    "points": (0.0, 0.05),
    "codes": (0.05, 0.1),
    "unite": (0.1, 0.7),
    "calibrate": (0.7, 0.8),
    "insert": (0.8, 0.82),
    "stitch": (0.82, 0.85),
    "publish": (0.85, 1.0),
}
_LEAST_FRACTION = 0.02  # below it nothing can be said of the rest


class Phase(Enum):
    """As in the proto."""

    QUEUED = "queued"
    PLANNING = "planning"
    SHARDS = "shards"
    MERGING = "merging"
    INSTALLING = "installing"
    READY = "ready"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DAMAGED = "damaged"  # built, but what was published cannot be read any more
    DELETED = "deleted"  # built, and its collection deleted since

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen any more by itself."""
        return self in (Phase.READY, Phase.CANCELLED, Phase.FAILED, Phase.DAMAGED, Phase.DELETED)


@dataclass(frozen=True, slots=True)
class Build:
    """sequence: rises with all that is said here. shards: 0 until known. fraction: falls only where a worker was lost.
    remaining_s: None where nothing can be said.

    collection: what it made, while that is served.
    """

    job: Job
    spec: BuildSpec
    phase: Phase
    sequence: int
    shards: int
    shards_done: int
    distances: int
    fraction: float
    remaining_s: float | None
    collection: ShardedCollection | None

    @classmethod
    def of(
        cls,
        job: Job,
        parts: Sequence[Job],
        spec: BuildSpec,
        phase: Phase,
        collection: ShardedCollection | None,
        *,
        now_s: float,
    ) -> "Build":
        """parts: the jobs that the job submitted, as far as it has."""
        planned = [decode(PlanResult, each.result) for each in parts if each.kind == PLAN.name and each.result]
        cells = [each for each in parts if each.kind == SHARD.name]
        done = sum(each.state is State.SUCCEEDED for each in cells)
        shares = [_share(each) for each in cells]
        fraction = _PLAN_SHARE * len(planned) + _SHARDS_SHARE * sum(shares) / max(len(cells), 1)
        fraction += _MERGE_SHARE * sum(_share(each) for each in parts if each.kind == MERGE.name)
        if job.state is State.SUCCEEDED:
            fraction = 1.0
        remaining_s = None
        if job.state is State.RUNNING and fraction >= _LEAST_FRACTION and job.started_s:
            remaining_s = (now_s - job.started_s) * (1 - fraction) / fraction
        return cls(
            job=job,
            spec=spec,
            phase=phase,
            # The service's own steps after the job's end count too.
            sequence=sum(each.progress.sequence for each in (job, *parts)) + phase.is_final,
            shards=planned[0].shards if planned else 0,
            shards_done=done,
            distances=sum(map(_distances, parts)),
            fraction=min(fraction, 1.0),
            remaining_s=remaining_s,
            collection=collection,
        )


def phase_of(job: Job, parts: Sequence[Job], *, is_served: bool, reservation: Reservation | None) -> Phase:
    """reservation: of its place; None once the collection is served, or was deleted."""
    match job.state:
        case State.QUEUED:
            return Phase.QUEUED
        case State.CANCELLING:
            return Phase.CANCELLING
        case State.CANCELLED:
            return Phase.CANCELLED
        case State.FAILED:
            return Phase.FAILED
        case State.SUCCEEDED:
            if is_served:
                return Phase.READY
            if reservation is None:
                return Phase.DELETED
            return Phase.INSTALLING if reservation.is_active else Phase.DAMAGED
        case State.RUNNING:
            kinds = {each.kind for each in parts}
            return Phase.MERGING if MERGE.name in kinds else Phase.SHARDS if SHARD.name in kinds else Phase.PLANNING


def _share(job: Job) -> float:
    if job.state is State.SUCCEEDED:
        return 1.0
    at = job.progress
    done = min(at.done / at.total, 1.0) if at.total else 0.0
    if job.kind == MERGE.name:
        begin, end = _MERGE_PHASES.get(at.phase, (0.0, 0.0))
        return begin + (end - begin) * done
    return done if at.phase == "build" else float(at.phase == "store")


def _distances(job: Job) -> int:
    if job.result and job.kind == SHARD.name:
        return decode(ShardResult, job.result).distances
    if job.result and job.kind == MERGE.name:
        return decode(MergeResult, job.result).distances
    return int(job.progress.numbers.get("distances", 0))
