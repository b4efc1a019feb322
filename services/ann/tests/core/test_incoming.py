"""Points that enter the index all at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from monshin_ann.core.block import LIVING
from monshin_ann.core.definition import Metric
from monshin_ann.core.distances import Queries
from monshin_ann.core.incoming import Incoming
from monshin_ann.core.index import Index
from monshin_ann.core.search import search

BLOCK = 4 * 8  # eight rows of dim 1


def incoming(batch: Callable[..., Any], *parts: dict[str, float]) -> Incoming:
    """Filled part by part."""
    points = Incoming(1, BLOCK)
    for part in parts:
        points.add(batch({name: np.array([value]) for name, value in part.items()}))
    return points


def numbers(prefix: str, first: int, count: int) -> dict[str, float]:
    """Points on a line."""
    return {f"{prefix}{number}": float(number) for number in range(first, first + count)}


def found(index: Index, k: int = 100) -> dict[str, float]:
    """Distance from 0 of all points that a search sees."""
    [hits] = search(index.snapshot, Queries.of(Metric.L2, np.zeros((1, 1), np.float32)), k)
    return dict(zip(hits.ids, hits.distances, strict=True))


@pytest.mark.parametrize("sizes", [(1,), (8,), (16,), (3, 5), (7, 2), (20, 1), (5, 5, 5, 5)])
def test_all_points_are_seen_with_rising_numbers_and_replace_those_of_their_ids(
    batch: Callable[..., Any], sizes: tuple[int, ...]
) -> None:
    """Of blocks that are full, and of the rest; what was there before stays, but for equal ids."""
    index = Index(1, block_bytes=BLOCK)
    index.upsert(12, batch({name: np.array([value + 50]) for name, value in numbers("p", 0, 12).items()}))
    parts, first = [], 3
    for size in sizes:
        parts.append(numbers("p", first, size))
        first += size
    count = sum(sizes)
    index.admit(12 + count, incoming(batch, *parts))

    old = {f"p{n}": float((n + 50) ** 2) for n in range(12)}
    assert found(index) == old | {f"p{n}": float(n**2) for n in range(3, 3 + count)}
    assert (index.snapshot.sequence, index.snapshot.points) == (12 + count, len(found(index)))
    stored = {
        block.ids[row]: int(block.sequences[row])
        for block, rows in index.snapshot.head
        for row in range(rows)
        if block.died[row] == LIVING
    }
    assert [stored[f"p{n}"] for n in range(3, 3 + count)] == list(range(13, 13 + count))
    index.upsert(13 + count, batch({"after": np.array([0])}))
    index.delete(14 + count, [f"p{n}" for n in range(3, 3 + count)])
    assert found(index) == {f"p{n}": old[f"p{n}"] for n in range(12) if not 3 <= n < 3 + count} | {"after": 0.0}


def test_a_snapshot_taken_before_sees_none_of_it(batch: Callable[..., Any]) -> None:
    index = Index(1, block_bytes=BLOCK)
    index.upsert(12, batch({name: np.array([value]) for name, value in numbers("p", 0, 12).items()}))
    before, expected = index.snapshot, sorted(index.snapshot.ids(None))
    index.admit(42, incoming(batch, numbers("p", 5, 30)))
    assert sorted(before.ids(None)) == expected
    assert index.snapshot.points == 35


def test_a_build_takes_what_came_at_once(batch: Callable[..., Any]) -> None:
    """As many points as a segment may have; the rest waits."""
    index = Index(1, block_bytes=BLOCK)
    index.admit(40, incoming(batch, numbers("p", 0, 40)))
    material = index.begin([], 24)
    assert material.points == 24
    index.abandon(material)
    assert index.snapshot.points == 40


def test_many_small_ones_take_no_more_memory_than_their_points(batch: Callable[..., Any]) -> None:
    """Hazard: each leaves a block that is not full, and which nothing empties."""
    index = Index(1, block_bytes=BLOCK)
    for turn in range(100):
        index.admit(index.snapshot.sequence + 3, incoming(batch, numbers("p", turn, 3)))
    assert len(index.snapshot.head) <= -(-102 * 1.3 // 8) + 1


def test_nothing_may_come(batch: Callable[..., Any]) -> None:
    index = Index(1, block_bytes=BLOCK)
    index.upsert(1, batch({"a": np.array([1])}))
    index.admit(1, Incoming(1, BLOCK))
    assert (index.snapshot.sequence, found(index)) == (1, {"a": 1.0})
