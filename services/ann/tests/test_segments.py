"""Graphs of a collection: built beside its work, found again after a restart, made anew where they are damaged."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grnnd
import numpy as np
import pytest
from monshin_ann import indexing
from monshin_ann.answers import State
from monshin_ann.collection import Collection
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.definition import Code, Metric
from monshin_ann.core.filters import InRange, Plan
from monshin_ann.core.index import Index
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.indexing import BuildSettings
from monshin_ann.store import segment_files
from monshin_ann.store.points_file import PointsFile
from monshin_kit.errors import DataLoss, DeadlineExceeded, ResourceExhausted, Unavailable
from monshin_kit.requests import RequestKey

DIM = 32
NOT_REMEMBERED = RequestKey("", "", "", b"")
SMALL_BYTES = 4096  # what a segment takes however few points it has: its entries
BUILDING = BuildSettings(Limits(seal_points=1000, segment_points=5000))
Make = Callable[..., Collection]


@pytest.fixture
def make(tmp_path: Path, definition: Callable[..., Any]) -> Iterator[Make]:
    """Makes a collection, or opens that of the same name again."""
    opened: list[Collection] = []
    known: dict[str, Any] = {}

    def open_it(name: str = "notes", building: BuildSettings = BUILDING, **more: Any) -> Collection:
        path = tmp_path / f"{name}.sqlite"
        if name not in known:
            known[name] = definition(**{"dim": DIM, "name": name, **more})
            PointsFile.create(path, known[name])
        opened.append(Collection(known[name], path, building))
        return opened[-1]

    yield open_it
    for collection in opened:
        collection.close()


def clustered(count: int, seed: int = 0) -> Matrix:
    """Vectors in 40 clusters."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((40, DIM))
    rows = centres[rng.integers(0, 40, count)] + 0.5 * rng.standard_normal((count, DIM))
    return np.asarray(rows, dtype=np.float32)


def fill(collection: Collection, batch: Callable[..., Any], rows: Matrix, first: int = 0) -> None:
    """Stores them as p{first} …, with their number as payload."""
    names = [f"p{number}" for number in range(first, first + len(rows))]
    for start in range(0, len(rows), 1000):
        points = dict(zip(names[start : start + 1000], rows[start : start + 1000], strict=True))
        facts = {name: {"n": float(name[1:])} for name in points}
        collection.upsert(batch(points, facts), NOT_REMEMBERED).result()


def build(collection: Collection) -> None:
    """All that is due."""
    while collection.build_next():
        pass


def recall(collection: Collection, queries: Matrix, effort: Effort, plan: Plan | None = None) -> float:
    """Share of found points no farther than the true tenth."""
    exact = collection.search(queries, 10, plan, FOREVER, Effort(target_recall=EXACT)).neighbours
    found = collection.search(queries, 10, plan, FOREVER, effort).neighbours
    return float(
        np.mean([d <= true.distances[-1] for true, walked in zip(exact, found, strict=True) for d in walked.distances])
    )


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("is_unit", [True, False])
def test_target_recall_is_reached_and_distances_are_exact(
    make: Make, batch: Callable[..., Any], metric: Metric, is_unit: bool
) -> None:
    """Queries like the points; distances are the very bits of the exact search."""
    rows = clustered(4000)
    if is_unit:
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    collection = make(metric=metric)
    fill(collection, batch, rows)
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    assert collection.stats.indexed_points == 4000

    queries = clustered(100, seed=1)
    slack = 0.05 if metric is Metric.INNER_PRODUCT else 0.02  # these queries are not the points it was measured with
    assert recall(collection, queries, Effort(target_recall=0.95)) >= 0.95 - slack
    assert recall(collection, queries, Effort(target_recall=0.99)) >= 0.99 - slack
    every = collection.search(queries[:20], 1000, None, FOREVER, Effort(target_recall=EXACT)).neighbours
    walked = collection.search(queries[:20], 10, None, FOREVER, Effort(ef=400)).neighbours
    for true, found in zip(every, walked, strict=True):
        known = dict(zip(true.ids, true.distances, strict=True))
        assert [known[name] for name in found.ids] == list(found.distances)


def test_where_a_graph_misses_the_recall_every_point_is_compared(make: Make, batch: Callable[..., Any]) -> None:
    """Noise of dim 64: a graph of degree 4 finds little of it at any width."""
    rows = np.random.default_rng(0).standard_normal((10_000, 64)).astype(np.float32)
    collection = make(building=BuildSettings(), dim=64, degree=4, code=Code.FLOAT32)
    fill(collection, batch, rows)
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    queries = np.random.default_rng(1).standard_normal((30, 64)).astype(np.float32)
    [segment] = collection.snapshot().segments
    assert segment.graph.calibration.recalls[10][-1][1] < 0.9
    assert recall(collection, queries, Effort(ef=100)) < 0.9
    assert recall(collection, queries, Effort(target_recall=0.95)) == 1.0


@pytest.mark.parametrize("code", list(Code))
def test_every_code_finds_the_nearest(make: Make, batch: Callable[..., Any], code: Code) -> None:
    collection = make(code=code, degree=24)
    fill(collection, batch, clustered(3000))
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    assert recall(collection, clustered(50, seed=1), Effort(ef=300)) >= 0.9


def test_points_change_while_a_graph_is_built_and_no_change_is_lost(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted, replaced and new points of the time between the first row read and the swap."""
    rows = clustered(2000)
    collection = make()
    fill(collection, batch, rows)
    before = collection.search(rows[:1], 3, None, FOREVER)
    reading, changed = threading.Event(), threading.Event()
    real = grnnd.build

    def waiting_build(*args: Any, **more: Any) -> Any:
        reading.set()
        assert changed.wait(30)
        return real(*args, **more)

    monkeypatch.setattr(indexing.grnnd, "build", waiting_build)
    builder = threading.Thread(target=collection.build_next)
    builder.start()
    assert reading.wait(30)
    collection.delete(["p0", "p1"], NOT_REMEMBERED).result()
    collection.upsert(batch({"p2": rows[0] + 100}), NOT_REMEMBERED).result()
    collection.upsert(batch({"new": rows[0]}), NOT_REMEMBERED).result()
    changed.set()
    builder.join()

    assert before.neighbours[0].ids[0] == "p0"
    assert collection.stats.points == 1999
    assert collection.stats.indexed_points == 1997
    for effort in (Effort(ef=100), Effort(target_recall=EXACT)):
        [found] = collection.search(rows[:1], 1999, None, FOREVER, effort).neighbours
        assert found.ids[0] == "new"
        assert found.ids[-1] == "p2"
        assert len(set(found.ids)) == 1999
        assert {"p0", "p1"}.isdisjoint(found.ids)
    collection.close()

    again = make()
    [found] = again.search(rows[:1], 1999, None, FOREVER).neighbours
    assert (found.ids[0], found.ids[-1], len(set(found.ids))) == ("new", "p2", 1999)
    assert again.stats.indexed_points == 1997


def test_deletes_give_memory_back(make: Make, batch: Callable[..., Any]) -> None:
    """After the builds that deletions make due: at most 1.3 times the living vectors and graphs, and one segment."""
    collection = make()
    fill(collection, batch, clustered(6000))
    build(collection)
    assert collection.stats.indexed_points >= 5000
    segments = collection.snapshot().segments
    point_bytes = max(each.memory_bytes / each.points for each in segments)
    # No point comes any more, so the head keeps at most the rows that were too few for a segment.
    head_bytes = collection.stats.memory_bytes - sum(each.memory_bytes for each in segments)
    assert head_bytes < 0.1 * collection.stats.memory_bytes
    rng = np.random.default_rng(5)
    living = [f"p{number}" for number in range(6000)]
    while len(living) > 50:
        gone = set(rng.choice(living, len(living) // 4, replace=False).tolist())
        collection.delete(sorted(gone), NOT_REMEMBERED).result()
        living = [name for name in living if name not in gone]
        build(collection)
        assert collection.stats.points == len(living)
        assert collection.stats.memory_bytes <= 1.3 * point_bytes * len(living) + head_bytes + SMALL_BYTES
    collection.delete(living, NOT_REMEMBERED).result()
    build(collection)
    assert (collection.stats.memory_bytes, collection.snapshot().segments) == (0, ())
    assert list(collection.path.with_suffix(".segments").glob("*")) == []


def test_filters_are_asked_inside_the_search(make: Make, batch: Callable[..., Any]) -> None:
    """One point in a hundred, one in three, none, with deleted points among them: min(k, matching), and recall."""
    collection = make()
    fill(collection, batch, clustered(4000))
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    collection.delete([f"p{number}" for number in range(0, 4000, 7)], NOT_REMEMBERED).result()
    queries = clustered(30, seed=2)
    for stop, matching in ((40, 34), (1333, 1142), (0, 0)):
        plan = Plan(InRange("n", lt=float(stop)))
        for found in collection.search(queries, 50, plan, FOREVER).neighbours:
            numbers = [int(name[1:]) for name in found.ids]
            assert len(set(numbers)) == min(50, matching)
            assert all(number < stop and number % 7 for number in numbers)
        if matching:
            assert recall(collection, queries, Effort(target_recall=0.95), plan) >= 0.95


def test_a_beam_asks_the_filter_itself(make: Make, batch: Callable[..., Any]) -> None:
    """Not a scan of what matches, which would find all: a graph of degree 4 misses much of noise, with a filter too."""
    rows = np.random.default_rng(0).standard_normal((6000, 64)).astype(np.float32)
    collection = make(building=BuildSettings(Limits(1000, 10_000)), dim=64, degree=4, code=Code.FLOAT32)
    fill(collection, batch, rows)
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    queries = np.random.default_rng(1).standard_normal((40, 64)).astype(np.float32)
    half = Plan(InRange("n", lt=3000.0))

    found = collection.search(queries, 10, half, FOREVER, Effort(ef=20)).neighbours

    assert recall(collection, queries, Effort(ef=20), half) < 0.9
    assert all(len(set(each.ids)) == 10 for each in found)
    assert all(int(name[1:]) < 3000 for each in found for name in each.ids)


def test_a_damaged_segment_is_built_anew(make: Make, batch: Callable[..., Any]) -> None:
    collection = make()
    fill(collection, batch, clustered(1500))
    build(collection)
    collection.close()
    [graph] = collection.path.with_suffix(".segments").glob("*.graph")
    data = bytearray(graph.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = bytes(4096)
    graph.write_bytes(data)

    again = make()

    assert (again.state, again.stats.points, again.stats.indexed_points) == (State.SERVING, 1500, 0)
    build(again)
    assert again.stats.indexed_points == 1500


@pytest.mark.parametrize("suffix", [".rows", ".graph"])
@pytest.mark.parametrize("content", [b"", bytes(4), bytes(12), b"MNROWS\r\n" + bytes(4)])
def test_a_segment_emptied_by_a_crash_is_built_anew(
    make: Make, batch: Callable[..., Any], suffix: str, content: bytes
) -> None:
    """What a file system may leave of a file that was not synced; of some of these the checksum is right."""
    collection = make()
    fill(collection, batch, clustered(1100))
    build(collection)
    collection.close()
    [file] = collection.path.with_suffix(".segments").glob(f"*{suffix}")
    file.write_bytes(content)

    again = make()

    assert (again.state, again.stats.points, again.stats.indexed_points) == (State.SERVING, 1100, 0)
    assert not file.exists()


def test_a_segment_that_cannot_be_saved_leaves_no_file(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: a full disk, filled further by each attempt."""
    collection = make(metric=Metric.COSINE)
    fill(collection, batch, clustered(1100))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(segment_files, "_packed_rows", full)
    assert not collection.build_next()
    assert list(collection.path.with_suffix(".segments").iterdir()) == []
    assert collection.view_index().failure == "OSError"


def test_a_fault_of_the_builder_leaves_the_points_to_the_next_build(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: an error that nobody foresaw keeps the rows for ever, and each look at them finds nothing to build."""
    collection = make()
    fill(collection, batch, clustered(1100))

    def broken(*_: Any, **__: Any) -> None:
        raise TypeError

    monkeypatch.setattr(indexing.grnnd, "build", broken)
    assert not collection.build_next()
    assert collection.view_index().failure == "TypeError"
    monkeypatch.undo()
    collection.want_index(NOT_REMEMBERED)
    assert collection.build_next()
    assert collection.stats.indexed_points == 1100


def test_a_failure_is_over_once_nothing_is_left_to_build(make: Make, batch: Callable[..., Any]) -> None:
    rows = clustered(1100)
    rows[3] = 1e17
    collection = make()
    fill(collection, batch, rows)
    assert not collection.build_next()
    assert collection.view_index().failure
    collection.delete([f"p{number}" for number in range(1000)], NOT_REMEMBERED).result()
    assert not collection.build_next()
    assert not collection.view_index().failure


def test_a_fault_after_the_commit_quarantines(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: the index lacks what is on disk, and nobody is told."""
    collection = make()

    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Index, "upsert", broken)
    with pytest.raises(DataLoss):
        collection.upsert(batch({"a": clustered(1)[0]}), NOT_REMEMBERED).result(timeout=10)
    assert collection.state is State.QUARANTINED


def test_a_segment_of_other_points_is_not_believed(make: Make, batch: Callable[..., Any], tmp_path: Path) -> None:
    """Hazard: a file brought back from a backup, and points stored since under the same sequence numbers."""
    collection = make()
    fill(collection, batch, clustered(1200)[:200])
    collection.close()
    backup = tmp_path / "backup"
    shutil.copy(collection.path, backup)
    collection = make()
    fill(collection, batch, clustered(1200)[200:], first=200)
    build(collection)
    assert collection.stats.indexed_points == 1200
    collection.close()
    shutil.copy(backup, collection.path)
    other = clustered(1000, seed=7)
    collection = make()
    fill(collection, batch, other, first=200)
    collection.close()

    again = make()

    assert (again.stats.points, again.stats.indexed_points) == (1200, 200)
    for effort in (Effort(ef=100), Effort(target_recall=EXACT)):
        [found] = again.search(other[5:6], 1, None, FOREVER, effort).neighbours
        assert (found.ids[0], found.distances[0]) == ("p205", 0)


def test_a_build_can_be_stopped_held_and_taken_up_again(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished segments stay; the wish outlives the process. A block of dim 512 holds 2048 points."""
    building = BuildSettings(Limits(seal_points=10_000, segment_points=2100))
    collection = make(building=building, dim=512)
    fill(collection, batch, np.tile(clustered(6000), 16))
    collection.want_index(NOT_REMEMBERED)
    assert collection.build_next()
    some = collection.stats.indexed_points
    assert 0 < some < 6000
    real = grnnd.build
    monkeypatch.setattr(
        indexing.grnnd, "build", lambda *args, **more: (collection.hold_index(NOT_REMEMBERED), real(*args, **more))[1]
    )
    assert not collection.build_next()
    monkeypatch.undo()
    assert collection.stats.indexed_points == some
    assert not collection.build_next()
    collection.close()

    again = make(building=building, dim=512)
    assert not again.build_next()
    again.want_index(NOT_REMEMBERED)
    again.close()
    last = make(building=building, dim=512)
    build(last)
    assert last.stats.indexed_points == 6000


def test_a_build_that_would_not_fit_is_refused_with_its_estimate(make: Make, batch: Callable[..., Any]) -> None:
    small = BuildSettings(Limits(seal_points=100, segment_points=5000), memory_limit_bytes=1_000_000)
    collection = make(building=small)
    fill(collection, batch, clustered(500))
    with pytest.raises(ResourceExhausted, match="a build of 500 points takes about") as caught:
        collection.want_index(NOT_REMEMBERED)
    assert caught.value.reason == "BUILD_MEMORY"
    assert not collection.build_next()
    view = collection.view_index()
    assert "takes about" in view.failure
    assert len(collection.search(clustered(1), 500, None, FOREVER).neighbours[0].ids) == 500


def test_a_budget_truncates_and_a_deadline_refuses(make: Make, batch: Callable[..., Any]) -> None:
    collection = make()
    fill(collection, batch, clustered(3000))
    build(collection)
    queries = clustered(200, seed=3)
    found = collection.search(queries, 10, None, FOREVER, budget=Deadline.after(0)).neighbours
    assert all(each.is_truncated for each in found)
    whole = collection.search(queries, 10, None, FOREVER, budget=Deadline.after(60)).neighbours
    assert not any(each.is_truncated for each in whole)
    with pytest.raises(DeadlineExceeded):
        collection.search(queries, 10, None, Deadline.after(0))


def test_a_search_can_ask_for_what_it_must_see(make: Make, batch: Callable[..., Any]) -> None:
    collection = make()
    fill(collection, batch, clustered(10))
    assert collection.search(clustered(1), 1, None, FOREVER, min_sequence=10).sequence == 10
    with pytest.raises(Unavailable):
        collection.search(clustered(1), 1, None, FOREVER, min_sequence=11)


def test_queries_that_no_graph_takes_are_compared(make: Make, batch: Callable[..., Any]) -> None:
    """Of length 1e17: more than grnnd allows."""
    collection = make()
    fill(collection, batch, clustered(1500))
    build(collection)
    [found] = collection.search(np.full((1, DIM), 1e17, np.float32), 3, None, FOREVER).neighbours
    assert len(found.ids) == 3


def test_points_that_no_graph_takes_stay_searchable(make: Make, batch: Callable[..., Any]) -> None:
    rows = clustered(1500)
    rows[3] = 1e17
    collection = make()
    fill(collection, batch, rows)
    assert not collection.build_next()
    assert collection.view_index().failure == "InvalidInput"
    assert collection.search(rows[:5], 1, None, FOREVER).neighbours[3].ids == ["p3"]
