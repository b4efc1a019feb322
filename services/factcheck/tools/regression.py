"""Softmax regression by plain gradient descent, for all maps that are fitted here."""

from collections.abc import Iterator, Sequence

import numpy as np
from monshin_factcheck.core.calibration import softmax


def fit(
    table: np.ndarray, targets: np.ndarray, *, steps: int, rate: float, l2: float, shares: np.ndarray | None = None
) -> np.ndarray:
    """Weights of shape (features, 3), whose rows sum to 0: only differences between them count.

    table: float of shape (rows, features). targets: of shape (rows, 3), 1 for the label, else 0. shares: the rows'
    weights, of any sum; default: equal ones. l2: weight of the penalty.
    """
    weights = np.zeros((table.shape[1], 3))
    told = np.ones(len(table)) if shares is None else shares
    parts = (told / told.sum())[:, None]
    for _ in range(steps):
        weights -= rate * (table.T @ (parts * (softmax(table @ weights) - targets)) + l2 * weights)
    return weights - weights.mean(1, keepdims=True)


def as_python(names: Sequence[str], weights: np.ndarray) -> Iterator[str]:
    """The lines of a table of weights, as they stand in the code."""
    for name, row in zip(names, weights, strict=True):
        yield f'    "{name}": ({row[0]:.2f}, {row[1]:.2f}, {row[2]:.2f}),\n'
