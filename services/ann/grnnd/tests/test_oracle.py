"""The compiled builder against the plain one: the same graph, edge by edge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from grnnd import engine
from grnnd.engine import Core

CORES = engine.cores()
SLACK = 307  # 1.2 in 1/256


def built(
    core: Core,
    rows: np.ndarray,
    is_over_codes: bool,
    degree: int,
    rounds: int,
    share: int,
    is_disordered: bool,
    seed: int,
) -> list[list[int]]:
    """From a random start, without renumbering, as the oracle does."""
    params = core.BuildParams(
        degree=degree, capacity=degree + 4, inbox=16, trees=0, leaf=64, rounds=rounds, slack=SLACK, reverse_share=share,
        disordered=is_disordered, is_arranged=False, seed=seed, threads=1,
    )  # fmt: skip
    out = np.empty((len(rows), degree), dtype=np.uint32)
    first = np.empty((0, 0), dtype=np.uint32)
    if is_over_codes:
        padded = np.zeros((len(rows), 64), dtype=np.uint8)
        padded[:, : rows.shape[1]] = rows
        core.build_codes(padded, params, out, first, None)
    else:
        order = np.arange(len(rows), dtype=np.uint32)
        core.build_points(rows.astype(np.float32), order, params, out, first, None)
    return [[v for v in row if v != engine.NONE] for row in out.tolist()]


@pytest.mark.parametrize("core", CORES.values(), ids=CORES.keys())
@pytest.mark.parametrize("is_over_codes", [True, False], ids=["codes", "floats"])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    n=st.integers(1, 70),
    dim=st.integers(1, 5),
    high=st.sampled_from([0, 1, 3, 127]),
    rounds=st.integers(1, 4),
    share=st.sampled_from([0, 100, 256]),
    is_disordered=st.booleans(),
    degree=st.sampled_from([4, 8, 12]),
    seed=st.integers(0, 2**32 - 1),
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
    """Whole numbers: codes and floats, on every instruction set. Small ranges make ties and equal rows."""
    rows = np.random.default_rng(seed).integers(0, high + 1, (n, dim))
    expected = Oracle(rows, degree, degree + 4, 16, seed).run(rounds, SLACK, share, is_disordered)
    assert built(core, rows, is_over_codes, degree, rounds, share, is_disordered, seed) == expected


@pytest.mark.parametrize("core", CORES.values(), ids=CORES.keys())
def test_the_nearest_edges_survive_full_inboxes(core: Core) -> None:
    """Points on a line, far more than an inbox holds: still each has its two neighbours."""
    rows = np.arange(120)[:, None]
    found = built(core, rows, is_over_codes=True, degree=8, rounds=6, share=256, is_disordered=True, seed=3)
    for u in range(1, 119):
        assert {u - 1, u + 1} <= set(found[u])
