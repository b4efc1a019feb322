"""Work that a caller began and had no time to end: it goes on without him, and the next finds it done."""

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Background:
    """One piece of work at a time, in a thread that lives no longer than it."""

    def __init__(self) -> None:
        self._free = threading.Lock()

    def finish(self, work: Callable[[], object]) -> None:
        """Begins it and returns. While another piece is at work nothing begins: who comes again asks again."""
        if self._free.acquire(blocking=False):
            # A daemon, since nothing of it is lost when the process ends.
            threading.Thread(target=self._run, args=(work,), name="ann-background", daemon=True).start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # whoever needs it next meets the same error, and is told
            _log.warning("work in the background failed", extra={"reason": type(error).__name__})
        finally:
            self._free.release()
