"""Graphs are built beside the work of a collection: no change is lost, memory comes back, builds stop and go on."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grnnd
import numpy as np
import pytest
from graph_collections import DIM, Make, build, clustered, fill
from monshin_ann import indexing
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import Code
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.indexing import BuildSettings
from monshin_kit.errors import ResourceExhausted
from monshin_kit.requests import NOT_REMEMBERED

SMALL_BYTES = 4096  # what a segment takes however few points it has: its entries


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


def test_files_of_segments_that_were_replaced_are_not_kept_mapped(
    make: Make, batch: Callable[..., Any], tmp_path: Path
) -> None:
    """As the system counts it: a removed file that is still mapped gives neither memory nor disk back."""
    collection = make()
    fill(collection, batch, clustered(4000))
    build(collection)
    full = mapped_bytes(tmp_path)
    assert full >= 4000 * DIM * 4
    collection.delete([f"p{number}" for number in range(3000)], NOT_REMEMBERED).result()
    build(collection)
    assert 0 < mapped_bytes(tmp_path) <= 1.3 * full * 1000 / 4000 + SMALL_BYTES
    collection.delete([f"p{number}" for number in range(3000, 4000)], NOT_REMEMBERED).result()
    build(collection)
    assert mapped_bytes(tmp_path) == 0


def mapped_bytes(folder: Path) -> int:
    """Of graphs and vectors in files of this folder, also of removed ones, that this process has mapped."""
    spans = [
        line.split()[0].split("-") for line in Path("/proc/self/maps").read_text().splitlines() if is_in(folder, line)
    ]
    return sum(int(stop, 16) - int(start, 16) for start, stop in spans)


def is_in(folder: Path, line: str) -> bool:
    """Whether a line of /proc/self/maps is of a segment's file; the log of SQLite is mapped too."""
    return str(folder) in line and ".segments/" in line


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


def test_the_estimate_of_a_build_counts_the_codes_that_were_asked_for(make: Make, batch: Callable[..., Any]) -> None:
    """Half floats of wide vectors take more than all else of a build; what is enough for bytes is refused to them."""
    wide = np.tile(clustered(500), 2048 // DIM)
    limit = grnnd.predict_memory(500, 2048, "l2", 4) + wide.nbytes
    for code in (Code.AUTO, Code.FLOAT16):
        building = BuildSettings(Limits(seal_points=100, segment_points=5000), memory_limit_bytes=limit)
        collection = make(code.value, building, dim=2048, degree=4, code=code)
        fill(collection, batch, wide)
        assert collection.build_next() == (code is Code.AUTO)
    assert f"and {limit} are left for it" in collection.view_index().failure


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
