"""The schema and settings of a file that may come from anywhere: a trigger of its own could undo what we write."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
from monshin_kit.errors import DataLoss, Unavailable

from monshin_ann.store import layout

_Schema = list[tuple[Any, ...]]


def is_ours(path: Path, migrations: Sequence[str]) -> bool:
    """Whether the file was prepared as ours are, and has the schema of one after as many migrations as it says.

    Runs nothing of the file. Raises DataLoss if its schema cannot be read, Unavailable if the file cannot be now.
    """
    try:
        with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
            version = int(connection.pragma("user_version") or 0)
            found = _schema(connection)
            is_prepared = layout.is_prepared(connection)
    except (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.BusyError) as error:
        raise Unavailable(f"{path.name} cannot be read now ({type(error).__name__})") from error
    except (apsw.Error, UnicodeDecodeError) as error:
        raise DataLoss(f"the schema of {path.name} is damaged") from error
    return is_prepared and 1 <= version <= len(migrations) and found == _after(migrations[:version])


def _after(migrations: Sequence[str]) -> _Schema:
    with closing(apsw.Connection(":memory:")) as fresh:
        for script in migrations:
            fresh.execute(script).fetchall()
        return _schema(fresh)


def _schema(connection: apsw.Connection) -> _Schema:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name, sql").fetchall()
