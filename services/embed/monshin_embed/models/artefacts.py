"""Folders that are made once and kept: complete or absent, and checked by hash before each use."""

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monshin_kit.errors import FailedPrecondition

_log = logging.getLogger(__name__)
_MANIFEST = "manifest.json"


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
            self._root.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=self._root))
        except OSError as error:
            raise FailedPrecondition(f"the cache folder {self._root} cannot be written: {error.strerror}") from error
        try:
            build(beside)
            hashes = _seal(beside)
            _move(beside, place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return Artefact(place, hashes)


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
        _sync(path)
    hashes = {str(path.relative_to(folder)): sha256_of(path) for path in files}
    manifest = folder / _MANIFEST
    manifest.write_text(json.dumps(hashes, indent=1))
    _sync(manifest)
    return hashes


def _move(beside: Path, place: Path) -> None:
    beside.chmod(0o755)  # mkdtemp gives 0700
    try:
        beside.rename(place)
    except OSError:
        if _verified(place) is None:  # otherwise another process was faster, and its folder is as good
            raise


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
