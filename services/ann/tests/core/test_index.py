"""The index in memory: what a reader sees, and what memory it takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from monshin_ann.core.block import BLOCK_BYTES
from monshin_ann.core.definition import Metric
from monshin_ann.core.distances import Queries
from monshin_ann.core.index import Index
from monshin_ann.core.search import search

ROW_BYTES = 4 * 4 + 16


def ids(index: Index) -> list[str]:
    """All that the present snapshot holds."""
    return sorted(index.snapshot.ids(None))


def test_a_snapshot_stays_as_it_was(batch: Callable[..., Any]) -> None:
    """While a search runs, points are replaced, deleted and moved by compaction: it sees none of that."""
    index = Index(1, block_bytes=4 * 8)
    index.upsert(20, batch({f"p{i}": np.array([i]) for i in range(20)}))
    before = index.snapshot
    query = Queries.of(Metric.L2, np.zeros((1, 1), np.float32))
    [first] = search(before, query, 20)

    index.upsert(21, batch({"p0": np.array([99])}))
    index.delete(22, [f"p{i}" for i in range(1, 16)])
    index.upsert(23, batch({"new": np.array([0])}))

    [again] = search(before, query, 20)
    assert (again.ids, again.distances, before.sequence) == (first.ids, first.distances, 20)
    [after] = search(index.snapshot, query, 20)
    assert after.ids == ["new", "p16", "p17", "p18", "p19", "p0"]
    assert index.snapshot.sequence == 23


def test_a_build_takes_the_points_up_to_a_number_before_all_others(batch: Callable[..., Any]) -> None:
    """Hazard: a point that compaction moved behind later ones is passed over as long as enough of these come."""
    index = Index(1, block_bytes=4 * 8)
    index.upsert(24, batch({f"p{i}": np.array([i]) for i in range(24)}))
    index.delete(25, [f"p{i}" for i in range(7)])
    index.upsert(49, batch({f"later{i}": np.array([i]) for i in range(24)}))
    material = index.begin([], 8, until=8)
    taken = [block.ids[row] for _, block, rows in material.blocks for row in rows]
    assert "p7" in taken
    assert len(taken) <= 8


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), keep=st.floats(0, 1))
def test_deletes_give_memory_back(batch: Callable[..., Any], seed: int, keep: float) -> None:
    """At most 1.3 times the living vectors and one block, after any mix of replacements and deletions."""
    rng = np.random.default_rng(seed)
    rows_a_block = 32
    index = Index(4, block_bytes=4 * 4 * rows_a_block)
    living: set[str] = set()
    for sequence in range(30):
        names = [f"p{i}" for i in rng.integers(0, 400, 40)]
        index.upsert(2 * sequence, batch({name: np.zeros(4) for name in names}))
        gone = [name for name in sorted(living | set(names)) if rng.random() > keep]
        index.delete(2 * sequence + 1, gone)
        living = (living | set(names)) - set(gone)

        assert ids(index) == sorted(living)
        assert index.snapshot.points == len(living)
        assert index.snapshot.memory_bytes <= (1.3 * len(living) + rows_a_block) * ROW_BYTES


def test_memory_goes_back_to_the_system(batch: Callable[..., Any]) -> None:
    """Resident memory of the process falls by most of 100 MB of vectors once they are deleted."""
    index = Index(512)
    data = np.random.default_rng(0).standard_normal((2000, 512)).astype(np.float32)
    for part in range(25):
        index.upsert(part, batch({f"{part}-{i}": row for i, row in enumerate(data)}))
    full = resident_bytes()

    index.delete(99, list(index.snapshot.ids(None)))

    assert index.snapshot.memory_bytes == 0
    assert full - resident_bytes() > 80e6


def resident_bytes() -> int:
    """Of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_few_points_take_little_memory(batch: Callable[..., Any]) -> None:
    index = Index(256)
    index.upsert(1, batch({"a": np.zeros(256)}))

    assert index.snapshot.memory_bytes < 2000 < BLOCK_BYTES
