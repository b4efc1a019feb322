"""Temperature, reliability and thresholds against what they are made from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.calibration import (
    best_temperature,
    calibration_error,
    interval,
    least_probability,
    reliability,
    risk_at,
    softmax,
)


def drawn(scores: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Labels that come about as the scores say."""
    return np.array([rng.choice(3, p=row) for row in softmax(scores)])


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.5])
def test_the_temperature_that_scores_were_blown_up_by_is_found(factor: float) -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (4000, 3))
    labels = drawn(scores, rng)
    found = best_temperature(scores * factor, labels, np.full(len(labels), 1 / len(labels)))
    assert found == pytest.approx(factor, rel=0.12)


def test_true_probabilities_have_a_small_error_and_boasting_ones_a_large_one() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 1, (4000, 3))
    labels = drawn(scores, rng)
    assert calibration_error(softmax(scores), labels) < 0.03
    assert calibration_error(softmax(scores * 5), labels) > 0.2


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 2)), min_size=1))
def test_bins_hold_every_claim_once_and_their_mean(rows: list[tuple[float, float, float, int]]) -> None:
    odds = np.array([row[:3] for row in rows])
    odds /= odds.sum(1, keepdims=True)
    bins = reliability(odds, np.array([row[3] for row in rows]))
    assert sum(one.claims for one in bins) == len(rows)
    assert sum(one.claims * one.confidence for one in bins) == pytest.approx(float(odds.max(1).sum()))
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in bins)


def test_a_threshold_keeps_the_precision_that_was_asked_for() -> None:
    rng = np.random.default_rng(2)
    odds = rng.uniform(0, 1, 3000)
    is_right = rng.uniform(0, 1, 3000) < odds
    shares = np.full(3000, 1 / 3000)
    least = least_probability(odds, is_right, shares, 0.9)
    assert 0.7 < least < 0.9
    assert is_right[odds >= least].mean() >= 0.9
    assert least_probability(odds, np.zeros(3000, dtype=bool), shares, 0.9) == 1.0


def test_risk_falls_where_fewer_claims_are_answered() -> None:
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 2, (3000, 3))
    risks = risk_at(softmax(scores), drawn(scores, rng), [0.1, 0.3, 0.6, 1.0])
    assert risks == sorted(risks)


def test_an_interval_draws_whole_items() -> None:
    """One item in two thirds of the rows moves the mean much more than rows drawn one by one would."""
    values = np.array([1.0] * 20 + [0.0] * 10)
    items = ["big"] * 20 + [f"small-{place}" for place in range(10)]
    low, high = interval(items, lambda rows: float(values[rows].mean()))
    assert low == 0.0
    assert high > 0.8
