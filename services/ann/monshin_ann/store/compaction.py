"""Gives disk space back after deletions, in small transactions between those of others.

Pages that deletions leave half empty are not free. So rows move from the sparse beginning of the file to its end,
where pages fill up; the pages they leave are then cut off the file.
"""

from collections.abc import Callable

import apsw
from monshin_kit.sqlite import Database

from monshin_ann.store import layout

_MAX_SPARSENESS = 1.2  # positions a point
_SMALL_POINTS = 64
_SMALL_PAGES = 16
_MAX_FREE_SHARE = 0.1
_MAX_LOG_BYTES = 4 * 1024 * 1024
_STEP_BYTES = 4 * 1024 * 1024
_STEP_PAGES = 1024


def is_due(database: Database, points: int) -> bool:
    """Whether the file wastes enough to be worth a compaction. points: how many it holds."""
    with database.reader() as connection:
        first, last = layout.span(connection)
        free, pages = (int(connection.pragma(name) or 0) for name in ("freelist_count", "page_count"))
        file_bytes = pages * int(connection.pragma("page_size") or 0)
    is_sparse = last - first + 1 > _MAX_SPARSENESS * points + _SMALL_POINTS
    has_free_pages = free > _MAX_FREE_SHARE * pages + _SMALL_PAGES
    return is_sparse or has_free_pages or database.size_bytes() > file_bytes + _MAX_LOG_BYTES


def compact(database: Database, points: int, dim: int, is_stopped: Callable[[], bool]) -> None:
    """Moves rows until positions have no gaps, or all older than the start have moved; then shortens file and log.

    is_stopped: asked between transactions, of some MiB each; once it says so the rest is left as it is.
    """
    with database.reader() as connection:
        _, stop = layout.span(connection)
    step_rows = max(1, _STEP_BYTES // (4 * dim))
    while not is_stopped() and database.write(lambda connection: _move_first(connection, stop, points, step_rows)):
        pass
    while not is_stopped() and database.write(_cut_free_pages):
        pass
    if not is_stopped():
        database.checkpoint()


def _move_first(connection: apsw.Connection, stop: int, points: int, rows: int) -> int:
    first, last = layout.span(connection)
    if last - first + 1 <= points:
        return 0
    moving = connection.execute(
        "SELECT position FROM points WHERE position<=? ORDER BY position LIMIT ?", (stop, rows)
    ).fetchall()
    connection.executemany(
        "UPDATE points SET position=? WHERE position=?",
        ((target, position) for target, (position,) in enumerate(moving, start=last + 1)),
    )
    return len(moving)


def _cut_free_pages(connection: apsw.Connection) -> bool:
    """Whether there are more; not where none can be cut, as in a file that was made without auto_vacuum."""
    before = int(connection.pragma("freelist_count") or 0)
    connection.execute(f"PRAGMA incremental_vacuum({_STEP_PAGES})").fetchall()
    return 0 < int(connection.pragma("freelist_count") or 0) < before
