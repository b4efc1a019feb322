"""Chores that are tried each second until they succeed: one that does not is told once, and counted while it lasts."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from monshin_kit import telemetry
from monshin_kit.errors import MonshinError, Unavailable

_log = logging.getLogger(__name__)

_STUCK = telemetry.gauge("ann_sharded_stuck", "What cannot be done now for collections built in shards", ["chore"])

Chore = Callable[[], Awaitable[None]]


class Chores:
    """Of one kind; kind: as the metric and the log call it."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._reasons: dict[str, str] = {}
        _STUCK.labels(kind).set(0)

    async def run(self, chores: Mapping[str, Chore]) -> None:
        """Tries each once, by name, whatever becomes of the others; names that are not there any more are forgotten."""
        found: dict[str, str] = {}
        for name, chore in chores.items():
            try:
                await chore()
            except Exception as error:  # noqa: BLE001  # nor may a fault of one keep the others from their place
                found[name] = reason = error.reason if isinstance(error, MonshinError) else type(error).__name__
                if self._reasons.get(name) != reason:
                    self._tell(error, reason)
        for name in self._reasons.keys() & chores.keys() - found.keys():
            _log.info("a chore that failed has succeeded", extra={"chore": self._kind, "reason": self._reasons[name]})
        self._reasons = found
        _STUCK.labels(self._kind).set(len(found))

    def _tell(self, error: Exception, reason: str) -> None:
        level = logging.WARNING if isinstance(error, Unavailable) else logging.ERROR
        fault = None if isinstance(error, MonshinError) else error
        extra = {"chore": self._kind, "reason": reason}
        _log.log(level, "a chore for a collection built in shards fails", exc_info=fault, extra=extra)
