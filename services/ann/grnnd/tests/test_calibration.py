"""From a wished recall to a beam width."""

import numpy as np
import pytest

from grnnd import InvalidInput
from grnnd.calibration import NEIGHBOURS, WIDTHS, Calibration, held_out, recall_by_distance

TABLE = Calibration(
    {1: ((8, 0.8), (16, 0.99)), 10: ((12, 0.5), (32, 0.9), (64, 0.98)), 100: ((128, 0.95), (256, 0.99))}
)


@pytest.mark.parametrize(
    ("k", "target", "ef"),
    [
        (1, 0.8, 8),
        (1, 0.81, 16),
        (1, 0.999, 16),  # never reached: the widest that was measured
        (10, 0.9, 32),
        (2, 0.9, 32),  # between the measured k the larger counts
        (11, 0.95, 128),
        (100, 0.97, 256),
        (400, 0.97, 1024),  # beyond them it grows as k does
        (100, 0.01, 128),
    ],
)
def test_the_least_width_that_reached_the_target_is_taken(k: int, target: float, ef: int) -> None:
    assert TABLE.ef(k, target) == ef


@pytest.mark.parametrize("target", [0, 1, -0.5, 1.5, float("nan")])
def test_a_target_outside_0_and_1_is_refused(target: float) -> None:
    with pytest.raises(InvalidInput, match="target_recall"):
        TABLE.ef(10, target)


def test_a_graph_too_small_to_measure_takes_a_width_of_its_own() -> None:
    assert Calibration({}).ef(3, 0.9) == 8
    assert Calibration({}).ef(30, 0.9) == 30


def test_recalls_are_measured_for_each_k_and_never_fall() -> None:
    """A search that finds the first ef/64 of what is true, and misses the rest by far."""
    true = np.tile(np.arange(1, 101, dtype=np.float32), (5, 1))

    def search(k: int, ef: int) -> np.ndarray:
        found = np.full((5, k), 1e9, dtype=np.float32)
        good = min(k, int(100 * min(1, ef / 64)))
        found[:, :good] = true[:, :good]
        return found

    table = Calibration.measured(true, search)
    assert tuple(table.recalls) == NEIGHBOURS
    for k, points in table.recalls.items():
        assert [ef for ef, _ in points] == [ef for ef in WIDTHS if k <= ef <= points[-1][0]]
        recalls = [recall for _, recall in points]
        assert recalls == sorted(recalls)
        assert recalls[-1] == 1


def test_of_equally_far_rows_any_counts_as_found() -> None:
    true = np.array([[1, 2, 2]], dtype=np.float32)
    assert recall_by_distance(np.array([[1, 2, 2]], dtype=np.float32), true) == 1
    assert recall_by_distance(np.array([[1, 2, 3]], dtype=np.float32), true) == pytest.approx(2 / 3)
    assert recall_by_distance(np.array([[-4, -2, -1]], dtype=np.float32), -true[:, ::-1]) == pytest.approx(1)


def test_few_rows_are_held_out_and_always_the_same() -> None:
    assert len(held_out(10, 0)) == 0
    assert len(held_out(1000, 0)) == 50
    assert len(held_out(10**6, 0)) == 200
    assert held_out(10**6, 3).tolist() == sorted(set(held_out(10**6, 3).tolist()))
    assert (held_out(10**5, 1) != held_out(10**5, 2)).any()
