"""Answers a stream's requests several at a time, as they are done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")


async def in_completion_order(
    requests: AsyncIterator[Request], answer: Callable[[Request], Awaitable[Answer]], limit: int
) -> AsyncIterator[Answer]:
    """The answer of each request, the first done first.

    limit: requests under way at the same time; while it is reached none is read, so a fast caller is slowed down by
    the flow control of its connection. If reading fails, what is under way is answered first, then the error raised;
    an error of `answer` is raised at once. Leaving early cancels what is under way.
    """
    reading: asyncio.Task[Request | None] | None = asyncio.create_task(_next(requests))
    running: set[asyncio.Task[Answer]] = set()
    failure: BaseException | None = None
    try:
        while reading or running:
            is_reading = reading is not None and len(running) < limit
            await asyncio.wait(_tasks(running, reading if is_reading else None), return_when=asyncio.FIRST_COMPLETED)
            for done in [task for task in running if task.done()]:
                running.discard(done)
                yield done.result()
            if reading is not None and is_reading and reading.done():
                failure = reading.exception()
                request = None if failure else reading.result()
                reading = None
                if request is not None:
                    running.add(asyncio.create_task(_run(answer, request)))
                    reading = asyncio.create_task(_next(requests))
        if failure is not None:
            raise failure
    finally:
        left = _tasks(running, reading)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _tasks(running: set[asyncio.Task[Answer]], reading: asyncio.Task[Request | None] | None) -> list[asyncio.Task[Any]]:
    return [*running, reading] if reading is not None else [*running]


async def _next(requests: AsyncIterator[Request]) -> Request | None:
    return await anext(requests, None)


async def _run(answer: Callable[[Request], Awaitable[Answer]], request: Request) -> Answer:
    return await answer(request)
