"""Which claims a patient can come to harm by."""

import pytest
from monshin_factcheck.core.claims.importance import Importance, importance_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ワルファリンの維持量は1日1〜5 mgである。", Importance.DOSE),
        ("1日3回、食後に飲む。", Importance.DOSE),
        ("Take 500 mg twice a day.", Importance.DOSE),
        ("妊婦には禁忌である。", Importance.CONTRAINDICATION),
        ("納豆は避ける。", Importance.CONTRAINDICATION),
        ("アルコールと一緒に飲んではいけない。", Importance.CONTRAINDICATION),
        ("Warfarin is contraindicated in pregnancy.", Importance.CONTRAINDICATION),
        ("ペニシリンにアレルギーがある。", Importance.ALLERGY),
        ("アナフィラキシーを起こすことがある。", Importance.ALLERGY),
        ("直ちに救急車を呼んでください。", Importance.INSTRUCTION),
        ("開始前に腎機能を測定する必要がある。", Importance.INSTRUCTION),
        ("ワルファリンは経口抗凝固薬である。", Importance.BACKGROUND),
        ("インスリンは膵臓のβ細胞で作られる。", Importance.BACKGROUND),
        ("Insulin is a hormone of the pancreas.", Importance.BACKGROUND),
        ("その病気は1897年に記載された。", Importance.BACKGROUND),
    ],
)
def test_a_claim_is_important_for_what_it_speaks_of(text: str, kind: Importance) -> None:
    assert importance_of(text) is kind
