"""Pauses between attempts at what keeps failing: it is not given up, and does not take the machine from the rest."""

import time
from collections.abc import Callable

FIRST_S = 5.0
LONGEST_S = 600.0

Clock = Callable[[], float]


class Backoff:
    """Pauses double from 5 s to 10 minutes, and are never shorter than the attempt that failed."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until_s = 0.0

    @property
    def remaining_s(self) -> float:
        """How long to wait yet; 0: now."""
        return max(0.0, self._until_s - self._clock()) if self._failures else 0.0

    def fail(self, took_s: float) -> None:
        """An attempt of this length has failed."""
        pause_s = min(FIRST_S * 2.0 ** min(self._failures, 16), LONGEST_S)
        self._failures += 1
        self._until_s = self._clock() + max(pause_s, took_s)

    def reset(self) -> None:
        """The next attempt may come at once."""
        self._failures = 0
