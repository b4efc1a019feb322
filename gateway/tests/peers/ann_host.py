"""The real ann for tests without an event loop: its process is kept by a loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monshin_kit.testing import ServiceProcess

_GUARD_S = 120


class AnnHost:
    """Runs while its block runs. env: further settings."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self._process = ServiceProcess("monshin_ann", home, env)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.target = self._process.target
        self.home = home
        self.data = home / "data" / "ann"

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_GUARD_S)
        self._loop.close()

    def start(self) -> None:
        """Returns once it serves."""
        self._run(self._process.start())
        self._run(self._process.wait_serving())

    def stop(self) -> None:
        """SIGTERM."""
        self._run(self._process.stop())

    def kill(self) -> None:
        """SIGKILL."""
        self._run(self._process.kill())

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_GUARD_S)
