"""jobs: whatever happens to them in whatever order, the record is what thirty lines of Python say it is."""

import asyncio
import secrets
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from lapse import Clock
from monshin_kit.jobs import Failure, JobId, JobSettings, LeaseLost, State
from monshin_kit.jobs.lease import Lease, Leases
from monshin_kit.jobs.record import Position
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing.redis import RedisProcess
from monshin_sample_jobs.kinds import COUNT, CountSpec

MAX_LOST = 2
steps = st.sampled_from(["", "shard-1", "shard-2"])


@dataclass
class Model:
    """A job as it should be."""

    state: State = State.QUEUED
    attempt: int = 0
    step: str = ""
    saved: int = -1
    lost: Counter[str] = field(default_factory=Counter)
    entries: list[State] = field(default_factory=lambda: [State.QUEUED])

    def move(self, state: State) -> None:
        """Each move is an entry of the stream."""
        self.state = state
        self.entries.append(state)

    def is_held_by(self, attempt: int) -> bool:
        """Whether that attempt may write."""
        return self.attempt == attempt and self.state in (State.RUNNING, State.CANCELLING)


class JobsAgainstModel(RuleBasedStateMachine):
    """Redis and the model side by side; old leases stay in the bundle and go on trying to write."""

    redis: JobSettings
    jobs = Bundle("jobs")
    leases = Bundle("leases")

    @initialize()
    def open(self) -> None:
        """A service that nobody has used."""
        self.service = "t" + secrets.token_hex(6)
        self.loop = asyncio.Runner()
        self.loop.run(asyncio.sleep(0))
        self.store = JobStore(self.service, self.redis, lambda _: None)
        self.workers = Leases(self.service, self.redis)
        self.clock = Clock(self.service, self.redis)
        self.model: dict[JobId, Model] = {}

    @rule(target=jobs)
    def submit(self) -> JobId:
        """A new one."""
        job = self.loop.run(self.store.submit(COUNT, CountSpec("diary", 1)))
        self.model[job.id] = Model()
        return job.id

    @rule(target=leases, job=jobs)
    def claim(self, job: JobId) -> Lease | None:
        """Celery delivers the id, perhaps once too often."""
        lease = self.workers.claim(job)
        model = self.model[job]
        assert (lease is not None) == (model.state is State.QUEUED)
        if lease is not None:
            model.attempt += 1
            assert lease.job.attempt == model.attempt
            model.move(State.RUNNING)
        return lease

    @rule(lease=leases, step=steps, done=st.integers(0, 5))
    def progress(self, lease: Lease | None, step: str, done: int) -> None:
        """A worker says where it is."""
        if self._may_write(lease, lambda lease: lease.write_progress(Position("count", step, done, 5, {}))):
            model = self._model(lease)
            model.step = step
            model.entries.append(model.state)

    @rule(lease=leases, done=st.integers(0, 5))
    def checkpoint(self, lease: Lease | None, done: int) -> None:
        """Only one that reaches further forgives."""
        if self._may_write(lease, lambda lease: lease.write_checkpoint("a@" + "0" * 64 + ":1", done)):
            model = self._model(lease)
            if done > model.saved:
                del model.lost[model.step]
            model.saved = done

    @rule(lease=consumes(leases), state=st.sampled_from([State.SUCCEEDED, State.FAILED, State.CANCELLED]))
    def finish(self, lease: Lease | None, state: State) -> None:
        """A worker is done."""

        def end(lease: Lease) -> None:
            match state:
                case State.SUCCEEDED:
                    lease.succeed("")
                case State.FAILED:
                    lease.fail(Failure("INTERNAL", "INTERNAL", "internal error 1"))
                case _:
                    lease.end_cancelled()

        if lease is not None and self._model(lease).state is state and self._model(lease).attempt == lease.job.attempt:
            return  # the same end again is a repeated write
        if self._may_write(lease, end):
            model = self._model(lease)
            model.lost.clear()
            if state is State.SUCCEEDED:
                model.saved = -1
            model.move(state)

    @rule(lease=consumes(leases))
    def release(self, lease: Lease | None) -> None:
        """A worker stops."""
        if lease is not None and self._model(lease).state is State.QUEUED:
            return  # a repeated one, or fenced: both change nothing
        if self._may_write(lease, lambda lease: lease.release()):
            model = self._model(lease)
            model.move(State.CANCELLED if model.state is State.CANCELLING else State.QUEUED)

    @rule(lease=consumes(leases))
    def postpone(self, lease: Lease | None) -> None:
        """What the job needs is away; until its pause is over nobody gets it."""
        if lease is not None and self._model(lease).state in (State.QUEUED, State.FAILED):
            return  # a repeated one, or fenced: both change nothing
        away = Failure("UNAVAILABLE", "UNAVAILABLE", "embed is silent")
        if self._may_write(lease, lambda lease: lease.postpone(away)):
            assert lease is not None
            model = self._model(lease)
            model.move(State.CANCELLED if model.state is State.CANCELLING else State.QUEUED)
            assert self.workers.claim(lease.job.id) is None
            self.clock.end_pause(lease.job.id)

    @rule(job=jobs)
    def cancel(self, job: JobId) -> None:
        """At any time."""
        self.loop.run(self.store.cancel(job))
        model = self.model[job]
        if model.state in (State.QUEUED, State.RUNNING):
            model.move(State.CANCELLED if model.state is State.QUEUED else State.CANCELLING)

    @rule(job=jobs)
    def resume(self, job: JobId) -> None:
        """At any time."""
        self.loop.run(self.store.resume(job))
        model = self.model[job]
        if model.state in (State.FAILED, State.CANCELLED):
            model.lost.clear()
            model.move(State.QUEUED)

    @rule(job=jobs)
    def lose_worker(self, job: JobId) -> None:
        """Its lease lapses, if it has one."""
        self.clock.lapse(job)
        self.workers.run("reap", 100, MAX_LOST, "INTERNAL", "WORKER_LOST", "lost")
        model = self.model[job]
        if model.state is State.CANCELLING:
            model.move(State.CANCELLED)
        elif model.state is State.RUNNING:
            model.lost[model.step] += 1
            is_over = model.lost[model.step] >= MAX_LOST
            if is_over:
                model.lost.clear()
            model.move(State.FAILED if is_over else State.QUEUED)

    @invariant()
    def the_records_are_the_models(self) -> None:
        """The promise."""
        if not hasattr(self, "model"):
            return
        for job_id, model in self.model.items():
            job = self.loop.run(self.store.get(job_id))
            assert (job.state, job.attempt, job.checkpoint_done) == (model.state, model.attempt, model.saved)
            assert job.progress.sequence == len(model.entries)
            assert (job.finished_s > 0) == model.state.is_final
        counts = Counter(model.state for model in self.model.values())
        stats = self.loop.run(self.store.stats())
        assert stats.states == {state: counts[state] for state in State}

    def teardown(self) -> None:
        """The streams hold every move, once; then closes."""
        if not hasattr(self, "model"):
            return
        for job_id, model in self.model.items():
            self.loop.run(self.store.cancel(job_id))
            self.clock.lapse(job_id)
            self.workers.run("reap", 100, MAX_LOST, "INTERNAL", "WORKER_LOST", "lost")
            entries = self.loop.run(self._stream(job_id))
            assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
            assert [entry.state for entry in entries][: len(model.entries)] == model.entries
        self.loop.run(self.store.close())
        self.workers.close()
        self.clock.close()
        self.loop.close()

    async def _stream(self, job_id: JobId) -> list:
        return [entry async for entry in self.store.watch(job_id)]

    def _model(self, lease: Lease | None) -> Model:
        assert lease is not None
        return self.model[lease.job.id]

    def _may_write(self, lease: Lease | None, write) -> bool:
        if lease is None:
            return False
        if self._model(lease).is_held_by(lease.job.attempt):
            write(lease)
            return True
        with pytest.raises(LeaseLost):
            write(lease)
        return False


def test_jobs_against_a_model(redis: RedisProcess) -> None:
    JobsAgainstModel.redis = redis.settings
    run_state_machine_as_test(
        JobsAgainstModel,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
