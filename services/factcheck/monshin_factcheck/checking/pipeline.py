"""Work in stages that run side by side and hand on what they have as soon as they have it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Put = Callable[[T], Awaitable[None]]


async def put_by(work: Callable[[Put[T]], Coroutine[Any, Any, None]], limit: int) -> AsyncGenerator[T, None]:
    """What `work` puts, as it comes, then its error if it raises one.

    limit: how many may wait; then `work` waits. It is cancelled when the reader leaves.
    """
    queue: asyncio.Queue[T] = asyncio.Queue(limit)
    working = asyncio.ensure_future(work(queue.put))
    try:
        while not (working.done() and queue.empty()):
            item = asyncio.ensure_future(queue.get())
            try:
                await asyncio.wait({item, working}, return_when=asyncio.FIRST_COMPLETED)
                if not item.done():
                    continue
                yield item.result()
            finally:
                item.cancel()
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def together(*stages: Coroutine[Any, Any, None]) -> None:
    """Runs all until all have ended; the first error ends the others."""
    tasks = [asyncio.ensure_future(stage) for stage in stages]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
