"""Jobs in a service's process: its store, told to workers by Celery, looked after by a reconciler.

async def start(runtime: Runtime) -> None:
    jobs = await open_jobs(runtime, load(JobSettings))
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from monshin_kit.errors import Unavailable
from monshin_kit.jobs import redis_client
from monshin_kit.jobs.artefacts import ArtefactStore
from monshin_kit.jobs.celery_queue import CeleryQueue
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.settings import JobSettings, artefacts_url
from monshin_kit.jobs.store import JobStore
from monshin_kit.server_settings import ServerSettings

_log = logging.getLogger(__name__)


class Host(Protocol):
    """What is needed of a service's process; `server.Runtime` is one."""

    name: str
    settings: ServerSettings

    def on_stop(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Called when the service stops."""
        ...


async def open_jobs(host: Host, settings: JobSettings) -> JobStore:
    """Closed when the service stops. Without Redis the service starts all the same, and its jobs are Unavailable.

    Raises InvalidInput if the settings are wrong, FailedPrecondition if Redis does not keep what it acknowledges.
    """
    service = host.name
    artefacts = await asyncio.to_thread(ArtefactStore, artefacts_url(settings, host.settings))
    try:
        await asyncio.to_thread(_check, settings)
    except Unavailable:
        _log.warning("Redis is away: jobs are unavailable until it is back", extra={"service": service})
    queue = CeleryQueue(service, settings)
    store = JobStore(service, settings, queue.publish)
    reconciler = Reconciler(service, settings, artefacts)

    async def close() -> None:
        await asyncio.to_thread(reconciler.stop)
        await store.close()
        await asyncio.to_thread(queue.close)

    reconciler.start()
    host.on_stop(close)
    return store


def _check(settings: JobSettings) -> None:
    with redis_client.connect(settings) as client:
        if not redis_client.check_durability(client):
            _log.warning("Redis does not tell whether it syncs each write: see to appendfsync always")
