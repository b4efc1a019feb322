"""What is said of builds on a device, by graphs of the CPU: none could be had so far."""

import grnnd
import numpy as np
import pytest

from benchmarks.ann.gpu import compared, least_width
from benchmarks.ann.peers import K
from benchmarks.ann.truth import nearest, recall


@pytest.fixture(scope="module")
def noise() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, queries and the true neighbours; dim 48, so that a narrow beam misses some."""
    points = np.random.default_rng(0).standard_normal((4100, 48)).astype(np.float32)
    rows, queries = points[:4000], points[4000:]
    return rows, queries, nearest(rows, queries)


def test_a_search_is_widened_until_it_reaches_the_recall(noise: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    rows, queries, exact = noise
    graph = grnnd.build(rows, threads=1)
    width = least_width(lambda width: graph.search(queries, K, ef=width).ids, exact)
    assert width is not None
    assert width > 32, "or the data are too easy for this test"
    assert recall(graph.search(queries, K, ef=width).ids, exact) >= 0.95
    assert recall(graph.search(queries, K, ef=width // 2).ids, exact) < 0.95


def test_a_graph_that_misses_the_recall_at_every_beam_has_no_width(
    noise: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    rows, queries, exact = noise
    graph = grnnd.build(rows[:2000], threads=1)  # half of the true neighbours are not in it
    assert least_width(lambda width: graph.search(queries, K, ef=width).ids, exact) is None


def test_builds_are_compared_only_where_both_reach_the_recall() -> None:
    """Hazard: a graph that finds less is built faster, and wins."""
    assert compared(1.0, 64, 2.0, 128).ok
    assert not compared(3.0, 64, 2.0, 128).ok
    assert not compared(1.0, None, 2.0, 128).ok
    assert not compared(1.0, 64, 2.0, None).ok
