"""Twenty kinds of data, easy, hard and degenerate; each gives rows and queries."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Make = Callable[[np.random.Generator, int], NDArray[np.floating]]
QUERIES = 50


def _low_rank(rng: np.random.Generator, n: int, dim: int, rank: int) -> NDArray[np.float64]:
    return np.tanh(rng.standard_normal((n, rank)) @ rng.standard_normal((rank, dim)))


def _clusters(rng: np.random.Generator, n: int, dim: int, clusters: int, width: float) -> NDArray[np.float64]:
    centres = rng.standard_normal((clusters, dim))
    return centres[rng.integers(0, clusters, n)] + width * rng.standard_normal((n, dim))


def _heavy_tails(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    return np.clip(rng.standard_cauchy((n, 8)), -1e4, 1e4)


def _one_outlier(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    rows = rng.standard_normal((n, 16))
    rows[0] = 1e6
    return rows


def _nested_clusters(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Clusters of clusters: distances over six orders of magnitude."""
    rows = np.zeros((n, 12))
    for size in (1000.0, 1.0, 0.001):
        centres = size * rng.standard_normal((20, 12))
        rows += centres[rng.integers(0, 20, n)]
    return rows + 1e-4 * rng.standard_normal((n, 12))


DISTRIBUTIONS: dict[str, tuple[int, Make]] = {
    "normal 2d": (3000, lambda rng, n: rng.standard_normal((n, 2))),
    "normal 16d": (3000, lambda rng, n: rng.standard_normal((n, 16))),
    "normal 100d": (2000, lambda rng, n: rng.standard_normal((n, 100))),
    "uniform 32d": (3000, lambda rng, n: rng.random((n, 32))),
    "low rank 384d": (3000, lambda rng, n: _low_rank(rng, n, 384, 12)),
    "low rank 4096d": (600, lambda rng, n: _low_rank(rng, n, 4096, 10)),
    "one cluster": (3000, lambda rng, n: _clusters(rng, n, 24, 1, 0.01)),
    "400 clusters": (4000, lambda rng, n: _clusters(rng, n, 32, 400, 0.05)),
    "two far clusters": (3000, lambda rng, n: _clusters(rng, n, 8, 2, 1e-3)),
    "nested clusters": (3000, _nested_clusters),
    "bytes": (3000, lambda rng, n: rng.integers(0, 256, (n, 64))),
    "bits": (3000, lambda rng, n: rng.integers(0, 2, (n, 48))),
    "few distinct": (3000, lambda rng, n: rng.standard_normal((40, 16))[rng.integers(0, 40, n)]),
    "half duplicates": (3000, lambda rng, n: np.concatenate([rng.standard_normal((n // 2, 16))] * 2)),
    "all equal": (2000, lambda rng, n: np.ones((n, 10))),
    "zeros": (2000, lambda rng, n: np.zeros((n, 10))),
    "a line": (3000, lambda rng, n: rng.random((n, 1)) * np.ones(20)),
    "heavy tails": (3000, _heavy_tails),
    "one outlier": (3000, _one_outlier),
    "sparse": (3000, lambda rng, n: rng.random((n, 200)) * (rng.random((n, 200)) < 0.05)),
}


def sampled(name: str, seed: int = 0) -> tuple[Rows, Rows]:
    """Rows, and queries of the same kind that are not among them."""
    count, make = DISTRIBUTIONS[name]
    everything = make(np.random.default_rng(seed), count + QUERIES).astype(np.float32)
    everything = everything[np.random.default_rng(seed + 1).permutation(len(everything))]
    return np.ascontiguousarray(everything[QUERIES:]), np.ascontiguousarray(everything[:QUERIES])
