"""What a build tells of itself, and how it is stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from grnnd.errors import Cancelled
from grnnd.plan import Plan


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a build stands.

    phase: order, tree, refine, reverse, absorb, prune or calibrate. round: of this phase, from 0. done, total: rows of
    this phase. fraction: of the whole build, in [0, 1], never falling. distances: computed so far. elapsed_s: so far.
    """

    phase: str
    round: int
    done: int
    total: int
    fraction: float
    distances: int
    elapsed_s: float


class Reporter:
    """Passes progress on, and a wish to stop."""

    def __init__(
        self, progress: Callable[[Progress], object] | None, cancel: threading.Event | None, plan: Plan
    ) -> None:
        self._progress = progress
        self._cancel = cancel
        self._steps = plan.steps()
        self._started_s = monotonic()
        self._fraction = 0.0
        self._distances = 0

    def begin(self, phase: str, total: int) -> None:
        """A phase of one step has begun."""
        self.on_chunk(phase, 0, 0, total, self._distances)

    def on_chunk(self, phase: str, round_: int, done: int, total: int, distances: int) -> None:
        """Called by the core. Raises Cancelled, or what `progress` raises."""
        if self._cancel is not None and self._cancel.is_set():
            raise Cancelled(f"the build was cancelled in phase {phase}")
        if self._progress is None:
            return
        before, share = self._steps.get((phase, round_), (self._fraction, 0.0))
        self._fraction = max(self._fraction, before + share * done / total)
        self._distances = distances
        elapsed_s = monotonic() - self._started_s
        self._progress(Progress(phase, round_, done, total, self._fraction, distances, elapsed_s))
