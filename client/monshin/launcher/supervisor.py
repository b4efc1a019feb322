"""The launcher: starts each unit when those it needs serve, restarts what dies, and drains all on SIGTERM."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from monshin_kit.auth import dev
from monshin_kit.errors import Unavailable

from monshin.launcher import state
from monshin.launcher.health import is_serving
from monshin.launcher.units import Unit

START_LIMIT_S = 600.0  # a first start prepares models, which takes minutes on a busy machine
STOP_LIMIT_S = 30.0
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 10.0
TOKEN_TTL_S = 12 * 3600
TOKEN_RENEWAL_S = 6 * 3600


class Supervisor:
    """Runs `units` until SIGTERM or SIGINT. changed: called with the new state after each change."""

    def __init__(self, home: Path, units: Sequence[Unit], changed: Callable[[state.State], None]) -> None:
        self._home = home
        self._units = units
        self._changed = changed
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._started: dict[str, int] = {}
        self._states = dict.fromkeys((unit.name for unit in units), "starting")
        self._restarts = dict.fromkeys((unit.name for unit in units), 0)
        self._serving = {unit.name: asyncio.Event() for unit in units}

    async def run(self) -> None:
        """Raises Unavailable if a port is taken or a unit does not come up."""
        await self._check_ports()
        dev.create_keys(self._home / "keys")
        self._sign_tokens()
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        keepers = [asyncio.create_task(self._keep(unit)) for unit in self._units]
        renewal = asyncio.create_task(self._renew_tokens())
        stop = asyncio.create_task(stopping.wait())
        try:
            done, _ = await asyncio.wait([stop, *keepers], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stop}:
                task.result()
        finally:
            for task in (stop, renewal, *keepers):
                task.cancel()
            await asyncio.gather(stop, renewal, *keepers, return_exceptions=True)
            await self._drain()
            state.clear(self._home)

    async def _keep(self, unit: Unit) -> None:
        for name in unit.after:
            await self._serving[name].wait()
        backoff_s = FIRST_BACKOFF_S
        while True:
            process = await self._spawn(unit)
            if await self._became_serving(unit, process):
                backoff_s = FIRST_BACKOFF_S
                self._serving[unit.name].set()
                self._note(unit, "serving")
                await process.wait()
            else:
                await _end(process)  # a next one would find port and data taken
                if self._restarts[unit.name] == 0 and not self._serving[unit.name].is_set():
                    raise Unavailable(f"{unit.name} does not start: see {self._log_path(unit)}")
            self._restarts[unit.name] += 1
            self._note(unit, "restarting")
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, MAX_BACKOFF_S)

    async def _spawn(self, unit: Unit) -> asyncio.subprocess.Process:
        log = self._log_path(unit)
        log.parent.mkdir(parents=True, exist_ok=True)
        env = {
            **os.environ,
            "MONSHIN_HOME": str(self._home),
            **({"MONSHIN_PORT": str(unit.port), "MONSHIN_HOST": unit.target.rsplit(":", 1)[0]} if unit.target else {}),
            # Never for the gateway: it speaks for its callers alone.
            **({} if unit.speaks_http else {"MONSHIN_SERVICE_TOKEN_FILE": str(self._token_path(unit))}),
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
            **unit.env,
        }
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *(unit.argv or (sys.executable, "-m", unit.module)), env=env, stdin=asyncio.subprocess.DEVNULL,
                stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip
        self._processes[unit.name] = process
        self._started[unit.name] = state.started(process.pid)
        self._note(unit, "starting")
        return process

    async def _became_serving(self, unit: Unit, process: asyncio.subprocess.Process) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_LIMIT_S):
                while process.returncode is None:
                    if await is_serving(unit):
                        return True
                    await asyncio.sleep(0.1)
        return False

    async def _drain(self) -> None:
        # Callers first, then what they call.
        for unit in reversed(self._units):
            process = self._processes.get(unit.name)
            if process is not None:
                await _end(process)

    async def _check_ports(self) -> None:
        for unit in self._units:
            if not unit.target:
                continue
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(*unit.target.rsplit(":", 1))
                writer.close()
                raise Unavailable(f"port {unit.port} for {unit.name} is in use: stop what listens there")

    def _sign_tokens(self) -> None:
        key = self._home / "keys" / dev.SIGNING_KEY
        for unit in self._units:
            path = self._token_path(unit)
            path.parent.mkdir(parents=True, exist_ok=True)
            token = dev.sign_token(key, "service", TOKEN_TTL_S, subject=f"service-{unit.name}")
            dev.write_secret(path, token.encode())

    async def _renew_tokens(self) -> None:
        while True:
            await asyncio.sleep(TOKEN_RENEWAL_S)
            self._sign_tokens()

    def _note(self, unit: Unit, new_state: str) -> None:
        self._states[unit.name] = new_state
        units = tuple(
            state.UnitState(
                item.name,
                self._processes[item.name].pid if item.name in self._processes else 0,
                self._started.get(item.name, 0),
                item.target,
                self._states[item.name],
                self._restarts[item.name],
                str(self._log_path(item)),
            )
            for item in self._units
        )
        now = state.State(os.getpid(), state.started(os.getpid()), units)
        state.write(self._home, now)
        self._changed(now)

    def _log_path(self, unit: Unit) -> Path:
        return self._home / "logs" / f"{unit.name}.log"

    def _token_path(self, unit: Unit) -> Path:
        return self._home / "run" / f"{unit.name}.token"


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
