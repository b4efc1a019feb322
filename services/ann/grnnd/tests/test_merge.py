"""One graph of several."""

import numpy as np
import pytest
from distributions import sampled
from reference import reachable_share, recall

import grnnd
from grnnd import InvalidInput, TooLarge


@pytest.mark.parametrize("metric", ["l2", "cosine", "inner_product"])
def test_shards_one_after_the_other_become_one_graph(metric: str) -> None:
    rows, queries = sampled("normal 16d")
    shards = [grnnd.build(rows[start : start + 1000], metric=metric) for start in range(0, 3000, 1000)]
    merged = grnnd.merge(shards)
    assert len(merged) == 3000
    hits = merged.search(queries, 10, ef=128)
    stored = rows / np.linalg.norm(rows, axis=1, keepdims=True) if metric == "cosine" else rows
    assert recall(hits.distances, stored, queries, metric) >= 0.95
    assert reachable_share(merged) >= 0.999


def test_overlapping_cells_become_one_graph() -> None:
    """As a build larger than memory is split: each row in its two nearest cells."""
    rows, queries = sampled("low rank 384d")
    centres = rows[:4]
    cells = np.argsort(np.square(rows[:, None] - centres).sum(axis=2), axis=1)[:, :2]
    numbers = [np.flatnonzero((cells == cell).any(axis=1)) for cell in range(4)]
    shards = [grnnd.build(rows[part]) for part in numbers]
    merged = grnnd.merge(shards, numbers)
    assert (merged.vectors == rows).all()
    assert recall(merged.search(queries, 10, ef=128).distances, rows, queries) >= 0.97
    assert reachable_share(merged) >= 0.999


def test_a_merge_takes_fewer_distances_than_a_build() -> None:
    rows = np.random.default_rng(0).standard_normal((8000, 16)).astype(np.float32)
    shards = [grnnd.build(rows[:4000]), grnnd.build(rows[4000:])]
    merging: list[grnnd.Progress] = []
    building: list[grnnd.Progress] = []
    grnnd.merge(shards, progress=merging.append)
    grnnd.build(rows, progress=building.append)
    assert merging[-1].distances < 0.8 * building[-1].distances


def test_a_merge_is_the_same_for_any_number_of_threads() -> None:
    rows, _ = sampled("normal 16d")
    shards = [grnnd.build(rows[:1500]), grnnd.build(rows[1500:])]
    first = grnnd.merge(shards, threads=1)
    assert (grnnd.merge(shards, threads=3).edges == first.edges).all()


def test_what_does_not_fit_together_is_refused() -> None:
    rows, _ = sampled("normal 16d")
    one = grnnd.build(rows[:100])
    with pytest.raises(InvalidInput, match="none"):
        grnnd.merge([])
    with pytest.raises(InvalidInput, match="differ"):
        grnnd.merge([one, grnnd.build(rows[:100], degree=8)])
    with pytest.raises(InvalidInput, match="leave out row 100"):
        grnnd.merge([one, one], [np.arange(100), np.append(np.arange(99), 101)])
    with pytest.raises(InvalidInput, match="go up to 200"):
        grnnd.merge([one, one], [np.arange(100), np.arange(101, 201)])
    with pytest.raises(InvalidInput, match="different"):
        grnnd.merge([one], [np.zeros(100, dtype=np.int64)])
    with pytest.raises(InvalidInput, match="shape"):
        grnnd.merge([one], [np.arange(99)])
    with pytest.raises(InvalidInput, match="of 1 graphs"):
        grnnd.merge([one, one], [np.arange(100)])
    with pytest.raises(TooLarge):
        grnnd.merge([one], memory_limit=1000)
    with pytest.raises(InvalidInput, match="equal in all"):
        grnnd.merge([one, grnnd.build(rows[100:200])], [np.arange(100), np.arange(100)])
