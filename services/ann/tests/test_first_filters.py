"""The first filtered search after a start: it parses payloads only as long as it has time."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.collection import Collection
from monshin_ann.core.building import Limits
from monshin_ann.core.columns import PayloadColumns
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.filters import InRange, Plan
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.indexing import BuildSettings
from monshin_ann.sharded.filtering import RowFilters
from monshin_ann.sharded.points_table import PointsTable, PointsWriter
from monshin_ann.store.points_file import PointsFile
from monshin_kit.errors import DeadlineExceeded
from monshin_kit.requests import NOT_REMEMBERED

DIM, POINTS = 8, 6000
SHORT_S, LONG_S = 0.05, 60.0  # against two seconds of parsing, which a busy machine only makes longer
EVEN = Plan(InRange("n", lt=POINTS / 2))
QUERIES = np.zeros((3, DIM), np.float32)
WALK, COMPARE = Effort(ef=64), Effort(target_recall=EXACT)


def large_payload(number: int) -> dict[str, Any]:
    """About 6 KB of JSON."""
    return {"n": float(number), "values": [float(number + each) / 7 for each in range(400)]}


@pytest.fixture
def restarted(
    tmp_path: Path, definition: Callable[..., Any], batch: Callable[..., Any], random_points: Callable[..., Any]
) -> Iterator[Collection]:
    """A collection after a start, as far as its payloads go: half of it in a segment, half in the head."""
    path, own = tmp_path / "notes.sqlite", definition(dim=DIM)
    PointsFile.create(path, own)
    building = BuildSettings(Limits(seal_points=POINTS // 2, segment_points=POINTS))
    collection = Collection(own, path, building)
    points = random_points((f"p{number}" for number in range(POINTS)), DIM, seed=1)
    names = list(points)
    for start in range(0, POINTS, POINTS // 2):
        some = names[start : start + POINTS // 2]
        facts = {name: large_payload(int(name[1:])) for name in some}
        collection.upsert(batch({name: points[name] for name in some}, facts), NOT_REMEMBERED).result()
        if not start:
            assert collection.build_next()
    assert collection.stats.indexed_points == POINTS // 2
    yield collection
    collection.close()


def is_parsed(collection: Collection) -> bool:
    """Whether all payloads are, without parsing any."""
    return all(part.parse(Deadline.after(-1)) for part in collection.snapshot().parts())


def wait_parsed(collection: Collection) -> None:
    """Until all payloads are, with nobody searching."""
    end = time.monotonic() + LONG_S
    while not is_parsed(collection):
        assert time.monotonic() < end, "nothing parses in the background"
        time.sleep(0.01)


@pytest.mark.parametrize("effort", [WALK, COMPARE], ids=["walk", "compare"])
def test_a_deadline_holds_while_payloads_are_parsed(
    restarted: Collection, effort: Effort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it had no time for is parsed in the background, once: the next search reads no JSON."""
    with pytest.raises(DeadlineExceeded):
        restarted.search(QUERIES, 10, EVEN, Deadline.after(SHORT_S), effort)

    assert not is_parsed(restarted)
    wait_parsed(restarted)
    monkeypatch.setattr("json.loads", lambda text: pytest.fail("parsed again"))
    for found in restarted.search(QUERIES, 10, EVEN, Deadline.after(LONG_S), effort).neighbours:
        assert len(found.ids) == 10
        assert all(int(name[1:]) < POINTS / 2 for name in found.ids)


@pytest.mark.parametrize("effort", [WALK, COMPARE], ids=["walk", "compare"])
def test_a_budget_truncates_while_payloads_are_parsed(restarted: Collection, effort: Effort) -> None:
    cut = restarted.search(QUERIES, 10, EVEN, Deadline.after(LONG_S), effort, budget=Deadline.after(SHORT_S))

    assert not is_parsed(restarted)
    assert [found.is_truncated for found in cut.neighbours] == [True] * 3
    wait_parsed(restarted)
    whole = restarted.search(QUERIES, 10, EVEN, Deadline.after(LONG_S), effort, budget=Deadline.after(LONG_S))
    assert [(found.is_truncated, len(found.ids)) for found in whole.neighbours] == [(False, 10)] * 3


def test_a_reader_of_fewer_rows_sees_them_right_after_a_reader_of_more_ran_out_of_time() -> None:
    """Hazard: rows that the second one had parsed by then counted as beyond the end of what the first one asks for."""
    columns, rows = PayloadColumns(), 1000
    texts = [json.dumps(large_payload(row)) for row in range(rows)]
    assert not columns.parse(texts, rows, Deadline.after(SHORT_S))
    early = Plan(InRange("n", lt=5))

    assert early.mask(columns.read(texts, 1))[:1].tolist() == [True]
    assert early.mask(columns.read(texts, rows)).tolist() == [row < 5 for row in range(rows)]


def test_a_search_without_a_filter_waits_for_no_payload(restarted: Collection) -> None:
    found = restarted.search(QUERIES, 10, None, Deadline.after(LONG_S))

    assert [len(each.ids) for each in found.neighbours] == [10] * 3
    assert not is_parsed(restarted)


def test_a_deadline_holds_where_points_are_listed_by_a_filter(restarted: Collection) -> None:
    """Then the payloads are parsed in the background, and a page is had."""
    with pytest.raises(DeadlineExceeded):
        restarted.page("", 10, EVEN, Deadline.after(SHORT_S))
    wait_parsed(restarted)
    assert len(restarted.page("", 10, EVEN, Deadline.after(LONG_S)).points) == 10


def test_a_deadline_holds_where_points_are_deleted_by_a_filter_and_nothing_is_changed(restarted: Collection) -> None:
    """Hazard: payloads parsed inside of the transaction, while every writer of the collection waits."""
    with pytest.raises(DeadlineExceeded):
        restarted.delete_matching(EVEN, NOT_REMEMBERED, Deadline.after(SHORT_S)).result()
    assert restarted.stats.points == POINTS
    wait_parsed(restarted)
    assert restarted.delete_matching(EVEN, NOT_REMEMBERED, Deadline.after(LONG_S)).result().deleted == POINTS // 2


def test_a_deadline_holds_while_payloads_of_a_sharded_collection_are_read(tmp_path: Path) -> None:
    """Each filter reads all of them. What a search had no time for is read in the background, and kept."""
    writer = PointsWriter(tmp_path / "points.table")
    values = ",".join(str(each / 7) for each in range(400))
    rows = range(POINTS)
    writer.add([f"p{row:05}" for row in rows], [f'{{"n":{row}.0,"values":[{values}]}}' for row in rows])
    assert writer.finish() is None
    filters = RowFilters(PointsTable(tmp_path / "points.table"))

    assert filters.bits(EVEN, Deadline.after(0)) is None

    end = time.monotonic() + LONG_S
    while (bits := filters.bits(EVEN, Deadline.after(-1))) is None:
        assert time.monotonic() < end, "nothing is read in the background"
        time.sleep(0.01)
    assert np.unpackbits(bits, count=POINTS, bitorder="little").tolist() == [row < POINTS / 2 for row in rows]
    other = filters.bits(Plan(InRange("n", gte=POINTS - 5)), FOREVER)
    assert other is not None
    assert np.flatnonzero(np.unpackbits(other, count=POINTS, bitorder="little")).tolist() == list(rows[-5:])
