"""One process a data folder: SQLite files with caches in memory have one owner, and a restore must not swap them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monshin_kit.errors import FailedPrecondition

NAME = "lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Holds the folder's lock while the block runs; the system lets go of it however the process ends.

    Raises FailedPrecondition if another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / NAME, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FailedPrecondition(f"another process serves {folder}", reason="DATA_IN_USE") from None
        yield
    finally:
        os.close(descriptor)


def require_free(folder: Path) -> None:
    """Raises FailedPrecondition if a process serves this folder or one below it."""
    for lock in folder.rglob(NAME):
        with held(lock.parent):
            pass
