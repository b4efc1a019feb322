"""From a wished recall to a beam width."""

import numpy as np
import pytest

from grnnd import InvalidInput
from grnnd.calibration import NEIGHBOURS, WIDTHS, Calibration, Measured, held_out, shares_found

TABLE = Calibration(
    {
        1: (Measured(8, 0.8, 0), Measured(16, 0.99, 0)),
        10: (Measured(12, 0.5, 0), Measured(32, 0.9, 0), Measured(64, 0.98, 0)),
        100: (Measured(128, 0.95, 0), Measured(256, 0.99, 0)),
    }
)


@pytest.mark.parametrize(
    ("k", "target", "ef"),
    [
        (1, 0.8, 8),
        (1, 0.81, 9),  # between two widths recall rises as a line: 8 + 8 · 0.01 / 0.19
        (1, 0.999, 384),  # never reached: the widest, and at least a usual one
        (10, 0.9, 32),
        (2, 0.9, 32),  # between the measured k the larger counts
        (11, 0.95, 128),
        (100, 0.97, 192),
        (400, 0.97, 768),  # beyond them it grows as k does
        (100, 0.01, 128),
    ],
)
def test_the_least_width_that_reached_the_target_is_taken(k: int, target: float, ef: int) -> None:
    assert TABLE.ef(k, target) == ef


def test_a_target_within_two_standard_errors_counts_as_missed() -> None:
    table = Calibration({1: (Measured(8, 0.91, 0.02), Measured(16, 0.93, 0.01), Measured(32, 0.99, 0.06))})
    assert [table.ef(1, target) for target in (0.87, 0.91, 0.92)] == [8, 16, 384]


def test_no_line_leads_to_a_width_at_which_all_is_scanned() -> None:
    """Of 6,000 rows of noise a beam of 256 found .65 and one of 384 all, as a scan is cheaper there; 365 found .67."""
    points = (Measured(128, 0.5, 0), Measured(192, 0.6, 0), Measured(256, 0.65, 0), Measured(384, 1.0, 0))
    assert Calibration({10: points}).ef(10, 0.95) == 384
    assert Calibration({10: points}).ef(10, 0.62) == 218  # 192 + 64 · 2 / 5, rounded up


def test_a_graph_reaches_what_its_widest_beam_found() -> None:
    """Be it by chance, and by the next larger k that was measured; where nothing was measured nothing is missed."""
    table = Calibration({1: (Measured(8, 0.99, 0.01),), 10: (Measured(12, 0.5, 0.1), Measured(384, 0.95, 0.02))})
    assert [table.reaches(k, 0.95) for k in (1, 2, 10, 50)] == [True] * 4
    assert [table.reaches(k, 0.96) for k in (1, 2, 10, 50)] == [True, False, False, False]
    assert Calibration({}).reaches(5, 0.999)


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

    table = Calibration.measured(true, search, lambda k, ef: k)
    assert tuple(table.recalls) == NEIGHBOURS
    for k, points in table.recalls.items():
        assert [at.ef for at in points] == [ef for ef in WIDTHS if k <= ef <= points[-1].ef]
        recalls = [at.recall for at in points]
        assert recalls == sorted(recalls)
        assert recalls[-1] == 1
        assert all(at.error == 0 for at in points)  # each query found the same share


def test_each_k_is_measured_with_the_exact_ranking_that_serves_it() -> None:
    """A search for more that ranks more says nothing of one for less. Where as many are ranked for any k, the largest
    serves all."""
    asked: list[tuple[int, int]] = []

    def search(k: int, ef: int) -> np.ndarray:
        asked.append((k, ef))
        return np.full((5, k), float(k), dtype=np.float32)

    true = np.tile(np.repeat(np.float32([1, 10, 100]), [1, 9, 90]), (5, 1))
    table = Calibration.measured(true, search, lambda k, ef: max(2 * k, ef // 2))
    assert [k for k, ef in asked if ef == 12] == [10]  # k 1 was found by the first width, and is not asked for again
    assert asked[:2] == [(1, 8), (10, 12)]
    assert all(points[-1].recall == 1 for points in table.recalls.values())
    asked.clear()
    Calibration.measured(np.zeros((5, 100), dtype=np.float32), search, lambda k, ef: 0)
    assert [k for k, ef in asked if ef >= 128] == [100] * sum(ef >= 128 for ef in WIDTHS)


def test_widths_beyond_the_usual_are_measured_where_recall_is_short() -> None:
    true = np.ones((5, 1), dtype=np.float32)
    for reached, last in ((0.8, WIDTHS[-1]), (1.0, WIDTHS[0])):
        row = np.where(np.arange(5) < 5 * reached, 1, 9)[:, None].astype(np.float32)
        table = Calibration.measured(true, lambda k, ef, row=row: row, lambda k, ef: k)
        assert table.recalls[1][-1].ef == last


def test_a_width_that_found_less_than_a_narrower_one_counts_as_that_one() -> None:
    """With its error, too."""
    true = np.ones((4, 1), dtype=np.float32)
    missed = {8: 1, 12: 2}
    table = Calibration.measured(
        true, lambda k, ef: np.array([[9.0]] * missed.get(ef, 0) + [[1]] * (4 - missed.get(ef, 0))), lambda k, ef: k
    )
    first, second = table.recalls[1][:2]
    assert (second.recall, second.error) == (first.recall, first.error) == (0.75, pytest.approx(np.sqrt(3 / 16) / 2))
    assert (first.ef, second.ef) == (8, 12)


def test_the_error_is_that_of_a_mean_over_queries() -> None:
    """Of four queries for one row, one missed it: a share of 3/4, deviating by √(3/16), by the root of four."""
    true = np.array([[1], [1], [1], [1]], dtype=np.float32)
    table = Calibration.measured(true, lambda k, ef: np.array([[1], [1], [1], [9]], dtype=np.float32), lambda k, ef: k)
    assert table.recalls[1][0] == (8, 0.75, pytest.approx(np.sqrt(3 / 16) / 2))


def test_of_equally_far_rows_any_counts_as_found() -> None:
    true = np.array([[1, 2, 2], [1, 2, 2]], dtype=np.float32)
    found = np.array([[1, 2, 2], [1, 2, 3]], dtype=np.float32)
    np.testing.assert_allclose(shares_found(found, true), [1, 2 / 3])
    np.testing.assert_allclose(shares_found(np.array([[-4, -2, -1]], dtype=np.float32), -true[:1, ::-1]), [1])


def test_few_rows_are_held_out_and_always_the_same() -> None:
    assert len(held_out(10, 0)) == 0
    assert len(held_out(1000, 0)) == 50
    assert len(held_out(10**6, 0)) == 200
    assert held_out(10**6, 3).tolist() == sorted(set(held_out(10**6, 3).tolist()))
    assert (held_out(10**5, 1) != held_out(10**5, 2)).any()
