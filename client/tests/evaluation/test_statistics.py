"""Figures against what can be counted by hand or by another way."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin.evaluation import statistics
from monshin.evaluation.statistics import auroc, bootstrap, calibration_bins, calibration_error, risks, wilson

shares = st.floats(0, 1).map(lambda value: round(value, 3))
judged = st.lists(st.tuples(shares, st.booleans()), min_size=1, max_size=60)


def arrays(rows: list[tuple[float, bool]]) -> tuple[statistics.Floats, statistics.Bools]:
    """Scores and marks."""
    return np.array([score for score, _ in rows]), np.array([mark for _, mark in rows])


def test_the_examples_run() -> None:
    assert doctest.testmod(statistics).failed == 0


@given(judged)
def test_auroc_is_the_chance_of_a_pair_in_order(rows: list[tuple[float, bool]]) -> None:
    """The oracle goes through all pairs."""
    positives = [score for score, mark in rows if mark]
    negatives = [score for score, mark in rows if not mark]
    found = auroc(*arrays(rows))
    if not positives or not negatives:
        assert found is None
        return
    pairs = [(one > other) + (one == other) / 2 for one in positives for other in negatives]
    assert found == pytest.approx(sum(pairs) / len(pairs))


@given(judged)
def test_bins_hold_every_claim_once(rows: list[tuple[float, bool]]) -> None:
    bins = calibration_bins(*arrays(rows))
    assert sum(one.count for one in bins) == len(rows)
    assert sum(one.right for one in bins) == sum(mark for _, mark in rows)
    assert all(one.low <= one.confidence <= one.high for one in bins)


@given(judged)
def test_risk_at_full_coverage_is_the_share_wrong(rows: list[tuple[float, bool]]) -> None:
    curve = risks(*arrays(rows))
    assert len(curve) == len(rows)
    assert curve[-1] == pytest.approx(sum(not mark for _, mark in rows) / len(rows))


@given(judged, st.randoms())
def test_risk_does_not_depend_on_the_order_of_equal_confidences(rows: list[tuple[float, bool]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert risks(*arrays(rows)) == pytest.approx(risks(*arrays(shuffled)))


def test_an_honest_confidence_has_no_error_and_a_boast_has_its_size() -> None:
    right = np.arange(1000) % 10 < 7
    assert calibration_error(np.full(1000, 0.7), right) == pytest.approx(0)
    assert calibration_error(np.full(1000, 0.95), right) == pytest.approx(0.25)


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_wilson_interval_holds_its_share_and_stays_in_bounds(hits: int, more: int) -> None:
    found = wilson(hits, hits + more)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert wilson(0, 0) is None


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    """A share of 0.3 in 200 draws of 80 claims: the interval must hold it in 88 to 99 % of them."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        marks = rng.random(80) < 0.3
        groups = [str(number) for number in range(80)]
        found = bootstrap(lambda at, marks=marks: float(marks[at].mean()), groups, resamples=300)  # type: ignore[misc]
        assert found is not None
        hits += found.low <= 0.3 <= found.high
    assert 0.88 <= hits / 200 <= 0.99


def test_claims_of_one_item_are_drawn_together() -> None:
    """Ten copies of a claim tell no more than one: the interval must not become narrow by them."""
    marks = np.array([True, False, True, False, True])
    one = bootstrap(lambda at: float(marks[at].mean()), [str(n) for n in range(5)])
    copies = np.repeat(marks, 10)
    many = bootstrap(lambda at: float(copies[at].mean()), [str(n // 10) for n in range(50)])
    assert one is not None
    assert many is not None
    assert math.isclose(one.high - one.low, many.high - many.low)
