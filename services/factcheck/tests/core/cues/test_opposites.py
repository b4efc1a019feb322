"""Words that exclude each other."""

import pytest
from monshin_factcheck.core.cues.opposites import Opposable, clash, opposites


def word(form: str) -> Opposable:
    """A word by its dictionary form."""
    return Opposable(form, opposites().of(form))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("上昇", "低下", "antonym_conflict"),
        ("増加", "減少", "antonym_conflict"),
        ("促進", "抑制", "antonym_conflict"),
        ("左", "右", "laterality_conflict"),
        ("患側", "健側", "laterality_conflict"),
        ("前", "後", "antonym_conflict"),
        ("食前", "食後", "antonym_conflict"),
        ("高血糖", "低血糖", "antonym_conflict"),
        ("右腕", "左腕", "laterality_conflict"),
        ("静注", "筋注", "route_conflict"),
        ("経口", "皮下注", "route_conflict"),
        ("oral", "intravenous", "route_conflict"),
        ("急速静注", "点滴静注", "route_conflict"),
        ("ワンショット", "点滴", "route_conflict"),
        ("bolus", "infusion", "route_conflict"),
        ("点滴", "筋注", "route_conflict"),
        ("皮内", "皮下", "route_conflict"),
        ("点眼", "点耳", "route_conflict"),
        ("舌下", "経口", "route_conflict"),
        ("注腸", "坐薬", "route_conflict"),
        ("経腸", "静脈内", "route_conflict"),
        ("食前", "食間", "antonym_conflict"),
    ],
)
def test_opposites_clash_both_ways(one: str, other: str, kind: str) -> None:
    assert clash(word(one), word(other)) == clash(word(other), word(one)) == kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上昇", "増加"), ("左", "患側"), ("薬", "水"), ("上昇", "上昇"),
        # What is one of two kinds: 静注 may be a drip or a bolus, an empty stomach before or between meals.
        ("静注", "点滴"), ("静注", "急速静注"), ("intravenous", "infusion"), ("subcutaneous", "infusion"),
        ("経直腸", "坐薬"), ("経直腸", "注腸"), ("空腹", "食前"), ("空腹", "食間"),
    ],
)  # fmt: skip
def test_other_pairs_do_not(one: str, other: str) -> None:
    assert clash(word(one), word(other)) is None


def test_no_word_clashes_with_itself() -> None:
    """Hazard: a word entered at both poles of an axis."""
    for form in opposites().poles:
        assert clash(word(form), word(form)) is None
