"""Same vectors, same seed: the same graph, whatever the machine is doing."""

import numpy as np
import pytest
from distributions import sampled

import grnnd
from grnnd import building, engine

NAMES = ["normal 16d", "bytes", "few distinct", "400 clusters", "one outlier", "nested clusters", "zeros"]


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_is_the_same_for_any_number_of_threads(name: str) -> None:
    """Over codes and over floats, with threads that race for the same inboxes."""
    rows, _ = sampled(name)
    first = grnnd.build(rows, threads=1)
    for threads in (2, 3, 4, 4):
        again = grnnd.build(rows, threads=threads)
        assert (again.order == first.order).all()
        assert (again.edges == first.edges).all()
        assert (again.entries == first.entries).all()
        assert again.calibration == first.calibration


@pytest.mark.parametrize("name", ["normal 16d", "low rank 384d", "bytes", "few distinct", "zeros"])
def test_a_graph_over_codes_is_the_same_on_every_instruction_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its distances are whole numbers: another machine builds the same graph, of any data."""
    rows, _ = sampled(name)
    first = grnnd.build(rows)
    assert first.codes.kind == "sq8"
    for core in engine.cores().values():
        monkeypatch.setattr(building.engine, "core", lambda core=core: core)
        again = grnnd.build(rows)
        assert (again.codes.rows == first.codes.rows).all()
        assert (again.entries == first.entries).all()
        assert (again.edges == first.edges).all()


def test_a_graph_over_whole_floats_is_the_same_on_every_instruction_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """While sums of squares stay below 2²⁴, float32 adds them without rounding, in any order."""
    rows, _ = sampled("bytes")
    rows %= 16
    first = grnnd.build(rows, code="f32")
    for core in engine.cores().values():
        monkeypatch.setattr(building.engine, "core", lambda core=core: core)
        assert (grnnd.build(rows, code="f32").edges == first.edges).all()


def test_a_graph_by_inner_product_is_the_same_for_any_number_of_threads() -> None:
    """Over products of floats."""
    rows, _ = sampled("normal 16d")
    first = grnnd.build(rows, metric="inner_product", threads=1)
    assert (grnnd.build(rows, metric="inner_product", threads=4).edges == first.edges).all()


def test_another_seed_gives_another_graph() -> None:
    rows, _ = sampled("normal 16d")
    assert (grnnd.build(rows, seed=1).edges != grnnd.build(rows, seed=2).edges).any()


def test_answers_do_not_depend_on_threads_or_batches() -> None:
    rows, queries = sampled("normal 16d")
    graph = grnnd.build(rows)
    together = graph.search(queries, 10, ef=40, threads=4)
    alone = [graph.search(query, 10, ef=40, threads=1).ids[0] for query in queries]
    assert (together.ids == np.array(alone)).all()
