"""sqlite: acknowledged is on disk, and what cannot be kept is said."""

import random
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from monshin_kit.errors import DataLoss, Unavailable
from monshin_kit.sqlite import Database

TABLE = "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
LIMIT_S = 60

WRITER = """
import sys
from pathlib import Path
from monshin_kit.sqlite import Database

database = Database(Path(sys.argv[1]), [sys.argv[2]])
first = int(sys.argv[3])
for number in range(first, first + 100_000):
    def change(connection, number=number):
        connection.execute("INSERT INTO facts VALUES (?, ?)", (f"n{number}", number))
    waiting = [database.submit(change)]
    for future in waiting:
        future.result()
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def _names(database: Database) -> set[str]:
    with database.reader() as connection:
        return {str(name) for (name,) in connection.execute("SELECT name FROM facts")}


SYNCED = """
import sys
from pathlib import Path
import apsw
from monshin_kit.sqlite import Database

synced = []

class File(apsw.VFSFile):
    def __init__(self, name, flags):
        super().__init__("unix", name, flags)
        self.name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name).name

    def xSync(self, flags):
        super().xSync(flags)
        synced.append(self.name)

class Disk(apsw.VFS):
    def __init__(self):
        super().__init__("watched", "unix", makedefault=True)

    def xOpen(self, name, flags):
        return File(name, flags)

disk = Disk()
database = Database(Path(sys.argv[1]), [sys.argv[2]])
for number in range(20):
    synced.clear()
    database.write(lambda connection: connection.execute("INSERT INTO facts VALUES (?, ?)", (f"n{number}", number)))
    print(",".join(synced))
database.close()
"""


def test_each_acknowledged_change_was_synced_to_the_log(path: Path) -> None:
    """Hazard: a power cut, which a kill does not show: what was written but not synced is lost, though acknowledged.

    In a process of its own, whose SQLite tells of each sync: there is one between a change and its acknowledgement.
    """
    child = [sys.executable, "-c", SYNCED, str(path), TABLE]
    told = subprocess.run(child, stdout=subprocess.PIPE, text=True, check=True, timeout=LIMIT_S).stdout.splitlines()
    assert told == [f"{path.name}-wal"] * 20


def test_what_was_acknowledged_survives_kill_9(path: Path) -> None:
    """Hazard: a future that resolves before the COMMIT is on disk loses its row when the process dies.

    A child writes in a loop and prints each acknowledged number; it is killed after a seeded count, five times.
    """
    rng = random.Random(4)
    acknowledged: set[str] = set()
    for attempt in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), TABLE, str(attempt * 100_000)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(rng.randrange(20, 120)):
            acknowledged.add("n" + child.stdout.readline().strip())
        child.kill()
        acknowledged |= {"n" + line.strip() for line in child.stdout.read().splitlines(keepends=True) if "\n" in line}
        child.wait(LIMIT_S)
        child.stdout.close()
        database = Database(path, [TABLE])
        assert acknowledged <= _names(database)
        database.close()


def _damage(path: Path, seed: int) -> None:
    """Overwrites the middle of the file with noise; pages, not the header."""
    rng = random.Random(seed)
    content = bytearray(path.read_bytes())
    start = len(content) // 3
    content[start : start + 8192] = rng.randbytes(8192)
    path.write_bytes(content)


def _filled(path: Path) -> None:
    database = Database(path, [TABLE])
    rows = [(f"row {number}", number) for number in range(5000)]
    database.write(lambda connection: connection.executemany("INSERT INTO facts VALUES (?,?)", rows))
    database.checkpoint()
    database.close()


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_file_is_refused_when_it_is_opened(path: Path, seed: int) -> None:
    _filled(path)
    _damage(path, seed)
    with pytest.raises(DataLoss, match=r"facts\.sqlite"):
        Database(path, [TABLE])


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(DataLoss):
        Database(path, [TABLE])


def test_damage_found_while_reading_is_data_loss(path: Path) -> None:
    """Hazard: the disk rots while the service runs."""
    _filled(path)
    database = Database(path, [TABLE])
    _damage(path, seed=1)
    with pytest.raises(DataLoss), database.reader() as connection:
        connection.execute("SELECT count(value), max(name) FROM facts").fetchall()
    database.close()


def test_damage_found_while_writing_is_data_loss_and_the_next_caller_is_answered(path: Path) -> None:
    _filled(path)
    database = Database(path, [TABLE])
    database.write(lambda connection: connection.execute("PRAGMA shrink_memory"))  # else its cache hides the damage
    _damage(path, seed=1)
    for _ in range(2):
        with pytest.raises(DataLoss):
            database.write(lambda connection: connection.execute("UPDATE facts SET value = value + 1"))
    database.close()


def test_a_full_disk_is_unavailable_and_over_when_there_is_room(database: Database) -> None:
    """max_page_count is SQLite's own full disk: the same error, from the same place."""
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 8"))
    rows = [(f"row {number}", number) for number in range(5000)]
    with pytest.raises(Unavailable):
        database.write(lambda connection: connection.executemany("INSERT INTO facts VALUES (?,?)", rows))
    assert _names(database) == set()
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000"))
    database.write(lambda connection: connection.executemany("INSERT INTO facts VALUES (?,?)", rows))
    assert len(_names(database)) == 5000


def test_a_file_that_may_only_be_read_is_unavailable_for_writes(database: Database) -> None:
    """query_only stands for a read-only mount: root, who may run these tests, does not feel file modes."""
    database.write(lambda connection: connection.execute("PRAGMA query_only = ON"))
    with pytest.raises(Unavailable):
        database.write(lambda connection: connection.execute("INSERT INTO facts VALUES ('a', 1)"))


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        Database(tmp_path / "file" / "facts.sqlite", [TABLE])


def test_a_lock_held_by_a_stranger_is_unavailable(path: Path, database: Database) -> None:
    """Hazard: an administrator's sqlite3 shell holds the write lock; waiting for ever would hang every caller."""
    stranger = apsw.Connection(str(path))
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="BusyError"):
        database.write(lambda connection: connection.execute("INSERT INTO facts VALUES ('a', 1)"))
    stranger.execute("ROLLBACK")
    stranger.close()
    database.write(lambda connection: connection.execute("INSERT INTO facts VALUES ('a', 1)"))


def test_acknowledged_means_fsync(database: Database) -> None:
    """WAL with synchronous=FULL (2): the log is synced at each commit."""
    assert database.write(lambda connection: connection.pragma("synchronous")) == 2
    assert database.write(lambda connection: connection.pragma("journal_mode")) == "wal"


def test_two_openings_of_one_file_share_it(path: Path, database: Database) -> None:
    """A backup program beside the service must not disturb it."""
    second = Database(path, [TABLE])
    second.write(lambda connection: connection.execute("INSERT INTO facts VALUES ('b', 2)"))
    second.close()
    assert _names(database) == {"b"}
