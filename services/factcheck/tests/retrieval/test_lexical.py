"""BM25 and fusion against the formulas, written out."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.retrieval.fusion import fuse
from monshin_factcheck.core.retrieval.lexical import LexicalIndex

passages = st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), min_size=1, max_size=12)


def bm25(found: list[list[str]], place: int, query: set[str]) -> float:
    """The textbook formula, term by term."""
    mean = sum(max(len(p), 1) for p in found) / len(found)
    total = 0.0
    for term in query:
        holders = sum(term in p for p in found)
        count = found[place].count(term)
        if count:
            idf = math.log(1 + (len(found) - holders + 0.5) / (holders + 0.5))
            total += idf * count * 2.2 / (count + 1.2 * (1 - 0.75 + 0.75 * max(len(found[place]), 1) / mean))
    return total


@given(passages, st.sets(st.sampled_from("abcdefg")))
def test_scores_are_those_of_the_formula(found: list[list[str]], query: set[str]) -> None:
    """For any passages, empty ones included."""
    scores = LexicalIndex(found).scores(query)
    assert scores.tolist() == pytest.approx([bm25(found, place, query) for place in range(len(found))], abs=1e-4)


@given(passages, st.sets(st.sampled_from("abcdefg")), st.integers(1, 15))
def test_search_returns_the_best_that_share_a_term(found: list[list[str]], query: set[str], k: int) -> None:
    """Best first, ties by place, never one without a shared term."""
    index = LexicalIndex(found)
    scores = index.scores(query)
    places = index.search(query, k)
    assert len(places) == min(k, int((scores > 0).sum()))
    assert all(scores[a] >= scores[b] for a, b in pairwise(places))
    assert all(scores[place] > 0 for place in places)


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=3), st.integers(1, 10))
def test_fusion_is_the_sum_of_reciprocal_ranks(rankings: list[list[int]], k: int) -> None:
    """Against a dictionary that sums 1 / (60 + rank)."""
    oracle = {p: sum(1 / (61 + r.index(p)) for r in rankings if p in r) for r in rankings for p in r}
    fused = fuse(rankings, k)
    assert len(fused) == min(k, len(oracle))
    assert all(score == pytest.approx(oracle[place]) for place, score in fused)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)
