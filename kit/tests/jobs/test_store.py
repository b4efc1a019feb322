"""store: what a service may rely on when it submits, looks, watches, cancels and resumes."""

import asyncio

import pytest
from monshin_kit.errors import InvalidInput, NotFound, ResourceExhausted
from monshin_kit.jobs import Failure, Job, JobId, JobSettings, Progress, State
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.record import Position
from monshin_kit.jobs.store import JobStore, new_id
from monshin_kit.testing import eventually
from monshin_sample_jobs.kinds import COUNT, SHARDS, CountSpec, ShardsSpec

SPEC = CountSpec("diary", 3)


async def _watched(store: JobStore, job: Job, after: int = 0, most: int = 10**6) -> list[Progress]:
    seen: list[Progress] = []
    async for entry in store.watch(job.id, after):
        seen.append(entry)
        if len(seen) == most:
            break
    return seen


async def test_a_submitted_job_waits_with_its_spec(store: JobStore) -> None:
    job = await store.submit(COUNT, SPEC, owner="client-1")
    assert (job.state, job.kind, job.owner, job.attempt) == (State.QUEUED, "sample.count", "client-1", 0)
    assert await store.get(job.id) == job


async def test_a_job_that_does_not_exist_is_not_found(store: JobStore, service: str) -> None:
    for call in (store.get, store.cancel, store.resume):
        with pytest.raises(NotFound, match=f"{service}/jobs/"):
            await call(new_id())


async def test_submit_is_idempotent_by_request_id(store: JobStore) -> None:
    """Ten at the same time, as a client that retries in haste."""
    jobs = await asyncio.gather(*(store.submit(COUNT, SPEC, request_id="r1") for _ in range(10)))
    assert len({job.id for job in jobs}) == 1
    assert len((await store.list()).jobs) == 1


async def test_a_request_id_belongs_to_its_owner_and_kind(store: JobStore) -> None:
    first = await store.submit(COUNT, SPEC, owner="a", request_id="r1")
    second = await store.submit(COUNT, SPEC, owner="b", request_id="r1")
    third = await store.submit(SHARDS, ShardsSpec("diary", 1, 1), owner="a", request_id="r1")
    assert len({first.id, second.id, third.id}) == 3


async def test_a_request_id_used_for_another_spec_is_refused(store: JobStore) -> None:
    await store.submit(COUNT, SPEC, request_id="r1")
    with pytest.raises(InvalidInput) as caught:
        await store.submit(COUNT, CountSpec("diary", 4), request_id="r1")
    assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_a_full_queue_refuses_and_keeps_what_it_has(service: str, settings: JobSettings) -> None:
    small = JobSettings(settings.redis_url, settings.redis_password_file, queue_limit=2)
    store = JobStore(service, small, lambda _: None)
    jobs = [await store.submit(COUNT, SPEC, request_id=f"r{number}") for number in range(2)]
    with pytest.raises(ResourceExhausted, match="2 jobs"):
        await store.submit(COUNT, SPEC, request_id="r2")
    assert (await store.submit(COUNT, SPEC, request_id="r1")).id == jobs[1].id  # no new job
    assert (await store.stats()).states[State.QUEUED] == 2
    await store.close()


async def test_a_list_shows_each_job_once_the_newest_first(store: JobStore) -> None:
    submitted = [(await store.submit(COUNT, SPEC)).id for _ in range(7)]
    listed: list[JobId] = []
    token = ""
    for _ in range(4):
        page = await store.list(page_size=2, page_token=token)
        listed += [job.id for job in page.jobs]
        token = page.next_token
    assert listed == submitted[::-1]
    assert token == ""


async def test_a_list_is_filtered_by_state_and_owner(store: JobStore) -> None:
    jobs = [await store.submit(COUNT, SPEC, owner=f"o{number % 2}") for number in range(6)]
    await store.cancel(jobs[0].id)
    found = await store.list(page_size=2, state=State.CANCELLED)
    while not found.jobs and found.next_token:
        found = await store.list(page_size=2, state=State.CANCELLED, page_token=found.next_token)
    assert [job.id for job in found.jobs] == [jobs[0].id]
    assert [job.id for job in (await store.list(owner="o1")).jobs] == [jobs[n].id for n in (5, 3, 1)]


async def test_a_page_token_of_another_list_is_refused(store: JobStore) -> None:
    for _ in range(3):
        await store.submit(COUNT, SPEC)
    token = (await store.list(page_size=1)).next_token
    with pytest.raises(InvalidInput, match="page_token"):
        await store.list(page_size=1, page_token=token, state=State.QUEUED)


async def test_a_waiting_job_is_cancelled_at_once_and_never_run(store: JobStore, leases: Leases) -> None:
    job = await store.submit(COUNT, SPEC)
    assert (await store.cancel(job.id)).state is State.CANCELLED
    assert leases.claim(job.id) is None


async def test_a_running_job_is_cancelled_once_its_worker_stops(store: JobStore, leases: Leases) -> None:
    job = await store.submit(COUNT, SPEC)
    lease = leases.claim(job.id)
    assert lease is not None
    assert (await store.cancel(job.id)).state is State.CANCELLING
    assert lease.beat() is State.CANCELLING
    lease.end_cancelled()
    assert (await store.get(job.id)).state is State.CANCELLED


async def test_a_job_that_ended_before_it_learnt_of_the_cancellation_has_succeeded(
    store: JobStore, leases: Leases
) -> None:
    job = await store.submit(COUNT, SPEC)
    lease = leases.claim(job.id)
    assert lease is not None
    await store.cancel(job.id)
    lease.succeed('{"total":6}')
    assert (await store.cancel(job.id)).state is State.SUCCEEDED


async def test_a_failed_job_is_resumed_from_its_checkpoint(store: JobStore, leases: Leases) -> None:
    job = await store.submit(COUNT, SPEC)
    lease = leases.claim(job.id)
    assert lease is not None
    lease.write_checkpoint("a@" + "0" * 64 + ":1", 2)
    lease.fail(Failure("INTERNAL", "INTERNAL", "internal error 1"))
    resumed = await store.resume(job.id)
    assert (resumed.state, resumed.failure, resumed.checkpoint_done) == (State.QUEUED, None, 2)
    again = leases.claim(job.id)
    assert again is not None
    assert (again.job.attempt, again.checkpoint) == (2, lease.checkpoint)


async def test_resuming_a_job_that_goes_on_or_succeeded_changes_nothing(store: JobStore, leases: Leases) -> None:
    job = await store.submit(COUNT, SPEC)
    assert await store.resume(job.id) == job
    lease = leases.claim(job.id)
    assert lease is not None
    lease.succeed("")
    assert (await store.resume(job.id)).state is State.SUCCEEDED


async def test_watch_resumes_by_sequence_without_loss_or_double(store: JobStore, leases: Leases) -> None:
    """A watcher whose connection breaks after every third entry sees what one that never breaks sees."""
    job = await store.submit(COUNT, SPEC)
    steady = asyncio.create_task(_watched(store, job))
    lease = leases.claim(job.id)
    assert lease is not None

    async def work() -> None:
        for number in range(1, 20):
            await asyncio.to_thread(lease.write_progress, Position("count", "", number, 20, {}))
        await asyncio.to_thread(lease.succeed, "")

    working = asyncio.create_task(work())
    broken: list[Progress] = []
    while not broken or not broken[-1].state.is_final:
        broken += await _watched(store, job, broken[-1].sequence if broken else 0, most=3)
    await working
    assert broken == await steady
    assert [entry.sequence for entry in broken] == list(range(1, 23))
    assert await _watched(store, job, after=22) == []


async def test_a_watcher_of_a_resumed_job_sees_past_its_first_end(store: JobStore, leases: Leases) -> None:
    """Hazard: the stream of a resumed job holds CANCELLED in the middle; ending there would lose the rest."""
    job = await store.submit(COUNT, SPEC)
    await store.cancel(job.id)
    await store.resume(job.id)
    watching = asyncio.create_task(_watched(store, job))
    lease = leases.claim(job.id)
    assert lease is not None
    lease.succeed("")
    states = [entry.state for entry in await watching]
    assert states == [State.QUEUED, State.CANCELLED, State.QUEUED, State.RUNNING, State.SUCCEEDED]


async def test_watching_from_a_sequence_that_never_was_is_refused(store: JobStore) -> None:
    job = await store.submit(COUNT, SPEC)
    for after in (-1, 2):
        with pytest.raises(InvalidInput, match="after_sequence"):
            await _watched(store, job, after)


async def test_wait_gives_the_job_as_it_is_when_the_time_is_over(store: JobStore, leases: Leases) -> None:
    job = await store.submit(COUNT, SPEC)
    assert (await store.wait(job.id, 0.05)).state is State.QUEUED
    waiting = asyncio.create_task(store.wait(job.id, 30))
    lease = leases.claim(job.id)
    assert lease is not None
    lease.succeed("")
    assert (await waiting).state is State.SUCCEEDED


async def test_stats_count_each_state_and_age(store: JobStore, leases: Leases) -> None:
    jobs = [await store.submit(COUNT, SPEC) for _ in range(4)]
    taken = [leases.claim(job.id) for job in jobs[:2]]
    assert taken[0] is not None
    taken[0].fail(Failure("INTERNAL", "INTERNAL", "internal error 1"))
    stats = await store.stats()
    assert {state: count for state, count in stats.states.items() if count} == {
        State.QUEUED: 2,
        State.RUNNING: 1,
        State.FAILED: 1,
    }
    assert stats.failed_total == 1
    await eventually(lambda: _ages(store), "ages grow")


async def _ages(store: JobStore) -> bool:
    stats = await store.stats()
    return stats.oldest_queued_s > 0.05 and stats.longest_running_s > 0.05


async def test_a_spec_with_a_text_is_refused_before_redis_sees_it(store: JobStore) -> None:
    with pytest.raises(InvalidInput):
        await store.submit(COUNT, CountSpec("患者太郎", 1))
    assert (await store.list()).jobs == ()
