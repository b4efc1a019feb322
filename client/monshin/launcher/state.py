"""What runs now, in a file that `status`, `down` and a second `up` read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UnitState:
    """state: starting, serving, restarting or stopped."""

    name: str
    pid: int
    target: str
    state: str
    restarts: int
    log: str


@dataclass(frozen=True, slots=True)
class State:
    """The launcher and its units."""

    pid: int
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
    try:
        record = json.loads(_path(home).read_text())
        state = State(record["pid"], tuple(UnitState(**unit) for unit in record["units"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state if is_alive(state.pid) else None


def clear(home: Path) -> None:
    """Says that nothing runs."""
    _path(home).unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _path(home: Path) -> Path:
    return home / "run" / "state.json"
