"""Files that are complete on disk, or not there at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import apsw

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path`, on disk, once the block ends; if the block raises, nothing is changed.

    Raises OSError. A process that is killed leaves a file of a name as `partial` makes it.
    """
    unfinished = partial(path)
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync(path.parent)


def write(path: Path, data: bytes | memoryview) -> None:
    """The data as a file, in the same way."""
    with writing(path) as file:
        file.write(data)


def partial(path: Path) -> Path:
    """Beside the file, hidden, never used before: what is written here can take its place at once."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")


def make_folder(path: Path, root: Path) -> None:
    """`path`, in `root` at any depth, and what is missing above; when this returns, all are on disk, whoever made them.

    Raises OSError.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    between = [each for each in path.parents if each.is_relative_to(root)]
    for folder in dict.fromkeys([*(each.parent for each in missing), *between]):
        sync(folder)


def is_full(error: BaseException) -> bool:
    """Whether it says that the disk, or a quota of it, has no more room; SQLite's own error says so as well."""
    return isinstance(error, apsw.FullError) or (isinstance(error, OSError) and error.errno in _FULL)


def sync(path: Path) -> None:
    """What a file holds, or which files a folder holds, is on disk when this returns. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
