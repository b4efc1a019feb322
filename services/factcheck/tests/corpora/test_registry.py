"""The folder of corpora: a deletion that fails changes nothing or can be repeated, and leftovers of one are removed."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from monshin_factcheck.corpora.registry import Corpora
from monshin_kit.auth import ANONYMOUS, Caller
from monshin_kit.errors import NotFound, Unavailable
from monshin_kit.requests import NOT_REMEMBERED, RequestKey

READERS = ("role:auditor",)
AUDITOR = Caller("a", frozenset({"auditor"}), frozenset())
DELETE = RequestKey("DeleteCorpus", "0" * 36, "a", b"d")


@pytest.fixture
def corpora(tmp_path: Path) -> Iterator[Corpora]:
    """With the corpus `one`, of auditors."""
    opened = Corpora(tmp_path)
    opened.create("one", "", READERS, NOT_REMEMBERED)
    yield opened
    opened.close()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "corpora").iterdir())


def test_a_deletion_that_cannot_be_noted_changes_nothing_and_can_be_repeated(corpora: Corpora, tmp_path: Path) -> None:
    """A trigger that rolls back stands for a full disk. Hazard: a corpus that is listed, but whose file is closed."""
    stranger = apsw.Connection(str(tmp_path / "administration.sqlite"))
    stranger.set_busy_timeout(5000)
    full = "CREATE TRIGGER full BEFORE INSERT ON former_readers BEGIN SELECT RAISE(ROLLBACK, 'full'); END"
    stranger.execute(full).fetchall()
    with pytest.raises(Unavailable):
        corpora.delete("one", AUDITOR, DELETE)
    assert [one.view().definition.id for one in corpora.all()] == ["one"]
    stranger.execute("DROP TRIGGER full").fetchall()
    stranger.close()
    assert corpora.delete("one", AUDITOR, DELETE) is not None
    assert corpora.all() == []


def test_a_deletion_that_cannot_take_the_file_away_leaves_it_serving_and_can_be_repeated(
    corpora: Corpora, tmp_path: Path
) -> None:
    """A folder in the way stands for a file system that refuses."""
    obstacle = tmp_path / "corpora" / "one.deleted"
    obstacle.mkdir()
    with pytest.raises(Unavailable):
        corpora.delete("one", AUDITOR, DELETE)
    assert corpora.find("one", AUDITOR).view().definition.readers == READERS
    obstacle.rmdir()
    assert corpora.delete("one", AUDITOR, DELETE) is not None
    with pytest.raises(NotFound):
        corpora.find("one", AUDITOR)
    assert files(tmp_path) == []
    assert "one" in corpora.concealed_from(ANONYMOUS)


def test_a_deletion_that_was_done_leaves_the_next_corpus_of_that_id_alone(corpora: Corpora) -> None:
    assert corpora.delete("one", AUDITOR, DELETE) is not None
    assert corpora.delete("one", AUDITOR, DELETE) is None
    corpora.create("one", "", READERS, NOT_REMEMBERED)
    assert corpora.delete("one", AUDITOR, DELETE) is None
    assert corpora.find("one", AUDITOR).view().definition.id == "one"


def test_a_start_removes_what_a_deletion_left_that_a_crash_cut_short(corpora: Corpora, tmp_path: Path) -> None:
    """Hazard: the log of a deleted corpus beside the file of a new one of that id."""
    for name in ("old.deleted", "old.sqlite-wal", "old.sqlite-shm"):
        (tmp_path / "corpora" / name).write_bytes(b"left")
    kept = [name for name in files(tmp_path) if not name.startswith("old")]
    assert "one.sqlite-wal" in kept
    again = Corpora(tmp_path)
    assert files(tmp_path) == kept
    again.close()
