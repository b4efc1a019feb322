"""sqlite: a file written by an earlier version opens in the next, and one of a later version is left alone."""

from pathlib import Path

import apsw
import pytest
from monshin_kit.errors import DataLoss
from monshin_kit.sqlite import Database

FIRST = "CREATE TABLE facts (name TEXT PRIMARY KEY)"
SECOND = "ALTER TABLE facts ADD COLUMN value INTEGER NOT NULL DEFAULT 7; UPDATE facts SET value = 8"
BROKEN = "CREATE TABLE other (id INTEGER); CREATE TABLE facts (again TEXT)"


def _write(path: Path, migrations: list[str], name: str) -> None:
    database = Database(path, migrations)
    database.write(lambda connection: connection.execute("INSERT INTO facts (name) VALUES (?)", (name,)))
    database.close()


def _rows(path: Path, migrations: list[str]) -> list[tuple[object, ...]]:
    database = Database(path, migrations)
    with database.reader() as connection:
        rows: list[tuple[object, ...]] = connection.execute("SELECT * FROM facts ORDER BY name").fetchall()
    database.close()
    return rows


def test_a_file_of_an_earlier_version_is_brought_up_to_date(path: Path) -> None:
    _write(path, [FIRST], "a")
    assert _rows(path, [FIRST, SECOND]) == [("a", 8)]


def test_a_migration_runs_once(path: Path) -> None:
    _write(path, [FIRST], "a")
    _write(path, [FIRST, SECOND], "b")
    assert _rows(path, [FIRST, SECOND]) == [("a", 8), ("b", 7)]


def test_a_migration_goes_on_behind_a_statement_that_answers(path: Path) -> None:
    """Hazard: apsw stops a script at its first row; the rest was left out, and the file counted as up to date."""
    _write(path, [FIRST], "a")
    assert _rows(path, [FIRST, f"PRAGMA secure_delete=ON; {SECOND}"]) == [("a", 8)]


def test_a_file_of_a_later_version_is_refused_and_not_touched(path: Path) -> None:
    _write(path, [FIRST, SECOND], "a")
    before = path.read_bytes()
    with pytest.raises(DataLoss, match="newer than this program"):
        Database(path, [FIRST])
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    """Hazard: half a migration with the old version number would fail for ever."""
    _write(path, [FIRST], "a")
    with pytest.raises(apsw.SQLError):
        Database(path, [FIRST, BROKEN])
    assert _rows(path, [FIRST, SECOND]) == [("a", 8)]


def test_a_new_file_gets_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "data" / "deep" / "facts.sqlite"
    _write(path, [FIRST], "a")
    assert _rows(path, [FIRST]) == [("a",)]
