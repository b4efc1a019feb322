"""Faults of graphs: damaged, empty or foreign files, a full disk, errors of the builder. No point is lost."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graph_collections import Make, build, clustered, fill
from monshin_ann import indexing
from monshin_ann.answers import State
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import Metric
from monshin_ann.core.index import Index
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.indexing import BuildSettings
from monshin_kit.errors import DataLoss
from monshin_kit.requests import NOT_REMEMBERED


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


@pytest.mark.parametrize("syncs", range(6))
def test_a_segment_that_cannot_be_saved_leaves_no_file(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, syncs: int
) -> None:
    """Hazard: a full disk, filled further by each attempt. It is full from one of the six syncs on: each of the three
    files and, after it, its folder."""
    collection = make(metric=Metric.COSINE)
    fill(collection, batch, clustered(1100))
    real_fsync, left = os.fsync, syncs

    def fsync(descriptor: int) -> None:
        nonlocal left
        if left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left -= 1
        real_fsync(descriptor)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", fsync)
        assert not collection.build_next()
    assert list(collection.path.with_suffix(".segments").iterdir()) == []
    assert collection.view_index().failure == "OSError: No space left on device"


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


def test_a_failing_build_is_tried_again_after_growing_pauses_and_leaves_its_stack_in_the_log(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Hazard: a build fails after minutes of work, is begun again at once, and nobody learns where it failed."""
    now_s, attempts = 100.0, list[float]()
    collection = make(building=BuildSettings(Limits(1000, 5000), clock=lambda: now_s))
    fill(collection, batch, clustered(1100))

    def broken(*_: Any, **__: Any) -> None:
        nonlocal now_s
        attempts.append(now_s)
        now_s += 200 if len(attempts) == 5 else 0  # longer than the pause that would be next
        raise TypeError

    with monkeypatch.context() as patched:
        patched.setattr(indexing.grnnd, "build", broken)
        for _ in range(700):
            assert not collection.build_next()
            now_s += 1
    assert np.diff(attempts).tolist() == [5, 10, 20, 40, 200 + 200, 160]
    assert collection.view_index().failure == "TypeError"
    assert collection.view_index().retry_s > 0
    assert len(caplog.records) == len(attempts)
    assert "in broken" in str(caplog.text)
    now_s += 1000
    assert collection.build_next()
    assert (collection.view_index().failure, collection.view_index().retry_s) == ("", 0)


@pytest.mark.parametrize("step", ["begin", "adopt"])
def test_a_fault_beside_the_builder_is_told_and_not_tried_again_at_once(
    make: Make, batch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    now_s, attempts = 0.0, list[str]()
    collection = make(building=BuildSettings(Limits(1000, 5000), clock=lambda: now_s))
    fill(collection, batch, clustered(1100))

    def broken(*_: Any, **__: Any) -> None:
        attempts.append(step)
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Index, step, broken)
        assert not any(collection.build_next() for _ in range(5))
    assert attempts == [step]
    assert collection.view_index().failure == "MemoryError"
    assert len(collection.search(clustered(1), 1100, None, FOREVER).neighbours[0].ids) == 1100
    now_s += 10
    assert collection.build_next()
    assert collection.stats.indexed_points == 1100


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
