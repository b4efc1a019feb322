"""What runs now, in a file that `status`, `down` and a second `up` read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UnitState:
    """state: starting, serving, restarting or stopped. started: see `started`, 0 without a process."""

    name: str
    pid: int
    started: int
    target: str
    state: str
    restarts: int
    log: str


@dataclass(frozen=True, slots=True)
class State:
    """The launcher and its units."""

    pid: int
    started: int
    units: tuple[UnitState, ...]

    @property
    def is_serving(self) -> bool:
        """Whether every unit serves."""
        return bool(self.units) and all(unit.state == "serving" for unit in self.units)


def write(home: Path, state: State) -> None:
    """Replaces the file at once, so that a reader never sees half of it."""
    path = _path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state), indent=2))
    os.replace(fresh, path)


def read(home: Path) -> State | None:
    """The state of a launcher that is alive; None otherwise."""
    state = _written(home)
    return state if state is not None and is_alive(state.pid, state.started) else None


def left_behind(home: Path) -> list[UnitState]:
    """Units that still run although their launcher was killed."""
    state = _written(home)
    if state is None or is_alive(state.pid, state.started):
        return []
    return [unit for unit in state.units if is_alive(unit.pid, unit.started)]


def clear(home: Path) -> None:
    """Says that nothing runs."""
    _path(home).unlink(missing_ok=True)


def started(pid: int) -> int:
    """When a process began, in clock ticks since the machine did: numbers of processes are used again. 0: none, or
    a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


def is_alive(pid: int, began: int) -> bool:
    """Whether this very process, and no later one with its number, runs."""
    return began != 0 and started(pid) == began


def _written(home: Path) -> State | None:
    try:
        record = json.loads(_path(home).read_text())
        return State(record["pid"], record["started"], tuple(UnitState(**unit) for unit in record["units"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(home: Path) -> Path:
    return home / "run" / "state.json"
