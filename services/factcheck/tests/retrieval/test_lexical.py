"""BM25 against the formula, written out."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
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


@given(passages, st.sets(st.sampled_from("abcdefg"), min_size=1), st.integers(1, 15), st.data())
def test_what_is_taken_out_is_found_no_more_and_the_rest_weighs_as_before(
    found: list[list[str]], query: set[str], k: int, data: st.DataObject
) -> None:
    """Also where some of the rest is taken out in turn."""
    whole = LexicalIndex(found)
    some = st.sets(st.integers(0, len(found) - 1)).map(sorted)
    kept = data.draw(some)
    rest = whole.only(kept)
    if kept:
        again = sorted(data.draw(st.sets(st.integers(0, len(kept) - 1))))
        kept, rest = [kept[place] for place in again], rest.only(again)
    scores = whole.scores(query)
    assert rest.scores(query).tolist() == scores[kept].tolist()
    assert rest.shares(query).tolist() == whole.shares(query)[kept].tolist()
    assert len(rest.search(query, k)) == min(k, int((scores[kept] > 0).sum()))
    assert len(whole.scores(query)) == len(found)


@given(passages, st.sets(st.sampled_from("abcdefg"), min_size=1))
def test_a_share_is_the_part_of_the_rarities_that_a_passage_holds(found: list[list[str]], query: set[str]) -> None:
    """All of it for a passage with every term, nothing for one with none."""

    def rarity(term: str) -> float:
        holders = sum(term in p for p in found)
        return math.log(1 + (len(found) - holders + 0.5) / (holders + 0.5))

    total = sum(map(rarity, query))
    wanted = [sum(rarity(term) for term in query & set(p)) / total for p in found]
    assert LexicalIndex(found).shares(query).tolist() == pytest.approx(wanted, abs=1e-5)
