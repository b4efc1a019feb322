"""Reciprocal rank fusion: several rankings become one by ranks alone (Cormack, Clarke & Büttcher, SIGIR 2009)."""

from collections.abc import Sequence

RRF_K = 60
# Ranks forget scores: a passage that shares one common word with a claim would count as much as the nearest in meaning.
# Beside a ranking by meaning, passages must hold this much of the claim's words (README, "Retrieval").
LEAST_SHARE = 0.3


def fuse(rankings: Sequence[Sequence[int]], k: int) -> list[tuple[int, float]]:
    """The at most `k` best places with their scores, best first, ties by place.

    A place scores the sum of 1 / (60 + rank), ranks from 1, over the rankings that hold it.

    >>> [place for place, _ in fuse([[7, 1], [1, 3]], 2)]
    [1, 7]
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, place in enumerate(ranking, start=1):
            scores[place] = scores.get(place, 0.0) + 1.0 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]
