"""A worker's folder for one job: gone when the job ends, and swept by the next one if the worker was killed."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
from monshin_kit import durable
from monshin_kit.errors import ResourceExhausted

_LEAST_FREE_BYTES = 1024 * 1024


@contextmanager
def folder(root: Path) -> Iterator[Path]:
    """A new folder in `root`, on the disk that has room for a build's files (not a tmpfs).

    Raises ResourceExhausted, with the figures, where the block ends with an error of a file and that disk is full.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root):  # or another's sweep would take the new folder for a leftover, before it is locked
        _sweep(root)
        mine = root / secrets.token_hex(8)
        mine.mkdir(mode=0o700)
        lock = os.open(mine, os.O_RDONLY | os.O_DIRECTORY)  # held by the process: a kill releases it
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield mine
    except (OSError, apsw.FullError) as error:
        free = shutil.disk_usage(root).free
        if durable.is_full(error) or free < _LEAST_FREE_BYTES:  # numpy does not say why it could not write
            taken = sum(path.stat().st_size for path in mine.iterdir())
            raise ResourceExhausted(
                f"the worker's disk is full: it holds {taken} bytes of this job, {free} are free. Make room, resume",
                reason="DISK_FULL",
            ) from error
        raise
    finally:
        shutil.rmtree(mine, ignore_errors=True)
        os.close(lock)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)  # also where a child of this moment has the descriptor, too
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
