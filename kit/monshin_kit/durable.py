"""Files that are complete on disk, or not there at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path`, on disk, once the block ends; if the block raises, nothing is changed.

    Raises OSError. A process that is killed leaves a hidden file whose name ends with PARTIAL.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync(path.parent)


def write(path: Path, data: bytes | memoryview) -> None:
    """The data as a file, in the same way."""
    with writing(path) as file:
        file.write(data)


def is_full(error: OSError) -> bool:
    """Whether the disk, or a quota of it, has no more room."""
    return error.errno in _FULL


def sync(path: Path) -> None:
    """What a file holds, or which files a folder holds, is on disk when this returns. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
