"""What the launcher writes down of its processes."""

import os
import subprocess
import sys
from pathlib import Path

from monshin.launcher import detach, state


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def written(home: Path, launcher: tuple[int, int], unit: tuple[int, int]) -> None:
    units = (state.UnitState("ann", *unit, "127.0.0.1:1", "serving", 0, ""),)
    state.write(home, state.State(*launcher, units))


def test_a_later_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    """Hazard: after a crash the launcher's number belongs to somebody else, and `down` ends that."""
    with sleeper() as foreign:
        began = state.started(foreign.pid)
        written(tmp_path, (foreign.pid, began - 1), (foreign.pid, began - 1))
        assert state.read(tmp_path) is None
        assert detach.stop(tmp_path) is False
        assert foreign.poll() is None
        foreign.kill()


def test_what_a_killed_launcher_left_behind_is_ended(tmp_path: Path) -> None:
    with sleeper() as unit:
        written(tmp_path, (2**22, 1), (unit.pid, state.started(unit.pid)))
        assert [left.name for left in state.left_behind(tmp_path)] == ["ann"]
        assert detach.stop(tmp_path) is True
        assert unit.wait(10) != 0
    assert state.left_behind(tmp_path) == []


def test_a_running_launcher_is_found(tmp_path: Path) -> None:
    written(tmp_path, (os.getpid(), state.started(os.getpid())), (0, 0))
    found = state.read(tmp_path)
    assert found is not None
    assert found.is_serving
    assert state.left_behind(tmp_path) == []


def test_a_file_that_is_no_state_means_that_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "state.json").write_text('{"pid": 1}')
    assert state.read(tmp_path) is None
    assert state.left_behind(tmp_path) == []
