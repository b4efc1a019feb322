"""Another name in the place of the claim's."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from monshin_factcheck.core.decision import Decision, Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import careful

Check = Callable[..., Decision]
Split = Callable[..., list[Passage]]


def account(judge: RulesJudge, claim: str, passages: list[Passage]) -> Account:
    """With a reader that is sure of support, as if no claim told a dose, which forbids that anyway."""
    sure = Saying("local", "r1", Probabilities(0.998, 0.001, 0.001), passages[0].document, Span(0, 1), "", 1.0)
    return Account(tuple(replace(one, tells_dose=False) for one in judge.judge(claim, passages)), (sure,))


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


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("{}型糖尿病ではインスリンを使う。", "1", "2"),
        ("Type {} diabetes is treated with insulin.", "1", "2"),
        ("Stage {} lung cancer is treated with surgery.", "1", "2"),
        ("Stage {} lung cancer is treated with surgery.", "II", "III"),
        ("Grade {} sprains are treated with rest.", "1", "2"),
        ("Class {} heart failure is treated with bisoprolol.", "2", "3"),
        ("NYHA {} patients receive spironolactone.", "II", "III"),
        ("NYHA {}度の心不全ではスピロノラクトンを使う。", "2", "3"),
        ("{}度熱傷では植皮を行う。", "2", "3"),
        ("CKDステージ{}では減量する。", "3", "4"),
        ("グレード{}の副作用では休薬する。", "2", "3"),
        ("薬Aは第{}因子を阻害する。", "2", "10"),
        ("第{}世代セフェムを使う。", "1", "3"),
        ("第{}相試験で有効性を確かめる。", "2", "3"),
        ("{}号液を点滴する。", "1", "3"),
        ("薬Aはインターロイキン{}を阻害する。", "6", "1"),
        ("Drug A inhibits interleukin {}.", "6", "1"),
        ("Drug A inhibits COX-{}.", "2", "1"),
        ("シトクロムP450 {}で代謝される。", "3A4", "2D6"),
        ("HPV {} causes cervical cancer.", "16", "18"),
        ("Trisomy {} causes Down syndrome.", "21", "18"),
        ("第{}脳神経が麻痺する。", "3", "6"),
    ],
)
def test_a_number_that_makes_a_name_is_no_wrong_number(check: Check, text: str, one: str, other: str) -> None:
    """Hazard: what is said of type 2 was called wrong, and final, for type 1."""
    for mine, theirs in ((one, other), (other, one)):
        decision = check(text.format(mine), text.format(theirs))
        assert decision.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert not is_decisive(decision)
        assert {finding.kind for finding in decision.evidence[0].findings} == {"name_swap"}
        assert check(text.format(mine), text.format(mine)).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("text", ["薬AはB{}欠乏に使う。", "薬AはH{}受容体を遮断する。", "Drug A blocks H{} receptors."])
def test_a_number_inside_a_word_is_another_word(check: Check, text: str) -> None:
    assert check(text.format(1), text.format(2)).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("2型糖尿病ではメトホルミンを1日500 mg投与する。", "2型糖尿病ではメトホルミンを1日5 g投与する。"),
        ("Type 2 diabetes is treated with 500 mg daily.", "Type 2 diabetes is treated with 5000 mg daily."),
        ("ステージ3では薬Aを2錠使う。", "ステージ3では薬Aを4錠使う。"),
    ],
)
def test_a_wrong_number_beside_a_name_with_a_number_contradicts(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.CONTRADICTED
