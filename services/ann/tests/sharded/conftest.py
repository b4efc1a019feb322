"""A real Redis, and a real service and real workers in the test's home."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from monshin_ann.sharded.handlers import HANDLERS
from monshin_kit.jobs import ArtefactStore
from monshin_kit.jobs.celery_queue import CeleryQueue
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.runner import Runner
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import ServiceProcess
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess

sys.path.insert(0, str(Path(__file__).parent))

from sharded_calls import LEASE_S  # found through the line above, as the next
from sharded_sources import artefacts_folder


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """Runs for all tests; each has a home, and so artefacts, of its own."""
    with RedisProcess(tmp_path_factory.mktemp("redis")) as process:
        yield process


@pytest.fixture
def artefacts(tmp_path: Path) -> ArtefactStore:
    """As the workers of this test see it."""
    return ArtefactStore(artefacts_folder(tmp_path).as_uri())


@pytest.fixture
async def store(redis: RedisProcess) -> AsyncIterator[JobStore]:
    """The jobs, as the service sees them."""
    queue = CeleryQueue("ann", redis.settings)
    store = JobStore("ann", redis.settings, queue.publish)
    yield store
    await store.close()
    await asyncio.to_thread(queue.close)


@pytest.fixture
def worker(redis: RedisProcess, tmp_path: Path) -> Callable[..., WorkerProcess]:
    """Makes a worker in the test's home; keyword arguments are settings of its environment."""

    def make(name: str = "worker", **env: str) -> WorkerProcess:
        return WorkerProcess("monshin_ann.worker", tmp_path, {**redis.env, **env}, name=name)

    return make


@pytest.fixture
def leases(redis: RedisProcess) -> Iterator[Leases]:
    """Which lapse soon."""
    leases = Leases("ann", replace(redis.settings, lease_s=LEASE_S))
    yield leases
    leases.close()


@pytest.fixture
def make_runner(leases: Leases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[ArtefactStore], Runner]:
    """Makes a worker in this process, with that store."""
    monkeypatch.setenv("MONSHIN_HOME", str(tmp_path))
    return lambda artefacts: Runner(leases, HANDLERS, artefacts, lambda _: None, 0.1, lambda: False)


@pytest.fixture
async def ann(redis: RedisProcess, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """The service."""
    async with ServiceProcess("monshin_ann", tmp_path, redis.env) as process:
        yield process
