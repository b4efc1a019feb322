"""The life of the services: death and restart, backup and restore."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from .conftest import Platform

pytestmark = pytest.mark.slow


def test_a_second_up_finds_them_running(platform: Platform) -> None:
    """And does not start them twice."""
    result = platform.monshin("up", "--detach")
    assert (result.returncode, b"already" in result.stdout) == (0, True)


@pytest.mark.parametrize("name", ["ann", "embed", "factcheck", "gateway"])
def test_a_killed_service_is_started_again(platform: Platform, name: str) -> None:
    """Hazard: a crash leaves a hole. kill -9; within the guard `status` says that all serve, and a check succeeds."""
    os.kill(int(str(platform.state()[name]["pid"])), signal.SIGKILL)
    deadline = time.monotonic() + 120
    while platform.state()[name]["restarts"] == 0 or platform.monshin("status").returncode != 0:
        assert time.monotonic() < deadline, platform.monshin("status").stdout.decode()
    answer = platform.monshin("factcheck", "check", "--corpus", "manual", "ワルファリンは抗凝固薬である。")
    assert answer.returncode == 0, answer.stderr.decode()


def test_what_a_killed_launcher_leaves_behind_is_known(platform: Platform, tmp_path: Path) -> None:
    """`up` and `restore` keep off the running services, and `down` ends them."""
    assert platform.monshin("backup", str(tmp_path / "copy")).returncode == 0
    os.kill(platform.launcher(), signal.SIGKILL)
    assert b"left" in platform.monshin("up", "--detach").stderr
    assert platform.monshin("restore", str(tmp_path / "copy")).returncode == 1
    assert b"Stopped" in platform.monshin("down").stdout
    assert platform.monshin("up", "--detach").returncode == 0


def test_a_restored_backup_answers_as_before(platform: Platform, tmp_path: Path) -> None:
    """Backup beside running services; the corpus is deleted; restore is refused while they run, then brings it back."""
    check = ("factcheck", "check", "--corpus", "manual", "--json", "ワルファリンは抗凝固薬である。")
    before = platform.monshin(*check)
    assert before.returncode == 0, before.stderr.decode()
    assert platform.monshin("backup", str(tmp_path / "copy")).returncode == 0
    late = '{"id":"late","text":"この文書は控えの後に来た。"}'
    assert platform.monshin("factcheck", "import", "later", "-", stdin=late).returncode == 0
    assert platform.monshin("restore", str(tmp_path / "copy")).returncode == 1
    assert platform.monshin("down").returncode == 0
    restored = platform.monshin("restore", str(tmp_path / "copy"))
    assert restored.returncode == 0, restored.stderr.decode()
    assert platform.monshin("up", "--detach").returncode == 0
    assert _timeless(platform.monshin(*check).stdout) == _timeless(before.stdout)
    assert platform.monshin("factcheck", "check", "--corpus", "later", "この文書は控えの後に来た。").returncode == 1


def _timeless(told: bytes) -> bytes:
    """What a check printed, without how long its judges took."""
    return re.sub(rb'"elapsed_ms": [\d.e-]+', b"", told)
