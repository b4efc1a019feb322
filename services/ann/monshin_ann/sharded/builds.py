"""Builds as the service sees them: begun, looked at, cancelled, resumed, and what they made put on the shelf."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from monshin_kit.auth import Caller
from monshin_kit.errors import AlreadyExists, DataLoss, FailedPrecondition, InvalidInput, NotFound
from monshin_kit.executor import Executor
from monshin_kit.jobs import Artefact, ArtefactStore, Job, JobId, State, decode
from monshin_kit.jobs.store import JobStore
from monshin_kit.requests import RequestKey

from monshin_ann.collections import Collections
from monshin_ann.core.definition import Definition
from monshin_ann.sharded.chores import Chore, Chores
from monshin_ann.sharded.collection import ShardedCollection
from monshin_ann.sharded.kinds import BUILD, PUBLISHED, BuildResult, BuildSpec
from monshin_ann.sharded.parts import Parts
from monshin_ann.sharded.progress import Build, phase_of
from monshin_ann.sharded.request_log import RequestLog
from monshin_ann.sharded.shelf import Reservation

RESOURCE = "monshin/ShardedBuild"
LOOK_S = 1.0
WATCH_S = 0.3
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """How a collection is to be built; the fields as in kinds.BuildSpec."""

    source: str
    shard_rows: int
    overlap: int
    degree: int
    seed: int


class Builds:
    """All methods raise Unavailable if Redis is away; those with a caller NotFound where it may not see the build.

    executor: for what touches the disk. created: told of each collection that was put on the shelf.
    """

    def __init__(
        self,
        jobs: JobStore,
        artefacts: ArtefactStore,
        collections: Collections,
        executor: Executor,
        log: RequestLog,
        created: Callable[[Definition], Awaitable[None]],
    ) -> None:
        self._jobs = jobs
        self._artefacts = artefacts
        self._collections = collections
        self._shelf = collections.shelf
        self._executor = executor
        self._log = log
        self._created = created
        self._starting = asyncio.Lock()
        self._parts = Parts(jobs.children)

    async def begin(self, definition: Definition, wish: Wish, caller: Caller, request_id: str) -> Build:
        """Raises AlreadyExists, InvalidInput (request_id was used for another request), ResourceExhausted.

        Unavailable also for a request that is repeated while what it made is being deleted.
        """
        name = f"{definition.id}-{_token(caller, request_id)}"
        spec = BuildSpec(
            name, definition.id, definition.dim, definition.metric.value,
            wish.source, wish.shard_rows, wish.overlap, wish.degree, wish.seed,
        )  # fmt: skip
        async with self._starting:
            if (first := await self._first(name, spec)) is not None:
                return await self._view(first)
            reservation = self._shelf.reservation(name) or await self._executor.run(
                self._collections.reserve, name, definition
            )
            # Its place is on disk: should this process die here, `look_after` finds the job by the name in its spec.
            job = await self._jobs.submit(BUILD, spec, owner=caller.subject, request_id=request_id)
            if job.state.is_final:  # a repeated request whose collection was deleted since
                await self._executor.run(self._shelf.discard, name)
            else:
                await self._executor.run(self._shelf.bind, reservation, job.id)
        return await self._view(job)

    async def get(self, job_id: JobId, caller: Caller) -> Build:
        """As it is now."""
        return await self._view(await self._visible(job_id, caller))

    async def list(self, page_size: int, page_token: str, caller: Caller) -> tuple[list[Build], str]:
        """The newest first, and the token of the next page; a page may be short."""
        page = await self._jobs.list(page_size=page_size, page_token=page_token)
        found = [job for job in page.jobs if job.kind == BUILD.name and self._may_see(job, caller)]
        return [await self._view(job) for job in found], page.next_token

    async def watch(self, job_id: JobId, after_sequence: int, caller: Caller) -> AsyncIterator[Build]:
        """Each time it has got further than `after_sequence`, until its end."""
        build = await self.get(job_id, caller)
        if after_sequence > build.sequence:
            raise InvalidInput(
                f"after_sequence is {after_sequence}, the last is {build.sequence}", field="after_sequence"
            )
        while True:
            if build.sequence > after_sequence or build.phase.is_final:
                yield build
                after_sequence = build.sequence
            if build.phase.is_final:
                return
            await asyncio.sleep(WATCH_S)
            build = await self.get(job_id, caller)

    async def cancel(self, job_id: JobId, caller: Caller, key: RequestKey) -> Build:
        """Asks for its end."""
        job = await self._visible(job_id, caller)
        if not await self._executor.run(self._log.is_repeated, key):
            job = await self._jobs.cancel(job_id)
            await self._executor.run(self._log.remember, key)
        return await self._view(job)

    async def resume(self, job_id: JobId, caller: Caller, key: RequestKey) -> Build:
        """Goes on with one that failed or was cancelled. Raises FailedPrecondition if its place was given away."""
        job = await self._visible(job_id, caller)
        if not await self._executor.run(self._log.is_repeated, key):
            job = await self._resumed(job)
            await self._executor.run(self._log.remember, key)
        return await self._view(job)

    async def look_after(self) -> None:
        """Forever: puts on the shelf what was built, gives back places that no build will fill."""
        # Fetching a collection may take an hour: what callers wait for has a thread of its own.
        slow = Executor(workers=1, name="installs")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._settle_forever())
                group.create_task(self._fetch_forever(slow))
        finally:
            slow.close()

    async def _settle_forever(self) -> None:
        chores = Chores("settle")
        while True:
            await chores.run({each.name: partial(self._settle, each) for each in self._shelf.reservations()})
            await asyncio.sleep(LOOK_S)

    async def _fetch_forever(self, slow: Executor) -> None:
        installs, sweeps = Chores("install"), Chores("sweep")
        while True:
            chores: dict[str, Chore] = {}
            for each in self._shelf.reservations():
                if each.is_active and each.published is not None:
                    chores[each.name] = partial(self._install, each, each.published, slow)
            # First, since an install may take an hour, and a name is refused until it is swept.
            await sweeps.run({"sweep": partial(slow.run, self._shelf.sweep, PUBLISHED, self._artefacts)})
            await installs.run(chores)
            await asyncio.sleep(LOOK_S)

    async def _resumed(self, job: Job) -> Job:
        if job.state not in (State.FAILED, State.CANCELLED):
            return job
        async with self._starting:
            reservation = self._shelf.reservation(decode(BuildSpec, job.spec).shelf)
            if reservation is None:
                raise FailedPrecondition("another build or collection took the place of this one: begin a new build")
            await self._executor.run(self._collections.reactivate, reservation)
            return await self._jobs.resume(job.id)

    async def _settle(self, reservation: Reservation) -> None:
        if reservation.job is None:
            async with self._starting:
                await self._adopt(reservation.name)
            return
        if reservation.is_active and reservation.published is not None:
            return
        try:
            job = await self._jobs.get(reservation.job)
        except NotFound:  # purged long after its end, or Redis lost it: nobody can resume it
            async with self._starting:
                if self._shelf.reservation(reservation.name) is not None:
                    await self._executor.run(self._shelf.discard, reservation.name)
            return
        if not reservation.is_active:
            return
        if job.state in (State.FAILED, State.CANCELLED):
            async with self._starting:  # or it may just be resumed
                if (await self._jobs.get(job.id)).state is job.state:
                    self._shelf.set_active(reservation, is_active=False)
        elif job.state is State.SUCCEEDED:
            self._shelf.set_published(reservation, Artefact.of(decode(BuildResult, job.result).manifest))

    async def _install(self, reservation: Reservation, reference: Artefact, slow: Executor) -> None:
        try:
            await slow.run(self._collections.install, reservation, reference, self._artefacts)
        except (AlreadyExists, DataLoss):
            self._shelf.set_active(reservation, is_active=False)
            raise
        await self._created(reservation.definition)

    async def _adopt(self, name: str) -> None:
        """The build of a place whose request was cut off before its answer; without one the place is given back."""
        reservation = self._shelf.reservation(name)
        if reservation is None or reservation.job is not None:
            return
        token = ""
        while True:
            page = await self._jobs.list(page_size=_PAGE, page_token=token)
            for job in page.jobs:
                if job.kind == BUILD.name and decode(BuildSpec, job.spec).shelf == name:
                    await self._executor.run(self._shelf.bind, reservation, job.id)
                    return
            if not (token := page.next_token):
                await self._executor.run(self._shelf.discard, name)
                return

    async def _first(self, name: str, spec: BuildSpec) -> Job | None:
        """The build of a request that is repeated."""
        reservation, collection = self._shelf.reservation(name), self._served(spec)
        if reservation is not None and reservation.job is not None:
            job_id = reservation.job
        elif collection is not None:
            job_id = await self._executor.run(self._shelf.job_of, collection)
        else:
            return None
        job = await self._jobs.get(job_id)
        if decode(BuildSpec, job.spec) != spec:
            raise InvalidInput(
                "request_id was used for another request: make a new one",
                field="request_id",
                reason="REQUEST_ID_REUSED",
            )
        return job

    async def _visible(self, job_id: JobId, caller: Caller) -> Job:
        try:
            job = await self._jobs.get(job_id)
        except NotFound:
            raise _not_found(job_id) from None
        if job.kind != BUILD.name or not self._may_see(job, caller):
            raise _not_found(job_id)
        return job

    def _may_see(self, job: Job, caller: Caller) -> bool:
        definition = self._definition(decode(BuildSpec, job.spec))
        return caller.may_use(definition.readers if definition is not None else (f"client:{job.owner}",))

    def _definition(self, spec: BuildSpec) -> Definition | None:
        """None if the collection was deleted, or its place given to another."""
        if (collection := self._served(spec)) is not None:
            return collection.definition
        reservation = self._shelf.reservation(spec.shelf)
        return reservation.definition if reservation is not None else None

    def _served(self, spec: BuildSpec) -> ShardedCollection | None:
        collection = self._collections.sharded(spec.collection)
        return collection if collection is not None and collection.path.name == spec.shelf else None

    async def _view(self, job: Job) -> Build:
        spec = decode(BuildSpec, job.spec)
        parts = await self._parts.of(job)
        served, reservation = self._served(spec), self._shelf.reservation(spec.shelf)
        phase = phase_of(job, parts, is_served=served is not None, reservation=reservation)
        return Build.of(job, parts, spec, phase, served, now_s=time.time())


def _token(caller: Caller, request_id: str) -> str:
    """The same for a repeated request, else always new."""
    if not request_id:
        return secrets.token_hex(6)
    return hashlib.sha256(f"{caller.subject}\n{request_id.lower()}".encode()).hexdigest()[:12]


def _not_found(job_id: JobId) -> NotFound:
    return NotFound(RESOURCE, f"ann/jobs/{job_id}")
