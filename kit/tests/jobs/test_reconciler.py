"""reconciler: what Celery lost is told again, what nobody wants any more goes; healthy jobs are left alone."""

from collections.abc import Iterator
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]
from lapse import Clock
from monshin_kit.errors import NotFound
from monshin_kit.jobs import ArtefactStore, Failure, Job, JobId, JobSettings, State
from monshin_kit.jobs.celery_queue import queue_keys
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.redis_client import connect
from monshin_kit.jobs.runner import checkpoint_folder
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import eventually
from monshin_sample_jobs.kinds import COUNT, CountSpec
from prometheus_client import REGISTRY

SPEC = CountSpec("diary", 3)


class AwayOnce(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A folder from which nothing can be deleted at the first attempt."""

    protocol = "awayonce"
    is_away = False

    def rm(self, path: str, recursive: bool = False, maxdepth: int | None = None) -> None:
        """As a store that does not answer, and does afterwards."""
        if AwayOnce.is_away:
            AwayOnce.is_away = False
            raise OSError("away")
        super().rm(path, recursive, maxdepth)


class Messages:
    """What lies in Celery's queue."""

    def __init__(self, service: str, settings: JobSettings) -> None:
        self._redis = connect(settings)
        self._keys = queue_keys(service)

    def count(self) -> int:
        """How many."""
        return sum(int(self._redis.llen(key)) for key in self._keys)

    def lose(self) -> None:
        """All of them."""
        self._redis.delete(*self._keys)

    def close(self) -> None:
        """Closes the connection."""
        self._redis.close()


@pytest.fixture
def messages(service: str, settings: JobSettings) -> Iterator[Messages]:
    """Of this test's service; no worker takes them."""
    messages = Messages(service, settings)
    yield messages
    messages.close()


async def _submitted(store: JobStore, messages: Messages, count: int) -> list[Job]:
    jobs = [await store.submit(COUNT, SPEC) for _ in range(count)]
    await eventually(lambda: messages.count() == count, "Celery has the jobs")
    return jobs


async def test_jobs_that_wait_in_the_queue_are_not_told_again(
    store: JobStore, reconciler: Reconciler, messages: Messages, clock: Clock
) -> None:
    for job in await _submitted(store, messages, 3):
        clock.age_publication(job.id)
    reconciler.run_once()
    assert messages.count() == 3


async def test_a_job_that_celery_lost_is_told_again(
    store: JobStore, reconciler: Reconciler, messages: Messages, clock: Clock
) -> None:
    for job in await _submitted(store, messages, 3):
        clock.age_publication(job.id)
    messages.lose()
    reconciler.run_once()
    assert messages.count() == 3
    reconciler.run_once()
    assert messages.count() == 3


async def test_a_job_whose_publication_failed_is_told_by_the_reconciler(
    service: str, settings: JobSettings, reconciler: Reconciler, messages: Messages
) -> None:
    """Hazard: the service dies between the record and the message."""
    store = JobStore(service, settings, _die)
    job = await store.submit(COUNT, SPEC)
    assert job == await store.get(job.id)

    def told() -> bool:
        reconciler.run_once()
        return messages.count() == 1

    await eventually(told, "the reconciler tells of the job")
    await store.close()


def _die(_: JobId) -> None:
    raise SystemError("killed here")


async def test_a_postponed_job_is_told_once_its_pause_is_over(
    store: JobStore, leases: Leases, reconciler: Reconciler, messages: Messages, clock: Clock
) -> None:
    (job,) = await _submitted(store, messages, 1)
    lease = leases.claim(job.id)
    assert lease is not None
    messages.lose()  # a worker took it
    assert lease.postpone(Failure("UNAVAILABLE", "UNAVAILABLE", "embed is silent")) is State.QUEUED
    assert lease.postpone(Failure("UNAVAILABLE", "UNAVAILABLE", "embed is silent")) is State.QUEUED, "repeated"
    reconciler.run_once()
    assert messages.count() == 0
    clock.end_pause(job.id)
    for _ in range(2):
        reconciler.run_once()
        assert messages.count() == 1
    assert leases.claim(job.id) is not None


async def test_a_live_lease_is_left_alone(store: JobStore, leases: Leases, reconciler: Reconciler) -> None:
    job = await store.submit(COUNT, SPEC)
    lease = leases.claim(job.id)
    assert lease is not None
    reconciler.run_once()
    lease.succeed("")


async def test_ended_jobs_go_with_their_checkpoints_after_the_retention(
    store: JobStore, leases: Leases, reconciler: Reconciler, clock: Clock, service: str, tmp_path: Path
) -> None:
    artefacts = ArtefactStore((tmp_path / "artefacts").as_uri())
    old, young, waiting = [await store.submit(COUNT, SPEC) for _ in range(3)]
    for job in (old, young):
        artefacts.put(f"{checkpoint_folder(service, job.id)}/1", b"content")
        await store.cancel(job.id)
    clock.age_end(old.id)
    reconciler.run_once()
    with pytest.raises(NotFound):
        await store.get(old.id)
    assert {job.id for job in (await store.list()).jobs} == {young.id, waiting.id}
    kept = {path.name for path in (tmp_path / "artefacts" / service / "checkpoints").iterdir()}
    assert kept == {young.id}


@pytest.mark.parametrize("fault", ["the store is away", "the process dies"])
async def test_what_a_purged_job_left_goes_with_a_later_purge(
    store: JobStore, settings: JobSettings, leases: Leases, clock: Clock, service: str, tmp_path: Path, fault: str
) -> None:
    """Hazard: the record is gone, nobody knows of the folder any more, and it stays for ever."""
    fsspec.register_implementation("awayonce", AwayOnce, clobber=True)
    artefacts = ArtefactStore((tmp_path / "artefacts").as_uri())
    reconciler = Reconciler(service, settings, ArtefactStore(f"awayonce://{tmp_path}/artefacts"))
    job = await store.submit(COUNT, SPEC)
    artefacts.put(f"{checkpoint_folder(service, job.id)}/1", b"content")
    await store.cancel(job.id)
    clock.age_end(job.id)
    if fault == "the store is away":
        AwayOnce.is_away = True
        reconciler.purge()
    else:  # right after the record is gone
        leases.run("purge", 100, 0)
    with pytest.raises(NotFound):
        await store.get(job.id)
    assert artefacts.names(service) != []
    reconciler.purge()
    reconciler.stop()
    assert artefacts.names(service) == []
    assert leases.run("purge", 100, 0) == [], "nor is it told again"


async def test_metrics_tell_of_the_jobs(store: JobStore, reconciler: Reconciler, service: str) -> None:
    jobs = [await store.submit(COUNT, SPEC) for _ in range(3)]
    await store.cancel(jobs[0].id)
    reconciler.run_once()
    shown = {
        state: REGISTRY.get_sample_value("monshin_jobs", {"service": service, "state": state})
        for state in ("QUEUED", "CANCELLED", "FAILED")
    }
    assert shown == {"QUEUED": 2, "CANCELLED": 1, "FAILED": 0}
    assert REGISTRY.get_sample_value("monshin_jobs_oldest_queued_seconds", {"service": service}) is not None
