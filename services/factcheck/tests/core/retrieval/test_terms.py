"""What counts as a word match, and when it is too weak to count. The formulas are in tests/retrieval."""

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser

passages = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), min_size=1, max_size=8)


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


def test_names_of_one_thing_are_one_term() -> None:
    terms = Terms(Analyser())
    assert set(terms.of("カロナールを投与")) & set(terms.of("アセトアミノフェンの使用")) >= {"アセトアミノフェン"}
    assert terms.of("Dressings were changed")[0] == terms.of("a dressing")[0]


def test_an_ambiguous_name_counts_as_all_that_it_may_stand_for() -> None:
    tables = [AliasTable([("急性心筋梗塞", "MIA")]), AliasTable([("微小虚血", "MIA")])]
    assert set(Terms(Analyser()).knowing(*tables).of("MIAを疑う。")) >= {"急性心筋梗塞", "微小虚血"}
