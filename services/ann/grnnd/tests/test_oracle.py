"""The compiled builder against the plain one: the same graph, edge by edge."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from grnnd import engine
from grnnd.engine import Core

CORES = engine.cores()
SLACK = 307  # 1.2 in 1/256
INBOX = 16

# Whole numbers: codes and floats, on every instruction set. Small ranges make ties and equal rows.
every_core = pytest.mark.parametrize("core", CORES.values(), ids=CORES.keys())
every_space = pytest.mark.parametrize("is_over_codes", [True, False], ids=["codes", "floats"])
HIGHS = st.sampled_from([0, 1, 3, 127])
DEGREES = st.sampled_from([4, 8, 12])
SEEDS = st.integers(0, 2**32 - 1)


def space_of(rows: np.ndarray, is_over_codes: bool) -> tuple[str, list[np.ndarray]]:
    """The suffix of a core's functions, and the arrays that tell them of the rows, not renumbered."""
    if not is_over_codes:
        return "points", [rows.astype(np.float32), np.arange(len(rows), dtype=np.uint32)]
    padded = np.zeros((len(rows), 64), dtype=np.uint8)
    padded[:, : rows.shape[1]] = rows
    return "codes", [padded]


def built(core: Core, rows: np.ndarray, is_over_codes: bool, degree: int, **params: Any) -> list[list[int]]:
    """From a random start, or from trees."""
    usual = {"trees": 0, "leaf": 64, "is_arranged": False, "threads": 1}
    sizes = {"degree": degree, "capacity": degree + 4, "inbox": INBOX, "slack": SLACK}
    out = np.empty((len(rows), degree), dtype=np.uint32)
    first = np.empty((0, 0), dtype=np.uint32)
    suffix, arrays = space_of(rows, is_over_codes)
    getattr(core, f"build_{suffix}")(*arrays, core.BuildParams(**sizes, **(usual | params)), out, first, None)
    return [[v for v in row if v != engine.NONE] for row in out.tolist()]


@every_core
@every_space
@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    n=st.integers(1, 70),
    dim=st.integers(1, 5),
    high=HIGHS,
    rounds=st.integers(1, 4),
    share=st.sampled_from([0, 100, 256]),
    is_disordered=st.booleans(),
    degree=DEGREES,
    seed=SEEDS,
)
def test_every_core_builds_the_graph_of_the_oracle(
    core: Core,
    is_over_codes: bool,
    n: int,
    dim: int,
    high: int,
    rounds: int,
    share: int,
    is_disordered: bool,
    degree: int,
    seed: int,
) -> None:
    rows = np.random.default_rng(seed).integers(0, high + 1, (n, dim))
    oracle = Oracle(rows, degree, degree + 4, INBOX, seed)
    oracle.start_at_random()
    found = built(
        core, rows, is_over_codes, degree, rounds=rounds, reverse_share=share, disordered=is_disordered, seed=seed
    )
    assert found == oracle.run(rounds, SLACK, share, is_disordered)


@every_core
@every_space
@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    n=st.integers(1, 120),
    dim=st.integers(1, 5),
    high=HIGHS,
    trees=st.integers(1, 4),
    leaf=st.integers(2, 40),
    is_arranged=st.booleans(),
    rounds=st.integers(0, 2),
    degree=DEGREES,
    seed=SEEDS,
)
def test_every_core_builds_the_graph_of_the_oracle_from_trees(
    core: Core,
    is_over_codes: bool,
    n: int,
    dim: int,
    high: int,
    trees: int,
    leaf: int,
    is_arranged: bool,
    rounds: int,
    degree: int,
    seed: int,
) -> None:
    """Without a round, too: rounds mend much of what a start gets wrong."""
    rows = np.random.default_rng(seed).integers(0, high + 1, (n, dim))
    oracle = Oracle(rows, degree, degree + 4, INBOX, seed)
    oracle.start_in_trees(trees, leaf, is_arranged)
    start = {"trees": trees, "leaf": leaf, "is_arranged": is_arranged, "seed": seed}
    found = built(core, rows, is_over_codes, degree, rounds=rounds, reverse_share=100, disordered=True, **start)
    assert found == oracle.run(rounds, SLACK, 100, is_disordered=True)


@every_core
@every_space
@settings(max_examples=25, deadline=None, derandomize=True)
@given(n=st.integers(1, 300), dim=st.integers(1, 5), high=HIGHS, leaf=st.integers(1, 20), seed=SEEDS)
def test_every_core_orders_rows_as_the_leaves_of_the_oracle(
    core: Core, is_over_codes: bool, n: int, dim: int, high: int, leaf: int, seed: int
) -> None:
    """By which vertices are numbered."""
    rows = np.random.default_rng(seed).integers(0, high + 1, (n, dim))
    out = np.empty(n, dtype=np.uint32)
    suffix, arrays = space_of(rows, is_over_codes)
    getattr(core, f"order_{suffix}")(*arrays, leaf, seed, 1, out)
    leaves = Oracle(rows, 4, 8, INBOX, seed).leaves(list(range(n)), leaf, seed)
    assert out.tolist() == [v for members in leaves for v in sorted(members)]


@every_core
def test_the_nearest_edges_survive_full_inboxes(core: Core) -> None:
    """Points on a line, far more than an inbox holds: still each has its two neighbours."""
    rows = np.arange(120)[:, None]
    found = built(core, rows, True, 8, rounds=6, reverse_share=256, disordered=True, seed=3)
    for u in range(1, 119):
        assert {u - 1, u + 1} <= set(found[u])
