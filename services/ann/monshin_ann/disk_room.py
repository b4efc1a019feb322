"""Room on the disk that holds the truth: asked for before a large file is written, named where it did not suffice."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import apsw
from monshin_kit import durable
from monshin_kit.errors import ResourceExhausted

LEFT_BYTES = 256 * 1024 * 1024  # what writes of the collections themselves may need meanwhile


def require(folder: Path, needed_bytes: int) -> None:
    """Raises ResourceExhausted, with the figures, if so much more would leave less than `LEFT_BYTES` on the disk."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + LEFT_BYTES:
        raise _full(f"{needed_bytes} bytes are needed and {LEFT_BYTES} must stay free, but only {free} are")


def append(file: BinaryIO, data: bytes) -> None:
    """Writes data at the end of a file, where there is room; raises ResourceExhausted otherwise."""
    require(Path(file.name).parent, len(data))
    with named():
        file.write(data)


@contextmanager
def named() -> Iterator[None]:
    """A disk that is full all the same is ResourceExhausted, and not an error of ours."""
    try:
        yield
    except (apsw.FullError, OSError) as error:
        if not durable.is_full(error):
            raise
        raise _full("it had less room than the copy took") from error


def _full(text: str) -> ResourceExhausted:
    return ResourceExhausted(f"the disk is too full: {text}", retry_after_s=60.0, reason="DISK_FULL")
