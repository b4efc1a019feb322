"""Room for a number of checks at the same time; one that waits for its caller leaves its place to others."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from monshin_kit.errors import ResourceExhausted


class Places:
    """limit: how many are taken at the same time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = asyncio.Semaphore(limit)

    @contextmanager
    def one(self) -> Iterator["Place"]:
        """A place until the block ends; raises ResourceExhausted at once where none is free or others wait for one."""
        if self._free.locked():
            raise ResourceExhausted(f"{self._limit} checks run already: try again later")
        place = Place(self._free)
        try:
            yield place
        finally:
            place.leave()


class Place:
    """Taken while there is something left to do, which its check counts."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._left = 0
        self._is_taken = False

    async def begin(self, things: int = 1) -> None:
        """Counts more to do; waits for a place, first come, first served, where this one was given up."""
        self._left += things
        if self._left and not self._is_taken:
            await self._free.acquire()
            self._is_taken = True

    def done(self) -> None:
        """Counts one thing less, and gives the place up with the last."""
        self._left -= 1
        if not self._left:
            self.leave()

    def leave(self) -> None:
        """Gives the place up if it is taken."""
        if self._is_taken:
            self._is_taken = False
            self._free.release()
