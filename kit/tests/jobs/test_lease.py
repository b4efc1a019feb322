"""lease: one attempt writes, those before it do not; lost workers are counted, progress forgives them."""

from collections.abc import Callable

import pytest
from lapse import Clock
from monshin_kit.jobs import Failure, Job, LeaseLost, State
from monshin_kit.jobs.children import child_id
from monshin_kit.jobs.lease import Lease, Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.record import Position
from monshin_kit.jobs.store import JobStore
from monshin_sample_jobs.kinds import COUNT, CountSpec

REFERENCE = "a@" + "0" * 64 + ":1"
WRITES: list[Callable[[Lease], object]] = [
    lambda lease: lease.beat(),
    lambda lease: lease.write_progress(Position("count", "", 1, 2, {})),
    lambda lease: lease.write_checkpoint(REFERENCE, 1),
    lambda lease: lease.succeed("{}"),
    lambda lease: lease.fail(Failure("INTERNAL", "INTERNAL", "internal error 1")),
    lambda lease: lease.end_cancelled(),
]


@pytest.fixture
async def job(store: JobStore) -> Job:
    """One that waits."""
    return await store.submit(COUNT, CountSpec("diary", 3))


@pytest.fixture
def lose(clock: Clock, reconciler: Reconciler) -> Callable[[Lease], None]:
    """The worker of this lease dies, and the reconciler sees it."""

    def lose(lease: Lease) -> None:
        clock.lapse(lease.job.id)
        reconciler.run_once()

    return lose


def _claimed(leases: Leases, job: Job) -> Lease:
    lease = leases.claim(job.id)
    assert lease is not None, "the job does not wait"
    return lease


async def test_a_job_has_one_worker(job: Job, leases: Leases) -> None:
    _claimed(leases, job)
    assert leases.claim(job.id) is None


@pytest.mark.parametrize("write", WRITES)
async def test_an_overtaken_attempt_cannot_write(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None], write: Callable[[Lease], object]
) -> None:
    """Hazard: a worker that was paused comes back and writes over what the next one does."""
    old = _claimed(leases, job)
    lose(old)
    for _ in range(2):  # while the job waits again, and while another has it
        before = await store.get(job.id)
        with pytest.raises(LeaseLost):
            write(old)
        assert await store.get(job.id) == before
        leases.claim(job.id)


async def test_an_overtaken_attempt_gives_nothing_back(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    old = _claimed(leases, job)
    lose(old)
    before = await store.get(job.id)
    assert old.release() is State.QUEUED  # as if its first answer had been lost
    assert await store.get(job.id) == before
    _claimed(leases, job)
    with pytest.raises(LeaseLost):
        old.release()
    assert (await store.get(job.id)).state is State.RUNNING


@pytest.mark.parametrize("write", WRITES)
async def test_an_ended_job_cannot_be_written(
    job: Job, store: JobStore, leases: Leases, write: Callable[[Lease], object]
) -> None:
    lease = _claimed(leases, job)
    lease.fail(Failure("DATA_LOSS", "DAMAGED", "gone"))
    before = await store.get(job.id)
    if write is not WRITES[4]:  # the same end again is taken for a repeated one, and changes nothing
        with pytest.raises(LeaseLost):
            write(lease)
    assert await store.get(job.id) == before


async def test_a_lapsed_lease_that_nobody_took_goes_on(job: Job, leases: Leases, clock: Clock) -> None:
    lease = _claimed(leases, job)
    clock.lapse(job.id)
    assert lease.beat() is State.RUNNING


async def test_two_lost_workers_fail_the_job(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    lose(_claimed(leases, job))
    assert (await store.get(job.id)).state is State.QUEUED
    lose(_claimed(leases, job))
    failed = await store.get(job.id)
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert failed.failure.reason == "WORKER_LOST"


async def test_lost_attempts_are_forgiven_by_progress(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    for number in range(5):
        lease = _claimed(leases, job)
        lease.write_checkpoint(REFERENCE, number)
        lose(lease)
    assert (await store.get(job.id)).state is State.QUEUED


async def test_saving_the_same_checkpoint_again_is_no_progress(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    """Hazard: a job that saves, then dies at the same place, would be run for ever."""
    for _ in range(2):
        lease = _claimed(leases, job)
        lease.write_checkpoint(REFERENCE, 1)
        lose(lease)
    assert (await store.get(job.id)).state is State.FAILED


async def test_lost_attempts_are_counted_by_step(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    """Each of three shards loses a worker once: a bad day, no bad shard. Then one loses its second."""
    for step in ("shard-1", "shard-2", "shard-3", "shard-2"):
        assert (await store.get(job.id)).state is State.QUEUED
        lease = _claimed(leases, job)
        lease.write_progress(Position("build", step, 0, 3, {}))
        lose(lease)
    assert (await store.get(job.id)).state is State.FAILED


async def test_progress_of_a_part_forgives_the_whole(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    """Hazard: a worker that helps with a shard dies twice, hours apart; the shard went on, and the build fails."""
    part = child_id(job.id, "shard-1")
    fields = {"kind": "sample.count", "spec": job.spec, "owner": "", "traceparent": ""}
    for number in range(3):
        whole = _claimed(leases, job)
        whole.write_progress(Position("build", "shard-1", 0, 3, {}))
        lease = _claimed(leases, whole.submit(part, fields))
        lease.write_checkpoint(REFERENCE, number)
        lose(whole)
        lose(lease)
        assert (await store.get(job.id)).state is State.QUEUED


async def test_a_cancelled_job_whose_worker_is_lost_is_cancelled(
    job: Job, store: JobStore, leases: Leases, lose: Callable[[Lease], None]
) -> None:
    lease = _claimed(leases, job)
    await store.cancel(job.id)
    lose(lease)
    assert (await store.get(job.id)).state is State.CANCELLED


async def test_a_job_given_back_is_not_lost(job: Job, store: JobStore, leases: Leases) -> None:
    for _ in range(5):
        assert _claimed(leases, job).release() is State.QUEUED
    assert (await store.get(job.id)).state is State.QUEUED


async def test_a_job_given_back_while_it_is_cancelled_is_cancelled(job: Job, store: JobStore, leases: Leases) -> None:
    lease = _claimed(leases, job)
    await store.cancel(job.id)
    assert lease.release() is State.CANCELLED


async def test_a_write_that_is_repeated_takes_effect_once(job: Job, store: JobStore, leases: Leases) -> None:
    """Hazard: Redis dies after it has written and before it has answered; the worker must ask again."""
    lease = _claimed(leases, job)
    args = (job.id, 1, 9000, 1, "count", "", 1, 3, "")
    assert leases.run("progress", *args) == leases.run("progress", *args) == "RUNNING"
    assert (await store.get(job.id)).progress.sequence == 3  # queued, running, count
    lease.succeed('{"total":6}')
    lease.succeed('{"total":6}')
    assert (await store.get(job.id)).progress.sequence == 4
    other = await store.submit(COUNT, CountSpec("diary", 1))
    first = leases.run("claim", other.id, "same", 9000)
    assert leases.run("claim", other.id, "same", 9000) == first
    assert leases.run("claim", other.id, "another", 9000) is None


async def test_a_succeeded_job_keeps_its_result_and_no_checkpoint(job: Job, store: JobStore, leases: Leases) -> None:
    lease = _claimed(leases, job)
    lease.write_checkpoint(REFERENCE, 1)
    lease.succeed('{"total":6}')
    done = await store.get(job.id)
    assert (done.state, done.result, done.checkpoint_done) == (State.SUCCEEDED, '{"total":6}', -1)
