"""A file of results of the first schema opens, and what it counted is counted."""

from pathlib import Path

import apsw
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.results import reviews
from monshin_factcheck.results.model import KeptClaim, Sight
from monshin_factcheck.results.schema import MIGRATIONS
from monshin_factcheck.results.store import ResultStore, sight_clause

ALL = Sight("steward", sees_all=True, with_texts=True)
READERS = "local@a1 nli@b2"


def old_file(path: Path) -> None:
    """A reviewed result, and the outcome of one that has ended; written without the code of today."""
    connection = apsw.Connection(str(path))
    connection.execute(MIGRATIONS[0])
    connection.execute("PRAGMA user_version=1")
    connection.execute(
        "INSERT INTO results VALUES ('r', 1000.0, 'tanaka', '', '', '', 1, x'', '[]', 'r1', ?, '', '本文', '')",
        (READERS,),
    )
    connection.execute("INSERT INTO claims VALUES ('r', 0, 'supported', 0.9, x'01')")
    connection.execute("INSERT INTO reviews VALUES (1, 'r', 0, 1000.0, 'suzuki', 'supported', '')")
    connection.execute("INSERT INTO outcomes VALUES ('', ?, 'r1', 'contradicted', 0.8, 0)", (READERS,))
    connection.execute("INSERT INTO outcomes VALUES ('', '', 'r1', 'contradicted', 0.7, 1)")
    connection.close()


def test_a_file_of_the_first_schema_serves_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    old_file(path)
    store = ResultStore(path, 1000.0, clock=lambda: 1500.0)
    assert store.get("r", ALL).claims == (KeptClaim(0, Verdict.SUPPORTED, 0.9, b"\x01", READERS),)

    def counted(now: str) -> list[tuple[str, bool]]:
        found = store.read(lambda connection: reviews.outcomes(connection, sight_clause(ALL), (), "", now))
        return [(one.verdict.value, one.is_agreed) for one in found.outcomes]

    assert counted(READERS) == [("supported", True), ("contradicted", False)]
    assert counted("") == [("contradicted", True)]
    assert counted("local@a1") == []
    store.close()
