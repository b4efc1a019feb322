"""The jobs as a service sees them: submit, look, wait, watch, cancel, resume. Redis holds them, and is the truth.

Acknowledged means on Redis' disk (AOF, appendfsync always). Celery's message is only a hint that there is something
to do: if it is lost, or cannot be sent, a reconciler sends it again. Every call ends within `call_limit_s`, with
Unavailable if Redis does not answer; nothing is retried here, so that a caller's own deadline holds.
"""

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import redis

from monshin_kit import paging, telemetry
from monshin_kit.errors import InvalidInput, NotFound, ResourceExhausted, Unavailable
from monshin_kit.jobs import codec, redis_client
from monshin_kit.jobs.payload import Kind, P, encode
from monshin_kit.jobs.record import Job, JobId, Page, Progress, State, Stats
from monshin_kit.jobs.settings import JobSettings

WATCH_BLOCK_MS = 1000
MAX_EVENTS = 10_000  # as in lua/prelude.lua: so many entries of a job's stream are kept
REQUEST_RETENTION_S = 24 * 3600
MAX_PAGE = 1000
_SCAN_LIMIT = 20  # batches that one page of a filtered list looks at

Publish = Callable[[JobId], None]

_log = logging.getLogger(__name__)


class JobStore:
    """All jobs of one service; any number of processes may open it.

    service: such as `ann`; its jobs, queue and workers are its own. publish: sends the id to the workers, may block
    and raise Unavailable (`celery_queue.CeleryQueue.publish`).
    """

    def __init__(self, service: str, settings: JobSettings, publish: Publish) -> None:
        self._service = service
        self._settings = settings
        self._publish = publish
        self._redis = redis_client.connect_async(settings)
        self._prefix = redis_client.prefix(service)
        self._announcing: set[asyncio.Future[None]] = set()

    async def close(self) -> None:
        """Tells the workers what they do not know yet, and closes the connections."""
        await asyncio.gather(*self._announcing, return_exceptions=True)
        await self._redis.aclose()

    async def submit(self, kind: Kind[P], spec: P, *, owner: str = "", request_id: str = "") -> Job:
        """Queues a job; once this returns, it will be run even if everything is killed.

        owner: the caller's subject. request_id: for 24 hours, the same id of the same owner and kind is the same job.
        Raises InvalidInput (spec holds more than ids and numbers; request_id was used for another spec),
        ResourceExhausted (too many wait), Unavailable.
        """
        text = encode(spec)
        digest = hashlib.sha256(text.encode()).hexdigest()
        request = hashlib.sha256(f"{kind.name}\n{owner}\n{request_id}".encode()).hexdigest() if request_id else ""
        fields = ["kind", kind.name, "spec", text, "owner", owner]
        fields += ["traceparent", telemetry.trace_headers().get("traceparent", "")]
        answer = await self._run(
            "submit", new_id(), request, digest, REQUEST_RETENTION_S, self._settings.queue_limit, "", 0, *fields
        )
        if answer == "FULL":
            raise ResourceExhausted(f"{self._settings.queue_limit} jobs wait already: try again later", 10.0)
        job_id, known_digest, is_new, flat = answer
        if known_digest != digest:
            raise InvalidInput(
                "request_id was used for another request: make a new one",
                field="request_id",
                reason="REQUEST_ID_REUSED",
            )
        if is_new:
            self._announce(JobId(job_id))
        return self._job(JobId(job_id), flat)

    async def get(self, job_id: JobId) -> Job:
        """The record now. Raises NotFound, Unavailable."""
        async with self._limited():
            fields = await self._redis.hgetall(f"{self._prefix}job:{job_id}")
        if not fields:
            raise self._not_found(job_id)
        return codec.job_of(job_id, fields)

    async def list(
        self, *, page_size: int = 100, page_token: str = "", state: State | None = None, owner: str | None = None
    ) -> Page:
        """The newest first, without the jobs that jobs submitted; a page may be short and still have a next one.

        owner: only that caller's. Raises InvalidInput (page_size, page_token), Unavailable.
        """
        if not 1 <= page_size <= MAX_PAGE:
            raise InvalidInput(f"page_size is {page_size}, must be in [1, {MAX_PAGE}]", field="page_size")
        binding = f"jobs|{self._service}|{state}|{owner}"
        position = paging.decode(page_token, binding)
        found: list[Job] = []
        for _ in range(_SCAN_LIMIT):
            batch = await self._batch(position, page_size)
            for job in batch:
                position = job.id
                if (state is None or job.state is state) and (owner is None or job.owner == owner):
                    found.append(job)
                if len(found) == page_size:
                    break
            if len(found) == page_size or len(batch) < page_size:
                break
        is_end = len(batch) < page_size and (not batch or position == batch[-1].id)
        return Page(tuple(found), "" if is_end else paging.encode(position, binding))

    async def children(self, job_id: JobId) -> Sequence[Job]:
        """The jobs that this job submitted, in no order. Raises Unavailable."""
        async with self._limited():
            ids = await self._redis.smembers(f"{self._prefix}children:{job_id}")
        return await self._many(sorted(ids))

    async def cancel(self, job_id: JobId) -> Job:
        """Asks for the end: CANCELLED at once if it waits, CANCELLING until the worker stops if it runs, and the same
        for the jobs that it submitted; else nothing changes. It may succeed all the same, if it was nearly done.
        Raises NotFound, Unavailable.
        """
        return self._job(job_id, await self._run("cancel", job_id))

    async def resume(self, job_id: JobId) -> Job:
        """Queues a failed or cancelled job again, to go on from its checkpoint; in another state nothing changes.
        Raises NotFound, Unavailable."""
        job = self._job(job_id, await self._run("resume", job_id))
        if job.state is State.QUEUED:
            self._announce(job_id)
        return job

    async def watch(self, job_id: JobId, after_sequence: int = 0) -> AsyncIterator[Progress]:
        """Each entry of the progress stream after that sequence number, once and in order; ends with the job.

        Of a job with more than `MAX_EVENTS` entries the oldest are gone: the numbers show the gap.
        Raises NotFound, InvalidInput (after_sequence is not of this job), and Unavailable, after which the caller
        watches again from the last number that it got.
        """
        job = await self.get(job_id)
        if not 0 <= after_sequence <= job.progress.sequence:
            raise InvalidInput(
                f"after_sequence is {after_sequence}, the last is {job.progress.sequence}", field="after_sequence"
            )
        position = after_sequence
        while not (job.state.is_final and job.progress.sequence <= position):
            for entry in await self._entries(job_id, position):
                yield entry
                position = entry.sequence
                if entry.state.is_final:  # its last entry, unless it was resumed
                    job = await self.get(job_id)

    async def wait(self, job_id: JobId, timeout_s: float) -> Job:
        """The record once the job has ended, or after `timeout_s` as it is then. Raises NotFound, Unavailable."""
        job = await self.get(job_id)
        try:
            async with asyncio.timeout(timeout_s):
                async for _ in self.watch(job_id, job.progress.sequence):
                    pass
        except TimeoutError:
            pass
        return await self.get(job_id)

    async def stats(self) -> Stats:
        """Of all jobs of the service. Raises Unavailable."""
        return codec.stats_of(*await self._run("stats"))

    def _announce(self, job_id: JobId) -> None:
        task = asyncio.ensure_future(self._tell_workers(job_id))
        self._announcing.add(task)
        task.add_done_callback(self._announcing.discard)

    async def _tell_workers(self, job_id: JobId) -> None:
        try:
            await asyncio.to_thread(self._publish, job_id)
            await self._run("published", job_id)
        except Unavailable:
            _log.warning("the workers were not told of a job: the reconciler will")

    async def _entries(self, job_id: JobId, position: int) -> Sequence[Progress]:
        stream = f"{self._prefix}events:{job_id}"
        async with self._limited(WATCH_BLOCK_MS / 1000):
            found = await self._redis.xread({stream: f"{position}-0"}, count=100, block=WATCH_BLOCK_MS)
        return [codec.progress_of(int(name.split("-")[0]), fields) for _, rows in found for name, fields in rows]

    async def _batch(self, position: str, size: int) -> Sequence[Job]:
        """Those before `position`, the newest first."""
        async with self._limited():
            ids = await self._redis.zrevrangebylex(
                f"{self._prefix}ids", f"({position}" if position else "+", "-", start=0, num=size
            )
        return await self._many(ids)

    async def _many(self, ids: Sequence[str]) -> Sequence[Job]:
        async with self._limited(), self._redis.pipeline(transaction=False) as pipeline:
            for each in ids:
                pipeline.hgetall(f"{self._prefix}job:{each}")
            rows = await pipeline.execute()
        return [codec.job_of(each, fields) for each, fields in zip(ids, rows, strict=True) if fields]

    async def _run(self, script: str, *args: str | int | float) -> Any:
        run = self._redis.register_script(redis_client.script(script))
        async with self._limited():
            return await run(keys=[self._prefix], args=list(args))

    @asynccontextmanager
    async def _limited(self, waits_s: float = 0.0) -> AsyncIterator[None]:
        """One call. waits_s: how long Redis itself may hold it back."""
        try:
            async with asyncio.timeout(self._settings.call_limit_s + waits_s):
                yield
        except (redis.RedisError, OSError, TimeoutError) as error:
            raise redis_client.unavailable(error) from error

    def _job(self, job_id: JobId, flat: Sequence[str] | None) -> Job:
        if not flat:
            raise self._not_found(job_id)
        return codec.job_of(job_id, codec.fields_of(flat))

    def _not_found(self, job_id: JobId) -> NotFound:
        return NotFound("Job", f"{self._service}/jobs/{job_id}")


def new_id() -> JobId:
    """32 hexadecimal digits that rise with time, so that a list is in the order of submission."""
    return JobId(f"{time.time_ns() // 1000:014x}{secrets.token_hex(9)}")
