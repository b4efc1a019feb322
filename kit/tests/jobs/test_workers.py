"""jobs in real worker processes that are killed, paused and stopped: what is promised of a loss."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from monshin_kit.jobs import Job, State, decode
from monshin_kit.jobs.celery_queue import CeleryQueue
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import OtlpReceiver, eventually
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess
from monshin_kit.tracing import parse_traceparent
from monshin_sample_jobs.kinds import COUNT, SHARDS, SORT, CountResult, CountSpec, ShardsSpec, SortSpec
from opentelemetry import trace

pytestmark = pytest.mark.slow  # each test starts workers and waits for leases

RESUME_LIMIT_S = 15.0
RECOVERY_LIMIT_S = 10.0
BUSY_LEASE = {"MONSHIN_JOBS_LEASE_S": "3"}

MakeWorker = Callable[..., WorkerProcess]
Ended = Callable[[Job], Awaitable[Job]]
IsRunning = Callable[[Job], Callable[[], Awaitable[bool]]]


def _lines(diary: str) -> list[tuple[int, int]]:
    """(attempt, number), in the order in which they were done."""
    return [(int(a), int(n)) for a, n in (line.split() for line in Path(diary).read_text().splitlines())]


def _children(worker: WorkerProcess) -> list[psutil.Process]:
    return [child for child in psutil.Process(worker.pid).children() if "spawn_main" in " ".join(child.cmdline())]


async def test_a_job_resumes_from_its_checkpoint_within_15_s_of_kill_9(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    """Hazard: a machine is gone, with all processes of its worker. Default settings; another worker is there."""
    job = await store.submit(COUNT, CountSpec(diary, 30, pause_s=0.1))
    with worker("first") as first:
        await eventually(is_running(job), "the first has the job")
        with worker("second"):
            first.kill()
            killed_at = time.monotonic()
            before = _lines(diary)

            async def resumed() -> bool:
                return (await store.get(job.id)).attempt == 2 and len(_lines(diary)) > len(before)

            await eventually(resumed, "the second goes on")
            took_s = time.monotonic() - killed_at
            done = await ended(job)
    print(f"resumed {took_s:.1f} s after kill -9")
    assert took_s < RESUME_LIMIT_S
    assert (done.state, decode(CountResult, done.result)) == (State.SUCCEEDED, CountResult(465))
    numbers = [number for _, number in _lines(diary)]
    assert numbers[: len(before)] == list(range(1, len(before) + 1))
    assert numbers[len(before)] in (before[-1][1], before[-1][1] + 1)  # noted, and saved or not yet
    assert numbers[-1] == 30


async def test_a_lost_job_goes_on_before_those_that_wait(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    """Hazard: of a build in many shards the lost one goes to the end of the queue. Twelve others wait, 3 s each."""
    lost = await store.submit(COUNT, CountSpec(diary, 30, pause_s=0.1))
    with worker("first", **BUSY_LEASE) as first:
        await eventually(is_running(lost), "the first has the job")
        waiting = [await store.submit(COUNT, CountSpec(f"{diary}.{n}", 30, pause_s=0.1)) for n in range(12)]
        first.kill()
        with worker("second", **BUSY_LEASE):
            done = await ended(lost)
            states = [(await store.get(job.id)).state for job in waiting]
            for job in waiting:
                await store.cancel(job.id)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)
    assert states.count(State.QUEUED) >= 3


async def test_a_worker_that_is_started_again_resumes_what_it_had(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    job = await store.submit(COUNT, CountSpec(diary, 15, pause_s=0.1))
    with worker(**BUSY_LEASE) as only:
        await eventually(is_running(job), "it has the job")
        only.kill()
        only.start()
        done = await ended(job)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)
    assert len(_lines(diary)) <= 16


async def test_a_killed_child_process_loses_no_job(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    """Hazard: the kernel kills the process that needs most memory, and Celery itself lives on."""
    job = await store.submit(COUNT, CountSpec(diary, 15, pause_s=0.1))
    with worker(**BUSY_LEASE) as only:
        await eventually(is_running(job), "it has the job")
        for child in _children(only):
            child.kill()
        done = await ended(job)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)


async def test_a_paused_worker_that_comes_back_cannot_write(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    """Hazard: a machine hangs for longer than the lease; then two workers do the same job."""
    job = await store.submit(COUNT, CountSpec(diary, 25, pause_s=0.1))
    with worker("first", MONSHIN_JOBS_LEASE_S="2") as first:
        await eventually(is_running(job), "the first has the job")
        with worker("second", MONSHIN_JOBS_LEASE_S="2"):
            first.pause()

            async def overtaken() -> bool:
                now = await store.get(job.id)
                return now.attempt == 2 and now.progress.attempt == 2

            await eventually(overtaken, "the second has the job")
            first.go_on()
            done = await ended(job)
            await eventually(lambda: "another attempt has the job" in first.log(), "the first gives up")
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)
    entries = [entry async for entry in store.watch(job.id)]
    overtaken_at = next(index for index, entry in enumerate(entries) if entry.attempt == 2)
    assert {entry.attempt for entry in entries[overtaken_at:]} == {2}
    late = [number for attempt, number in _lines(diary) if attempt == 1]
    assert late[-1] < 25  # it noted one number more at most, then stopped


async def test_a_running_job_is_cancelled_soon(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    job = await store.submit(COUNT, CountSpec(diary, 10_000, pause_s=0.05, saves=False))
    with worker():
        await eventually(is_running(job), "it runs")
        started = time.monotonic()
        await store.cancel(job.id)
        done = await ended(job)
        took_s = time.monotonic() - started
    print(f"cancelled in {took_s:.2f} s")
    assert done.state is State.CANCELLED
    assert took_s < 5


async def test_two_lost_workers_fail_the_job_and_the_worker_lives_on(
    store: JobStore, worker: MakeWorker, ended: Ended, diary: str
) -> None:
    """Hazard: a job that kills its process each time would take all workers down, for ever."""
    job = await store.submit(COUNT, CountSpec(diary, 5, dies_at=3))
    with worker(MONSHIN_JOBS_LEASE_S="2"):
        failed = await ended(job)
        other = await ended(await store.submit(COUNT, CountSpec(diary + ".other", 2)))
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert failed.failure.reason == "WORKER_LOST"
    assert other.state is State.SUCCEEDED


async def test_lost_shards_are_counted_one_by_one_and_several_workers_share_the_rest(
    store: JobStore, worker: MakeWorker, ended: Ended, diary: str
) -> None:
    """Two shards lose their worker once each, as on a bad day; the build succeeds, from each shard's checkpoint."""
    spec = ShardsSpec(diary, shards=4, total=6, pause_s=0.1, dying_shards=(0, 1))
    job = await store.submit(SHARDS, spec)
    with worker("first", MONSHIN_JOBS_LEASE_S="2"), worker("second", MONSHIN_JOBS_LEASE_S="2"):
        done = await ended(job)
        children = await store.children(job.id)
    assert (done.state, decode(CountResult, done.result)) == (State.SUCCEEDED, CountResult(84))
    times = sorted((child.started_s, child.finished_s) for child in children)
    assert any(earlier[1] > later[0] for earlier, later in pairwise(times)), "no two shards at the same time"
    assert {child.state for child in children} == {State.SUCCEEDED}
    for shard in range(4):
        assert [number for _, number in _lines(f"{diary}.{shard}")] == [1, 2, 3, 4, 5, 6]


async def test_sigterm_gives_the_job_back_and_costs_nothing(
    store: JobStore, worker: MakeWorker, is_running: IsRunning, ended: Ended, diary: str
) -> None:
    job = await store.submit(COUNT, CountSpec(diary, 15, pause_s=0.1))
    with worker("first") as first:
        await eventually(is_running(job), "the first has the job")
        status = await asyncio.to_thread(first.stop)
        given_back = await store.get(job.id)
        with worker("second"):
            done = await ended(job)
    assert status == 0
    assert given_back.state is State.QUEUED
    assert done.state is State.SUCCEEDED
    assert [number for _, number in _lines(diary)] == list(range(1, 16))


async def test_workers_recover_within_10_s_of_redis_and_what_ran_goes_on(
    worker: MakeWorker, service: str, tmp_path: Path, diary: str
) -> None:
    """Hazard: Celery waits up to 30 s between attempts to reach its broker; a running job must not notice at all."""
    with RedisProcess(tmp_path / "redis") as own_redis, worker(**own_redis.env):
        queue = CeleryQueue(service, own_redis.settings)
        store = JobStore(service, own_redis.settings, queue.publish)
        long = await store.submit(COUNT, CountSpec(diary, 150, pause_s=0.1, saves=False))
        await eventually(lambda: Path(diary).exists() and len(_lines(diary)) > 3, "it runs")
        own_redis.kill()
        await asyncio.sleep(5)
        own_redis.start()
        back_at = time.monotonic()
        at = (await store.get(long.id)).progress.sequence

        async def goes_on() -> bool:
            return (await store.get(long.id)).progress.sequence > at

        await eventually(goes_on, "the running job reports again")
        await store.cancel(long.id)
        new = await store.submit(COUNT, CountSpec(diary + ".new", 1))
        done = await store.wait(new.id, 30)
        took_s = time.monotonic() - back_at
        assert (await store.get(long.id)).attempt == 1
        await store.close()
        queue.close()
    print(f"recovered in {took_s:.1f} s")
    assert done.state is State.SUCCEEDED
    assert took_s < RECOVERY_LIMIT_S


async def test_the_worker_carries_on_the_submitters_trace_and_its_records_hold_no_text(
    store: JobStore, worker: MakeWorker, ended: Ended, diary: str
) -> None:
    """A handler raises an error with a patient's name: it is in no span, log, or record."""
    parent = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    assert parent is not None
    async with OtlpReceiver() as receiver:
        with worker(MONSHIN_OTLP_ENDPOINT=receiver.endpoint) as only:
            with trace.use_span(trace.NonRecordingSpan(parent)):
                job = await store.submit(COUNT, CountSpec(diary, 1, fails_with="patient"))
            failed = await ended(job)
            await eventually(lambda: len(receiver.spans) > 0, "a span has arrived")
            log = only.log()
    assert failed.failure is not None
    assert failed.failure.code == "INTERNAL"
    (span,) = receiver.spans
    assert (span.name, span.trace_id.hex()) == ("job sample.count", "0af7651916cd43dd8448eb211c80319c")
    for place in (str(failed), log, receiver.received.decode(errors="replace")):
        assert "患者" not in place


async def test_what_sqlite_sorts_in_a_job_lies_in_the_workers_home(
    store: JobStore, worker: MakeWorker, ended: Ended, diary: str, tmp_path: Path
) -> None:
    """Hazard: /tmp has 256 MiB where we are deployed; the home is the volume that has room for jobs."""
    job = await store.submit(SORT, SortSpec(diary))
    with worker():
        assert (await ended(job)).state is State.SUCCEEDED
    assert Path(diary).read_text() == str(tmp_path)


async def test_wrong_settings_end_the_worker_with_a_reason(worker: MakeWorker) -> None:
    only = worker(MONSHIN_JOBS_REDIS_URL="nonsense")
    only.start()
    assert await asyncio.to_thread(only.wait) == 1
    assert "MONSHIN_JOBS_REDIS_URL must be" in only.log()
