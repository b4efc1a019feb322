"""requests: a repeated request_id changes nothing and gets the first answer, for 24 hours."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit import requests
from monshin_kit.errors import InvalidInput
from monshin_kit.sqlite import Database

METHOD = "monshin.ann.v1.AnnService/Upsert"
ID = "0b5c3a0e-0000-4000-8000-000000000001"
DAY_S = 24 * 3600


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With the table of requests."""
    database = Database(tmp_path / "x.sqlite", [requests.SCHEMA])
    yield database
    database.close()


def _do(
    database: Database, content: bytes, answer: bytes, *, request_id: str = ID, caller: str = "a", method: str = METHOD
) -> bytes:
    """A mutation as services write it: recalled, or done and recorded, in one transaction."""

    def change(connection: apsw.Connection) -> bytes:
        digest = requests.digest(content)
        known = requests.recall(connection, method, request_id, caller, digest)
        if known is not None:
            return known
        requests.record(connection, method, request_id, caller, digest, answer)
        return answer

    return database.write(change)


def _let_pass(database: Database, seconds: float) -> None:
    """Instead of a clock that jumps: makes what is remembered older."""
    database.write(lambda connection: connection.execute("UPDATE requests SET time = time - ?", (seconds,)))


def _count(database: Database) -> int:
    with database.reader() as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM requests").fetchall()
        return int(str(count))


def test_a_repeated_request_gets_its_first_answer(database: Database) -> None:
    assert _do(database, b"upsert", b"first") == b"first"
    assert _do(database, b"upsert", b"second") == b"first"


def test_an_id_used_for_another_request_is_refused(database: Database) -> None:
    _do(database, b"upsert", b"first")
    with pytest.raises(InvalidInput) as caught:
        _do(database, b"something else", b"second")
    (violation,) = caught.value.violations
    assert (violation.field, violation.reason) == ("request_id", "REQUEST_ID_REUSED")


def test_without_an_id_nothing_is_remembered(database: Database) -> None:
    assert _do(database, b"upsert", b"first", request_id="") == b"first"
    assert _do(database, b"upsert", b"second", request_id="") == b"second"
    assert _count(database) == 0


def test_another_caller_may_use_the_same_id(database: Database) -> None:
    """Hazard: one who guesses an id must neither see another's answer nor block it."""
    _do(database, b"upsert", b"first", caller="a")
    assert _do(database, b"something else", b"second", caller="b") == b"second"


def test_another_method_may_use_the_same_id(database: Database) -> None:
    _do(database, b"upsert", b"first")
    assert _do(database, b"upsert", b"second", method="monshin.ann.v1.AnnService/DeletePoints") == b"second"


def test_just_under_a_day_is_remembered(database: Database) -> None:
    _do(database, b"upsert", b"first")
    _let_pass(database, DAY_S - 60)
    assert _do(database, b"upsert", b"second") == b"first"


def test_after_a_day_the_id_is_free_again(database: Database) -> None:
    _do(database, b"upsert", b"first")
    _let_pass(database, DAY_S + 1)
    assert _do(database, b"something else", b"second") == b"second"


def test_what_is_older_than_a_day_is_forgotten_with_the_next_request(database: Database) -> None:
    for number in range(20):
        _do(database, b"upsert", b"first", request_id=f"{number:036d}")
    _let_pass(database, DAY_S + 1)
    _do(database, b"upsert", b"first", request_id=f"{99:036d}")
    assert _count(database) == 1


def test_an_id_is_not_remembered_if_its_effect_is_undone(database: Database) -> None:
    """Hazard: the retry of a failed mutation would be answered as done."""

    def change(connection: apsw.Connection) -> None:
        requests.record(connection, METHOD, ID, "a", requests.digest(b"upsert"), b"first")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(change)
    assert _do(database, b"upsert", b"second") == b"second"


def test_an_id_survives_a_restart(tmp_path: Path) -> None:
    for answer in (b"first", b"second"):
        database = Database(tmp_path / "y.sqlite", [requests.SCHEMA])
        assert _do(database, b"upsert", answer) == b"first"
        database.close()


@given(st.binary(), st.binary())
def test_requests_are_the_same_exactly_if_their_bytes_are(one: bytes, other: bytes) -> None:
    assert (requests.digest(one) == requests.digest(other)) == (one == other)
