"""A database with one table, in the test's folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from monshin_kit.sqlite import Database

TABLE = "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "facts.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """Open, with the table."""
    database = Database(path, [TABLE])
    yield database
    database.close()
