"""Two searches become one ranking: how near a passage is in meaning, and how many of the claim's words it holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from monshin_factcheck.core.evidence import Passage

# Words against meaning: all of a claim's words weigh as much as five standard deviations among the nearest passages.
# From a logistic regression on training claims; ten measures rank little better (docs/factcheck-report.md, "Evidence").
SHARE_WEIGHT = 5.0
# A document that is nothing but a name is no evidence for a claim about it, unless it holds nearly all of the claim.
NAME_SHARE = 0.8


def fuse(
    near: Sequence[tuple[int, float]], shares: Mapping[int, float], k: int, names: Collection[int] = ()
) -> list[tuple[int, float]]:
    """The at most `k` best places with their scores, best first, ties by place; names go last.

    near: places that a search by meaning found, at least one, with their nearness: larger is nearer, on any scale, as
    it is brought to mean 0 and deviation 1. shares: for each place of either search its part of the claim's words,
    weighted by rarity, in [0, 1]. What only the words found counts as near as the farthest of `near`.

    >>> [place for place, _ in fuse([(7, 0.9), (1, 0.8)], {7: 0.0, 1: 0.5, 3: 0.2}, 2)]
    [1, 7]
    """
    known = dict(near)
    nearness = np.array(list(known.values()))
    mean, deviation, least = nearness.mean(), nearness.std(), nearness.min()

    def score(place: int) -> float:
        standard = (known.get(place, least) - mean) / deviation if deviation > 0 else 0.0
        return float(standard + SHARE_WEIGHT * shares[place])

    scored = [(place, score(place)) for place in shares]
    return sorted(scored, key=lambda one: (goes_last(one[0], shares, names), -one[1], one[0]))[:k]


def goes_last(place: int, shares: Mapping[int, float], names: Collection[int]) -> bool:
    """Whether it is a name that holds too little of the claim to be evidence for it."""
    return place in names and shares[place] < NAME_SHARE


def first_that_hold(ranked: Iterable[Passage], count: int) -> list[Passage]:
    """The first `count` that hold; of those superseded as many at most, where they rank before: they are only shown."""
    places = {True: count, False: count}
    first: list[Passage] = []
    for passage in ranked:
        if places[passage.is_superseded]:
            places[passage.is_superseded] -= 1
            first.append(passage)
        if not places[False]:
            break
    return first
