"""Recall and shape of graphs over twenty kinds of data."""

import numpy as np
import pytest
from distributions import DISTRIBUTIONS, sampled
from reference import is_walked, reachable_share, recall

import grnnd
from grnnd import Graph


def walked(graph: Graph, ef: int) -> int:
    """The width, or the widest at which so few rows are walked and not scanned: a scan says nothing of the graph."""
    width = min(ef, (len(graph) - 1) // 16)
    assert is_walked(graph, 10, width)
    return width


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_neighbours_are_found_in_any_distribution(name: str) -> None:
    """By distance: which of equal rows is found does not count. Sparse rows are the hardest: 0.9 at this width."""
    rows, queries = sampled(name)
    graph = grnnd.build(rows, threads=1)
    hits = graph.search(queries, 10, ef=walked(graph, 128), threads=1)
    assert recall(hits.distances, rows, queries) >= (0.9 if name == "sparse" else 0.97)
    assert (hits.ids >= 0).all()
    assert not hits.truncated.any()


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_every_row_is_reached_in_any_distribution(name: str) -> None:
    rows, _ = sampled(name)
    assert reachable_share(grnnd.build(rows, threads=1)) >= 0.999


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_each_row_finds_itself_in_any_distribution(name: str) -> None:
    """Or a row equal to it. Of sparse rows most are nearest to the same few short ones, which leads few edges to the
    others: 0.84 here, 0.85 in hnswlib at the same width."""
    rows, _ = sampled(name)
    graph = grnnd.build(rows, threads=1)
    hits = graph.search(rows[::10], 1, ef=walked(graph, 64), threads=1)
    assert np.mean(hits.distances == 0) >= (0.8 if name == "sparse" else 0.995)


@pytest.mark.parametrize(("clusters", "least"), [(50, 0.98), (400, 0.99)])
def test_neighbours_are_found_in_many_tight_clusters(clusters: int, least: float) -> None:
    """A beam that begins in another cluster stays there: with 64 entries for all rows it found 0.86 and 0.29."""
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((clusters, 64))
    rows, queries = (
        (centres[rng.integers(clusters, size=n)] + 0.4 * rng.standard_normal((n, 64))).astype(np.float32)
        for n in (60_000, 300)
    )
    hits = grnnd.build(rows).search(queries, 10, ef=128)
    assert recall(hits.distances, rows, queries) >= least


@pytest.mark.parametrize("metric", ["cosine", "inner_product"])
@pytest.mark.parametrize("name", ["normal 16d", "low rank 384d", "400 clusters", "heavy tails", "bytes", "one outlier"])
def test_neighbours_are_found_by_any_metric(name: str, metric: str) -> None:
    """One outlier and heavy tails make all inner products but a few look alike: the search must still tell them."""
    rows, queries = sampled(name)
    graph = grnnd.build(rows, metric=metric, threads=1)
    hits = graph.search(queries, 10, ef=walked(graph, 192), threads=1)
    assert recall(hits.distances, rows, queries, metric) >= 0.95


def test_long_vectors_are_found_by_inner_product() -> None:
    """The hard case: normal rows, whose largest products are with the few longest. Edges measured on a sphere
    (metric.py) reach 0.64 at this width."""
    rng = np.random.default_rng(0)
    rows, queries = (rng.standard_normal((n, 16)).astype(np.float32) for n in (20_000, 100))
    hits = grnnd.build(rows, metric="inner_product").search(queries, 10, ef=64)
    assert recall(hits.distances, rows, queries, "inner_product") >= 0.97


def test_one_very_long_vector_does_not_hide_other_products() -> None:
    """Squares of distances on a sphere of radius 10⁶ hide all products: 0.05 was found so."""
    rng = np.random.default_rng(0)
    rows, queries = (rng.standard_normal((n, 16)).astype(np.float32) for n in (20_000, 100))
    rows[0] = 1e6
    for code, ef in (("auto", 64), ("f32", 64)):
        graph = grnnd.build(rows, metric="inner_product", code=code)
        assert is_walked(graph, 10, ef)
        assert recall(graph.search(queries, 10, ef=ef).distances, rows, queries, "inner_product") >= 0.95


@pytest.mark.parametrize("code", ["f32", "f16", "sq8", "bits"])
@pytest.mark.parametrize("name", ["normal 16d", "low rank 384d", "uniform 32d"])
def test_neighbours_are_found_over_any_code(name: str, code: str) -> None:
    """Bits of so few dimensions are coarse, so they need the wider beam."""
    rows, queries = sampled(name)
    graph = grnnd.build(rows, code=code, threads=1)
    hits = graph.search(queries, 10, ef=walked(graph, 600 if code == "bits" else 128), threads=1)
    assert recall(hits.distances, rows, queries) >= 0.95


def test_queries_far_outside_the_data_find_their_neighbours() -> None:
    """Their codes would be clipped to the edge of the data: such queries are searched over floats."""
    rows, queries = sampled("normal 16d")
    far = queries * 10
    graph = grnnd.build(rows, threads=1)
    assert graph.codes.kind == "sq8"
    assert recall(graph.search(far, 10, ef=128, threads=1).distances, rows, far) >= 0.95
