"""One Redis for the tests that do not harm it; each test has a service, and so jobs, of its own."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from monshin_kit.jobs import ArtefactStore, Handlers, Job, JobContext, JobId, JobSettings, State
from monshin_kit.jobs.celery_queue import CeleryQueue
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.runner import Runner
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess

SAMPLE = Path(__file__).parent / "sample"
sys.path[:0] = [str(SAMPLE), str(Path(__file__).parent)]

from lapse import Clock  # noqa: E402  # found through the line above, as the next
from monshin_sample_jobs.handlers import HANDLERS  # noqa: E402
from monshin_sample_jobs.kinds import COUNT, CountSpec  # noqa: E402


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """Runs for all tests."""
    with RedisProcess(tmp_path_factory.mktemp("redis")) as process:
        yield process


@pytest.fixture
def service() -> str:
    """A name that no other test has."""
    return "t" + secrets.token_hex(6)


@pytest.fixture
def settings(redis: RedisProcess) -> JobSettings:
    """The address of the shared Redis."""
    return redis.settings


@pytest.fixture
async def store(service: str, settings: JobSettings) -> AsyncIterator[JobStore]:
    """The service's side."""
    queue = CeleryQueue(service, settings)
    store = JobStore(service, settings, queue.publish)
    yield store
    await store.close()
    await asyncio.to_thread(queue.close)


@pytest.fixture
def leases(service: str, settings: JobSettings) -> Iterator[Leases]:
    """The worker's side."""
    leases = Leases(service, settings)
    yield leases
    leases.close()


@pytest.fixture
def clock(service: str, settings: JobSettings) -> Iterator[Clock]:
    """Of this test's jobs."""
    clock = Clock(service, settings)
    yield clock
    clock.close()


@pytest.fixture
def reconciler(service: str, settings: JobSettings, tmp_path: Path) -> Iterator[Reconciler]:
    """Not started: a test runs single passes."""
    reconciler = Reconciler(service, settings, ArtefactStore((tmp_path / "artefacts").as_uri()))
    yield reconciler
    reconciler.stop()


@pytest.fixture
def published() -> list[JobId]:
    """Ids that were sent to workers."""
    return []


@pytest.fixture
def artefacts(tmp_path: Path) -> ArtefactStore:
    """In the test's folder."""
    return ArtefactStore((tmp_path / "artefacts").as_uri())


@pytest.fixture
def runner(leases: Leases, artefacts: ArtefactStore, published: list[JobId]) -> Callable[..., Runner]:
    """Makes one for a handler of COUNT, or for the sample's."""

    def make(
        handler: Callable[[JobContext[CountSpec]], object] | None = None,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> Runner:
        handlers = Handlers().on(COUNT, handler) if handler is not None else HANDLERS  # type: ignore[arg-type]
        return Runner(leases, handlers, artefacts, published.append, 0.05, is_stopping)

    return make


@pytest.fixture
def diary(tmp_path: Path) -> str:
    """Where the sample notes what it did."""
    return str(tmp_path / "diary")


@pytest.fixture
def worker(service: str, redis: RedisProcess, tmp_path: Path) -> Callable[..., WorkerProcess]:
    """Makes a worker of the sample's jobs; keyword arguments are settings of its environment."""

    def make(name: str = "worker", **env: str) -> WorkerProcess:
        env = {**redis.env, "PYTHONPATH": f"{Path(__file__).parents[2]}:{SAMPLE}", "SAMPLE_SERVICE": service, **env}
        return WorkerProcess("monshin_sample_jobs.worker", tmp_path, env, name=name)

    return make


@pytest.fixture
def ended(store: JobStore) -> Callable[[Job], Awaitable[Job]]:
    """Waits for a job's end, and wants it soon."""

    async def wait(job: Job) -> Job:
        job = await store.wait(job.id, 60)
        assert job.state.is_final, job
        return job

    return wait


@pytest.fixture
def is_running(store: JobStore) -> Callable[[Job], Callable[[], Awaitable[bool]]]:
    """For `eventually`: whether a worker has the job and has done something."""

    def of(job: Job) -> Callable[[], Awaitable[bool]]:
        async def ask() -> bool:
            now = await store.get(job.id)
            return now.state is State.RUNNING and now.progress.done > 0

        return ask

    return of
