"""What holds for every graph."""

import numpy as np
import pytest
from distributions import DISTRIBUTIONS, sampled
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import is_walked, reachable_share

import grnnd
from grnnd import engine
from grnnd.codes import Scale, byte_rows
from grnnd.plan import Plan

SMALL = st.tuples(st.integers(1, 300), st.sampled_from([1, 2, 3, 17, 64, 65]), st.sampled_from([4, 7, 32]))


def rows_of(n: int, dim: int, seed: int, levels: int) -> np.ndarray:
    """levels: of each coordinate; few make equal rows."""
    return np.random.default_rng(seed).integers(0, levels, (n, dim)).astype(np.float32)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(size=SMALL, seed=st.integers(0, 2**32 - 1), levels=st.sampled_from([1, 2, 50, 10_000]))
def test_edges_are_different_rows_and_never_the_row_itself(size: tuple[int, int, int], seed: int, levels: int) -> None:
    n, dim, degree = size
    check_edges(grnnd.build(rows_of(n, dim, seed, levels), degree=degree, seed=seed, threads=1), n, degree)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_no_edge_stands_twice_whatever_the_data(name: str) -> None:
    rows = sampled(name)[0]
    check_edges(grnnd.build(rows, threads=1), len(rows), 32)


def check_edges(graph: grnnd.Graph, n: int, degree: int) -> None:
    assert graph.neighbours().shape == (n, degree)
    for row, edges in enumerate(graph.neighbours().tolist()):
        real = [edge for edge in edges if edge >= 0]
        assert edges == real + [-1] * (degree - len(real))
        assert len(set(real)) == len(real)
        assert row not in real
        assert all(edge < n for edge in real)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(size=SMALL, seed=st.integers(0, 2**32 - 1), levels=st.sampled_from([1, 2, 50, 10_000]))
def test_every_row_can_be_reached(size: tuple[int, int, int], seed: int, levels: int) -> None:
    n, dim, degree = size
    graph = grnnd.build(rows_of(n, dim, seed, levels), degree=degree, seed=seed, threads=1)
    assert reachable_share(graph) == 1


@settings(max_examples=40, deadline=None, derandomize=True)
@given(n=st.integers(1, 400), k=st.integers(1, 30), ef=st.integers(40, 60), seed=st.integers(0, 1000))
def test_the_order_is_a_permutation_and_a_scan_finds_the_row_itself_first(n: int, k: int, ef: int, seed: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((n, 6)).astype(np.float32)
    graph = grnnd.build(rows, seed=seed, threads=1)
    assert sorted(graph.order.tolist()) == list(range(n))
    assert not is_walked(graph, k, ef)
    assert (graph.search(rows, k, ef=ef, threads=1).ids[:, 0] == np.arange(n)).all()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(n=st.integers(1000, 2000), k=st.integers(1, 30), ef=st.integers(40, 60), seed=st.integers(0, 1000))
def test_a_walk_finds_the_row_itself_first(n: int, k: int, ef: int, seed: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((n, 6)).astype(np.float32)
    graph = grnnd.build(rows, seed=seed, threads=1)
    assert sorted(graph.order.tolist()) == list(range(n))
    assert is_walked(graph, k, ef)
    hits = graph.search(rows, k, ef=ef, threads=1)
    assert np.mean(hits.ids[:, 0] == np.arange(n)) >= 0.99


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_rule_of_relative_neighbourhoods_holds_for_every_edge_of_the_pruned_graph(name: str) -> None:
    """Of edges u→w, u→v with w the nearer: slack · |v−w|² is not below |u−v|², in the whole numbers of the codes. As
    the core prunes it, before rows are inserted and repairs are made."""
    rows = sampled(name)[0][:1500]
    core, plan, same = engine.core(), Plan.of(32, 0), np.arange(len(rows), dtype=np.uint32)
    codes = byte_rows(core, rows, same, Scale.fit(rows), 1)
    edges = np.empty((len(rows), plan.degree), dtype=np.uint32)
    core.build_codes(codes, plan.params(core, 1), edges, np.empty((0, 0), dtype=np.uint32), None)
    wide = codes.astype(np.float64)  # sums below 2⁵³ are exact
    for u, row in enumerate(edges):
        ends = wide[row[row != engine.NONE]]
        lengths = np.square(ends - wide[u]).sum(axis=1)
        assert (np.diff(lengths) >= 0).all()
        squares = np.square(ends).sum(axis=1)
        between = squares[:, None] + squares[None, :] - 2 * ends @ ends.T
        is_nearer = np.tri(len(ends), k=-1, dtype=np.bool_)  # of edges v in rows, w in columns
        assert not (is_nearer & (between * plan.slack_256 // 256 < lengths[:, None])).any()


@pytest.mark.parametrize("name", [name for name in DISTRIBUTIONS if name not in ("all equal", "zeros", "few distinct")])
def test_repairs_and_insertions_break_the_rule_for_one_edge_in_a_hundred_at_most(name: str) -> None:
    """Of the finished graph, a sample of its rows; data of equal rows are left out, where many have to be repaired."""
    rows, _ = sampled(name)
    graph = grnnd.build(rows, threads=1)
    slack = Plan.of(32, 0).slack
    points = np.floor((rows - graph.codes.low) / graph.codes.step + 0.5) if graph.codes.kind == "sq8" else rows
    points = points.astype(np.float64)
    broken = checked = 0
    for u, row in list(enumerate(graph.neighbours()))[::20]:
        edges = row[row >= 0]
        here = np.square(points[edges] - points[u]).sum(axis=1)
        for i, v in enumerate(edges):
            between = np.square(points[edges] - points[v]).sum(axis=1)
            broken += bool(((here < here[i]) & (slack * 1.01 * between < here[i])).any())
            checked += 1
    assert broken <= 0.01 * checked


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("dim", [1, 2, 4096])
def test_the_smallest_graphs_work(n: int, dim: int) -> None:
    rows = np.arange(n * dim, dtype=np.float32).reshape(n, dim)
    graph = grnnd.build(rows)
    ids, distances = graph.search(rows, 5)
    assert ids[:, 0].tolist() == list(range(n))
    assert (np.sort(ids[:, :n], axis=1) == np.arange(n)).all()
    assert (ids[:, n:] == -1).all()
    assert np.isinf(distances[:, n:]).all()


def test_a_scale_that_cannot_tell_neighbours_apart_is_refused() -> None:
    """Too many outliers to leave them out make all other codes equal."""
    rows, _ = sampled("normal 16d")
    assert Scale.fit(rows).is_faithful(rows, 0)
    rows[:4] = 1e6
    assert not Scale.fit(rows).is_faithful(rows, 0)
