"""Cells: balanced, bounded, the same for the same seed."""

import numpy as np
import pytest
from monshin_ann.core.definition import Metric
from monshin_ann.sharded import cells
from monshin_ann.sharded.cells import NO_CELL, Assigner, Centres
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

Rows = NDArray[np.float32]


def clustered(count: int, clusters: int, seed: int = 0) -> Rows:
    """Clusters of very different size."""
    rng = np.random.default_rng(seed)
    shares = rng.pareto(1.0, clusters) + 0.01
    centres = 5 * rng.standard_normal((clusters, 8))
    of = rng.choice(clusters, count, p=shares / shares.sum())
    return (centres[of] + rng.standard_normal((count, 8))).astype(np.float32)


@pytest.mark.parametrize("overlap", [1, 2, 4])
@pytest.mark.parametrize("kind", ["clusters", "all equal", "two places"])
def test_no_cell_holds_more_than_it_may_and_each_row_is_somewhere(kind: str, overlap: int) -> None:
    rows = {
        "clusters": clustered(6000, 12),
        "all equal": np.ones((6000, 8), dtype=np.float32),
        "two places": np.repeat(np.eye(2, 8, dtype=np.float32), 3000, axis=0),
    }[kind]
    rng = np.random.default_rng(1)
    centres = cells.find(rows[::4], 6000, 1000, overlap, rng)
    found = Assigner(centres, 1000, overlap).assign(rows)
    assert (found[:, 0] != NO_CELL).all()
    assert np.bincount(found[found != NO_CELL]).max() <= 1000
    assert all(len(set(row)) == len(row) for row in (found[n][found[n] != NO_CELL].tolist() for n in range(6000)))


def test_cells_are_the_nearest_where_there_is_room() -> None:
    rows = clustered(2000, 6)
    centres = cells.find(rows, 2000, 2000, 2, np.random.default_rng(0))
    centres = Centres(rows[:8])
    exact = np.argsort(np.square(rows[:, None].astype(np.float64) - rows[:8]).sum(axis=2), axis=1)[:, :2]
    found = Assigner(centres, 2000, 2).assign(rows)
    assert np.mean(found == exact) > 0.999  # rounding of scores


def test_rows_that_come_when_a_cell_is_full_go_to_the_next_nearest() -> None:
    centres = Centres(np.array([[0.0], [1.0], [10.0]], dtype=np.float32))
    found = Assigner(centres, 2, 1).assign(np.zeros((5, 1), dtype=np.float32))
    assert found[:, 0].tolist() == [0, 0, 1, 1, 2]


def test_a_heavy_cell_is_split() -> None:
    rows = clustered(8000, 3)
    centres = cells.find(rows, 8000, 1000, 2, np.random.default_rng(0))
    nearest = np.argsort(centres.distances(rows), axis=1)[:, :2]
    assert np.bincount(nearest.ravel()).max() <= 1300  # as far as the sample shows; the assigner sees to the rest


def test_the_same_seed_finds_the_same_cells() -> None:
    rows = clustered(3000, 5)
    one, other = (cells.find(rows, 3000, 500, 2, np.random.default_rng(7)).rows for _ in range(2))
    assert (one == other).all()


def test_what_fits_one_shard_is_one_cell() -> None:
    rows = clustered(300, 3)
    assert len(cells.find(rows, 300, 300, 2, np.random.default_rng(0))) == 1


def test_under_cosine_length_does_not_count() -> None:
    rows = clustered(100, 3)
    factors = np.random.default_rng(0).uniform(0.1, 9, (100, 1)).astype(np.float32)
    assert np.allclose(
        cells.directions(rows, Metric.COSINE), cells.directions(rows * factors, Metric.COSINE), atol=1e-6
    )


def test_shards_so_small_that_the_sample_cannot_tell_them_apart_are_refused() -> None:
    """Else most rows would be in no cell, and be inserted one by one."""
    rows = np.random.default_rng(0).standard_normal((500, 8)).astype(np.float32)
    with pytest.raises(InvalidInput, match="shards of at least 5000 rows") as caught:
        cells.find(rows, 1_000_000, 4000, 2, np.random.default_rng(0))
    assert caught.value.violations[0].field == "shard_rows"
    assert len(cells.find(rows, 1_000_000, 5000, 2, np.random.default_rng(0))) >= 500
