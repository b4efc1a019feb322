"""Figures of one thing at a time are medians of several runs, as those beside a peer are."""

import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ann.growth import builds_s
from benchmarks.ann.memory import grown_bytes, memory
from benchmarks.ann.peers import Rows

ROWS = np.zeros((400, 8), dtype=np.float32)


def test_each_round_builds_every_size_and_the_median_counts() -> None:
    """A machine that slows down while it runs would else bend the curve, and the better of two flatters it."""
    sizes: list[int] = []

    def build(rows: Rows) -> None:
        sizes.append(len(rows))
        until = time.process_time() + (0.001, 0.05, 0.02)[(len(sizes) - 1) // 3]
        while time.process_time() < until:
            pass

    taken = builds_s(ROWS, (100, 200, 400), 3, build)
    assert sizes == [100, 200, 400] * 3
    assert list(taken) == [100, 200, 400]
    assert all(0.02 <= s < 0.05 for s in taken.values())


def test_memory_is_the_median_of_several_processes(tmp_path: Path) -> None:
    grown = iter((30 << 20, 10 << 20, 20 << 20))
    (result,) = memory("zeros", ROWS, str(tmp_path), 3, lambda path: next(grown))
    assert result.ours == pytest.approx(20 + ROWS.nbytes / 2**20)


def test_a_process_that_builds_tells_by_how_much_it_grew(tmp_path: Path) -> None:
    """More than the graph takes, and not what the process held before."""
    rows = np.random.default_rng(0).random((20_000, 16), dtype=np.float32)
    np.save(tmp_path / "rows.npy", rows)
    assert len(rows) * 4 * 32 < grown_bytes(str(tmp_path / "rows.npy")) < 100 << 20
