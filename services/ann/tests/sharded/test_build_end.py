"""The end of a build: whatever happens before its success is on record, another attempt finds all that it needs."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from monshin_ann.sharded.kinds import BUILD, BuildResult
from monshin_kit.jobs import Artefact, ArtefactStore, Job, State, decode
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.runner import Runner
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import eventually
from monshin_kit.testing.redis import RedisProcess
from sharded_calls import LEASE_S
from sharded_sources import clustered, make_spec, write_parquet


class Killed(BaseException):
    """Ends an attempt as kill -9 does: nothing of ours catches it, and nobody tells Redis."""


class _Faulty(MemoryFileSystem):
    """Breaks once where a build that has published looks for what else lies there: the last thing that it does."""

    protocol = "faulty"
    at_the_end: ClassVar[list[Callable[[], None]]] = []

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        if "/ann/sharded/" in path and self.at_the_end:
            self.at_the_end.pop()()
        return super().find(path, *args, **kwargs)


@pytest.fixture
def faulty(tmp_path: Path) -> ArtefactStore:
    """A store with a source to build from."""
    fsspec.register_implementation("faulty", _Faulty, clobber=True)
    artefacts = ArtefactStore(f"faulty://{tmp_path.name}")
    write_parquet(tmp_path / "a.parquet", clustered(300))
    artefacts.put("imports/notes/a.parquet", tmp_path / "a.parquet")
    return artefacts


@pytest.fixture
def runner(make_runner: Callable[[ArtefactStore], Runner], faulty: ArtefactStore) -> Runner:
    """A worker with that store."""
    return make_runner(faulty)


@pytest.fixture
def reconciler(redis: RedisProcess, faulty: ArtefactStore) -> Iterator[Reconciler]:
    """Not started."""
    reconciler = Reconciler("ann", redis.settings, faulty)
    yield reconciler
    reconciler.stop()


async def is_whole(faulty: ArtefactStore, job: Job) -> None:
    """Its collection is there, and nothing else of it."""
    assert job.state is State.SUCCEEDED, job.failure
    assert faulty.read(Artefact.of(decode(BuildResult, job.result).manifest))
    assert faulty.names(f"ann/checkpoints/{job.id}") == []


def killed() -> None:
    raise Killed


def away() -> None:
    raise OSError("the store is away")


@pytest.mark.parametrize("fault", [killed, away])
async def test_a_build_that_breaks_off_after_it_published_is_ended_by_the_next_attempt(
    store: JobStore, runner: Runner, reconciler: Reconciler, faulty: ArtefactStore, fault: Callable[[], None]
) -> None:
    """Hazard: the plan is deleted before the success is on record, and the next attempt asks for it."""
    job = await store.submit(BUILD, make_spec())
    _Faulty.at_the_end.append(fault)
    try:
        await asyncio.to_thread(runner.run, job.id)
    except Killed:
        await asyncio.sleep(LEASE_S)
        reconciler.run_once()
    assert _Faulty.at_the_end == [], "it broke off"
    waiting = await store.get(job.id)
    assert (waiting.state, waiting.attempt) == (State.QUEUED, 1)
    await eventually(lambda: asyncio.to_thread(runner.run, job.id), "it is run again")
    await is_whole(faulty, await store.get(job.id))


async def test_an_attempt_that_was_overtaken_at_its_end_deletes_nothing(
    store: JobStore, leases: Leases, runner: Runner, reconciler: Reconciler, faulty: ArtefactStore
) -> None:
    """Hazard: a worker that was silent for a lease's length wakes up, and takes away what the next one needs."""
    spec = make_spec()
    faulty.put(f"ann/sharded/{spec.shelf}/graph-000009", b"of the attempt that overtook it")
    job = await store.submit(BUILD, spec)

    def overtake() -> None:
        leases.run("release", job.id, 1)
        assert leases.claim(job.id) is not None

    _Faulty.at_the_end.append(overtake)
    await asyncio.to_thread(runner.run, job.id)
    now = await store.get(job.id)
    assert (now.state, now.attempt) == (State.RUNNING, 2)
    assert f"ann/sharded/{spec.shelf}/graph-000009" in faulty.names("ann/sharded")
    assert faulty.names(f"ann/checkpoints/{job.id}")
    leases.run("release", job.id, 2)
    await eventually(lambda: asyncio.to_thread(runner.run, job.id), "it is run again")
    await is_whole(faulty, await store.get(job.id))
