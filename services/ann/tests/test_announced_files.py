"""What becomes of a file that the registry was told of, and that was never made."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from monshin_ann.collections import Collections
from monshin_ann.core.definition import CollectionId
from monshin_ann.store.registry_file import RegistryFile
from monshin_kit import sqlite
from monshin_kit.auth import Caller
from monshin_kit.errors import InvalidInput
from monshin_kit.requests import NOT_REMEMBERED

ADMINISTRATOR = Caller("root", frozenset({"administrator"}), frozenset())
NOTES = CollectionId("notes")


def files(folder: Path) -> list[str]:
    """Names in the folder of collections, without logs."""
    return sorted(path.name for path in (folder / "collections").iterdir() if path.suffix == ".sqlite")


def announced(folder: Path) -> list[str]:
    """Files that the registry says are about to be made."""
    registry = RegistryFile(folder / "registry.sqlite")
    coming = registry.coming()
    registry.close()
    return coming


def test_a_crash_before_the_first_page_leaves_no_announcement(
    start: Callable[..., Collections], tmp_path: Path
) -> None:
    start().close()
    registry = RegistryFile(tmp_path / "registry.sqlite")
    registry.begin("notes-1.sqlite")
    registry.close()
    start().close()
    assert announced(tmp_path) == []


def test_a_collection_that_could_not_be_made_leaves_no_announcement(
    start: Callable[..., Collections], definition: Callable[..., Any], tmp_path: Path
) -> None:
    """A name whose numbers are used up stands for a disk that fails."""
    collections = start()
    with closing(apsw.Connection(str(tmp_path / "registry.sqlite"))) as registry:
        registry.execute("INSERT INTO numbering VALUES ('notes', ?)", (1 << 62,))
    with pytest.raises(InvalidInput):
        collections.create(definition(), NOT_REMEMBERED)
    assert announced(tmp_path) == []
    assert files(tmp_path) == []


class Leaving(type(Path())):  # type: ignore[misc]  # PosixPath, whatever it is called
    """A snapshot that is taken away once it is checked."""

    def rename(self, target: Path) -> Path:
        """Comes too late."""
        self.unlink()
        return Path(super().rename(target))


def test_a_restore_whose_snapshot_goes_away_leaves_nothing(
    start: Callable[..., Collections], definition: Callable[..., Any], batch: Callable[..., Any], tmp_path: Path
) -> None:
    """Hazard: the client leaves while its snapshot is checked, which removes the upload; each time a row stays."""
    collections = start()
    collections.create(definition(), NOT_REMEMBERED)
    notes = collections.find_writable(NOTES, ADMINISTRATOR)
    notes.upsert(batch({"p": np.ones(3)}), NOT_REMEMBERED).result()
    upload = Leaving(collections.upload_path())
    sqlite.copy(notes.path, upload)
    with pytest.raises(FileNotFoundError):
        collections.restore(NOTES, ADMINISTRATOR, upload, NOT_REMEMBERED)
    assert announced(tmp_path) == []
    assert files(tmp_path) == [notes.path.name]
    assert collections.find(NOTES, ADMINISTRATOR).stats.points == 1
