"""Jobs of a build as many watch them: read at a bounded rate, never going back, and whole at the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from monshin_ann.sharded.parts import MOST_KEPT, Parts
from monshin_kit.errors import Unavailable
from monshin_kit.jobs import Job, JobId, Progress, State

COUNT = 1000


def job(name: str, state: State = State.RUNNING, sequence: int = 1) -> Job:
    at = Progress(sequence, 0.0, state, 1)
    return Job(JobId(name), "ann.sharded_shard", state, "{}", "", "", 1, -1, 0.0, 0.0, 0.0, at)


class Redis:
    """Parts of builds, and how many records were read. held: what answers asked for from now on wait for."""

    def __init__(self) -> None:
        self.parts: list[Job] = [job(f"part-{n}") for n in range(COUNT)]
        self.read_records = 0
        self.held: asyncio.Event | None = None
        self.asked = asyncio.Event()
        self.is_away = False
        self.now = 100.0

    async def read(self, _: JobId) -> Sequence[Job]:
        """Of any build."""
        found = list(self.parts)
        self.read_records += len(found)
        held = self.held
        self.asked.set()
        await (asyncio.sleep(0) if held is None else held.wait())
        if self.is_away:
            raise Unavailable("the store of jobs does not answer")
        return found


async def test_many_watchers_of_many_parts_cost_redis_few_records() -> None:
    """A hundred of them, each asking every 0.3 s for a minute."""
    redis = Redis()
    parts, whole = Parts(redis.read, lambda: redis.now), job("whole")
    for _ in range(200):
        for found in await asyncio.gather(*(parts.of(whole) for _ in range(100))):
            assert len(found) == COUNT
        redis.now += 0.3
    assert redis.read_records - 100 * COUNT <= 60 * 500, "beside the first answer, which all await"


async def test_a_watcher_sees_what_is_new_and_the_end_at_once() -> None:
    redis = Redis()
    parts = Parts(redis.read, lambda: redis.now)
    await parts.of(job("whole"))
    redis.parts = [replace(each, state=State.SUCCEEDED) for each in redis.parts]
    redis.now += 3
    assert list(await parts.of(job("whole"))) == redis.parts
    redis.parts = [*redis.parts, job("merge", State.SUCCEEDED)]
    ended = job("whole", State.SUCCEEDED, 9)
    assert list(await parts.of(ended)) == redis.parts
    before = redis.read_records
    redis.now += 1000
    assert list(await parts.of(ended)) == redis.parts
    assert redis.read_records == before, "of an ended build they stay"
    redis.parts = [*redis.parts, job("again")]
    assert list(await parts.of(job("whole", State.QUEUED, 10))) == redis.parts, "it was resumed"


async def test_parts_that_end_after_their_build_are_seen_to() -> None:
    """Hazard: a cancelled build has ended, one of its workers stops a second later; the first answer must not stay."""
    redis = Redis()
    parts, ended = Parts(redis.read, lambda: redis.now), job("whole", State.CANCELLED, 9)
    await parts.of(ended)
    redis.parts = [replace(each, state=State.CANCELLED) for each in redis.parts]
    assert list(await parts.of(ended)) == redis.parts


async def test_a_slow_answer_does_not_replace_a_later_one() -> None:
    redis = Redis()
    parts, whole = Parts(redis.read, lambda: redis.now), job("whole")
    held = redis.held = asyncio.Event()
    slow = asyncio.create_task(parts.of(whole))
    await redis.asked.wait()
    redis.held = None
    redis.now += 1
    redis.parts = [replace(each, state=State.SUCCEEDED) for each in redis.parts]
    assert list(await parts.of(whole)) == redis.parts
    held.set()
    assert list(await slow) == redis.parts
    assert list(await parts.of(whole)) == redis.parts


async def test_an_outage_is_told_and_over_with_the_next_answer() -> None:
    redis = Redis()
    parts, whole = Parts(redis.read, lambda: redis.now), job("whole")
    redis.is_away = True
    with pytest.raises(Unavailable):
        await parts.of(whole)
    redis.is_away = False
    assert len(await parts.of(whole)) == COUNT


async def test_what_is_kept_is_bounded() -> None:
    redis = Redis()
    parts, wholes = Parts(redis.read, lambda: redis.now), [job(f"whole-{n}") for n in range(2 * MOST_KEPT // COUNT)]
    for each in wholes:
        await parts.of(each)
    before = redis.read_records
    await parts.of(wholes[-1])
    assert redis.read_records == before
    await parts.of(wholes[0])
    assert redis.read_records == before + COUNT, "the first was let go"
