"""Folders of the cache are complete or absent, whatever happens while they are made."""

import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition


class Builder:
    """Writes one file and counts how often it was asked to."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.calls = 0
        self._then = then

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        (folder / "weights").write_text("four bits")
        self._then()


def test_a_folder_is_made_once_and_told_with_its_hashes(tmp_path: Path) -> None:
    build = Builder()
    first, second = (Artefacts(tmp_path).folder("model", build) for _ in range(2))
    assert build.calls == 1
    assert first == second
    assert first.sha256 == {"weights": hashlib.sha256(b"four bits").hexdigest()}
    assert (first.path / "weights").read_text() == "four bits"


@pytest.mark.parametrize("damage", ["changed", "removed", "manifest"])
def test_a_damaged_folder_is_made_again(tmp_path: Path, damage: str) -> None:
    build = Builder()
    made = Artefacts(tmp_path).folder("model", build).path
    match damage:
        case "changed":
            (made / "weights").write_text("five bits")
        case "removed":
            (made / "weights").unlink()
        case _:
            (made / "manifest.json").write_text("{")
    again = Artefacts(tmp_path).folder("model", build).path
    assert build.calls == 2
    assert (again / "weights").read_text() == "four bits"


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    """Hazard: half a model that the next start takes for a whole one."""

    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(FailedPrecondition, match="No space left"):
        Artefacts(tmp_path).folder("model", Builder(fail))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_behind_is_removed_by_a_later_build(tmp_path: Path) -> None:
    """Hazard: half a gigabyte of disk for each kill during a conversion."""
    old, fresh = tmp_path / ".unfinished-old", tmp_path / ".unfinished-fresh"
    for folder in (old, fresh):
        folder.mkdir()
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    Artefacts(tmp_path).folder("model", Builder())
    assert not old.exists()
    assert fresh.exists()


def test_of_two_builders_at_the_same_time_both_get_a_whole_folder(tmp_path: Path) -> None:
    artefacts, fast = Artefacts(tmp_path), Builder()

    def overtake() -> None:
        artefacts.folder("model", fast)

    slow = Builder(overtake)
    made = artefacts.folder("model", slow)
    assert (slow.calls, fast.calls) == (1, 1)
    assert (made.path / "weights").read_text() == "four bits"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FailedPrecondition, match="cannot be written"):
        Artefacts(tmp_path / "file" / "cache").folder("model", Builder())
