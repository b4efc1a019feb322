"""sqlite: whatever is written, failed, read, reopened or backed up, it holds what a dict would hold."""

import tempfile
from pathlib import Path

import apsw
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from monshin_kit import sqlite
from monshin_kit.sqlite import Change, Database

TABLE = "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
names = st.sampled_from(["a", "b", "c", "患者", ""])
values = st.integers(-(2**63), 2**63 - 1)


class _ByTestError(Exception):
    pass


def _put(name: str, value: int, *, fails: bool = False) -> Change[None]:
    def change(connection: apsw.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, value))
        if fails:
            raise _ByTestError

    return change


def _content(database: Database) -> dict[str, int]:
    with database.reader() as connection:
        return {str(name): int(str(value)) for name, value in connection.execute("SELECT name, value FROM facts")}


class DatabaseAgainstDict(RuleBasedStateMachine):
    """The database and its model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "facts.sqlite"
        self.database = Database(self.path, [TABLE])
        self.model: dict[str, int] = {}

    @rule(changes=st.lists(st.tuples(names, values, st.booleans()), max_size=8))
    def write_together(self, changes: list[tuple[str, int, bool]]) -> None:
        """Some of the group fail; only these are undone."""
        futures = [self.database.submit(_put(name, value, fails=fails)) for name, value, fails in changes]
        for (name, value, fails), future in zip(changes, futures, strict=True):
            assert isinstance(future.exception(30), _ByTestError) == fails
            if not fails:
                self.model[name] = value

    @rule(name=names)
    def delete(self, name: str) -> None:
        """One row."""
        self.database.write(lambda connection: connection.execute("DELETE FROM facts WHERE name=?", (name,)))
        self.model.pop(name, None)

    @rule()
    def reopen(self) -> None:
        """As after a restart."""
        self.database.close()
        self.database = Database(self.path, [TABLE])

    @rule()
    def restore_from_backup(self) -> None:
        """Goes on with a copy."""
        copied = self.path.with_name(f"copy-{self.path.name}")
        copied.unlink(missing_ok=True)
        sqlite.copy(self.path, copied)
        self.database.close()
        self.path = copied
        self.database = Database(copied, [TABLE])

    @rule()
    def checkpoint(self) -> None:
        """Moves the log into the file."""
        self.database.checkpoint()

    @invariant()
    def holds_what_the_dict_holds(self) -> None:
        """The promise."""
        assert _content(self.database) == self.model

    def teardown(self) -> None:
        """Ends the writer thread."""
        self.database.close()
        self.folder.cleanup()


TestDatabaseAgainstDict = DatabaseAgainstDict.TestCase
TestDatabaseAgainstDict.settings = settings(max_examples=15, stateful_step_count=20, deadline=None, derandomize=True)
