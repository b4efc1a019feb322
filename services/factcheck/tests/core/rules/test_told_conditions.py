"""A condition that is told names people, a value, an illness or a time: a reader takes it as "right, if …"."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]

DOSE, DOSE_EN = "アモキシシリンは1回250 mgを1日3回投与する。", "Amoxicillin is given at 250 mg every 8 hours."


@pytest.mark.parametrize(
    "line",
    ["ワルファリン 3 mg", "1. ワルファリン 3 mg", "・ワルファリン 3 mg", "■ワルファリン 3 mg",
     "【ワルファリン 3 mg】", "ワルファリン 3 mg:", "**ワルファリン 3 mg**", "ワルファリン 3 mg 4週間",
     "ワルファリン 体重1 kgあたり3 mg", "フロセミド 20 mg/日", "1) Warfarin 3 mg once daily"],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "処方\n", "処方\n内服薬\n水で飲む。\n"])
def test_a_line_of_another_drug_and_its_dose_is_no_condition(check: Check, before: str, line: str) -> None:
    assert check(DOSE, f"{before}{line}\n{DOSE}").verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("line", ["【アモキシシリン 3 mg】", "1. アモキシシリン錠500 mg", "【維持量 3 mg】"])
def test_a_line_with_another_dose_of_the_drug_withholds(check: Check, line: str) -> None:
    assert check(DOSE, f"処方\n{line}\n{DOSE}").verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "line",
    ["抗菌薬", "## 抗菌薬", "第3章 抗菌薬", "3.2 抗菌薬の選択", "ペニシリン系", "ワルファリン", "静注", "カプセル剤",
     "コラム",
     "担当：山田", "カテゴリーA", "内科", "【組成】"],
)  # fmt: skip
def test_a_heading_that_names_no_case_withholds_and_tells_no_condition(check: Check, line: str) -> None:
    decision = check(DOSE, f"手引き\n水で飲む。\n{line}\n{DOSE}")
    assert (decision.verdict, decision.conditions) == (Verdict.NOT_ENOUGH_EVIDENCE, ())


@pytest.mark.parametrize(
    "front",
    ["『抗菌薬の手引き』によれば、", "ガイドラインによれば、", "出典では、", "第3章では、", "表3では、",
     "添付文書では、", "本書では、", "この章では、", "報告では、", "学会では、", "米国では", "日本では、",
     "本邦では、", "実際には、", "上記では、", "標準では、", "多くの場合は、", "ほとんどの場合、",
     "言い換えれば、", "要約すれば、", "通常であれば、", "投与するときは、", "使用する場合は、",
     "2020年の改訂では、", "発売後は、", "現時点では、", "内科では、", "サワシリンでは、", "経口では、",
     "処方例："],
)  # fmt: skip
def test_words_of_no_case_are_not_told_as_one(check: Check, front: str) -> None:
    for source in (front + DOSE, DOSE.replace("は", "は" + front, 1)):
        decision = check(DOSE, source)
        assert (decision.verdict, decision.conditions) == (Verdict.NOT_ENOUGH_EVIDENCE, ())


@pytest.mark.parametrize(
    "front",
    ["In most cases, ", "During the study, ", "When used, ", "When indicated, ", "If possible, ", "When in doubt, "],
)
def test_the_same_in_english(check: Check, front: str) -> None:
    decision = check(DOSE_EN, front + DOSE_EN)
    assert (decision.verdict, decision.conditions) == (Verdict.NOT_ENOUGH_EVIDENCE, ())


@pytest.mark.parametrize("bracket", ["（引用）", "（処方例）", "（誤りの例）"])
def test_nor_is_a_bracket(check: Check, bracket: str) -> None:
    assert check(DOSE, f"{DOSE[:-1]}{bracket}。").verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("front", "told"),
    [("感染症では、", "感染症では"), ("インフルエンザでは、", "インフルエンザでは"), ("重症では、", "重症では"),
     ("腎機能低下では、", "腎機能低下では"), ("75歳以上では、", "75歳以上では"), ("透析では、", "透析では"),
     ("治療中は、", "治療中は"), ("発熱した場合は、", "発熱した場合は"), ("痛みが強ければ、", "痛みが強ければ")],
)  # fmt: skip
def test_a_case_is_told_as_ever(check: Check, front: str, told: str) -> None:
    decision = check(DOSE, DOSE.replace("は", "は" + front, 1))
    assert decision.verdict is Verdict.CONDITIONAL
    assert [condition.text for condition in decision.conditions] == [told]


@pytest.mark.parametrize(
    "before", ["内服薬\n", "患者説明用\n", "処方薬\n", "治療薬\n", "用法・用量\n", "経過\n体温 37.2℃\n"]
)
def test_a_heading_that_says_nothing_leaves_support_alone(check: Check, before: str) -> None:
    assert check(DOSE, f"手引き\n水で飲む。\n{before}{DOSE}").verdict is Verdict.SUPPORTED
