"""Edges added to what cannot be reached, which may cut off others."""

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import reachable

from grnnd import engine

FULL = 4  # neighbours in a list


def repaired(lists: list[list[int]], entries: list[int], degree: int = FULL) -> tuple[NDArray[np.uint32], int]:
    """The edges of points on a line after repairs, and how many were added."""
    edges = np.full((len(lists), degree), engine.NONE, dtype=np.uint32)
    for vertex, ends in enumerate(lists):
        edges[vertex, : len(ends)] = ends
    points = np.arange(len(lists), dtype=np.float32)[:, None]
    order = np.arange(len(lists), dtype=np.uint32)
    added = engine.core().repair_points(points, order, edges, np.array(entries, dtype=np.uint32))
    return edges, added


@pytest.mark.parametrize("dominoes", [1, 3, 4, 5, 40])
def test_what_a_repair_cuts_off_is_repaired_however_long_that_goes_on(dominoes: int) -> None:
    """A leaf has one way in, from a full list. The first has none, and its only neighbour gives up that to the second
    for it; in the next pass, the only neighbour of the second gives up that to the third, and so on."""
    full = dominoes + 4
    leaves = [[leaf] for leaf in range(dominoes + 1)]  # their vertices follow those of the full lists
    others = [[(number + step) % full for step in (1, 2, 3)] for number in range(full)]
    lists = [own + [full + number + 1] * (number < dominoes) for number, own in enumerate(others)] + leaves
    edges, added = repaired(lists, list(range(full)))
    assert reachable(edges, np.arange(full, dtype=np.uint32)) == set(range(len(lists)))
    assert added == dominoes + 1


def test_a_graph_of_which_all_is_reached_stays_as_it_is() -> None:
    edges, added = repaired([[1, 2], [2], [0]], [0])
    assert added == 0
    assert edges[:, :2].tolist() == [[1, 2], [2, engine.NONE], [0, engine.NONE]]


def test_where_no_list_has_room_the_repair_says_so() -> None:
    """Lists of one edge, shorter than any build makes, can all be taken up by repairs that are cut off again. It wrote
    outside of the graph then."""
    with pytest.raises(RuntimeError, match="room"):
        repaired([[4], [2], [4], [4], [2]], [0], degree=1)
