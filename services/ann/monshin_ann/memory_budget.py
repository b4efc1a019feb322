"""How many bytes of vectors there may be in memory, over all collections."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monshin_kit.errors import ResourceExhausted


class MemoryBudget:
    """limit_bytes: 0: no limit. used: bytes held now. Safe to use from several threads."""

    def __init__(self, limit_bytes: int, used: Callable[[], int]) -> None:
        self._limit_bytes = limit_bytes
        self._used = used
        self._reserving = threading.Lock()
        self._reserved_bytes = 0

    def check(self, more_bytes: int) -> None:
        """Raises ResourceExhausted if so many bytes of vectors more would not fit the limit."""
        if self._limit_bytes and self._used() + self._reserved_bytes + more_bytes > self._limit_bytes:
            raise ResourceExhausted(
                f"{more_bytes} bytes of vectors came, but fewer are left of the {self._limit_bytes} allowed",
                retry_after_s=60.0,
                reason="MEMORY_LIMIT",
            )

    @contextmanager
    def reserved(self, more_bytes: int) -> Iterator[None]:
        """Nobody else gets these bytes until the block ends. Raises as `check`."""
        with self._reserving:
            self.check(more_bytes)
            self._reserved_bytes += more_bytes
        try:
            yield
        finally:
            with self._reserving:
                self._reserved_bytes -= more_bytes
