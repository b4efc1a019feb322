"""Folders that are made once and kept: complete or absent, and checked by hash before each use."""

import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monshin_kit import durable
from monshin_kit.errors import FailedPrecondition

_log = logging.getLogger(__name__)
_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
_ABANDONED_AFTER_S = 3600


@dataclass(frozen=True, slots=True)
class Artefact:
    """A complete folder. sha256: of each file, by its name, as verified just now."""

    path: Path
    sha256: dict[str, str]


class Artefacts:
    """A cache folder that several processes may share.

    A folder is built beside its place and renamed into it, so nobody ever sees half of one; two builders at the same
    time cost work, never harm. Its manifest holds the SHA-256 of each file.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, name: str, build: Callable[[Path], None]) -> Artefact:
        """The folder of this name; `build` fills it if it is absent or damaged.

        Raises FailedPrecondition if the cache cannot be written.
        """
        place = self._root / name
        if (known := _verified(place)) is not None:
            return known
        if place.exists():
            _log.warning("a cached model is damaged and is made again", extra={"path": str(place)})
            shutil.rmtree(place)
        try:
            return self._build(place, build)
        except OSError as error:
            raise FailedPrecondition(f"the cache folder {self._root} cannot be written: {error.strerror}") from error

    def _build(self, place: Path, build: Callable[[Path], None]) -> Artefact:
        self._root.mkdir(parents=True, exist_ok=True)
        self._remove_abandoned()
        _log.info("a model is converted; this happens once", extra={"path": str(place)})
        beside = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._root))
        try:
            build(beside)
            hashes = _seal(beside)
            _move(beside, place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return Artefact(place, hashes)

    def _remove_abandoned(self) -> None:
        # A killed process leaves its half-made folder; no build takes an hour.
        for folder in self._root.glob(f"{_UNFINISHED}*"):
            with suppress(FileNotFoundError):  # removed meanwhile by the one who made it
                if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER_S:
                    shutil.rmtree(folder, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """The hash of a file, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verified(place: Path) -> Artefact | None:
    try:
        hashes: dict[str, str] = json.loads((place / _MANIFEST).read_text())
        is_intact = all(sha256_of(place / name) == sha256 for name, sha256 in hashes.items())
    except (OSError, ValueError):
        return None
    return Artefact(place, hashes) if is_intact else None


def _seal(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        path.chmod(0o644)  # some writers leave 0600, which would lock out another user of the cache
        durable.sync(path)
    hashes = {str(path.relative_to(folder)): sha256_of(path) for path in files}
    durable.write(folder / _MANIFEST, json.dumps(hashes, indent=1).encode())
    return hashes


def _move(beside: Path, place: Path) -> None:
    beside.chmod(0o755)  # mkdtemp gives 0700
    try:
        beside.rename(place)
    except OSError:
        if _verified(place) is None:  # otherwise another process was faster, and its folder is as good
            raise
