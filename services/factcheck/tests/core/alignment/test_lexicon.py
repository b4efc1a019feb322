"""Groups of the lexicon: near words that are no other word for the same."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.words import Analyser

NEAR = [
    # People.
    ("この薬は新生児に5 mgを投与する。", "この薬は乳児に5 mgを投与する。"),
    ("この薬は赤ちゃんに5 mgを投与する。", "この薬は乳児に5 mgを投与する。"),
    ("この薬は乳児に5 mgを投与する。", "この薬は乳幼児に5 mgを投与する。"),
    ("検査の結果は主治医が伝える。", "検査の結果は医師が伝える。"),
    ("The dose for an infant is 5 mg.", "The dose for a child is 5 mg."),
    # Drugs, routes, amounts.
    ("併用する本剤を減量する。", "併用する薬を減量する。"),
    ("この薬は1日3回点眼する。", "この薬は1日3回差す。"),
    ("甲薬と乙薬の両方を飲む。", "甲薬と乙薬のどちらを飲む。"),
    ("ほとんどの患者で効く。", "大半の患者で効く。"),
    ("熱があれば休薬する。", "熱があれば休む。"),
    # Organs and what is done to them.
    ("足を切断する。", "下肢を切断する。"),
    ("手を切断する。", "上肢を切断する。"),
    ("腎臓を摘出する。", "腎臓を切除する。"),
    ("癌は肺に転移する。", "癌は肺に広がる。"),
    # Degrees and kinds of what is found.
    ("重症の肝障害では使わない。", "重篤な肝障害では使わない。"),
    ("この薬の有害事象は発疹である。", "この薬の副作用は発疹である。"),
    ("傾眠があれば中止する。", "眠気があれば中止する。"),
    ("息切れがあれば中止する。", "呼吸困難があれば中止する。"),
    ("The reaction is severe.", "The reaction is serious."),
    # Times, tests, places.
    ("患者は毎日検温する。", "患者は毎日測る。"),
    ("この薬は常温で保管する。", "この薬は室温で保管する。"),
    ("看護師が検査を受ける。", "看護師が検査を行う。"),
    ("手術の前に飲食しない。", "手術の前に食べない。"),
    ("飲酒を避ける。", "アルコールを避ける。"),
    ("この薬は迅速に投与する。", "この薬は直ちに投与する。"),
]


@pytest.fixture(scope="module")
def judge() -> AlignmentJudge:
    return AlignmentJudge(Reader(Analyser()))


@pytest.mark.parametrize(("claim", "text"), NEAR)
def test_a_near_word_in_its_place_is_not_supported(
    judge: AlignmentJudge, reading: Callable[[str, str, str], Reading], says: Callable[[Answer], bool],
    claim: str, text: str,
) -> None:  # fmt: skip
    (same, near) = judge.read([reading(text, "", text), reading(claim, "", text)])
    assert says(same)
    assert not says(near)


def test_no_two_words_are_both_the_same_and_opposite() -> None:
    found = lexicon()
    for word, others in found.opposite.items():
        for other in others:
            assert not found.same.get(word, frozenset()) & found.same.get(other, frozenset()), (word, other)
