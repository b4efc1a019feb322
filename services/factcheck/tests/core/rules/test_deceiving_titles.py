"""Titles, first lines, questions and words on the whole document that were written to deceive the rules."""

from collections.abc import Callable

import pytest
from deceiving import claims
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]

DOSE, ROW = "ワルファリンは1日5 mgを投与する。", "ワルファリン 5 mg 1日1回 朝食後"
DOSE_EN = "Warfarin 5 mg is given daily."


def test_what_a_title_or_a_question_takes_back_is_not_supported(check: Check) -> None:
    found = [
        (claim, case.sources)
        for claim, case in claims("withheld-titles.jsonl")
        if check(claim, *case.by_source).verdict is Verdict.SUPPORTED
    ]
    assert found == []


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
