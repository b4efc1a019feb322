"""The promises of a search where everything comes together: graphs that are walked, deleted points in them, a head.

Noise of dim 64 under a degree of 4: a walk misses much of it, so that a scan in its place would be seen.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graph_collections import Make, build, fill, recall
from monshin_ann.collection import Collection
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.definition import Code
from monshin_ann.core.filters import InRange, Plan
from monshin_ann.core.segment import Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.indexing import BuildSettings
from monshin_kit.errors import DeadlineExceeded, Unavailable
from monshin_kit.requests import NOT_REMEMBERED

DIM = 64
NARROW = Effort(ef=20)
DELETED = [f"p{number}" for number in range(0, 6400, 8)]


def noise(count: int, seed: int) -> Matrix:
    """Without any order."""
    return np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)


@pytest.fixture
def mixed(make: Make, batch: Callable[..., Any]) -> Collection:
    """Graphs of 4,000 and 2,000 points, one in eight of which is deleted, and 400 points in the head."""
    collection = make(building=BuildSettings(Limits(2000, 4000)), dim=DIM, degree=4, code=Code.FLOAT32)
    for first, count in ((0, 4000), (4000, 2000)):
        fill(collection, batch, noise(count, seed=first), first=first)
        build(collection)
    fill(collection, batch, noise(400, seed=6000), first=6000)
    collection.delete(DELETED, NOT_REMEMBERED).result()
    snapshot = collection.snapshot()
    assert sorted(len(each.graph) for each in snapshot.segments) == [2000, 4000]
    assert all(each.dead == each.points / 8 for each in snapshot.segments)
    assert snapshot.points - snapshot.indexed_points == 350
    assert recall(collection, noise(30, seed=1), NARROW) < 0.7, "graphs are walked"
    return collection


@pytest.mark.parametrize(("low", "high"), [(0, 6400), (3000, 6200), (5980, 6020), (16, 17), (9000, 9001)])
@pytest.mark.parametrize("k", [1, 10, 300])
def test_a_search_returns_min_k_and_the_matching_points(mixed: Collection, low: int, high: int, k: int) -> None:
    """Alive, passing, each once, nearest first, with the very distances of the exact search."""
    rows = np.concatenate([noise(4000, seed=0), noise(2000, seed=4000), noise(400, seed=6000)]).astype(np.float64)
    matching = [number for number in range(low, min(high, 6400)) if number % 8]
    plan = Plan(InRange("n", gte=float(low), lt=float(high)))
    queries = noise(5, seed=2)
    for query, found in zip(queries, mixed.search(queries, k, plan, FOREVER, NARROW).neighbours, strict=True):
        numbers = [int(name[1:]) for name in found.ids]
        assert len(set(numbers)) == len(numbers) == min(k, len(matching))
        assert set(numbers) <= set(matching)
        distances = np.square(rows[numbers] - query.astype(np.float64)).sum(axis=1).astype(np.float32)
        assert found.distances == sorted(found.distances)
        assert found.distances == distances.tolist()
        assert not found.is_truncated


def test_read_your_write_whatever_the_point_was_before(mixed: Collection, batch: Callable[..., Any]) -> None:
    """New, replaced in a graph, replaced in the head, and brought back after its deletion; then deleted again."""
    names = ["new", "p1", "p4001", "p6001", "p8"]
    vectors = noise(len(names), seed=3)
    written = mixed.upsert(batch(dict(zip(names, vectors, strict=True))), NOT_REMEMBERED).result().sequence
    answer = mixed.search(vectors, 1, None, FOREVER, NARROW, min_sequence=written)
    assert [(each.ids[0], each.distances[0]) for each in answer.neighbours] == [(name, 0) for name in names]
    assert answer.sequence == written
    with pytest.raises(Unavailable):
        mixed.search(vectors, 1, None, FOREVER, NARROW, min_sequence=written + 1)
    old = np.concatenate([noise(4000, seed=0)[[1]], noise(2000, seed=4000)[[1]], noise(400, seed=6000)[[1]]])
    for found in mixed.search(old, 1, None, FOREVER, NARROW).neighbours:
        assert found.distances[0] > 0

    gone = mixed.delete(names, NOT_REMEMBERED).result().sequence
    answer = mixed.search(vectors, 500, None, FOREVER, NARROW, min_sequence=gone)
    assert all(set(names).isdisjoint(each.ids) and len(each.ids) == 500 for each in answer.neighbours)


def test_deletion_by_a_filter_reaches_graphs_and_head(mixed: Collection) -> None:
    mixed.delete_matching(Plan(InRange("n", gte=3900.0, lt=6100.0)), NOT_REMEMBERED).result()
    queries = np.concatenate([noise(4000, seed=0)[3900:4000:9], noise(2000, seed=4000)[::100], noise(100, seed=6000)])
    for found in mixed.search(queries, 20, None, FOREVER, NARROW).neighbours:
        assert len(set(found.ids)) == 20
        assert all(not 3900 <= int(name[1:]) < 6100 for name in found.ids)


def test_a_budget_truncates_and_a_deadline_refuses(mixed: Collection) -> None:
    """What is told to be whole is whole, at whatever moment the time ends; what a walk found till then is true."""
    queries = noise(250, seed=4)
    whole = mixed.search(queries, 10, None, FOREVER, NARROW).neighbours
    seen = set()
    for budget_s in (0, 1e-4, 1e-3, 3e-3, 1e-2, 60):
        cut = mixed.search(queries, 10, None, FOREVER, NARROW, budget=Deadline.after(budget_s)).neighbours
        for each, true in zip(cut, whole, strict=True):
            seen.add(each.is_truncated)
            assert len(each.ids) <= 10
            assert set(DELETED).isdisjoint(each.ids)
            assert each.is_truncated or (each.ids, each.distances) == (true.ids, true.distances)
    assert seen == {True, False}
    with pytest.raises(DeadlineExceeded):
        mixed.search(queries, 10, None, Deadline.after(0), NARROW)
