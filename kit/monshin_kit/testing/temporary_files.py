"""Files without a name, such as SQLite sorts in. Linux only: they are found by /proc."""

import os
from contextlib import closing, suppress
from pathlib import Path

import apsw

_LARGER_THAN_ITS_CACHE = """
    WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT 60000)
    SELECT hex(randomblob(40)) AS word FROM numbers ORDER BY word
"""


def sqlite_folders() -> set[Path]:
    """The folders of the files that a sort of 5 MB opens in this process."""
    before = unnamed_files(os.getpid())
    with closing(apsw.Connection(":memory:")) as connection:
        sort = connection.execute(_LARGER_THAN_ITS_CACHE)
        next(sort)
        return {path.parent for path in unnamed_files(os.getpid()) - before}


def unnamed_files(pid: int) -> set[Path]:
    """Those that a process has open now, as the kernel calls them."""
    links = set[str]()
    for each in os.listdir(f"/proc/{pid}/fd"):
        with suppress(FileNotFoundError):  # closed since
            links.add(os.readlink(f"/proc/{pid}/fd/{each}"))
    return {Path(link) for link in links if link.endswith(" (deleted)")}
