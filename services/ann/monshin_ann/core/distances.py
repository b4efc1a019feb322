"""Distances twice: fast scores in float32 with a proven bound on their error, and exact distances for the few that
the scores cannot tell apart.

A score is a distance less what is constant for the query, by matrix products:

    L2              |x|² - 2 q·x        = |q - x|² - |q|²
    inner product   -q·x
    cosine          -(q/|q|)·x / |x|    = distance - 1

The product of two float32 vectors errs by at most γ·|q||x| with γ = d·u / (1 - d·u), u = 2⁻²⁴, in whatever order it is
summed (Higham, Accuracy and Stability of Numerical Algorithms, §3.1). Rounding of the other terms and of the final
distance to float32 adds a few u. Exact distances are summed in float64 over differences, so that equal vectors are 0
apart, and depend on nothing but the two vectors: not on blocks, batches or threads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.block import Block
from monshin_ann.core.definition import Metric
from monshin_ann.core.vectors import Lengths, Matrix, lengths

Scores = NDArray[np.float32]

# Below this many queries one pass a query is faster than a matrix product: 3.5 against 28 ms a pass at 100k × 384.
_PRODUCT_FROM = 8
_UNIT_ROUNDOFF = 2.0**-24
_UNDERFLOW = 1e-20  # products below the smallest float32 are lost


@dataclass(frozen=True, slots=True, eq=False)
class Queries:
    """Queries made ready for a metric.

    rows: float32 of shape (q, d), of length 1 under cosine. scaled: the same so that a score is a product with it.
    exact: rows in float64. lengths: of the original rows.
    """

    metric: Metric
    rows: Matrix
    scaled: Matrix
    exact: NDArray[np.float64]
    lengths: Lengths

    @classmethod
    def of(cls, metric: Metric, rows: Matrix) -> "Queries":
        """rows: float32 of shape (q, d), checked."""
        exact = rows.astype(np.float64)
        match metric:
            case Metric.L2:
                scaled = -2 * rows
            case Metric.INNER_PRODUCT:
                scaled = -rows
            case Metric.COSINE:
                exact = _unit(exact)
                scaled = (-exact).astype(np.float32)
        unit = -scaled if metric is Metric.COSINE else rows
        return cls(metric, unit, scaled, exact, lengths(rows))

    def __len__(self) -> int:
        return len(self.scaled)

    def scores(self, vectors: Matrix, vector_lengths: Lengths) -> Scores:
        """Scores of shape (len(vectors), q)."""
        if len(self) < _PRODUCT_FROM:
            scores = np.empty((len(vectors), len(self)), dtype=np.float32)
            for column, query in enumerate(self.scaled):
                scores[:, column] = np.vecdot(vectors, query)
        else:
            scores = vectors @ self.scaled.T
        match self.metric:
            case Metric.L2:
                scores += np.square(vector_lengths).astype(np.float32)[:, None]
            case Metric.COSINE:
                scores *= (1 / vector_lengths).astype(np.float32)[:, None]
            case Metric.INNER_PRODUCT:
                pass
        return scores

    def margins(self, block: Block) -> Scores:
        """How far a score of the block may be from the true one, for each query; float32 of shape (q,)."""
        match self.metric:
            case Metric.L2:
                size = np.square(self.lengths + block.max_length)
            case Metric.INNER_PRODUCT:
                size = self.lengths * block.max_length
            case Metric.COSINE:
                size = np.ones_like(self.lengths)
        relative = (self.scaled.shape[1] + 16) * _UNIT_ROUNDOFF * 1.05
        return np.asarray(relative * size + _UNDERFLOW, dtype=np.float32)

    def distances(self, vectors: Matrix, which: NDArray[np.intp]) -> NDArray[np.float32]:
        """Exact distance of each vector to query `which[i]`; both of shape (m, …), the answer (m,)."""
        wide = vectors.astype(np.float64)
        queries = self.exact[which]
        match self.metric:
            case Metric.L2:
                found = np.square(wide - queries).sum(axis=1)
            case Metric.INNER_PRODUCT:
                found = 0.0 - (wide * queries).sum(axis=1)  # not -0.0
            case Metric.COSINE:
                # |x - q|² / 2 of unit vectors is 1 - cos without the cancellation.
                found = np.minimum(np.square(_unit(wide) - queries).sum(axis=1) / 2, 2.0)
        return np.asarray(found, dtype=np.float32)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    return unit
