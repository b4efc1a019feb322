"""A wished recall is reached, for any k, on queries that neither the graph nor its calibration has seen."""

from collections.abc import Callable

import numpy as np
import pytest
from reference import all_distances, is_walked

import grnnd

COUNT, QUERIES = 12_000, 400
Make = Callable[[np.random.Generator, int], np.ndarray]


def _clusters(rng: np.random.Generator, n: int, dim: int, sizes: tuple[int, int], width: float) -> np.ndarray:
    """sizes: of clusters, at least and at most, evenly between."""
    of_row = np.repeat(np.arange(n), rng.integers(sizes[0], sizes[1] + 1, n))[:n]
    return rng.standard_normal((of_row.max() + 1, dim))[of_row] + width * rng.standard_normal((n, dim))


def _some_tight(rng: np.random.Generator, n: int) -> np.ndarray:
    """One row in 25 stands in a cluster so tight that all its codes are equal; too few for a graph over floats."""
    tight = _clusters(rng, n // 25, 24, (15, 15), 1e-4)
    return np.concatenate([rng.standard_normal((n - len(tight), 24)), tight])


def _outlier(rng: np.random.Generator, n: int) -> np.ndarray:
    rows = rng.standard_normal((n, 24))
    rows[0] = 1e6
    return rows


def _photos(rng: np.random.Generator, n: int) -> np.ndarray:
    """As gradient histograms: whole numbers from 0 to 255, of low rank, with noise."""
    smooth = np.abs(rng.standard_normal((n, 12)) @ rng.standard_normal((12, 128)))
    return np.clip(20 * smooth + 8 * np.abs(rng.standard_normal((n, 128))), 0, 255).astype(np.uint8)


KINDS: dict[str, Make] = {
    "tiny clusters": lambda rng, n: _clusters(rng, n, 32, (5, 20), 0.05),
    "wider tiny clusters": lambda rng, n: _clusters(rng, n, 32, (5, 20), 0.3),
    "some tight clusters": _some_tight,
    "one outlier": _outlier,
    "duplicates": lambda rng, n: rng.standard_normal((n // 4, 24))[rng.integers(0, n // 4, n)],
    "photos": _photos,
    "clustered": lambda rng, n: _clusters(rng, n, 64, (120, 120), 0.4),
    "uniform": lambda rng, n: rng.random((n, 48)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_is_reached_for_any_k(kind: str) -> None:
    """By two standard errors of the recall that these queries show, and of a share as wished."""
    everything = KINDS[kind](np.random.default_rng(5), COUNT + QUERIES).astype(np.float32)
    everything[1:] = everything[1 + np.random.default_rng(6).permutation(len(everything) - 1)]  # an outlier is a row
    rows, queries = np.ascontiguousarray(everything[:COUNT]), everything[COUNT:]
    true = np.sort(all_distances(rows, queries), axis=1)
    graph = grnnd.build(rows)
    for k in (1, 10, 50):
        for target in (0.9, 0.95, 0.99):
            assert graph.calibration.reaches(k, target)
            hits = graph.search(queries, k, target_recall=target)
            shares = np.mean(hits.distances <= true[:, k - 1 : k] * (1 + 1e-5) + 1e-9, axis=1)
            error = max(shares.std(), np.sqrt(target * (1 - target) / k)) / np.sqrt(QUERIES)
            assert shares.mean() >= target - 2 * error, (k, target)
    assert is_walked(graph, 10, graph.calibration.ef(10, 0.95))
