"""Shares, rankings and calibration, each with a 95 % interval where one can be had. Arrays are of shape (claims,)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.intp]]

_Z95 = 1.959963984540054
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims with a confidence in [low, high), the last bin with 1. confidence: their mean. right: how many were."""

    low: float
    high: float
    count: int
    confidence: float
    right: int


def wilson(hits: int, count: int) -> Interval | None:
    """A share with its interval (Wilson 1927); None of nothing.

    >>> found = wilson(9, 10)
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.9, 0.596, 0.982)
    """
    if count == 0:
        return None
    share, square = hits / count, _Z95 * _Z95
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = _Z95 * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return Interval(share, min(share, max(0.0, middle - spread)), max(share, min(1.0, middle + spread)))


def bootstrap(
    figure: Callable[[Places], float | None], groups: Sequence[str], seed: int = 0, resamples: int = RESAMPLES
) -> Interval | None:
    """A figure of the claims at the given places, with the percentiles 2.5 and 97.5 of resampled ones.

    Whole groups are drawn: claims about one passage are not independent. None where the figure is.
    """
    value = figure(np.arange(len(groups)))
    if value is None:
        return None
    names = list(dict.fromkeys(groups))
    where = np.array(groups)
    members = [np.flatnonzero(where == name) for name in names]
    rng = np.random.default_rng(seed)
    drawn = (
        figure(np.concatenate([members[at] for at in rng.integers(0, len(names), len(names))]))
        for _ in range(resamples)
    )
    found = [one for one in drawn if one is not None]
    low, high = np.percentile(found, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def auroc(scores: Floats, is_positive: Bools) -> float | None:
    """Chance that a positive has a larger score than a negative, ties half; None without both.

    >>> auroc(np.array([2.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False]))
    0.875
    """
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    if not positives or not negatives:
        return None
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # ties share their mean rank
    return float((ranks[is_positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_bins(confidence: Floats, is_right: Bools, count: int = 10) -> list[Bin]:
    """Equal widths; only bins with a claim."""
    edges = np.linspace(0.0, 1.0, count + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="right") - 1, 0, count - 1)
    found = []
    for at in range(count):
        inside = place == at
        if inside.any():
            mean, right = float(confidence[inside].mean()), int(is_right[inside].sum())
            found.append(Bin(float(edges[at]), float(edges[at + 1]), int(inside.sum()), mean, right))
    return found


def calibration_error(confidence: Floats, is_right: Bools) -> float | None:
    """Expected calibration error of ten bins: mean distance of confidence and share right; None of nothing.

    >>> calibration_error(np.array([0.75, 0.75]), np.array([True, False]))
    0.25
    """
    if not len(confidence):
        return None
    bins = calibration_bins(confidence, is_right)
    return sum(abs(one.right - one.count * one.confidence) for one in bins) / len(confidence)


def risks(confidence: Floats, is_right: Bools) -> Floats:
    """Share wrong among the k most confident, k from 1; claims of equal confidence count as they stand on average.

    >>> risks(np.array([0.9, 0.8]), np.array([True, False])).tolist()
    [0.0, 0.5]
    """
    levels, place, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    wrong = np.bincount(place, weights=~is_right, minlength=len(levels))
    each = np.repeat(wrong / counts, counts)
    return np.cumsum(each) / np.arange(1, len(confidence) + 1)
