"""jobs of a job: one worker suffices, the end of one is the end of the others, and nothing is done twice."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from lapse import Clock
from monshin_kit.errors import DataLoss, InvalidInput, NotFound, Unavailable
from monshin_kit.jobs import Artefact, ArtefactStore, Handlers, JobContext, JobId, State, decode
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.runner import Runner
from monshin_kit.jobs.store import JobStore
from monshin_sample_jobs.kinds import COUNT, SHARDS, CountResult, CountSpec, ShardsSpec


@dataclass(frozen=True, slots=True)
class Made:
    """What a part made."""

    artefact: str


NUMBERS = CountSpec("diary", 3)

MakeRunner = Callable[..., Runner]


async def test_a_single_worker_does_a_job_and_the_jobs_of_that_job(
    store: JobStore, runner: MakeRunner, diary: str
) -> None:
    """Hazard: a job that waits for others holds the only worker, and waits for ever."""
    job = await store.submit(SHARDS, ShardsSpec(diary, 3, 4), owner="client-1")
    runner().run(job.id)
    done = await store.get(job.id)
    assert (done.state, decode(CountResult, done.result)) == (State.SUCCEEDED, CountResult(30))
    assert {child.owner for child in await store.children(job.id)} == {"client-1"}
    assert [listed.id for listed in (await store.list()).jobs] == [job.id]


async def test_a_failed_part_fails_the_whole_with_its_words_and_cancels_the_rest(
    store: JobStore, runner: MakeRunner, leases: Leases, artefacts: ArtefactStore, diary: str
) -> None:
    def part(context: JobContext[CountSpec]) -> None:
        raise InvalidInput("total is 3, must be even")

    def whole(context: JobContext[ShardsSpec]) -> None:
        context.run_jobs(COUNT, {f"part-{n}": NUMBERS for n in range(3)})

    handlers = Handlers().on(COUNT, part).on(SHARDS, whole)
    job = await store.submit(SHARDS, ShardsSpec(diary, 3, 3))
    Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: False).run(job.id)
    failed = await store.get(job.id)
    assert failed.failure is not None
    assert failed.failure.message == "part-0: total is 3, must be even"
    states = sorted(child.state for child in await store.children(job.id))
    assert states == [State.CANCELLED, State.CANCELLED, State.FAILED]


async def test_a_cancelled_whole_cancels_its_parts(
    store: JobStore, leases: Leases, artefacts: ArtefactStore, diary: str
) -> None:
    def endless(context: JobContext[CountSpec]) -> None:
        started.set()
        while True:
            context.raise_if_cancelled()
            time.sleep(0.001)

    def whole(context: JobContext[ShardsSpec]) -> None:
        context.run_jobs(COUNT, {f"part-{n}": NUMBERS for n in range(3)})

    started = threading.Event()
    handlers = Handlers().on(COUNT, endless).on(SHARDS, whole)
    runner = Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: False)
    job = await store.submit(SHARDS, ShardsSpec(diary, 3, 3))
    thread = threading.Thread(target=runner.run, args=[job.id])
    thread.start()
    started.wait()
    await store.cancel(job.id)
    assert (await store.wait(job.id, 10)).state is State.CANCELLED
    thread.join()
    assert {child.state for child in await store.children(job.id)} == {State.CANCELLED}


async def test_a_resumed_whole_does_only_the_parts_that_had_not_succeeded(
    store: JobStore, runner: MakeRunner, leases: Leases, artefacts: ArtefactStore, diary: str
) -> None:
    tries: list[str] = []

    def part(context: JobContext[CountSpec]) -> None:
        tries.append(context.spec.diary)
        if context.spec.diary == "part-1" and len(tries) == 2:
            raise DataLoss("corpus is damaged")

    def whole(context: JobContext[ShardsSpec]) -> None:
        context.run_jobs(COUNT, {f"part-{n}": CountSpec(f"part-{n}", 1) for n in range(3)})

    handlers = Handlers().on(COUNT, part).on(SHARDS, whole)
    runner_ = Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: False)
    job = await store.submit(SHARDS, ShardsSpec(diary, 3, 3))
    runner_.run(job.id)
    assert (await store.get(job.id)).state is State.FAILED
    await store.resume(job.id)
    runner_.run(job.id)
    assert (await store.get(job.id)).state is State.SUCCEEDED
    assert tries == ["part-0", "part-1", "part-1", "part-2"]


@pytest.mark.parametrize("harm", ["gone", "cut off", "asked for otherwise"])
async def test_a_part_is_done_anew_if_what_it_made_is_gone_or_not_what_is_asked_for(
    store: JobStore, leases: Leases, artefacts: ArtefactStore, harm: str
) -> None:
    """Hazard: a power cut takes what a part made, Redis has it as SUCCEEDED, and no resume ever makes it again."""
    made: list[str] = []
    totals = {"part-0": 1, "part-1": 1}

    def part(context: JobContext[CountSpec]) -> Made:
        made.append(context.spec.diary)
        name = f"{context.id}-{context.attempt}"
        return Made(artefacts.put(name, bytes(context.spec.total)).reference)

    def whole(context: JobContext[ShardsSpec]) -> None:
        jobs = context.run_jobs(COUNT, {name: CountSpec(name, total) for name, total in totals.items()})
        found = [len(artefacts.read(Artefact.of(decode(Made, jobs[name].result).artefact))) for name in totals]
        if context.attempt == 1:
            raise InvalidInput("something else")
        assert found == list(totals.values())

    handlers = Handlers().on(COUNT, part).on(SHARDS, whole)
    runner_ = Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: False)
    job = await store.submit(SHARDS, ShardsSpec("diary", 2, 1))
    runner_.run(job.id)
    results = {each.spec: Artefact.of(decode(Made, each.result).artefact) for each in await store.children(job.id)}
    lost = next(artefact for spec, artefact in results.items() if "part-1" in spec)
    if harm == "gone":
        artefacts.delete(lost.name)
    elif harm == "cut off":
        artefacts.put(lost.name, b"")
    else:
        totals["part-1"] = 2
    await store.resume(job.id)
    runner_.run(job.id)
    done = await store.get(job.id)
    assert done.state is State.SUCCEEDED, done.failure
    assert made == ["part-0", "part-1", "part-1"]


async def test_a_whole_does_a_part_that_is_due_whatever_its_workers_clock_says(
    store: JobStore, leases: Leases, artefacts: ArtefactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: pauses are of Redis' clock; a worker whose own is an hour slow left its only part lying for an hour."""
    tries: list[int] = []

    def part(context: JobContext[CountSpec]) -> None:
        tries.append(context.attempt)
        if len(tries) == 1:
            raise Unavailable("embed is silent")

    def whole(context: JobContext[ShardsSpec]) -> None:
        context.run_jobs(COUNT, {"part": NUMBERS})

    now_s, end_s = time.time, time.monotonic() + 20
    monkeypatch.setattr(time, "time", lambda: now_s() - 3600)
    handlers = Handlers().on(COUNT, part).on(SHARDS, whole)
    job = await store.submit(SHARDS, ShardsSpec("diary", 1, 1))
    Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: time.monotonic() > end_s).run(job.id)
    assert (await store.get(job.id)).state is State.SUCCEEDED
    assert tries == [1, 2]


async def test_parts_go_with_their_whole_and_not_before(
    store: JobStore, leases: Leases, artefacts: ArtefactStore, reconciler: Reconciler, clock: Clock
) -> None:
    """Hazard: a whole that takes longer than finished jobs are kept loses those of its parts that ended early."""

    def part(context: JobContext[CountSpec]) -> None:
        if context.spec.diary == "part-1":
            for child in parts:  # the first one ended very long ago
                clock.age_end(child)
            reconciler.run_once()
        parts.append(context.id)

    def whole(context: JobContext[ShardsSpec]) -> None:
        context.run_jobs(COUNT, {f"part-{n}": CountSpec(f"part-{n}", 1) for n in range(2)})

    parts: list[JobId] = []
    handlers = Handlers().on(COUNT, part).on(SHARDS, whole)
    job = await store.submit(SHARDS, ShardsSpec("diary", 2, 1))
    Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: False).run(job.id)
    done = await store.get(job.id)
    assert (done.state, done.failure) == (State.SUCCEEDED, None)
    assert {child.id for child in await store.children(job.id)} == set(parts)
    other = await store.submit(COUNT, NUMBERS)
    clock.age_end(job.id)
    reconciler.purge()
    for gone in (job.id, *parts):
        with pytest.raises(NotFound):
            await store.get(gone)
    assert sum((await store.stats()).states.values()) == 1, "only the other is counted"
    assert await store.get(other.id) == other


async def test_a_part_whose_needs_are_away_for_a_while_costs_the_others_nothing(
    store: JobStore, leases: Leases, artefacts: ArtefactStore
) -> None:
    tries: list[str] = []

    def part(context: JobContext[CountSpec]) -> None:
        tries.append(context.spec.diary)
        if tries == ["part-0"]:
            raise Unavailable("embed is silent")

    def whole(context: JobContext[ShardsSpec]) -> None:
        context.run_jobs(COUNT, {f"part-{n}": CountSpec(f"part-{n}", 1) for n in range(3)})

    handlers = Handlers().on(COUNT, part).on(SHARDS, whole)
    job = await store.submit(SHARDS, ShardsSpec("diary", 3, 1))
    Runner(leases, handlers, artefacts, lambda _: None, 0.05, lambda: False).run(job.id)
    assert (await store.get(job.id)).state is State.SUCCEEDED
    assert tries == ["part-0", "part-1", "part-2", "part-0"]
