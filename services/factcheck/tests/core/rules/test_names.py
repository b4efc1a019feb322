"""Another name in the place of the claim's."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import careful, decide_by_all

Split = Callable[..., list[Passage]]


def account(judge: RulesJudge, claim: str, passages: list[Passage]) -> Account:
    """With a reader that is sure of support."""
    sure = Saying("local", "r1", Probabilities(0.998, 0.001, 0.001), passages[0].document, Span(0, 1), "", 1.0)
    return Account(tuple(judge.judge(claim, passages)), (sure,))


def swaps(found: Account, claim: str) -> list[str]:
    """The claim's names that the rules find exchanged in the nearest passage."""
    return [finding.claim.of(claim) for finding in found.nearest.findings if finding.kind == "name_swap"]


@pytest.mark.parametrize(
    ("claim", "text", "name"),
    [
        ("クラリスロマイシンは腎障害で減量する。", "アジスロマイシンは腎障害で減量する。", "クラリスロマイシン"),
        ("メチルプレドニゾロンは朝に飲む。", "プレドニゾロンは朝に飲む。", "メチルプレドニゾロン"),
        ("クラリスロマイシンは1日2回。", "アジスロマイシンは1日2回。", "クラリスロマイシン"),
        ("炭酸リチウムは食後に飲む。", "バルプロ酸は食後に飲む。", "炭酸リチウム"),
        ("高血圧では減塩を勧める。", "糖尿病では減塩を勧める。", "高血圧"),
        ("2型糖尿病ではインスリンが欠かせない。", "1型糖尿病ではインスリンが欠かせない。", "2型"),
        ("血友病Aでは第IX因子を補う。", "血友病Aでは第Ⅷ因子を補う。", "IX因子"),
        ("この薬はCYP2D6で代謝される。", "この薬はCYP3A4で代謝される。", "CYP2D6"),
        ("胃を切った人にはビタミンKを補う。", "胃を切った人にはビタミンB12を補う。", "ビタミンK"),
        (
            "Clarithromycin is reduced in renal impairment.",
            "Azithromycin is reduced in renal impairment.",
            "Clarithromycin",
        ),
        ("In sepsis give vancomycin first.", "In sepsis give ceftriaxone first.", "vancomycin"),
        ("Hemophilia A is treated with factor IX.", "Hemophilia A is treated with factor VIII.", "factor IX"),
    ],
)
def test_a_sentence_that_is_the_claims_but_for_a_name_supports_nothing(
    judge: RulesJudge, split: Split, claim: str, text: str, name: str
) -> None:
    """Hazard: a reader that sees two drugs of one class as one. Nor is it a contradiction by itself."""
    found = account(judge, claim, split("sources/0", text))
    assert name in swaps(found, claim)
    assert decide_by_all([found], careful({"local": "r1"}), ()).verdict is not Verdict.SUPPORTED
    by_itself = account(judge, text, split("sources/0", text))
    assert swaps(by_itself, text) == []
    assert decide_by_all([by_itself], careful({"local": "r1"}), ()).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("ワーファリンは納豆と一緒に飲まない。", "納豆とワルファリンは一緒に飲まない。"),
        ("Paracetamol is safe in pregnancy.", "In pregnancy acetaminophen is safe."),
        ("アスピリンは胃潰瘍を起こす。", "胃潰瘍はロキソプロフェンでもアスピリンでも起こる。"),
        ("セフトリアキソンは1日1回で足りる。", "アモキシシリンは胆汁へ移る。"),
        ("1型糖尿病は若い人に多い。", "若い人に多いのは1型糖尿病で、2型糖尿病ではない。"),
        (
            "クラリスロマイシンは腎障害で減らす。",
            "クラリスロマイシンは腎障害で減量する。アジスロマイシンは腎障害で減量する。",
        ),
    ],
)
def test_the_same_name_beside_others_or_another_subject_altogether_is_no_swap(
    judge: RulesJudge, split: Split, claim: str, text: str
) -> None:
    assert swaps(account(judge, claim, split("sources/0", text)), claim) == []
