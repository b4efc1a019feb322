"""Search through graphs: the recall asked for, exact distances, filters, limits, and what no graph takes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graph_collections import DIM, Make, build, clustered, fill, recall
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.definition import Code, Metric
from monshin_ann.core.filters import InRange, Plan
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.indexing import BuildSettings
from monshin_kit.errors import DeadlineExceeded, Unavailable
from monshin_kit.requests import NOT_REMEMBERED


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
    walked = collection.search(queries[:20], 10, None, FOREVER, Effort(ef=100)).neighbours  # wider, it scans
    for true, found in zip(every, walked, strict=True):
        known = dict(zip(true.ids, true.distances, strict=True))
        assert [known[name] for name in found.ids] == list(found.distances)


def test_where_a_graph_misses_the_recall_every_point_is_compared(make: Make, batch: Callable[..., Any]) -> None:
    """Noise of dim 64: a graph of degree 4 finds little of it at any width."""
    rows = np.random.default_rng(0).standard_normal((20_000, 64)).astype(np.float32)
    collection = make(building=BuildSettings(), dim=64, degree=4, code=Code.FLOAT32)
    fill(collection, batch, rows)
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    queries = np.random.default_rng(1).standard_normal((30, 64)).astype(np.float32)
    [segment] = collection.snapshot().segments
    assert segment.graph.calibration.recalls[10][-1].recall < 0.9
    assert recall(collection, queries, Effort(ef=100)) < 0.9
    assert recall(collection, queries, Effort(target_recall=0.95)) == 1.0
    assert collection.search(queries, 10, None, FOREVER, Effort(target_recall=0.95)).recall == 1.0


@pytest.mark.parametrize("effort", [Effort(ef=12), Effort(ef=24), Effort(ef=64), Effort(target_recall=0.9)])
def test_an_answer_has_the_recall_that_it_tells(make: Make, batch: Callable[..., Any], effort: Effort) -> None:
    """On other queries than it was measured with; 0.03: four standard errors of the difference at a recall of 0.9."""
    collection = make(degree=8, code=Code.FLOAT32)
    fill(collection, batch, clustered(4000))
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    queries = clustered(400, seed=1)

    told = collection.search(queries, 10, None, FOREVER, effort).recall

    assert told is not None
    assert told < 1
    assert recall(collection, queries, effort) >= told - 0.03


def test_graphs_too_small_to_be_measured_are_not_walked_for_a_target(make: Make, batch: Callable[..., Any]) -> None:
    collection = make(building=BuildSettings(Limits(5, 15)))
    fill(collection, batch, clustered(15))
    build(collection)
    assert collection.stats.indexed_points == 15
    assert collection.search(clustered(1), 3, None, FOREVER, Effort(target_recall=0.5)).recall == 1.0
    assert collection.search(clustered(1), 3, None, FOREVER, Effort(ef=8)).recall is None


@pytest.mark.parametrize("code", list(Code))
def test_every_code_finds_the_nearest(make: Make, batch: Callable[..., Any], code: Code) -> None:
    """At a beam that walks: sixteen times its width, and the points are compared, whatever the codes say."""
    collection = make(code=code, degree=24)
    fill(collection, batch, clustered(3000))
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    assert recall(collection, clustered(50, seed=1), Effort(ef=100)) >= 0.9


def test_filters_are_asked_inside_the_search(make: Make, batch: Callable[..., Any]) -> None:
    """One point in a hundred, one in three, none: scanned; nine in ten: walked. With deleted points among them."""
    collection = make()
    fill(collection, batch, clustered(4000))
    collection.want_index(NOT_REMEMBERED)
    build(collection)
    collection.delete([f"p{number}" for number in range(0, 4000, 7)], NOT_REMEMBERED).result()
    queries = clustered(30, seed=2)
    for stop, matching in ((40, 34), (1333, 1142), (0, 0), (3600, 3085)):
        plan = Plan(InRange("n", lt=float(stop)))
        for found in collection.search(queries, 50, plan, FOREVER, Effort(ef=60)).neighbours:
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


def test_a_budget_truncates_and_a_deadline_refuses(make: Make, batch: Callable[..., Any]) -> None:
    collection = make()
    fill(collection, batch, clustered(3000))
    build(collection)
    queries = clustered(200, seed=3)
    cut = collection.search(queries, 10, None, FOREVER, Effort(target_recall=EXACT), budget=Deadline.after(0))
    assert cut.recall is None, "not every point was compared"
    found = collection.search(queries, 10, None, FOREVER, budget=Deadline.after(0)).neighbours
    assert all(each.is_truncated for each in found)
    whole = collection.search(queries, 10, None, FOREVER, budget=Deadline.after(60)).neighbours
    assert not any(each.is_truncated for each in whole)
    with pytest.raises(DeadlineExceeded):
        collection.search(queries, 10, None, Deadline.after(0))


def test_read_your_write_a_search_can_ask_for_what_it_must_see(make: Make, batch: Callable[..., Any]) -> None:
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
