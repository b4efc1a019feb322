"""A judge that fails again and again is left alone for a while, so that nobody waits for it in vain."""

import time
from collections.abc import Callable

FAILURES = 3
REST_S = 30.0


class Circuit:
    """Shut after three failures in a row for 30 s; then one call may try, and a failure shuts it again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    @property
    def is_shut(self) -> bool:
        """Whether nothing should be asked now."""
        return self._clock() < self._until

    def succeeded(self) -> None:
        """Forgets what failed before."""
        self._failures = 0

    def failed(self) -> None:
        """Counts one more."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = self._clock() + REST_S
            self._failures = FAILURES - 1
