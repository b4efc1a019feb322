"""How a ranking by meaning and one by words become one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.retrieval.fusion import NAME_SHARE, fuse

found = st.dictionaries(st.integers(0, 9), st.floats(-1, 1), min_size=1)
shares_of = st.lists(st.floats(0, 1), min_size=10, max_size=10)


@given(found, shares_of, st.integers(1, 12))
def test_the_best_come_first_and_each_once(near: dict[int, float], shares: list[float], k: int) -> None:
    ranked = fuse(list(near.items()), dict(enumerate(shares)), k)
    assert len({place for place, _ in ranked}) == len(ranked) == min(k, 10)
    assert all(one >= other for (_, one), (_, other) in pairwise(ranked))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8, unique=True), st.floats(0.25, 4), st.floats(-3, 3))
def test_the_scale_of_the_nearness_does_not_matter(values: list[int], scale: float, shift: float) -> None:
    """Cosines of one embedding model lie between .7 and .9, those of another between .2 and .8."""
    shares = dict.fromkeys(range(len(values)), 0.5)
    plain = fuse([(place, value / 100) for place, value in enumerate(values)], shares, 8)
    other = fuse([(place, value / 100 * scale + shift) for place, value in enumerate(values)], shares, 8)
    assert [place for place, _ in plain] == [place for place, _ in other]


def test_what_only_the_words_found_counts_as_near_as_the_farthest() -> None:
    """So that it passes the middle of the nearest only with many of the claim's words."""
    near = [(0, 0.9), (1, 0.8), (2, 0.7)]
    assert [place for place, _ in fuse(near, {0: 0.0, 1: 0.0, 2: 0.0, 3: 0.1}, 4)] == [0, 1, 3, 2]
    assert [place for place, _ in fuse(near, {0: 0.0, 1: 0.0, 2: 0.0, 3: 0.6}, 4)] == [3, 0, 1, 2]


def test_a_bare_name_goes_last_unless_it_holds_nearly_all_of_the_claim() -> None:
    near = [(0, 0.9), (1, 0.5)]
    assert [place for place, _ in fuse(near, {0: NAME_SHARE - 0.1, 1: 0.0}, 2, names={0})] == [1, 0]
    assert [place for place, _ in fuse(near, {0: NAME_SHARE, 1: 0.0}, 2, names={0})] == [0, 1]
