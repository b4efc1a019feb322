"""Sharded builds in the service's process: with Redis, or with the reason why not."""

import logging
from functools import partial

from monshin_kit.errors import MonshinError
from monshin_kit.executor import Executor
from monshin_kit.jobs import ArtefactStore, JobSettings
from monshin_kit.jobs.settings import artefacts_url
from monshin_kit.outbox import Outbox
from monshin_kit.server import Runtime
from monshin_kit.settings import load

from monshin_ann.collections import Collections
from monshin_ann.core.definition import Definition
from monshin_ann.sharded.builds import Builds
from monshin_ann.sharded.request_log import RequestLog
from monshin_ann.sharded.servicer import ShardedIndexServicer

_log = logging.getLogger(__name__)


async def open_builds(runtime: Runtime, collections: Collections) -> ShardedIndexServicer:
    """The service starts and serves without Redis too, since searching needs none."""
    settings = load(JobSettings)
    if not settings.redis_url:
        return ShardedIndexServicer(None, "this service has no Redis for builds: set MONSHIN_JOBS_REDIS_URL")
    from monshin_kit.jobs.service import open_jobs  # brings Celery

    disk = Executor(workers=1, name="shelf")
    log: RequestLog | None = None

    async def close() -> None:
        disk.close()
        if log is not None:
            log.close()

    try:
        log = await disk.run(RequestLog, runtime.data_dir / "builds.sqlite")
        jobs = await open_jobs(runtime, settings)
        artefacts = await runtime.executor.run(ArtefactStore, artefacts_url(settings, runtime.settings))
    except MonshinError as error:
        await close()
        _log.error("sharded builds are not offered", extra={"reason": error.reason})
        return ShardedIndexServicer(None, f"builds are not offered: {error.message}")
    runtime.on_stop(close)
    builds = Builds(jobs, artefacts, collections, disk, log, partial(_tell, runtime.outbox))
    runtime.spawn(builds.look_after())
    return ShardedIndexServicer(builds)


async def _tell(outbox: Outbox, definition: Definition) -> None:
    await outbox.emit("ann.collection.created", {"collection": definition.name, "fingerprint": ""})
