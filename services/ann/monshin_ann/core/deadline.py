"""Until when somebody waits for an answer."""

import math
import threading
import time
from dataclasses import dataclass

from monshin_kit.errors import DeadlineExceeded


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """A moment of the monotonic clock; the sooner is the smaller."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def has_passed(self) -> bool:
        """Whether the moment has passed."""
        return time.monotonic() > self.at_s

    def acquire(self, lock: threading.Lock) -> bool:
        """Takes the lock as soon as it is free; False if the moment comes first."""
        return lock.acquire(timeout=-1 if self.at_s == math.inf else max(0.0, self.at_s - time.monotonic()))

    def check(self) -> None:
        """Raises DeadlineExceeded once the moment has passed."""
        if self.has_passed():
            raise DeadlineExceeded("the deadline passed before the search was complete: nothing is returned")


FOREVER = Deadline(math.inf)


def payloads_unread() -> DeadlineExceeded:
    """For a filter whose deadline comes while payloads are parsed, which goes on in the background."""
    return DeadlineExceeded("the deadline passed before all payloads were read: they are read on, try again")
