"""Starting the launcher in the background, and ending it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from monshin_kit.errors import Unavailable

from monshin.launcher import state

START_LIMIT_S = 660.0
STOP_LIMIT_S = 120.0
POLL_S = 0.1


def start(home: Path, changed: Callable[[state.State], None]) -> state.State:
    """Starts `monshin up` in a session of its own and waits until all units serve; raises Unavailable if it ends."""
    log = home / "logs" / "launcher.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "monshin", "up"], env={**os.environ, "MONSHIN_HOME": str(home)},
            stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_LIMIT_S
    seen: state.State | None = None
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable(f"the launcher ended: {_last_line(log)} (see {log})")
        now = state.read(home)
        if now is not None and now.pid == process.pid:
            if now != seen:
                seen = now
                changed(now)
            if now.is_serving:
                return now
        time.sleep(POLL_S)
    process.terminate()
    raise Unavailable(f"not all services serve after {START_LIMIT_S:.0f} s: see {home / 'logs'}")


def stop(home: Path) -> bool:
    """Drains what runs, also what a killed launcher left behind; False if nothing did. Raises Unavailable if it does
    not end."""
    now = state.read(home)
    processes = [(now.pid, now.started)] if now else [(unit.pid, unit.started) for unit in state.left_behind(home)]
    for pid, _ in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT_S
    while any(state.is_alive(*process) for process in processes):
        if time.monotonic() > deadline:
            raise Unavailable(f"processes {', '.join(str(pid) for pid, _ in processes)} do not end")
        time.sleep(POLL_S)
    if now is None:
        state.clear(home)
    return bool(processes)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "without a word"
