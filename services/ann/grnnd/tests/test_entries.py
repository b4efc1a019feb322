"""Where searches begin: near every row, and no more than that takes."""

import tracemalloc

import numpy as np
import pytest

from grnnd.engine import NONE
from grnnd.entries import LEAST, entries_of


def _clusters(clusters: int, rows: int, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(clusters)
    of_row = rng.integers(clusters, size=rows)
    points = rng.standard_normal((clusters, 32))[of_row] + spread * rng.standard_normal((rows, 32))
    return points.astype(np.float32), of_row


def _shuffled(rows: int) -> np.ndarray:
    return np.random.default_rng(9).permutation(rows).astype(np.uint32)


def _near(points: np.ndarray, order: np.ndarray, degree: int = 8) -> np.ndarray:
    """Edges to the nearest of some vertices, ascending; the last place of a list is empty."""
    some = np.random.default_rng(1).choice(len(order), min(len(order), 2000), replace=False)
    rows, others = points[order].astype(np.float64), points[order[some]].astype(np.float64)
    distances = (others**2).sum(1)[None] - 2 * rows @ others.T
    edges = np.full((len(order), degree + 1), NONE, dtype=np.uint32)
    nearest = some[np.argsort(distances, axis=1)[:, :degree]]
    edges[:, : nearest.shape[1]] = nearest
    return edges


def _entries(points: np.ndarray, order: np.ndarray) -> np.ndarray:
    return entries_of(points, order, _near(points, order), seed=0)


@pytest.mark.parametrize("clusters", [20, 100, 200])
def test_hardly_a_tight_cluster_is_without_an_entry(clusters: int) -> None:
    """By the cluster of each row, which the function does not know; as many spread evenly would miss a fifth of 200."""
    points, of_row = _clusters(clusters, 20_000)
    order = _shuffled(20_000)
    entries = _entries(points, order)
    missed = ~np.isin(of_row, of_row[order[entries]])
    assert missed.mean() <= 0.01
    assert len(entries) <= 20_000 // 32


def test_rows_without_clusters_keep_the_least_entries() -> None:
    points = np.random.default_rng(0).standard_normal((20_000, 32)).astype(np.float32)
    assert len(_entries(points, _shuffled(20_000))) == LEAST


def test_clusters_that_edges_join_need_no_entries() -> None:
    """As where clusters are smaller than the lists of edges."""
    points, of_row = _clusters(200, 20_000)
    order = _shuffled(20_000)
    edges = _near(points, order)
    rng = np.random.default_rng(2)
    while (alike := of_row[order[edges[:, -1] % 20_000]] == of_row[order]).any() or edges[0, -1] == NONE:
        where = alike | (edges[:, -1] == NONE)
        edges[where, -1] = rng.integers(20_000, size=where.sum())
    assert len(entries_of(points, order, edges, seed=0)) == LEAST


def test_more_clusters_take_more_entries() -> None:
    counts = [len(_entries(_clusters(clusters, 20_000)[0], _shuffled(20_000))) for clusters in (5, 60, 200)]
    assert counts == sorted(counts)
    assert counts[-1] > 2 * counts[0]


def test_entries_are_vertices_each_once_and_the_same_again() -> None:
    points, order = _clusters(100, 20_000)[0], _shuffled(20_000)[:15_000]
    edges = _near(points, order)
    entries = entries_of(points, order, edges, seed=3)
    assert entries.dtype == np.uint32
    assert (np.diff(entries.astype(np.int64)) > 0).all()
    assert entries[-1] < 15_000
    assert (entries_of(points, order, edges, seed=3) == entries).all()


@pytest.mark.parametrize("rows", [0, 1, 3, 63, 64, 65, 2079, 2080, 5000])
def test_any_number_of_vertices_has_entries(rows: int) -> None:
    entries = _entries(_clusters(200, 5000)[0], np.arange(rows, dtype=np.uint32))
    assert min(rows, LEAST) <= len(entries) <= max(LEAST, rows // 32)
    assert len(set(entries.tolist())) == len(entries)


@pytest.mark.parametrize("dim", [32, 2000])
def test_the_order_of_sums_does_not_count(dim: int) -> None:
    """Whole numbers add up exactly: with the dimensions in another order the entries are the same."""
    rng = np.random.default_rng(dim)
    points = rng.integers(-1, 2, (60, dim))[rng.integers(60, size=6000)] * 50 + rng.standard_normal((6000, dim))
    points, order = points.astype(np.float32), _shuffled(6000)
    edges = _near(points, order)
    entries = entries_of(points, order, edges, seed=0)
    assert len(entries) > LEAST
    assert (entries_of(points[:, rng.permutation(dim)], order, edges, seed=0) == entries).all()


def test_an_outlier_does_not_hide_the_clusters() -> None:
    points, of_row = _clusters(200, 20_000)
    points[7] *= 1e6
    order = _shuffled(20_000)
    entries = _entries(points, order)
    assert (~np.isin(of_row, of_row[order[entries]])).mean() <= 0.01


def test_wide_rows_are_copied_a_few_at_a_time() -> None:
    """Hazard: the first look at 2,048 rows of 65,536 dimensions took 1.6 GB that no estimate had."""
    points = np.random.default_rng(0).standard_normal((2500, 20_000)).astype(np.float32)
    lonely = np.full((2500, 4), NONE, dtype=np.uint32)
    tracemalloc.start()
    entries_of(points, np.arange(2500, dtype=np.uint32), lonely, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= 64 << 20


def test_many_entries_are_compared_a_few_at_a_time() -> None:
    """Hazard: a sample of 16,384 rows against 4,096 entries took 0.8 GB at once."""
    points = np.random.default_rng(0).standard_normal((140_000, 4)).astype(np.float32)
    lonely = np.full((140_000, 4), NONE, dtype=np.uint32)  # each is far from all, so that more are looked for
    tracemalloc.start()
    entries = entries_of(points, np.arange(140_000, dtype=np.uint32), lonely, seed=0, least=4000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(entries) > 4000
    assert peak <= 64 << 20


@pytest.mark.parametrize(
    ("points", "most"),
    [
        (np.zeros((10_000, 4)), LEAST),
        (np.full((10_000, 4), 3e37), LEAST),
        (np.full((10_000, 4), -1e-38), LEAST),
        (np.vstack([np.zeros((9999, 4)), np.full((1, 4), 1e-37)]), LEAST),
        (np.vstack([np.zeros((9999, 4)), np.full((1, 4), 3e37)]), LEAST),
        (np.repeat(np.arange(1000), 10)[:, None] * np.ones(4096)[None, :], 10_000 // 32),
    ],
    ids=["zeros", "one far point", "nearly zero", "a spread of nearly zero", "an outlier", "copies in many dimensions"],
)
def test_odd_rows_have_entries(points: np.ndarray, most: int) -> None:
    order, lonely = _shuffled(len(points)), np.full((len(points), 4), NONE, dtype=np.uint32)
    with np.errstate(all="raise", under="ignore"):
        entries = entries_of(points.astype(np.float32), order, lonely, seed=0)
    assert LEAST <= len(entries) <= most


def test_a_wish_for_more_is_met() -> None:
    """A graph of many cells begins in each."""
    points, order = np.random.default_rng(0).standard_normal((20_000, 8)).astype(np.float32), _shuffled(20_000)
    assert len(entries_of(points, order, _near(points, order), seed=0, least=500)) == 500
