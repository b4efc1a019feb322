"""A hospital's own list of names."""

import pytest
from monshin_factcheck.core.aliases.own_list import AliasGroup, book, problems, revision
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.text.normalise import normalise

ACETAMINOPHEN = AliasGroup("アセトアミノフェン錠", ("カロナール", "院内アセト", "AA"))


def found(table: AliasTable, text: str) -> list[str]:
    return [hit.canonical for hit in table.find(normalise(text).text)]


def test_names_of_a_group_stand_for_the_same_as_in_the_built_in_table() -> None:
    """カロナール is known there: the group takes the name that it has there, so that both lists agree."""
    table = book([ACETAMINOPHEN]).judging
    assert found(table, "院内アセトとアセトアミノフェン錠") == ["アセトアミノフェン", "アセトアミノフェン"]


def test_a_name_with_two_meanings_only_widens_the_search_and_to_both() -> None:
    groups = [AliasGroup("急性心筋梗塞", ("MIA", "AMI"), ("MIA",)), AliasGroup("微小虚血", ("MIA",), ("MIA",))]
    assert problems(groups) == []
    made = book(groups)
    assert found(made.judging, "MIAの患者") == []
    assert {name for table in made.expanding for name in found(table, "MIAの患者")} == {"急性心筋梗塞", "微小虚血"}


def test_an_abbreviation_of_two_letters_never_judges() -> None:
    made = book([ACETAMINOPHEN])
    assert (found(made.judging, "AAを飲む"), found(made.expanding[0], "AAを飲む")) == ([], ["アセトアミノフェン"])


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([AliasGroup("甲薬", ("乙薬",)), AliasGroup("乙薬", ("甲薬",))], [(0, 0, "LOOP"), (1, 0, "LOOP")]),
        ([AliasGroup("甲薬", ("乙薬",)), AliasGroup("乙薬", ("丙薬",))], [(0, 0, "CHAIN")]),
        ([AliasGroup("甲薬", ("X錠",)), AliasGroup("乙薬", ("X錠",))],
         [(0, 0, "CONTRADICTION"), (1, 0, "CONTRADICTION")]),
        ([AliasGroup("甲薬", ("X錠",), ("X錠",)), AliasGroup("乙薬", ("X錠",))], [(1, 0, "CONTRADICTION")]),
        ([AliasGroup("高血糖", ("高血糖値", "低血糖"))], [(0, 1, "OPPOSITES")]),
        ([AliasGroup("ワルファリン", ("エリキュース",))], [(0, 0, "BUILT_IN")]),
        ([AliasGroup("甲薬", ("甲錠",)), AliasGroup("甲薬", ("甲散",))], [(1, None, "TWICE")]),
        ([AliasGroup("甲薬", ("　",))], [(0, 0, "EMPTY")]),
        ([AliasGroup("甲薬", ("甲錠",), ("乙錠",))], [(0, None, "NOT_AN_ALIAS")]),
    ],
)  # fmt: skip
def test_what_would_make_two_things_one_is_named(
    groups: list[AliasGroup], expected: list[tuple[int, int | None, str]]
) -> None:
    assert [(one.group, one.alias, one.reason) for one in problems(groups)] == expected


def test_width_and_case_hide_no_contradiction() -> None:
    groups = [AliasGroup("甲薬", ("ＡＢＣ錠",)), AliasGroup("乙薬", ("abc錠",))]
    assert {one.reason for one in problems(groups)} == {"CONTRADICTION"}


def test_a_revision_tells_lists_apart() -> None:
    groups = [ACETAMINOPHEN, AliasGroup("甲薬", ("甲錠",))]
    assert revision(groups) == revision(list(groups))
    assert len({revision(groups), revision(groups[:1]), revision(groups[::-1]), revision([])}) == 4
