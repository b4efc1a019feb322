"""Backup and restore: nothing is replaced before everything is verified."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from monshin_kit import durable
from monshin_kit.backup import MANIFEST, backup, main, restore, verify
from monshin_kit.errors import DataLoss, InvalidInput, Unavailable
from monshin_kit.sqlite import Database

SCHEMA = ["CREATE TABLE rows (value INTEGER)"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two services' files, 100 rows each."""
    folder = tmp_path / "data"
    for name in ("ann/collections/a.sqlite", "factcheck/outbox.sqlite"):
        database = Database(folder / name, SCHEMA)
        database.write(
            lambda connection: connection.executemany("INSERT INTO rows VALUES (?)", ((i,) for i in range(100)))
        )
        database.close()
    return folder


def rows(folder: Path, name: str = "ann/collections/a.sqlite") -> int:
    """How many rows a file holds."""
    database = Database(folder / name, SCHEMA)
    try:
        with database.reader() as connection:
            return int(connection.execute("SELECT count(*) FROM rows").fetchall()[0][0])
    finally:
        database.close()


def test_a_restore_brings_back_every_row(data: Path, tmp_path: Path) -> None:
    """What was there before is kept beside it."""
    backup(data, tmp_path / "copy")
    database = Database(data / "ann/collections/a.sqlite", SCHEMA)
    database.write(lambda connection: connection.execute("DELETE FROM rows").fetchall())
    database.close()
    restore(tmp_path / "copy", data)
    assert rows(data) == rows(data, "factcheck/outbox.sqlite") == 100
    (kept,) = tmp_path.glob("data.before-restore-*")
    assert rows(kept) == 0


def test_a_backup_beside_a_writer_is_one_consistent_state(data: Path, tmp_path: Path) -> None:
    """Hazard: half of a transaction in the copy. Each transaction adds two rows; the copy holds an even number."""
    database = Database(data / "ann/collections/a.sqlite", SCHEMA)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            database.write(lambda connection: connection.executemany("INSERT INTO rows VALUES (?)", [(1,), (2,)]))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for attempt in range(5):
            backup(data, tmp_path / f"copy-{attempt}")
    finally:
        stop.set()
        writer.join()
        database.close()
    assert all(rows(tmp_path / f"copy-{attempt}") % 2 == 0 for attempt in range(5))


@pytest.fixture
def busy(data: Path) -> Iterator[Path]:
    """The data, beside a service that makes folders of copies and uploads, and removes them, all the time."""
    scratch, segments = data / "ann/collections/.scratch", data / "ann/collections/a.segments"
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            for number in range(20):
                (scratch / f"tmp{number}").mkdir(parents=True)
                shutil.copy(data / "factcheck/outbox.sqlite", scratch / f"tmp{number}/points.sqlite")
                (segments / str(number)).mkdir(parents=True)
            shutil.rmtree(scratch)
            shutil.rmtree(segments)

    worker = threading.Thread(target=work)
    worker.start()
    yield data
    stop.set()
    worker.join()


def test_copies_on_their_way_out_are_not_backed_up_and_may_vanish_meanwhile(busy: Path, tmp_path: Path) -> None:
    """Hazard: somebody exports a collection while it is backed up, and the whole backup fails."""
    for attempt in range(30):
        made = backup(busy, tmp_path / f"copy-{attempt}")
        assert [file.path for file in made.files] == ["ann/collections/a.sqlite", "factcheck/outbox.sqlite"]


def test_a_file_that_begins_with_a_dot_is_not_backed_up(data: Path, tmp_path: Path) -> None:
    shutil.copy(data / "factcheck/outbox.sqlite", data / "ann/.upload.sqlite")
    assert len(backup(data, tmp_path / "copy").files) == 2


def test_a_store_that_vanishes_fails_the_backup_by_name(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: a backup that lacks a collection, and says that all is well. It goes while the first file is synced."""
    sync = durable.sync

    def lose_the_other(path: Path) -> None:
        for file in (data / "factcheck").glob("outbox.sqlite*"):
            file.unlink()
        sync(path)

    monkeypatch.setattr(durable, "sync", lose_the_other)
    with pytest.raises(Unavailable, match=r"outbox\.sqlite"):
        backup(data, tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


@pytest.mark.parametrize("harm", ["flip", "truncate", "remove", "manifest"])
def test_a_damaged_backup_changes_nothing(data: Path, tmp_path: Path, harm: str) -> None:
    """It is refused by name; the data stay as they were."""
    copy = tmp_path / "copy"
    backup(data, copy)
    victim = copy / (MANIFEST if harm == "manifest" else "ann/collections/a.sqlite")
    content = bytearray(victim.read_bytes())
    if harm == "remove":
        victim.unlink()
    elif harm == "truncate":
        victim.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 0xFF
        victim.write_bytes(content)
    with pytest.raises((DataLoss, InvalidInput)):
        restore(copy, data)
    assert rows(data) == 100
    assert not list(tmp_path.glob("data.*"))


def test_a_damaged_file_is_named_and_the_others_are_backed_up(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hazard: one damaged collection, already set aside, and nothing of the hospital is backed up from then on."""
    victim = data / "ann/collections/a.sqlite"
    content = bytearray(victim.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    victim.write_bytes(content)
    sound = {str(path.relative_to(data)) for path in data.rglob("*.sqlite")} - {"ann/collections/a.sqlite"}
    assert main(["backup", str(data), str(tmp_path / "copy")]) == 1
    assert "ann/collections/a.sqlite" in capsys.readouterr().err
    assert verify(tmp_path / "copy").damaged == ("ann/collections/a.sqlite",)
    restored = restore(tmp_path / "copy", tmp_path / "elsewhere")
    assert {file.path for file in restored.files} == sound
    assert {str(path.relative_to(tmp_path / "elsewhere")) for path in (tmp_path / "elsewhere").rglob("*")
            if path.is_file()} == sound  # fmt: skip


def test_an_unreadable_file_leaves_nothing_half_done(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no damage of the data: the backup fails as a whole."""

    def full(path: Path, place: Path) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("monshin_kit.backup._copy", full)
    with pytest.raises(OSError, match="space"):
        backup(data, tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_a_manifest_cannot_point_outside_of_the_backup(data: Path, tmp_path: Path) -> None:
    """A backup may come from elsewhere: its paths are not trusted."""
    copy = tmp_path / "copy"
    backup(data, copy)
    text = (copy / MANIFEST).read_text()
    (copy / MANIFEST).write_text(text.replace("ann/collections/a.sqlite", "../data/ann/collections/a.sqlite"))
    with pytest.raises(DataLoss, match="outside"):
        verify(copy)


def test_a_backup_never_overwrites(data: Path, tmp_path: Path) -> None:
    """The target must be new."""
    backup(data, tmp_path / "copy")
    with pytest.raises(InvalidInput, match="exists"):
        backup(data, tmp_path / "copy")


def test_it_runs_as_a_program_of_its_own(data: Path, tmp_path: Path) -> None:
    """So that an image with nothing but kit can do it; exit statuses are 0, 1 and 2."""
    assert main(["backup", str(data), str(tmp_path / "copy")]) == 0
    assert main(["restore", str(tmp_path / "none"), str(data)]) == 1
    assert main(["backup"]) == 2
