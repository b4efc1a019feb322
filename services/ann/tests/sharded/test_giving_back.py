"""Places whose build will never fill them, and what their builds published, are given back while the service runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from monshin_ann.collections import Collections
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.sharded.builds import Builds, Wish
from monshin_ann.sharded.request_log import RequestLog
from monshin_kit.auth import Caller
from monshin_kit.executor import Executor
from monshin_kit.jobs import ArtefactStore
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.store import JobStore
from monshin_kit.requests import RequestKey
from monshin_kit.testing import eventually
from monshin_kit.testing.redis import RedisProcess

NOTES = Definition(CollectionId("notes"), 4, Metric.L2, 1, readers=("role:auditor",))
CALLER = Caller("root", frozenset({"administrator"}), frozenset())
NOT_REMEMBERED = RequestKey("", "", "", b"")


async def ignored(_: Definition) -> None:
    """Nobody is told."""


@asynccontextmanager
async def looked_after(
    store: JobStore, artefacts: ArtefactStore, home: Path
) -> AsyncIterator[tuple[Builds, Collections]]:
    """As in the service."""
    collections, log = Collections(home / "ann"), RequestLog(home / "builds.sqlite")
    executor = Executor(name="shelf")
    builds = Builds(store, artefacts, collections, executor, log, ignored)
    looking = asyncio.create_task(builds.look_after())
    yield builds, collections
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    executor.close()
    log.close()
    collections.close()


async def test_what_a_cancelled_build_published_goes_once_nobody_can_resume_it(
    store: JobStore, redis: RedisProcess, artefacts: ArtefactStore, tmp_path: Path
) -> None:
    """Hazard: all vectors of a billion points stay on disk, 256 GB, until the service starts anew."""
    async with looked_after(store, artefacts, tmp_path) as (builds, collections):
        build = await builds.begin(NOTES, Wish("imports/notes", 1000, 2, 16, 0), CALLER, "")
        artefacts.put(f"ann/sharded/{build.spec.shelf}/vectors-000001", b"of its plan")
        await builds.cancel(build.job.id, CALLER, NOT_REMEMBERED)
        await eventually(lambda: not collections.shelf.is_reserved(NOTES.id), "the id is free")
        assert artefacts.names("ann/sharded"), "it may be resumed"
        assert collections.shelf.of(NOTES.id) is not None
        reconciler = Reconciler("ann", replace(redis.settings, retention_s=0), artefacts)

        async def is_gone() -> bool:
            await asyncio.to_thread(reconciler.purge)
            return artefacts.names("ann/sharded") == []

        await eventually(is_gone, "what it published is gone")
        reconciler.stop()
        assert collections.shelf.reservations() == []
