"""jobs without Redis: what was acknowledged is kept, callers are told within a second, and it goes on by itself."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from monshin_kit.errors import FailedPrecondition, MonshinError, Unavailable
from monshin_kit.jobs import ArtefactStore, JobId, JobSettings, State
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.record import Position
from monshin_kit.jobs.redis_client import check_durability, connect
from monshin_kit.jobs.store import JobStore, new_id
from monshin_kit.testing import eventually, free_port
from monshin_kit.testing.redis import RedisProcess
from monshin_sample_jobs.kinds import COUNT, CountSpec

SPEC = CountSpec("diary", 3)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    """One that the test may harm, with the limit that users get."""
    with RedisProcess(tmp_path / "redis", JobSettings().call_limit_s) as process:
        yield process


@pytest.fixture
async def own_store(own_redis: RedisProcess) -> AsyncIterator[JobStore]:
    """In it."""
    store = JobStore("sample", own_redis.settings, lambda _: None)
    yield store
    await store.close()


@pytest.fixture
def own_leases(own_redis: RedisProcess) -> Iterator[Leases]:
    """In it."""
    leases = Leases("sample", own_redis.settings)
    yield leases
    leases.close()


async def test_redis_killed_9_loses_nothing_acknowledged(own_redis: RedisProcess, own_store: JobStore) -> None:
    """Hazard: Redis holds all in memory, and by itself writes a snapshot now and then.

    Sixteen callers submit and a worker reports; Redis is killed at a seeded moment, three times. A kill cannot tell a
    log that is synced at each write from one that is synced each second: that needs a power cut. The check of Redis'
    configuration stands for it (test_a_redis_that_does_not_sync_each_write_is_refused).
    """
    rng = random.Random(3)
    acknowledged: set[JobId] = set()
    reported: dict[JobId, int] = {}

    async def submit_all() -> None:
        while True:
            job = await own_store.submit(COUNT, SPEC)
            acknowledged.add(job.id)

    def report() -> None:
        leases = Leases("sample", own_redis.settings)
        job_id = next(iter(acknowledged - reported.keys()))
        lease = leases.claim(job_id)
        assert lease is not None
        reported[job_id] = 2
        try:
            while True:
                leases.run("progress", job_id, 1, 9000, reported[job_id], "count", "", 1, 3, "")
                reported[job_id] += 1
        except Unavailable:
            leases.close()

    for _ in range(3):
        callers = [asyncio.create_task(submit_all()) for _ in range(16)]
        await eventually(lambda: len(acknowledged) > len(reported), "a job is there")
        reporting = asyncio.create_task(asyncio.to_thread(report))
        await asyncio.sleep(rng.uniform(0.2, 0.6))
        own_redis.kill()
        await asyncio.gather(*callers, reporting, return_exceptions=True)
        own_redis.start()
        for job_id in acknowledged:
            job = await own_store.get(job_id)
            assert job.progress.sequence >= reported.get(job_id, 1)
    assert len(acknowledged) > 100


@pytest.mark.parametrize("harm", [RedisProcess.kill, RedisProcess.pause], ids=["dead", "silent"])
async def test_without_redis_every_call_is_unavailable_within_a_second(
    own_redis: RedisProcess, own_store: JobStore, harm: Callable[[RedisProcess], None]
) -> None:
    job = await own_store.submit(COUNT, SPEC)
    harm(own_redis)
    calls = {
        "submit": lambda: own_store.submit(COUNT, SPEC),
        "get": lambda: own_store.get(job.id),
        "list": lambda: own_store.list(),
        "cancel": lambda: own_store.cancel(job.id),
        "stats": lambda: own_store.stats(),
    }
    for name, call in calls.items():
        assert await quickest_refusal_s(call) < 1.0, name


async def quickest_refusal_s(call: Callable[[], Awaitable[object]]) -> float:
    """Of up to three tries: the machine may hold the whole process up for a moment, but not three times."""
    took_s = []
    while len(took_s) < 3 and min(took_s, default=1.0) >= 1.0:
        started = time.monotonic()
        with pytest.raises(Unavailable):
            await call()
        took_s.append(time.monotonic() - started)
    return min(took_s)


async def test_a_process_held_up_past_the_limit_does_not_wait_for_redis_again(
    own_redis: RedisProcess, own_store: JobStore
) -> None:
    """Hazard: asyncio.wait_for of Python 3.11 drops a cancellation that arrives together with its result, so that a
    call whose limit passed while the process stood still waited on, for as long as redis-py lets it (5 s once)."""
    job = await own_store.submit(COUNT, SPEC)
    own_redis.pause()
    calls = []
    for _ in range(12):  # each is a step further on when the process stops
        calls.append(asyncio.create_task(own_store.get(job.id)))
        await asyncio.sleep(0)
    time.sleep(1.2)
    woken = time.monotonic()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert time.monotonic() - woken < 3.0
    assert [type(each) for each in answers] == [Unavailable] * len(calls)


async def test_once_redis_is_back_calls_succeed_at_once(own_redis: RedisProcess, own_store: JobStore) -> None:
    job = await own_store.submit(COUNT, SPEC)
    own_redis.kill()
    with pytest.raises(Unavailable):
        await own_store.get(job.id)
    own_redis.start()
    assert (await own_store.get(job.id)) == job
    own_redis.pause()
    with pytest.raises(Unavailable):
        await own_store.get(job.id)
    own_redis.go_on()
    assert (await own_store.get(job.id)) == job


async def test_a_watcher_is_told_and_goes_on_from_its_last_entry(
    own_redis: RedisProcess, own_store: JobStore, own_leases: Leases
) -> None:
    job = await own_store.submit(COUNT, SPEC)
    seen: list[int] = []

    async def watch() -> None:
        async for entry in own_store.watch(job.id, seen[-1] if seen else 0):
            seen.append(entry.sequence)  # noqa: PERF401  # it is read meanwhile

    watching = asyncio.create_task(watch())
    await eventually(lambda: seen == [1], "the first entry is seen")
    own_redis.kill()
    with pytest.raises(Unavailable):
        await watching
    own_redis.start()
    lease = own_leases.claim(job.id)
    assert lease is not None
    lease.succeed("")
    await watch()
    assert seen == [1, 2, 3]


async def test_a_worker_waits_for_redis_and_its_write_takes_effect_once(
    own_redis: RedisProcess, own_store: JobStore, own_leases: Leases
) -> None:
    job = await own_store.submit(COUNT, SPEC)
    lease = own_leases.claim(job.id)
    assert lease is not None
    own_redis.kill()
    writing = asyncio.create_task(asyncio.to_thread(lease.write_progress, Position("count", "", 1, 3, {})))
    await asyncio.sleep(0.3)
    own_redis.start()
    assert await writing is State.RUNNING
    assert [entry.done async for entry in _until(own_store, job.id, 3)] == [0, 0, 1]


async def _until(store: JobStore, job_id: JobId, sequence: int) -> AsyncIterator[object]:
    async for entry in store.watch(job_id):
        yield entry
        if entry.sequence == sequence:
            return


async def test_an_outage_longer_than_a_lease_costs_no_attempt(
    own_redis: RedisProcess, own_store: JobStore, tmp_path: Path
) -> None:
    """Hazard: when Redis is back, the reconciler is faster than the workers' heartbeats, and all jobs start anew."""
    settings = JobSettings(own_redis.settings.redis_url, own_redis.settings.redis_password_file, lease_s=1.0)
    leases = Leases("sample", settings)
    reconciler = Reconciler("sample", settings, ArtefactStore(tmp_path.as_uri()))
    reconciler.start()
    job = await own_store.submit(COUNT, SPEC)
    lease = leases.claim(job.id)
    assert lease is not None
    own_redis.kill()
    await asyncio.sleep(1.5)
    own_redis.start()
    await asyncio.sleep(0.5)  # the heartbeat comes later than the reconciler's next passes
    beating = asyncio.create_task(asyncio.to_thread(lease.write_progress, Position("count", "", 1, 3, {})))
    assert await beating is State.RUNNING
    assert (await own_store.get(job.id)).attempt == 1
    await asyncio.to_thread(reconciler.stop)
    leases.close()


async def test_a_redis_that_does_not_sync_each_write_is_refused(own_redis: RedisProcess) -> None:
    with connect(own_redis.settings) as client:
        assert check_durability(client)
        client.config_set("appendfsync", "everysec")
        with pytest.raises(FailedPrecondition, match="appendfsync"):
            check_durability(client)


async def test_a_wrong_password_is_unavailable_and_not_told(own_redis: RedisProcess, tmp_path: Path) -> None:
    secret = tmp_path / "wrong"
    secret.write_text("hunter2")
    store = JobStore("sample", JobSettings(own_redis.plan.url, secret), lambda _: None)
    with pytest.raises(MonshinError) as caught:
        await store.get(new_id())
    assert isinstance(caught.value, Unavailable)
    assert "hunter2" not in caught.value.message
    await store.close()


async def test_where_nothing_listens_is_unavailable() -> None:
    store = JobStore("sample", JobSettings(f"redis://127.0.0.1:{free_port()}/0"), lambda _: None)
    with pytest.raises(Unavailable):
        await store.submit(COUNT, SPEC)
    await store.close()
