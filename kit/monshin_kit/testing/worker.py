"""A real worker of jobs, in processes of its own, which can be killed as a whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_LIMIT_S = 60.0


class WorkerProcess:
    """Starts `python -m module`, a module that calls `run_worker`, and ends it with its block.

    home: the test's folder. env: the address of Redis and other settings. The log is `{home}/{name}.log`.
    """

    def __init__(self, module: str, home: Path, env: Mapping[str, str], *, name: str = "worker") -> None:
        self.log_path = home / f"{name}.log"
        self._module = module
        self._env = {**os.environ, "MONSHIN_HOME": str(home), **env}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        self.wait_serving()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Without waiting for it to be ready."""
        with self.log_path.open("ab") as log:
            self._served = self.log().count('"serving"')
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module], env=self._env, stdout=log, stderr=log, start_new_session=True
            )

    def wait_serving(self) -> None:
        """Returns once it takes jobs; AssertionError with the end of the log if it does not."""
        deadline = time.monotonic() + _LIMIT_S
        while self.log().count('"serving"') <= self._served:
            assert self._running().poll() is None, f"{self._module} ended: {self.log()[-2000:]}"
            assert time.monotonic() < deadline, f"{self._module} does not serve: {self.log()[-2000:]}"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL to all of its processes at once: what a power cut leaves behind."""
        if self._process is not None and self._process.poll() is None:
            self._signal(signal.SIGKILL)
            self._process.wait(_LIMIT_S)

    @property
    def pid(self) -> int:
        """Of its first process, which has a child for each job that runs at the same time."""
        return self._running().pid

    def stop(self) -> int:
        """SIGTERM, then the exit status."""
        self._running().terminate()
        return self.wait()

    def wait(self) -> int:
        """The exit status, once it ended by itself."""
        return self._running().wait(_LIMIT_S)

    def pause(self) -> None:
        """All of its processes fall silent, as on a machine that hangs."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After a pause."""
        self._signal(signal.SIGCONT)

    def log(self) -> str:
        """All that it has written."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the worker was not started"
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        os.killpg(self._running().pid, number)
