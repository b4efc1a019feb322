"""Rows that are not as they were written, and what reading them leaves behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from monshin_ann.store import layout
from monshin_ann.store.points_file import PointsFile
from monshin_kit.errors import DataLoss
from monshin_kit.requests import NOT_REMEMBERED

LIMIT_S = 30.0


def test_a_damaged_id_met_while_points_are_deleted_leaves_the_log_free(
    tmp_path: Path, definition: Callable[..., Any], batch: Callable[..., Any]
) -> None:
    """Hazard: the error, which whoever waits keeps, holds a statement open, and the file's log grows for ever."""
    path = tmp_path / "points.sqlite"
    PointsFile.create(path, definition())
    file = PointsFile(path)
    file.upsert(batch({f"p{number}": np.ones(3) for number in range(9)}), NOT_REMEMBERED).result()
    damage = "UPDATE points SET id=CAST(x'ff' AS TEXT) WHERE id='p4'"
    file.database.write(lambda connection: connection.execute(damage))
    kept = file.database.submit(lambda connection: layout.payloads_since(connection, 0)).exception(LIMIT_S)
    assert isinstance(kept, DataLoss)
    file.database.truncate_log()
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    file.database.close()
