"""The event of a check: never waited for, never lost but by a kill."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.rpc.leaving import Ended, Leaving, Results
from monshin_kit.errors import Unavailable
from monshin_kit.outbox import Outbox
from monshin_kit.testing import eventually
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    """Keeps nothing."""
    made = Keeper(tmp_path / "results.sqlite", 0, queue_limit=8)
    yield made
    made.close()


def ended(digest: str) -> Ended:
    """A check without claims."""
    return Ended(digest, "corpora/one", "", is_stored=False, results=Results(with_texts=False), runs=[])


def told(outbox: Outbox) -> list[str]:
    """The checks whose events are on disk."""
    entries = outbox.read(0, 100, "event")
    return [json.loads(entry.attributes)["text_sha256"] for entry in entries if entry.name == "factcheck.checked"]


async def test_a_stop_right_after_a_check_keeps_its_event(keeper: Keeper, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    outbox.open()
    await Leaving(keeper, outbox, rules_revision="r").finish(ended("a"), pb.Summary())
    await outbox.close()
    again = Outbox(tmp_path / "outbox.sqlite")
    assert told(again) == ["a"]
    await again.close()


async def test_an_outbox_that_refused_gets_the_event_when_it_can_be_written_again(
    keeper: Keeper, tmp_path: Path
) -> None:
    """SQLite's own limit stands for a full disk. The check does not wait for it."""
    outbox = Outbox(tmp_path / "outbox.sqlite")

    def allow(pages: int) -> None:
        outbox.open().write(lambda connection: connection.execute(f"PRAGMA max_page_count={pages}").fetchall())

    leaving, large = Leaving(keeper, outbox, rules_revision="r"), "a" * 100_000
    allow(1)
    with pytest.raises(Unavailable):
        await outbox.emit("another", {"text": large})
    await asyncio.wait_for(leaving.finish(ended(large), pb.Summary()), 5)
    await outbox.flush()
    assert told(outbox) == []
    allow(100_000_000)
    await eventually(lambda: told(outbox) == [large], "the event is on disk", limit_s=10)
    await outbox.close()
