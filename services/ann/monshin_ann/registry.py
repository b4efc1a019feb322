"""The registry of collections as a start finds it."""

import logging
import time
from pathlib import Path

from monshin_kit.errors import DataLoss

from monshin_ann.store.registry_file import Entry, RegistryFile

_log = logging.getLogger(__name__)


def open_registry(path: Path) -> tuple[RegistryFile, list[Entry]]:
    """The registry and its entries; a damaged one is set aside, so that the collections' own files make a new one."""
    try:
        return _read_registry(path)
    except DataLoss:
        _log.error("the registry is damaged: set aside, and made again from the collections' files")
        aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
        for suffix in ("", "-wal", "-shm"):
            damaged = path.with_name(path.name + suffix)
            if damaged.exists():
                damaged.rename(aside.with_name(aside.name + suffix))
        return _read_registry(path)


def _read_registry(path: Path) -> tuple[RegistryFile, list[Entry]]:
    registry = RegistryFile(path)
    try:
        return registry, registry.entries()
    except DataLoss:
        registry.close()
        raise
