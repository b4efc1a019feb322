"""The jobs of builds, read from Redis no more often than its other users can bear, however many watch.

Of a build that runs they are read again after 2 ms a part: 500 records a second at most, and a small one is never told
late. Of one that has ended, with all its parts, they are read once.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from monshin_kit.jobs import Job, JobId

AGE_A_PART_S = 0.002
MOST_KEPT = 20_000

Read = Callable[[JobId], Awaitable[Sequence[Job]]]


@dataclass(slots=True)
class _Known:
    """asked_at: when the answer was asked for. next_at: when it is too old; earlier while somebody asks already."""

    job: Job
    parts: Sequence[Job]
    asked_at: float
    next_at: float


class Parts:
    """read: asks Redis (`JobStore.children`). clock: in seconds, rising. Keeps `MOST_KEPT` jobs of the last builds."""

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._known: OrderedDict[JobId, _Known] = OrderedDict()

    async def of(self, job: Job) -> Sequence[Job]:
        """The jobs that it submitted, never older than any answer before. job: its record now. Raises as `read`."""
        known, now = self._known.get(job.id), self._clock()
        if known is not None and _is_valid(known, job, now):
            self._known.move_to_end(job.id)
            return known.parts
        if known is not None:
            # Others who watch a build that runs do not ask beside us.
            known.next_at = now + AGE_A_PART_S * len(known.parts)
        parts = await self._read(job.id)
        newest = self._known.get(job.id)
        if newest is not None and newest.asked_at > now:
            return newest.parts  # somebody asked later, and was answered first
        self._known[job.id] = _Known(job, parts, now, now + AGE_A_PART_S * len(parts))
        self._known.move_to_end(job.id)
        while len(self._known) > 1 and sum(len(each.parts) + 1 for each in self._known.values()) > MOST_KEPT:
            self._known.popitem(last=False)
        return parts


def _is_valid(known: _Known, job: Job, now: float) -> bool:
    if not job.state.is_final:
        return not known.job.state.is_final and now < known.next_at
    is_settled = all(each.state.is_final for each in known.parts)
    return is_settled and (known.job.state, known.job.progress.sequence) == (job.state, job.progress.sequence)
