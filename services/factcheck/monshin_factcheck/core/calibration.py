"""How far probabilities can be believed: temperature, reliability, risk at a coverage. Arrays in, numbers out.

odds: float of shape (claims, 3), rows that sum to 1. labels: int of shape (claims,), the right column. items: of shape
(claims,): claims of one item hang together, so that intervals draw whole items.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BINS = 10
_RESAMPLES = 400
_TEMPERATURES = np.geomspace(0.25, 4.0, 161)


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims whose largest probability lies in [low, high): their number, its mean, and how often it was right."""

    low: float
    high: float
    claims: int
    confidence: float
    right: float


def softmax(scores: Floats) -> Floats:
    """Row by row.

    >>> softmax(np.zeros((1, 3))).round(2).tolist()
    [[0.33, 0.33, 0.33]]
    """
    raised = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = raised / raised.sum(1, keepdims=True)
    return shares


def best_temperature(scores: Floats, labels: Ints, shares: Floats) -> float:
    """What the scores are best divided by: least mean surprise. scores: (claims, 3); shares: the claims' weights.

    Guo et al., arXiv:1706.04599; from 0.25 to 4, so that a small set cannot make it absurd.
    """
    rows = np.arange(len(labels))

    def surprise(temperature: float) -> float:
        return float(-(shares * np.log(softmax(scores / temperature)[rows, labels] + 1e-12)).sum())

    return float(min(_TEMPERATURES, key=surprise))


def reliability(odds: Floats, labels: Ints) -> list[Bin]:
    """Ten bins of equal width, those without a claim left out."""
    sure, right = odds.max(1), odds.argmax(1) == labels
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        Bin(at / BINS, (at + 1) / BINS, int((place == at).sum()), float(sure[place == at].mean()),
            float(right[place == at].mean()))
        for at in range(BINS)
        if (place == at).any()
    ]  # fmt: skip


def calibration_error(odds: Floats, labels: Ints) -> float:
    """Expected calibration error: the bins' mean gap between confidence and rightness, weighted by their claims."""
    bins = reliability(odds, labels)
    return sum(abs(one.confidence - one.right) * one.claims for one in bins) / len(labels)


def risk_at(odds: Floats, labels: Ints, coverages: Sequence[float]) -> list[float]:
    """Share of wrong answers among the surest claims, for each share of all claims that is to be answered.

    >>> odds = np.array([[0.9, 0.1, 0.0], [0.2, 0.5, 0.3]])
    >>> risk_at(odds, np.array([0, 2]), [0.5, 1.0])
    [0.0, 0.5]
    """
    order = np.argsort(-odds.max(1), kind="stable")
    wrong = (odds.argmax(1) != labels)[order]
    return [float(wrong[: max(1, round(coverage * len(wrong)))].mean()) for coverage in coverages]


def least_probability(odds: Floats, is_right: Flags, shares: Floats, precision: float) -> float:
    """The smallest probability, at least a half, from which on verdicts are right as often as wanted; 1: none is.

    odds: of shape (claims,), only claims that may get the verdict. shares: the claims' weights.
    """
    order = np.argsort(-odds)
    kept = np.cumsum((shares * is_right)[order]) / np.maximum(np.cumsum(shares[order]), 1e-12)
    good = np.flatnonzero((kept >= precision) & (odds[order] >= 0.5))
    return float(odds[order[good[-1]]]) if len(good) else 1.0


def interval(items: Sequence[str], statistic: Callable[[Ints], float], seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of a statistic of row numbers; whole items are drawn."""
    rows_of: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        rows_of.setdefault(item, []).append(row)
    groups = [np.array(rows) for rows in rows_of.values()]
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(np.concatenate([groups[at] for at in rng.integers(0, len(groups), len(groups))]))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
