"""Waiting for what happens soon, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LIMIT_S = 30.0  # generous: a loaded machine must not fail a test


async def eventually(
    is_true: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str, *, limit_s: float = LIMIT_S
) -> float:
    """Asks every few milliseconds until `is_true`; returns the seconds it took. AssertionError says `what` if never."""
    started = time.monotonic()
    while True:
        answer = is_true()
        if answer if isinstance(answer, bool) else await answer:
            return time.monotonic() - started
        if time.monotonic() - started > limit_s:
            raise AssertionError(f"not within {limit_s} s: {what}")
        await asyncio.sleep(0.01)
