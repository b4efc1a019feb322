"""A worker's folder for one job: gone when the job ends, and swept by the next one if the worker was killed."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def folder(root: Path) -> Iterator[Path]:
    """A new folder in `root`, on the disk that has room for a build's files (not a tmpfs)."""
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    mine = root / secrets.token_hex(8)
    mine.mkdir(mode=0o700)
    lock = os.open(mine, os.O_RDONLY | os.O_DIRECTORY)  # held by the process: a kill releases it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield mine
    finally:
        shutil.rmtree(mine, ignore_errors=True)
        os.close(lock)


def _sweep(root: Path) -> None:
    for each in root.iterdir():
        with suppress(OSError):
            lock = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if each.exists():
                    shutil.rmtree(each, ignore_errors=True)
            finally:
                os.close(lock)
