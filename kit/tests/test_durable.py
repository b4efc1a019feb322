"""Files that are complete or not there."""

import errno
import os
from pathlib import Path

import apsw
import pytest
from monshin_kit import durable


def test_a_file_takes_the_place_of_another_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "about.json"
    durable.write(path, b"first")

    with durable.writing(path) as file:
        file.write(b"second")
        assert path.read_bytes() == b"first"

    assert path.read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["about.json"]


def test_a_failure_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "about.json"
    durable.write(path, b"first")

    def fail() -> None:
        with durable.writing(path) as file:
            file.write(b"sec")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()

    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["about.json"]


def test_content_then_name_are_synced_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: after a power cut the name is there and the content is not, or neither is."""
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        steps.append("folder" if path == str(tmp_path) else "content")
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)

    durable.write(tmp_path / "about.json", b"x")

    assert steps == ["content", "rename", "folder"]


def test_a_folder_is_on_disk_with_all_above_it_whoever_made_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: after a power cut the file is on disk, and the folder that leads to its folder is not."""
    synced: list[Path] = []
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    root = tmp_path / "data" / "root"

    durable.make_folder(root / "a" / "b" / "c", root)

    assert set(synced) == {tmp_path, tmp_path / "data", root, root / "a", root / "a" / "b"}
    synced.clear()
    durable.make_folder(root / "a" / "b" / "c", root)  # which another process may have made a moment ago
    assert set(synced) == {root, root / "a", root / "a" / "b"}
    durable.make_folder(root, root)


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (apsw.FullError("database or disk is full"), True),
        (apsw.IOError("disk I/O error"), False),
        (OSError(errno.EIO, "Input/output error"), False),
        (OSError("no number"), False),
        (ValueError(errno.ENOSPC), False),
    ],
)
def test_a_full_disk_or_quota_is_told_from_every_other_error(error: Exception, is_full: bool) -> None:
    assert durable.is_full(error) is is_full
