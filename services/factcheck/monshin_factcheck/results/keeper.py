"""Keeps results for checks, which never fail for it, and ends those that have outlived the retention."""

import asyncio
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from monshin_kit.errors import DataLoss, DeadlineExceeded, FailedPrecondition, MonshinError
from monshin_kit.executor import Executor

from monshin_factcheck.results.model import RESULT, Result
from monshin_factcheck.results.store import ResultStore

_log = logging.getLogger(__name__)
T = TypeVar("T")

# A check waits for its result as long as a slow group commit takes, not for a disk that hangs.
PATIENCE_S = 2.0
_LONGEST_SLEEP_S = 3600.0
_SHORTEST_SLEEP_S = 0.5


class Keeper:
    """retention_s: 0 keeps nothing. A damaged file is said at each call; checks go on without results."""

    def __init__(self, path: Path, retention_s: float, *, queue_limit: int) -> None:
        self.retention_s = retention_s
        self._executor = Executor(workers=1, queue_limit=queue_limit, name="results")
        self._store: ResultStore | None = None
        self._failure: MonshinError = FailedPrecondition("this service keeps no results", reason="NO_RETENTION")
        try:
            self._store = ResultStore(path, retention_s) if retention_s > 0 or path.exists() else None
        except DataLoss as error:
            _log.exception("the file of results is damaged: checks go on, nothing is kept")
            self._failure = DataLoss(error.message, "results", RESULT)

    @property
    def is_keeping(self) -> bool:
        """Whether checks are to leave results; where their file is damaged they are, and fail to."""
        return self.retention_s > 0

    async def keep(self, result: Result) -> None:
        """On disk when this returns; raises a MonshinError within PATIENCE_S seconds if it cannot be."""
        store = self._open()
        kept = asyncio.wrap_future(store.keep(result))
        done, _ = await asyncio.wait([kept], timeout=PATIENCE_S)
        if not done:
            kept.cancel()
            # Behind the other in the queue: whatever becomes of it, nothing stays that nobody was told of.
            store.drop(result.id)
            raise DeadlineExceeded("the result could not be written in time")
        kept.result()

    async def run(self, work: Callable[[ResultStore], T]) -> T:
        """Work that may block, in the thread of the results. Raises DataLoss where the file is damaged."""
        return await self._executor.run(work, self._open())

    async def purge_forever(self) -> None:
        """Ends what is too old: at once, then as often as ten times in the retention, at least every hour.

        Where it could not, it tries again sooner, at growing pauses; where nothing is kept, until nothing is left."""
        failures = 0
        while self._store is not None:
            try:
                if await self._executor.run(self._store.purge):
                    _log.info("results have ended")
                failures = 0
            except MonshinError as error:
                failures += 1
                _log.warning("results could not be ended: " + error.message, extra={"reason": error.reason})
            if not (self.is_keeping or failures):
                return
            await asyncio.sleep(self._pause_s(failures))

    def _pause_s(self, failures: int) -> float:
        """Until the next purge, behind so many that failed in a row."""
        regular = max(_SHORTEST_SLEEP_S, self.retention_s / 10) if self.is_keeping else _LONGEST_SLEEP_S
        again = _SHORTEST_SLEEP_S * 2.0 ** min(failures, 20) if failures else math.inf
        return min(_LONGEST_SLEEP_S, regular, again)

    def close(self) -> None:
        """Closes the file."""
        self._executor.close()
        if self._store is not None:
            self._store.close()

    def _open(self) -> ResultStore:
        if self._store is None:
            raise self._failure
        return self._store
