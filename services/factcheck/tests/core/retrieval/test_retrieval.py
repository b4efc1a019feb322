"""Lexical search against its formula, and the fusion of rankings."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.retrieval.fusion import RRF_K, fuse
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser

passages = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), min_size=1, max_size=8)


def bm25(corpus: list[list[str]], query: set[str], place: int) -> float:
    """The textbook formula, term by term: k1 1.2, b 0.75."""
    mean = sum(map(len, corpus)) / len(corpus)
    total = 0.0
    for term in query:
        holders = sum(term in passage for passage in corpus)
        count = Counter(corpus[place])[term]
        idf = math.log(1 + (len(corpus) - holders + 0.5) / (holders + 0.5))
        total += idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(corpus[place]) / mean)) if count else 0.0
    return total


@given(passages, st.sets(st.sampled_from("abcdefg"), min_size=1))
def test_scores_are_the_formulas(corpus: list[list[str]], query: set[str]) -> None:
    scores = LexicalIndex(corpus).scores(query)
    for place in range(len(corpus)):
        assert scores[place] == pytest.approx(bm25(corpus, query, place), rel=1e-4, abs=1e-5)


@given(passages, st.sets(st.sampled_from("abcdefg"), min_size=1), st.integers(1, 10), st.floats(0, 1))
def test_found_passages_share_a_term_and_are_ranked(
    corpus: list[list[str]], query: set[str], k: int, share: float
) -> None:
    index = LexicalIndex(corpus)
    found, scores = index.search(query, k, least_share=share), index.scores(query)
    assert len(found) <= k
    assert all(query & set(corpus[place]) for place in found)
    assert [scores[place] for place in found] == sorted((scores[place] for place in found), reverse=True)


def test_a_passage_that_shares_one_common_word_can_be_left_out() -> None:
    index = LexicalIndex([["患者", "発熱"], ["患者", "褥瘡", "体位"], ["患者", "薬"]])
    query = ["患者", "褥瘡", "体位"]
    assert set(index.search(query, 3)) == {0, 1, 2}
    assert index.search(query, 3, least_share=0.3) == [1]


@given(st.lists(st.lists(st.integers(0, 9), unique=True, max_size=8), max_size=3), st.integers(0, 12))
def test_fusion_sums_reciprocal_ranks(rankings: list[list[int]], k: int) -> None:
    expected: Counter[int] = Counter()
    for ranking in rankings:
        for rank, place in enumerate(ranking, 1):
            expected[place] += 1 / (RRF_K + rank)  # type: ignore[assignment]  # a Counter of floats
    fused = fuse(rankings, k)
    assert len(fused) == min(k, len(expected))
    for place, score in fused:
        assert score == pytest.approx(expected[place])


def test_names_of_one_thing_are_one_term() -> None:
    terms = Terms(Analyser())
    assert set(terms.of("カロナールを投与")) & set(terms.of("アセトアミノフェンの使用")) >= {"アセトアミノフェン"}
    assert terms.of("Dressings were changed")[0] == terms.of("a dressing")[0]
