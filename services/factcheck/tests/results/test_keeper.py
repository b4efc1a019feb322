"""The purge ends what is too old, whoever reads the file meanwhile."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.results.model import KeptClaim, Result, Revisions
from monshin_factcheck.results.store import ResultStore
from monshin_kit.testing import eventually

TEXT = "CANARY-7f3a"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a result of an hour ago, as a service with a retention left it."""
    path = tmp_path / "results.sqlite"
    store = ResultStore(path, 86400)
    claims = (KeptClaim(0, Verdict.SUPPORTED, 0.9, TEXT.encode()),)
    kept = Result(
        id="a" * 16, time=time.time() - 3600, caller="tanaka", model="m", corpus="corpora/demo", text_sha256="0" * 64,
        is_stored=True, summary=b"", judges=("rules",), revisions=Revisions("r1"), answer=TEXT, claims=claims,
    )  # fmt: skip
    store.keep(kept).result()
    store.close()
    return path


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A backup that is half through the file: the log that it needs cannot be emptied."""
    copy = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    copy.execute("BEGIN")
    copy.execute("SELECT COUNT(*) FROM results").fetchall()
    try:
        yield
    finally:
        copy.close()


def has_text(path: Path) -> bool:
    """In the file or what lies beside it."""
    return any(TEXT.encode() in one.read_bytes() for one in path.parent.glob("results.sqlite*"))


async def test_with_a_retention_of_nothing_the_purge_goes_on_until_nothing_is_left(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Hazard: a backup reads the file at the start; the texts stay in it until the next start."""
    caplog.set_level(logging.WARNING)
    keeper = Keeper(path, 0, queue_limit=8)

    with reading(path):
        purging = asyncio.ensure_future(keeper.purge_forever())
        await eventually(lambda: "could not be ended" in caplog.text, "the purge has met the reader", limit_s=60)
        assert has_text(path)
        assert not purging.done()
    await asyncio.wait_for(purging, 60)
    assert not has_text(path)
    keeper.close()


async def test_where_nobody_reads_it_ends_at_once(path: Path) -> None:
    keeper = Keeper(path, 0, queue_limit=8)
    await asyncio.wait_for(keeper.purge_forever(), 60)
    assert not has_text(path)
    keeper.close()
