"""Checkpoints and other large results: whole or not there, checked when read, in a folder or an object store.

In a folder a file is written under another name, synced, then renamed; object stores show an object only once it is
complete. A name is written once; what refers to it is a reference with its size and SHA-256, which goes into a record
(spec, result, checkpoint).
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import urlsplit

import fsspec  # type: ignore[import-untyped]

from monshin_kit import durable, object_store
from monshin_kit.errors import DataLoss, InvalidInput, ResourceExhausted, Unavailable

T = TypeVar("T")

_CHUNK = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_REFERENCE = re.compile(r"([^@:]{1,200})@([0-9a-f]{64}):([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Artefact:
    """name: path under the store's address, of letters, digits, `. _ - /`. sha256: hexadecimal."""

    name: str
    sha256: str
    size_bytes: int

    def __post_init__(self) -> None:
        if len(self.name) > 200 or not _NAME.fullmatch(self.name):
            raise InvalidInput("an artefact's name must be up to 200 of A-Z a-z 0-9 . _ - in parts divided by /")

    @property
    def reference(self) -> str:
        """As it goes into a spec, result or record: `name@sha256:size`."""
        return f"{self.name}@{self.sha256}:{self.size_bytes}"

    @classmethod
    def of(cls, reference: str) -> "Artefact":
        """Raises InvalidInput if it is none."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise InvalidInput("a reference to an artefact is written name@sha256:size")
        return cls(found[1], found[2], int(found[3]))


def references(payload: str) -> list[Artefact]:
    """The artefacts that a spec or result, as JSON, refers to."""
    values = json.loads(payload or "{}").values()
    words = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [Artefact.of(each) for each in words if isinstance(each, str) and _REFERENCE.fullmatch(each)]


class ArtefactStore:
    """url: `file:///folder` or whatever fsspec knows and has its package for, such as `s3://bucket/prefix`.

    Every method raises Unavailable if the store cannot be reached or written, ResourceExhausted if a disk is full.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._is_folder = parts.scheme == "file"
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise InvalidInput(f"MONSHIN_JOBS_ARTEFACTS_URL: {parts.scheme} is not supported here") from error

    def put(self, name: str, content: bytes | Path) -> Artefact:
        """Stores bytes or a file's content; once this returns, it is complete and on disk."""
        artefact = _describe(name, content)
        with _reachable():
            if self._is_folder:
                self._write_file(Path(self._path(name)), content)
            elif isinstance(content, Path):
                self._files.put_file(str(content), self._path(name))
            else:
                self._files.pipe_file(self._path(name), content)
        return artefact

    def read(self, artefact: Artefact) -> bytes:
        """All of it, for what fits into memory. Raises DataLoss if it is gone or damaged."""
        with _reachable():
            content: bytes = self._existing(artefact, lambda path: self._files.cat_file(path))
        if hashlib.sha256(content).hexdigest() != artefact.sha256:
            raise _damaged(artefact)
        return content

    def has(self, artefact: Artefact) -> bool:
        """Whether it is there, by name and size."""
        with _reachable():
            try:
                return bool(self._files.size(self._path(artefact.name)) == artefact.size_bytes)
            except FileNotFoundError:
                return False

    def fetch(self, artefact: Artefact, target: Path) -> None:
        """Into a file, which is there only if it is whole. Raises DataLoss if it is gone or damaged."""
        partial = durable.partial(target)
        try:
            with _reachable():
                self._existing(artefact, lambda path: self._files.get_file(path, str(partial)))
                if _hash_file(partial) != artefact.sha256:
                    raise _damaged(artefact)
                partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def names(self, prefix: str) -> list[str]:
        """Of all artefacts, and files that others put there, whose names start with `prefix/`; sorted."""
        with _reachable():
            try:
                found = self._files.find(self._path(prefix))
            except FileNotFoundError:
                return []
        base = len(self._path(""))
        return sorted(path[base:] for path in found)

    def take(self, name: str, target: Path) -> Artefact:
        """As `fetch`, of what others put there: what came is what it is. Raises DataLoss if it is gone."""
        partial = durable.partial(target)
        try:
            with _reachable():
                try:
                    self._files.get_file(self._path(name), str(partial))
                except FileNotFoundError:
                    raise DataLoss("an artefact is gone", name, "Artefact") from None
                artefact = _describe(name, partial)
                partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return artefact

    def delete(self, name: str) -> None:
        """An artefact, or all whose names start with `name/`; nothing happens if there is none."""
        with _reachable():
            if self._files.exists(self._path(name)):
                self._files.rm(self._path(name), recursive=True)

    def _write_file(self, path: Path, content: bytes | Path) -> None:
        durable.make_folder(path.parent, Path(self._root))
        with durable.writing(path) as file:
            _copy(content, file)

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _existing(self, artefact: Artefact, read: Callable[[str], T]) -> T:
        try:
            return read(self._path(artefact.name))
        except FileNotFoundError:
            raise DataLoss("an artefact is gone", artefact.name, "Artefact") from None


def _describe(name: str, content: bytes | Path) -> Artefact:
    if isinstance(content, bytes):
        return Artefact(name, hashlib.sha256(content).hexdigest(), len(content))
    return Artefact(name, _hash_file(content), content.stat().st_size)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(content: bytes | Path, file: BinaryIO) -> None:
    if isinstance(content, bytes):
        file.write(content)
        return
    with content.open("rb") as source:
        shutil.copyfileobj(source, file, _CHUNK)


def _damaged(artefact: Artefact) -> DataLoss:
    return DataLoss("an artefact is not what was stored: its checksum differs", artefact.name, "Artefact")


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not object_store.is_failure(error):
            raise
        if durable.is_full(error):
            raise ResourceExhausted("the disk is full where an artefact was to be kept", reason="DISK_FULL") from error
        raise Unavailable(f"the store of artefacts cannot be used ({type(error).__name__})") from error
