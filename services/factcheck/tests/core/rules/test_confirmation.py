"""Which numbers of a claim a sentence confirms, and what a reader that is sure may make of it."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.alignment.account import Outcome, account
from monshin_factcheck.core.alignment.judge import remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.claims.checkable import LONGEST
from monshin_factcheck.core.decision import Decision, Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.rules.change import Change, change
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighing

READER = Reader(Analyser())
READ = remembering(READER)
JUDGE = RulesJudge(READER)
SURE = Probabilities(0.999, 0.0005, 0.0005)
BY_READER = Weighing(
    {"local:supported": (1.0, 0.0, 0.0), "local:contradicted": (0.0, 1.0, 0.0)}, {"local": "r"}, 0.8, 0.8
)


def verdict(claim: str, text: str) -> Verdict:
    """Beside a reader that takes everything for supported, as if no claim told a dose, which forbids that anyway."""
    found = JUDGE.judge(claim, source_passages(0, SourceText(text, "", "")))
    opinions = tuple(replace(one, tells_dose=False) for one in found)
    saying = Saying("local", "r", SURE, opinions[0].passage.document, Span(0, 1), text[:1], 1.0)
    return decide_by_all([Account(opinions, (saying,))], BY_READER, ()).verdict


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("三十三要件の一つでも欠ければ解除する。", "3要件の一つでも欠ければ解除する。"),
        ("三十一患者1日あたりの目標を15回以上とする。", "1患者1日あたりの目標を15回以上とする。"),
        ("Reduce it to 110 mg twice per dose.", "Reduce it to 110 mg twice daily."),
        ("Three criteria must be met.", "All four criteria must be met."),
        ("ワルファリンは5 mg以上を投与する。", "ワルファリンは5 mgを投与する。"),
        ("ワルファリンは5 mg以上を投与する。", "ワルファリンは10 mgを投与する。"),
        ("ワルファリンは5 mg以下を投与する。", "ワルファリンは5 mgを投与する。"),
        ("ワルファリンは5 mg以下を投与する。", "ワルファリンは5 mg未満を投与する。"),
        ("ワルファリンは5 mg以上を投与する。", "ワルファリンは5 mg以下を投与する。"),
        ("ワルファリンは5 mg以上を投与する。", "ワルファリンは10 mg以上を投与する。"),
        ("ワルファリンは5〜10 mgを投与する。", "ワルファリンは5 mgを投与する。"),
        ("ワルファリンは5 mgを投与する。", "ワルファリンは5 mgを超える量を投与する。"),
        ("At least 5 mg of warfarin is given.", "5 mg of warfarin is given."),
        ("ワルファリンを10 mgに減量する。", "ワルファリンを10 mg減量する。"),
        ("ワルファリンを10 mg減量する。", "ワルファリンを10 mgに減量する。"),
        ("ワルファリンを10 mgずつ増量する。", "ワルファリンを10 mgに増量する。"),
        ("ワルファリンを10 mgまで増量する。", "ワルファリンを10 mgから増量する。"),
        ("ワルファリンを1錠ずつ服用する。", "ワルファリンを1錠服用する。"),
        ("The dose of warfarin is reduced to 10 mg.", "The dose of warfarin is reduced by 10 mg."),
        ("The dose of warfarin is increased by 10 mg.", "The dose of warfarin is increased from 10 mg."),
        ("ワルファリンは5 mgを投与する。", "ヘパリンは5 mgを投与する。"),
        ("ワルファリンは5 mgを投与する。", "ワルファリンは抗凝固薬である。アスピリンは5 mgを投与する。"),
        ("ワルファリンは5 mgを投与する。", "アスピリンは5 mgを投与する。ワルファリンは3 mgを投与する。"),
        ("ワルファリンは1日5 mgを夕食後に投与する。", "ワルファリンは1日3 mgを夕食後に投与する。1日5 mgの薬もある。"),
    ],
)
def test_a_number_that_the_sentence_does_not_say_is_never_supported(claim: str, text: str) -> None:
    """Hazard: a judge that reads is sure, and reads over one small word."""
    assert verdict(claim, text) not in (Verdict.SUPPORTED, Verdict.CONDITIONAL)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("ワルファリンは5 mg以上を投与する。", "ワルファリンは5 mg以上を投与する。"),
        ("ワルファリンは少なくとも5 mgを投与する。", "ワルファリンの投与量は5 mg以上である。"),
        ("K 5.6 mEq/Lは高カリウム血症である。", "K 5.5 mEq/L以上は高カリウム血症である。"),
        ("ワルファリンを10 mgに減量する。", "減量後のワルファリンは10 mgとする。"),
        ("ワルファリンを10 mgへ減量する。", "ワルファリンを10 mgに減らす。"),
        ("The dose of warfarin is reduced to 10 mg.", "Warfarin is reduced to a dose of 10 mg."),
        ("ワルファリンは5 mgを投与する。", "アスピリンは3 mgを投与する。ワルファリンは5 mgを投与する。"),
    ],
)
def test_a_number_that_the_sentence_says_leaves_the_reader_its_word(claim: str, text: str) -> None:
    assert verdict(claim, text) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("10 mgに減量する。", Change.TO),
        ("10 mgへ徐々に減量する。", Change.TO),
        ("10 mgまで増やす。", Change.TO),
        ("10 mg減量する。", Change.BY),
        ("10 mgの増量を行う。", Change.BY),
        ("10 mgずつ増量する。", Change.EACH),
        ("10 mgから増量する。", Change.FROM),
        ("10 mgを投与する。", Change.UNSAID),
        ("The dose is reduced to 10 mg.", Change.TO),
        ("The dose is reduced by 10 mg.", Change.BY),
        ("The dose is reduced from 10 mg.", Change.FROM),
        ("The dose is raised in steps of 10 mg.", Change.EACH),
        ("The dose is 10 mg each.", Change.EACH),
        ("The dose is 10 mg.", Change.UNSAID),
    ],
)
def test_what_is_done_with_an_amount_is_told_by_the_words_beside_it(sentence: str, expected: Change) -> None:
    statement = READ(sentence)
    assert change(statement, statement.quantities[0]) is expected


SENTENCES = (
    "ワルファリンは妊婦に1日1回5 mgを投与する。",
    "アスピリンからヘパリンに10 mgで切り替える。",
    "HBs抗原(+)の患者ではCRP 100 mg/L以上で治療を始める。",
    "α遮断薬とβ遮断薬は2週間ごとに10 mgずつ増量する。",
    "Warfarin 5 mg is given once daily with food before surgery.",
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SENTENCES), st.data())
def test_any_sign_letter_or_digit_put_into_a_sentence_withholds_support(sentence: str, data: st.DataObject) -> None:
    """Particles and punctuation aside, which may say nothing there."""
    sign = data.draw(st.sampled_from("+±→↑↓<>×αβγIVKÅ9"))
    at = data.draw(st.integers(0, len(sentence) - 1))
    changed = sentence[:at] + sign + sentence[at:]
    for claim, evidence in ((changed, sentence), (sentence, changed)):
        assert account(READ(claim), READ(evidence), [], lexicon()).outcome is not Outcome.SAYS
        assert JUDGE.judge(claim, source_passages(0, SourceText(evidence, "", "")))[0].stance.value != "supports"


def test_each_sentence_supports_itself(check: Callable[..., Decision]) -> None:
    assert [one for one in SENTENCES if check(one, one).verdict is not Verdict.SUPPORTED] == []


@pytest.mark.parametrize("piece", ["5 mg、", "10%,", "2回", "1日3回", "3 "])
def test_a_claim_of_nothing_but_numbers_is_judged_in_time(piece: str) -> None:
    """Hazard: each number laid beside each of a passage made of numbers, too."""
    text = (piece * LONGEST)[:LONGEST]
    began = time.process_time()
    JUDGE.judge(text, source_passages(0, SourceText(text, "", ""))[:2])
    assert time.process_time() - began < 3
