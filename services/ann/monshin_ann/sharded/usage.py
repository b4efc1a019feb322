"""What a step of a build took of this process; measured, not estimated."""

import time
from pathlib import Path


class Usage:
    """From now on. cpu_s: of all threads. memory_bytes: see `anonymous_bytes`, the most that was seen when asked."""

    def __init__(self) -> None:
        self._started_s = time.process_time()
        self._most_bytes = anonymous_bytes()

    @property
    def cpu_s(self) -> float:
        """So far."""
        return round(time.process_time() - self._started_s, 3)

    @property
    def memory_bytes(self) -> int:
        """So far."""
        return self._most_bytes

    def look(self) -> None:
        """Takes note of the memory now; cheap enough for every step."""
        self._most_bytes = max(self._most_bytes, anonymous_bytes())


def anonymous_bytes() -> int:
    """Memory of this process that no file stands behind: what the system cannot take back by dropping pages."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0
