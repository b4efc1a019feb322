"""Backup and restore of everything that must last: all SQLite files below a folder.

Runs beside a serving process (SQLite's online backup) or without one; `python -m monshin_kit.backup` needs nothing
but kit, so that it works inside of each image. A restore is verified before it changes anything.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import apsw

from monshin_kit import data_lock, durable, sqlite
from monshin_kit.errors import DataLoss, InvalidInput, MonshinError

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class BackupFile:
    """path: relative to the data folder. sha256: of the copy, lower-case hex."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """files: what it holds. damaged: what was damaged before and is not in it, relative to the data folder."""

    files: tuple[BackupFile, ...]
    damaged: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(file.size_bytes for file in self.files)


def backup(data: Path, target: Path) -> Backup:
    """Copies each sound `*.sqlite` below `data` into the new folder `target`, with a manifest that is written last.

    What lies under a name that begins with a dot is scratch, such as an upload or a copy on its way out: left out.
    Each copy is one consistent state of its file. One damaged collection must not keep the others from being backed
    up: it is named, here and in the manifest. Raises InvalidInput if `target` exists, Unavailable naming a file that
    cannot be read now, OSError for a full disk; then nothing is left at `target`.
    """
    if target.exists():
        raise InvalidInput(f"{target} exists: name a new folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=target.name + ".", dir=target.parent))
    try:
        made = _copy_all(data, staging)
        manifest = {"format": FORMAT, "time": time.time(), **asdict(made)}
        durable.write(staging / MANIFEST, json.dumps(manifest, indent=2).encode())
        os.replace(staging, target)
        durable.sync(target.parent)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return made


def restore(source: Path, data: Path) -> Backup:
    """Replaces the folder `data` by the backup at `source`, once every file has passed its checksum and SQLite's check.

    What was there is kept beside it as `{data}.before-restore-{time}`.
    Raises FailedPrecondition if a service runs on `data`, InvalidInput if `source` is no backup, DataLoss if it is
    damaged; then `data` is as before.
    """
    data_lock.require_free(data)
    made = verify(source)
    data.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=data.name + ".restore-", dir=data.parent))
    try:
        for file in made.files:
            place = staging / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file.path, place)
            durable.sync(place)
        if data.exists():
            os.replace(data, data.with_name(f"{data.name}.before-restore-{time.strftime('%Y%m%dT%H%M%S')}"))
        os.replace(staging, data)
        durable.sync(data.parent)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return made


def verify(source: Path) -> Backup:
    """What a backup holds; raises InvalidInput if it is none, DataLoss naming the first file that is damaged."""
    try:
        manifest = json.loads((source / MANIFEST).read_text())
        files = tuple(BackupFile(str(f["path"]), int(f["size_bytes"]), str(f["sha256"])) for f in manifest["files"])
        damaged = tuple(str(path) for path in manifest["damaged"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InvalidInput(f"{source} holds no readable {MANIFEST}: it is not a backup") from None
    if manifest.get("format") != FORMAT:
        raise InvalidInput(f"{source} has format {manifest.get('format')}, this program reads {FORMAT}")
    for file in files:
        path = source / file.path
        if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
            raise DataLoss(f"the manifest names a file outside of the backup: {file.path}")
        if not path.is_file() or _sha256(path) != file.sha256:
            raise DataLoss(f"{file.path} is missing or not what was backed up")
        if not _is_sound(path):
            raise DataLoss(f"{file.path} fails SQLite's integrity check")
    return Backup(files, damaged)


def _copy_all(data: Path, staging: Path) -> Backup:
    files, damaged = [], []
    for path in sorted(_files(data)):
        relative = str(path.relative_to(data))
        if _copy(path, staging / relative):
            files.append(BackupFile(relative, (staging / relative).stat().st_size, _sha256(staging / relative)))
        else:
            (staging / relative).unlink(missing_ok=True)
            damaged.append(relative)
    return Backup(tuple(files), tuple(damaged))


def _files(data: Path) -> Iterator[Path]:
    def tell(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | PermissionError):  # gone meanwhile; not ours, such as lost+found
            raise error

    for folder, folders, names in os.walk(data, onerror=tell):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if name.endswith(".sqlite") and not name.startswith("."))


def _copy(path: Path, place: Path) -> bool:
    """Whether the copy is sound."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        sqlite.copy(path, place)
    except DataLoss:
        return False
    durable.sync(place)
    return _is_sound(place)


def _is_sound(path: Path) -> bool:
    try:
        # immutable: a WAL-mode copy is opened without leaving -wal and -shm files beside it
        connection = apsw.Connection(f"file:{path}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            return connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
        finally:
            connection.close()
    except apsw.Error:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """`backup DATA TARGET` or `restore SOURCE DATA`; exit status 0, 1 if something is damaged, 2 for wrong usage."""
    actions = {"backup": backup, "restore": restore}
    if len(arguments) != 3 or arguments[0] not in actions:
        sys.stderr.write("usage: python -m monshin_kit.backup backup DATA TARGET | restore SOURCE DATA\n")
        return 2
    try:
        made = actions[arguments[0]](Path(arguments[1]), Path(arguments[2]))
    except MonshinError as error:
        sys.stderr.write(error.message + "\n")
        return 1
    sys.stdout.write(f"{len(made.files)} files, {made.size_bytes} bytes\n")
    for path in made.damaged:
        sys.stderr.write(f"damaged, not in the backup: {path}\n")
    return 1 if made.damaged else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
