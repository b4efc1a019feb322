"""service: jobs open with a service and close with it, with or without Redis."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from monshin_kit.errors import FailedPrecondition, Unavailable
from monshin_kit.jobs import JobSettings, State
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.redis_client import connect
from monshin_kit.jobs.service import open_jobs
from monshin_kit.server_settings import ServerSettings
from monshin_kit.testing import eventually, free_port
from monshin_kit.testing.redis import RedisProcess
from monshin_sample_jobs.kinds import COUNT, CountSpec


@dataclass
class ServiceInMemory:
    """As much of a service's process as jobs need."""

    name: str
    settings: ServerSettings
    stops: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def on_stop(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Keeps it."""
        self.stops.append(stop)

    async def stop(self) -> None:
        """As the server does."""
        for stop in reversed(self.stops):
            await stop()


@pytest.fixture
def host(service: str, tmp_path: Path) -> ServiceInMemory:
    """In the test's folder."""
    return ServiceInMemory(service, ServerSettings(home=tmp_path))


async def test_an_open_service_requeues_jobs_of_lost_workers(
    host: ServiceInMemory, settings: JobSettings, leases: Leases
) -> None:
    brief = JobSettings(settings.redis_url, settings.redis_password_file, lease_s=1.0)
    store = await open_jobs(host, brief)
    lost = Leases(host.name, brief)
    job = await store.submit(COUNT, CountSpec("diary", 1))
    assert lost.claim(job.id) is not None
    lost.close()

    async def requeued() -> bool:
        return (await store.get(job.id)).state is State.QUEUED

    await eventually(requeued, "the reconciler sees it")
    await host.stop()


async def test_a_service_starts_without_redis_and_its_jobs_are_unavailable(host: ServiceInMemory) -> None:
    store = await open_jobs(host, JobSettings(f"redis://127.0.0.1:{free_port()}/0"))
    with pytest.raises(Unavailable):
        await store.submit(COUNT, CountSpec("diary", 1))
    await host.stop()


async def test_a_service_does_not_start_on_a_redis_that_forgets(host: ServiceInMemory, tmp_path: Path) -> None:
    with RedisProcess(tmp_path / "redis") as forgetful:
        with connect(forgetful.settings) as client:
            client.config_set("appendonly", "no")
        with pytest.raises(FailedPrecondition, match="appendonly"):
            await open_jobs(host, forgetful.settings)
