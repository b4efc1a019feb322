"""outbox: what happened is on disk, in order, without gaps; what cannot be logged is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_kit import outbox as outbox_module
from monshin_kit.errors import DataLoss, ResourceExhausted, Unavailable
from monshin_kit.outbox import Entry, Outbox
from monshin_kit.testing import eventually


def call(name: str = "monshin.ann.v1.AnnService/Upsert", **fields: object) -> Entry:
    """An entry of a call."""
    return Entry("call", name, **fields)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is."""
    return tmp_path / "outbox.sqlite"


@pytest.fixture
async def outbox(path: Path) -> AsyncIterator[Outbox]:
    """Closed at the end."""
    outbox = Outbox(path)
    yield outbox
    await outbox.close()


def _on_disk(path: Path) -> list[str]:
    """What another connection sees: committed rows only.

    Through apsw as well: two SQLite libraries on one file in one process lose each other's locks, and crash
    (https://sqlite.org/howtocorrupt.html, 2.2.1).
    """
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return [str(name) for (name,) in connection.execute("SELECT name FROM entries ORDER BY sequence")]
    finally:
        connection.close()


class FullDisk:
    """Takes the room to write away, by SQLite's own limit, and gives it back."""

    def __init__(self, outbox: Outbox) -> None:
        self._database = outbox.open()

    def begin(self) -> None:
        """From now on nothing can be written."""
        self._set(1)

    def end(self) -> None:
        """There is room again."""
        self._set(100_000_000)

    def _set(self, pages: int) -> None:
        self._database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))


async def _fill(outbox: Outbox, disk: FullDisk) -> None:
    disk.begin()
    with pytest.raises(Unavailable):
        await outbox.append(call(attributes="x" * 100_000))


async def test_an_appended_entry_is_on_disk_when_append_returns(outbox: Outbox, path: Path) -> None:
    await outbox.append(call("first"))
    assert _on_disk(path) == ["first"]


async def test_an_event_is_on_disk_when_emit_returns(outbox: Outbox, path: Path) -> None:
    await outbox.emit("corpus.published", {"version": 3, "sha256": "ab", "documents": ["a", "b"]})
    assert _on_disk(path) == ["corpus.published"]
    (entry,) = outbox.read(0, 10)
    assert entry.kind == "event"
    assert json.loads(entry.attributes) == {"version": 3, "sha256": "ab", "documents": ["a", "b"]}


async def test_a_noted_entry_is_on_disk_within_a_second(outbox: Outbox, path: Path) -> None:
    outbox.open()
    seconds = []
    for number in range(1, 4):
        outbox.note(call("read"))
        seconds.append(await eventually(lambda count=number: len(_on_disk(path)) == count, "the entry is written"))
    assert min(seconds) < 1


async def test_notes_beside_an_append_keep_their_place_in_the_file(outbox: Outbox) -> None:
    for number in range(300):
        outbox.note(call(f"read {number}"))
    await outbox.flush()
    assert [entry.name for entry in outbox.read(0, 1000)] == [f"read {number}" for number in range(300)]


async def test_sequence_numbers_have_no_gaps_whatever_failed_between(outbox: Outbox) -> None:
    disk = FullDisk(outbox)
    await outbox.append(call())
    await _fill(outbox, disk)
    disk.end()
    await eventually(lambda: _is_writable(outbox), "it writes again")
    for number in range(100):
        if number % 3:
            outbox.note(call())
        else:
            await outbox.append(call())
    await outbox.flush()
    assert [entry.sequence for entry in outbox.read(0, 1000)] == list(range(1, 102))


def _is_writable(outbox: Outbox) -> bool:
    try:
        outbox.require_writable()
    except Unavailable:
        return False
    return True


async def test_while_it_cannot_be_written_mutations_and_reads_are_refused(outbox: Outbox) -> None:
    disk = FullDisk(outbox)
    await _fill(outbox, disk)
    with pytest.raises(Unavailable, match="the call was not done"):
        outbox.note(call())
    with pytest.raises(Unavailable, match="the call was not done"):
        outbox.require_writable()
    disk.end()


async def test_reads_alone_find_out_that_it_can_be_written_again(outbox: Outbox) -> None:
    """Hazard: only a mutation's success cleared the failure, so a service that is only read stayed refused for ever."""
    disk = FullDisk(outbox)
    await _fill(outbox, disk)
    disk.end()
    assert await eventually(lambda: _is_writable(outbox), "it writes again") < 10.0
    outbox.note(call("after"))
    await outbox.flush()
    assert [entry.name for entry in outbox.read(0, 10)] == ["after"]


async def test_notes_that_wait_while_the_disk_is_full_are_written_later(outbox: Outbox) -> None:
    disk = FullDisk(outbox)
    for number in range(2000):
        outbox.note(call(f"read {number}", attributes="x" * 100))
    disk.begin()
    await outbox.flush()
    assert not _is_writable(outbox)
    disk.end()
    await eventually(lambda: len(outbox.read(0, 5000)) == 2000, "all are written")


async def test_an_event_that_is_noted_waits_for_room_and_nobody_waits_for_it(outbox: Outbox) -> None:
    disk = FullDisk(outbox)
    await _fill(outbox, disk)
    told = {"documents": ["x" * 100_000]}  # more than what is left of the last page
    outbox.note_event("factcheck.checked", told)
    await outbox.flush()
    assert outbox.read(0, 10) == []
    disk.end()
    await eventually(lambda: len(outbox.read(0, 10)) == 1, "it is written")
    (entry,) = outbox.read(0, 10)
    assert (entry.kind, entry.name, json.loads(entry.attributes)) == ("event", "factcheck.checked", told)


async def test_more_notes_than_can_wait_are_refused(outbox: Outbox) -> None:
    for _ in range(outbox_module.MAX_WAITING):
        outbox.note(call())
    with pytest.raises(ResourceExhausted):
        outbox.note(call())
    with pytest.raises(ResourceExhausted):
        outbox.note_event("factcheck.checked", {})


async def test_closing_loses_nothing(path: Path) -> None:
    outbox = Outbox(path)
    appended = [asyncio.create_task(outbox.append(call(f"mutation {number}"))) for number in range(20)]
    for number in range(500):
        outbox.note(call(f"read {number}"))
    await asyncio.gather(*appended)
    await outbox.close()
    assert len(_on_disk(path)) == 520


async def test_closing_in_the_middle_of_a_flush_loses_nothing(path: Path) -> None:
    """Hazard: close cancels the task that holds the entries it took from the list."""
    for turns in range(12):
        own = path.with_name(f"{turns}.sqlite")
        outbox = Outbox(own)
        outbox.open()
        for _ in range(100):
            outbox.note(call())
        flushing = asyncio.create_task(outbox.flush())
        for _ in range(turns):
            await asyncio.sleep(0)
        flushing.cancel()
        await outbox.close()
        assert len(_on_disk(own)) in ((100,) if turns else (100, 0))


async def test_one_who_leaves_does_not_take_others_entries_along(outbox: Outbox, path: Path) -> None:
    outbox.open()
    outbox.note(call("read"))
    leaving = asyncio.create_task(outbox.flush())
    await asyncio.sleep(0)
    leaving.cancel()
    await eventually(lambda: _on_disk(path) == ["read"], "the entry is written")


texts = st.text(st.characters(exclude_categories=["Cs"]))
entries = st.builds(
    Entry,
    kind=st.sampled_from(["call", "event"]),
    name=texts,
    caller=texts,
    roles=st.lists(texts, max_size=3).map(tuple),
    resources=st.lists(texts, max_size=3).map(tuple),
    decision=st.sampled_from(["allowed", "refused"]),
    outcome=texts,
    trace_id=texts,
    attributes=texts,
    time=st.floats(min_value=0, max_value=2e9),
    sequence=st.just(0),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(entries, min_size=1, max_size=5).flatmap(lambda few: st.sampled_from([few, few * 13, few * 30])))
def test_what_is_written_is_read_back_whatever_it_holds(written: list[Entry]) -> None:
    """A resource name with a line break in it must not look like two (an old hazard of joined lists)."""
    database = apsw.Connection(":memory:")
    database.execute(outbox_module._SCHEMA)
    outbox_module._insert(database, written)
    rows = database.execute(f"SELECT sequence, {outbox_module._COLUMNS} FROM entries ORDER BY sequence").fetchall()
    assert [outbox_module._entry(row)._replace(sequence=0) for row in rows] == written


async def test_reading_goes_page_by_page_and_by_kind(outbox: Outbox) -> None:
    for number in range(5):
        await outbox.append(call(f"call {number}"))
        await outbox.emit(f"event {number}", {})
    first = outbox.read(0, 4)
    rest = outbox.read(first[-1].sequence, 100)
    assert [entry.sequence for entry in first + rest] == list(range(1, 11))
    assert [entry.name for entry in outbox.read(0, 100, "event")] == [f"event {number}" for number in range(5)]
    assert outbox.read(10, 100) == []


async def test_a_damaged_file_is_said_when_it_is_opened(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(DataLoss, match=r"outbox\.sqlite"):
        Outbox(path).open()


async def test_the_size_is_known(outbox: Outbox) -> None:
    assert outbox.size_bytes() == 0
    await outbox.append(call())
    assert outbox.size_bytes() > 0
