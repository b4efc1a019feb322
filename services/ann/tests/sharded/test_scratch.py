"""A worker's folder for one job: its own while the job lives, gone afterwards, however many workers there are."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from monshin_ann.sharded import scratch
from monshin_kit.errors import ResourceExhausted

WORKER = """
import sys, time
from pathlib import Path
from monshin_ann.sharded import scratch
sys.stdin.readline()
ends = time.monotonic() + 3
while time.monotonic() < ends:
    with scratch.folder(Path(sys.argv[1])) as folder:
        (folder / "vectors").write_bytes(b"x")
        assert (folder / "vectors").read_bytes() == b"x"
"""


def test_a_full_disk_of_a_worker_is_named_with_its_figures_and_other_errors_stay(tmp_path: Path) -> None:
    def write(target: Path) -> None:
        with scratch.folder(tmp_path) as folder:
            (folder / "vectors").write_bytes(b"abc")
            with target.open("r+b") as file:
                file.write(bytes(100_000))

    with pytest.raises(ResourceExhausted, match="3 bytes of this job") as refused:
        write(Path("/dev/full"))
    assert refused.value.reason == "DISK_FULL"
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_sqlite_finds_full_is_named_too(tmp_path: Path) -> None:
    """The table of ids and payloads is written by it, and its errors are no OSErrors."""

    def fill() -> None:
        with scratch.folder(tmp_path) as folder, closing(apsw.Connection(str(folder / "points"))) as connection:
            connection.execute("PRAGMA max_page_count=2").fetchall()
            connection.execute("CREATE TABLE points (row INTEGER PRIMARY KEY, payload TEXT)")
            connection.execute("INSERT INTO points VALUES (1, ?)", ("x" * 100_000,))

    with pytest.raises(ResourceExhausted, match="bytes of this job") as refused:
        fill()
    assert refused.value.reason == "DISK_FULL"


def test_a_scratch_folder_ends_with_its_job_and_a_leftover_with_the_next(tmp_path: Path) -> None:
    left_behind = tmp_path / "dead"
    left_behind.mkdir()
    (left_behind / "vectors").write_bytes(b"x")
    with scratch.folder(tmp_path) as first, scratch.folder(tmp_path) as second:
        assert not left_behind.exists()
        assert first.exists(), "of a job that lives"
        assert second.exists()
    assert list(tmp_path.iterdir()) == []


def test_two_workers_leave_each_others_folders_alone(tmp_path: Path) -> None:
    """Hazard: a folder that one has just made, and not yet locked, is a leftover to the other."""
    command = [sys.executable, "-c", WORKER, str(tmp_path)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    assert [worker.communicate(timeout=60)[1] for worker in workers] == ["", ""]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert list(tmp_path.iterdir()) == []
