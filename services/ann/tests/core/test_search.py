"""Exact search against an oracle that looks at every point."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.definition import Metric
from monshin_ann.core.distances import Queries
from monshin_ann.core.filters import OneOf, Plan
from monshin_ann.core.index import Index
from monshin_ann.core.search import search
from monshin_ann.core.vectors import Matrix
from monshin_kit.errors import DeadlineExceeded
from numpy.typing import NDArray

METRICS = pytest.mark.parametrize("metric", list(Metric))
FIXTURES_ARE_PURE = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)

Points = dict[str, Matrix]


def rows(kind: str, count: int, dim: int, rng: np.random.Generator) -> Matrix:
    """Data of a kind that is hard in its own way."""
    found: NDArray[Any]
    match kind:
        case "integers":  # many duplicates and zeros; every sum is exact
            found = rng.integers(-2, 3, (count, dim))
        case "normal":
            found = rng.standard_normal((count, dim))
        case "far":  # from the origin: scores cannot tell the points apart
            found = 1e4 + rng.integers(-2, 3, (count, dim)) / 4
        case "wide":  # lengths from 1e-9 to 1e9
            found = rng.standard_normal((count, dim)) * 10 ** rng.uniform(-9, 9, (count, 1))
        case _:
            found = np.ones((count, dim))
    return found.astype(np.float32)


KINDS = st.sampled_from(["integers", "normal", "far", "wide", "equal"])


@METRICS
@FIXTURES_ARE_PURE
@given(
    kind=KINDS,
    seed=st.integers(0, 2**32 - 1),
    count=st.sampled_from([0, 1, 2, 3, 17, 150]),
    dim=st.sampled_from([1, 2, 3, 8, 33, 128, 512]),
    query_count=st.sampled_from([1, 3, 12]),
    k=st.sampled_from([1, 2, 10, 1000]),
)
def test_search_finds_what_looking_at_every_point_finds(
    oracle: Callable[..., Any],
    batch: Callable[..., Any],
    metric: Metric,
    kind: str,
    seed: int,
    count: int,
    dim: int,
    query_count: int,
    k: int,
) -> None:
    """Same ids, same distances, min(k, points) of them, ties by id; whatever the data."""
    rng = np.random.default_rng(seed)
    points = dict(zip((f"p{i}" for i in rng.permutation(count)), rows(kind, count, dim, rng), strict=True))
    queries = rows(kind, query_count, dim, rng)
    if metric is Metric.COSINE:
        points = {name: row for name, row in points.items() if row.any()}
        queries = queries[queries.any(axis=1)]
    index = Index(dim, block_bytes=4 * dim * 40)
    if points:
        index.upsert(1, batch(points))

    found = search(index.snapshot, Queries.of(metric, queries), k)

    assert len(found) == len(queries)
    for query, neighbours in zip(queries, found, strict=True):
        expected = oracle(points, query, k, metric)
        if metric is Metric.COSINE:  # the oracle's formula rounds otherwise than ours
            own = {name: distance for distance, name in oracle(points, query, len(points), metric)}
            assert neighbours.distances == pytest.approx([distance for distance, _ in expected], abs=1e-6)
            assert neighbours.distances == pytest.approx([own[name] for name in neighbours.ids], abs=1e-6)
            ranked = list(zip(neighbours.distances, neighbours.ids, strict=True))
            assert ranked == sorted(ranked)
        else:
            assert list(zip(neighbours.distances, neighbours.ids, strict=True)) == expected


@METRICS
@FIXTURES_ARE_PURE
@given(kind=KINDS, seed=st.integers(0, 2**32 - 1), dim=st.sampled_from([1, 5, 64]))
def test_the_answer_does_not_depend_on_how_points_came(
    batch: Callable[..., Any], metric: Metric, kind: str, seed: int, dim: int
) -> None:
    """Other block sizes, order, replaced and deleted points between them, queries alone or together: the same bits."""
    rng = np.random.default_rng(seed)
    data = rows(kind, 90, dim, rng)
    data = data[data.any(axis=1)]
    points = {f"p{i}": row for i, row in enumerate(data)}
    queries = np.concatenate([data[:9], rows("normal", 3, dim, rng)])
    plain = Index(dim)
    plain.upsert(1, batch(points))
    worn = Index(dim, block_bytes=4 * dim * 7)
    for sequence, start in enumerate(range(0, len(data), 11)):
        part = dict(list(points.items())[start : start + 11])
        worn.upsert(2 * sequence, batch({name: -row for name, row in part.items()} | {f"x{start}": data[0]}))
        worn.upsert(2 * sequence + 1, batch(dict(reversed(part.items()))))
        worn.delete(2 * sequence + 2, [f"x{start}"])

    together = search(plain.snapshot, Queries.of(metric, queries), 10)

    for query, expected in zip(queries, together, strict=True):
        [alone] = search(worn.snapshot, Queries.of(metric, query[None]), 10)
        assert (alone.ids, alone.distances) == (expected.ids, expected.distances)


@pytest.mark.parametrize("metric", [Metric.L2, Metric.COSINE])
def test_an_equal_vector_is_at_distance_zero(batch: Callable[..., Any], metric: Metric) -> None:
    data = np.random.default_rng(4).standard_normal((500, 384)).astype(np.float32)
    index = Index(384)
    index.upsert(1, batch({f"p{i}": row for i, row in enumerate(data)}))

    found = search(index.snapshot, Queries.of(metric, data), 1)

    assert [(each.ids, each.distances) for each in found] == [([f"p{i}"], [0.0]) for i in range(500)]


def test_cosine_distance_stays_within_its_bounds(batch: Callable[..., Any]) -> None:
    data = np.random.default_rng(5).standard_normal((50, 3)).astype(np.float32)
    index = Index(3)
    index.upsert(1, batch({f"p{i}": row for i, row in enumerate(data)}))

    for neighbours in search(index.snapshot, Queries.of(Metric.COSINE, -data), 50):
        assert min(neighbours.distances) >= 0
        assert max(neighbours.distances) == 2.0


def test_a_filter_leaves_exactly_the_points_that_pass(batch: Callable[..., Any], oracle: Callable[..., Any]) -> None:
    """From one point in a hundred to all but one: scores of a block are computed in two ways."""
    data = np.random.default_rng(6).standard_normal((3000, 16)).astype(np.float32)
    points = {f"p{i}": row for i, row in enumerate(data)}
    facts = {name: {"mod": float(i % 100)} for i, name in enumerate(points)}
    index = Index(16, block_bytes=4 * 16 * 256)
    index.upsert(1, batch(points, facts))

    for wanted in (1, 30, 99):
        plan = Plan(OneOf("mod", tuple(float(i) for i in range(wanted))))
        passing = {name: row for i, (name, row) in enumerate(points.items()) if i % 100 < wanted}
        for query, found in zip(
            data[:3], search(index.snapshot, Queries.of(Metric.L2, data[:3]), 40, plan), strict=True
        ):
            expected = oracle(passing, query, 40, Metric.L2)
            assert list(zip(found.distances, found.ids, strict=True)) == expected


def test_a_search_without_any_match_answers_empty(batch: Callable[..., Any]) -> None:
    index = Index(2)
    index.upsert(1, batch({"a": np.ones(2)}))

    [found] = search(index.snapshot, Queries.of(Metric.L2, np.ones((1, 2), np.float32)), 5, Plan(OneOf("x", ("y",))))

    assert found.ids == []


def test_a_passed_deadline_stops_the_search(batch: Callable[..., Any]) -> None:
    index = Index(2)
    index.upsert(1, batch({"a": np.ones(2)}))
    queries = Queries.of(Metric.L2, np.ones((1, 2), np.float32))

    with pytest.raises(DeadlineExceeded):
        search(index.snapshot, queries, 1, None, Deadline(time.monotonic() - 1))
    assert search(index.snapshot, queries, 1, None, FOREVER)[0].ids == ["a"]
