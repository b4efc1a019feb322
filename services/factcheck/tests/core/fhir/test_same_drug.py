"""Which orders are of one drug, and whether they tell one dose."""

import pytest
from monshin_factcheck.core.fhir.doses import differ
from monshin_factcheck.core.fhir.same_drug import are_one, drug_of, may_be_one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ワルファリン", "ワーファリン錠1mg"),
        ("ワルファリンカリウム錠0.5mg「トーワ」", "ワーファリン錠1mg"),
        ("【般】アムロジピン錠5mg", "ノルバスクOD錠5mg"),
        ("アムロジピンベシル酸塩", "アムロジピン錠２．５ｍｇ"),
        ("Warfarin sodium 1 mg tablet", "warfarin"),
        ("amlodipine besylate 5 mg oral tablet", "アムロジピン"),
        ("ロキソプロフェンNa錠60mg", "ロキソニン錠60mg"),
        ("バイアスピリン錠100mg", "アスピリン"),
    ],
)
def test_brand_and_generic_names_are_one_drug(one: str, other: str) -> None:
    assert are_one(drug_of(one), drug_of(other))
    assert may_be_one(drug_of(one), drug_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("インスリン リスプロ", "インスリン グラルギン"),
        ("プレドニゾロン錠5mg", "メチルプレドニゾロン錠4mg"),
        ("prednisolone 5 mg tablet", "methylprednisolone 4 mg tablet"),
        ("塩化カリウム", "塩化ナトリウム"),
        ("ワルファリン", "アピキサバン"),
        ("potassium chloride", "sodium chloride"),
    ],
)
def test_others_are_not(one: str, other: str) -> None:
    assert not are_one(drug_of(one), drug_of(other))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1回1 mg、1日1回、経口", "1日1回1mg 夕食後", False),
        ("1回1錠、1日3回、毎食後", "1回1錠、1日3回、朝昼夕食後", False),
        ("1回1錠、1日1回、14日間", "1回1錠、1日1回、28日間", False),
        ("1日3回", "8時間ごと", False),
        ("1回1 mg", "経口", False),
        ("2 mg, every day, oral", "2 mg once daily", False),
        ("1回1 mg、1日1回、経口", "1日1回2mg 夕食後", True),
        ("1回1 mg、1日1回", "1回1 mg、1日2回", True),
        ("1回1錠、朝食後", "1回1錠、夕食後", True),
        ("1回1錠、毎食前", "1回1錠、毎食後", True),
        ("1回2錠、1日1回", "1回2 mg、1日1回", True),
        ("朝に2錠、夕に1錠", "朝に1錠、夕に2錠", True),
        ("2 tablets every day", "3 tablets every day", True),
    ],
)
def test_doses_that_say_otherwise_differ(one: str, other: str, *, expected: bool) -> None:
    """Amounts that cannot be compared do, too: somebody has to look."""
    assert differ(one, other) is expected
    assert differ(other, one) is expected
