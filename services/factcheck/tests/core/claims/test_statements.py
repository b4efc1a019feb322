"""One sentence into statements, and which sentences stay whole."""

import pytest
from monshin_factcheck.core.claims.statements import split_statements


def statements(sentence: str) -> list[str]:
    return [span.of(sentence) for span in split_statements(sentence)]


@pytest.mark.parametrize(
    "halves",
    [
        ["アスピリンは抗血小板薬であり、", "ヘパリンは抗凝固薬です。"],
        ["アスピリンは食後に飲み、", "ワルファリンは夕食後に飲む。"],
        ["弁膜症性ではワルファリンを使い、", "非弁膜症性ではDOACを使う。"],
        ["妊婦にはヘパリンを使い、", "授乳婦にはワルファリンを使う。"],
        ["片頭痛は体を動かすと悪化し、", "緊張型頭痛は体を動かすと楽になる。"],
        ["Amoxicillin is 500 mg, and", "ibuprofen is contraindicated in late pregnancy, but", "paracetamol is 1 g."],
        ["術前の場合は止めますが、", "術後の場合は続けます。"],
        ["Iodine is given first;", "propylthiouracil follows."],
    ],
)
def test_what_is_said_of_two_things_becomes_two(halves: list[str]) -> None:
    sentence = (" " if halves[0].isascii() else "").join(halves)
    assert statements(sentence) == halves


@pytest.mark.parametrize(
    "whole",
    [
        "妊婦ではワルファリンを避け、ヘパリンは使える。",
        "副腎皮質ステロイドは免疫を抑え、その後は感染に注意する。",
        "ファモチジンは腎から排泄され、75歳以上では減量する。",
        "ワルファリンを飲んでいる間は、青汁は避けるのが原則ですが、納豆は1パックまで食べられます。",
        "退院後1週間は運転をしてよいが、その後は控える。",
        "主な症状はめまい、ふらつきは少ない。",
        "心筋梗塞ではアスピリンを使い、脳梗塞では使わない。",
        "ワルファリンではなくヘパリンを使い、妊婦ではなく胎児を守る。",
        "In pregnancy, warfarin is avoided, and heparin is preferred.",
        "Warfarin is avoided, and it is replaced by heparin.",
        "Aspirin reduces pain, fever and inflammation.",
    ],
)
def test_what_needs_the_other_half_to_be_understood_stays_with_it(whole: str) -> None:
    """Hazard: a condition or a subject that is lost makes a right sentence wrong, or a wrong one right."""
    assert statements(whole) == [whole]
