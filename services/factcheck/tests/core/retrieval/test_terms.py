"""What counts as a word match. The formulas are in tests/retrieval."""

from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser


def test_names_of_one_thing_are_one_term() -> None:
    terms = Terms(Analyser())
    assert set(terms.of("カロナールを投与")) & set(terms.of("アセトアミノフェンの使用")) >= {"アセトアミノフェン"}
    assert terms.of("Dressings were changed")[0] == terms.of("a dressing")[0]


def test_an_ambiguous_name_counts_as_all_that_it_may_stand_for() -> None:
    tables = [AliasTable([("急性心筋梗塞", "MIA")]), AliasTable([("微小虚血", "MIA")])]
    assert set(Terms(Analyser()).knowing(*tables).of("MIAを疑う。")) >= {"急性心筋梗塞", "微小虚血"}
