"""Which claims a patient can come to harm by."""

import pytest
from monshin_factcheck.core.claims.importance import is_important


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ワルファリンの維持量は1日1〜5 mgである。", True),
        ("1日3回、食後に飲む。", True),
        ("Take 500 mg twice a day.", True),
        ("妊婦には禁忌である。", True),
        ("納豆は避ける。", True),
        ("アルコールと一緒に飲んではいけない。", True),
        ("Warfarin is contraindicated in pregnancy.", True),
        ("ペニシリンにアレルギーがある。", True),
        ("アナフィラキシーを起こすことがある。", True),
        ("直ちに救急車を呼んでください。", True),
        ("開始前に腎機能を測定する必要がある。", True),
        ("ワルファリンは経口抗凝固薬である。", False),
        ("インスリンは膵臓のβ細胞で作られる。", False),
        ("Insulin is a hormone of the pancreas.", False),
        ("その病気は1897年に記載された。", False),
    ],
)
def test_a_claim_is_important_for_what_it_speaks_of(text: str, expected: bool) -> None:
    assert is_important(text) is expected
