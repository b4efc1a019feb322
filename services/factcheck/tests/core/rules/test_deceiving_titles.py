"""Titles, first lines, questions and words on the whole document that were written to deceive the rules."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Decision, Verdict, decide
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.source import SourceText

Check = Callable[..., Decision]

FILE = Path(__file__).parents[2] / "data" / "deceiving" / "withheld-titles.jsonl"
DOSE, ROW = "ワルファリンは1日5 mgを投与する。", "ワルファリン 5 mg 1日1回 朝食後"
DOSE_EN = "Warfarin 5 mg is given daily."


def source(told: str | dict[str, str]) -> SourceText:
    return SourceText(told) if isinstance(told, str) else SourceText(told["text"], told["title"])


def test_what_a_title_or_a_question_takes_back_is_not_supported(judge: RulesJudge) -> None:
    cases = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    supported = []
    for case in cases:
        passages = [one for at, told in enumerate(case["sources"]) for one in source_passages(at, source(told))]
        claims = [claim.text for claim in split_claims(case["answer"], case["question"]) if claim.checkable]
        supported += [
            (claim, case["sources"])
            for claim in claims
            if decide(judge.judge(claim, passages), ("rules",)).verdict is Verdict.SUPPORTED
        ]
    assert len(cases) == 91
    assert supported == []


@pytest.mark.parametrize(
    "title",
    ["ワルファリン", "ワルファリン（経口抗凝固薬）", "ワルファリンの添付文書", "心房細動の治療",
     "抗凝固療法ガイドライン",
     "用法・用量", "退院サマリー", "患者さん向けの説明書", "薬の手引き 第2版", "肺血栓塞栓症",
     "アレルギーの手引き", "成人心停止（院内急変）",
     "周術期・内科入院の静脈血栓塞栓症予防", "Warfarin", "Anticoagulation guideline", "Atrial fibrillation",
     "Discharge summary", "Patient leaflet", "When to call your doctor"],
)  # fmt: skip
def test_titles_of_documents_leave_support_alone(check: Check, title: str) -> None:
    for text in (DOSE, ROW, DOSE_EN):
        assert check(text, text, title=title).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "before",
    ["抗凝固療法の手引き\n", "処方薬\n", "ワルファリンの用量は？\n", "1日の量は何mgか？\n",
     "犬にはどう使うか？\n## 用法\n",
     "小児の用量は？\n使用しない。\nワルファリンの用量は？\n",
     "この文書は2019年の版に代わる。\n", "本資料は患者さん向けである。\n"],
)  # fmt: skip
def test_plain_first_lines_and_questions_leave_support_alone(check: Check, before: str) -> None:
    assert check(DOSE, before + DOSE).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "before", ["Q: What is the dose of warfarin?\nA: ", "How is warfarin used?\n", "Anticoagulants\n"]
)
def test_the_same_in_english(check: Check, before: str) -> None:
    assert check(DOSE_EN, before + DOSE_EN).verdict is Verdict.SUPPORTED


def test_a_claim_of_the_case_that_is_asked_for_is_supported(check: Check) -> None:
    assert check("透析患者では" + DOSE, "透析患者では？\n" + DOSE).verdict is Verdict.SUPPORTED
    assert (
        check("ワルファリンは妊婦に禁忌である。", "ワルファリンの禁忌は？\nワルファリンは妊婦に禁忌である。").verdict
        is Verdict.SUPPORTED
    )


@pytest.mark.parametrize(
    "title",
    ["アセトアミノフェン", "アセトアミノフェンの用量", "アセトアミノフェン 添付文書", "アセトアミノフェンの使い方"],
)
def test_a_title_that_says_nothing_beside_the_name_lends_it(check: Check, title: str) -> None:
    claim = "アセトアミノフェンは1回500 mgを投与する。"
    assert check(claim, "1回500 mgを投与する。", title=title).verdict is Verdict.SUPPORTED
