"""The case that a heading, a label, a row of a table or the question tells stays with each claim that it holds for."""

import pytest
from monshin_factcheck.core.claims.cases import case_of
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Verdict, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser

JUDGE = RulesJudge(Reader(Analyser()))
CHILDREN = "アモキシシリンは、小児では1回250 mgを投与する。"
DOSE = "アモキシシリンは1回250 mgを投与する。"


def told(answer: str, question: str = "") -> list[str]:
    return [claim.text for claim in split_claims(answer, question) if claim.checkable]


def verdicts(answer: str, source: str, question: str = "", title: str = "") -> list[Verdict]:
    """By the rules, of the checkable claims."""
    spans = split_sentences(source)
    texts = ["", *(span.of(source) for span in spans), ""]
    passages = [
        Passage("sources/0", span, texts[at], texts[at - 1], texts[at + 1], title) for at, span in enumerate(spans, 1)
    ]
    return [decide(JUDGE.judge(text, passages), ("rules",)).verdict for text in told(answer, question)]


@pytest.mark.parametrize(
    "opening",
    [
        "小児：\n- ",
        "小児：\n",
        "小児では：\n- ",
        "## 小児\n",
        "## 1. 小児\n- ",
        "**小児**\n- ",
        "**小児：**\n- ",
        "【小児】\n",
        "〈小児〉\n",
        "《小児》\n",
        "小児\n",
        "<b>小児</b>\n",
        "- 小児\n  - ",
        "- 小児：\n- ",
        "1. **小児**\n",
        "1. 小児\n   - ",
        "小児の用量：\n- ",
        "用量（小児）：\n- ",
        "## 小児への投与\n",
        "小児では次の用量とする：\n- ",
        "小児では以下の用量とする。\n- ",
        "## 小児\n### 用法・用量\n- ",
        "小児：\n用量：\n- ",
        "小児：\n注意：\n- ",
        "小児：\n- 食後に飲む。\n\n",
    ],
)
def test_a_case_above_a_line_stays_with_it(opening: str) -> None:
    """Hazard: the adult dose that an answer gives for children is found, and called supported."""
    answer = f"{opening}{DOSE}"
    assert told(answer)[-1] == CHILDREN
    claim = split_claims(answer)[-1]
    assert claim.span.of(answer) == DOSE
    source = "成人：\nアモキシシリンは1回250 mgを投与する。\n小児：\nアモキシシリンは1回100 mgを投与する。"
    assert verdicts(answer, source)[-1] is not Verdict.SUPPORTED
    assert verdicts(answer, "アモキシシリンは小児では1回250 mgを投与する。")[-1] is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("answer", "claims"),
    [
        ("妊婦の場合：\n- ワルファリンは避ける。", ["ワルファリンは、妊婦の場合では避ける。"]),
        ("## 透析患者\nメトホルミンは禁忌である。", ["メトホルミンは、透析患者では禁忌である。"]),
        ("eGFR 30未満：\n- メトホルミンは禁忌である。", ["メトホルミンは、eGFR 30未満では禁忌である。"]),
        ("75歳以上の患者：\n- 薬Aは減量する。", ["薬Aは、75歳以上の患者では減量する。"]),
        ("In pregnancy:\n- Warfarin is avoided.", ["In pregnancy, Warfarin is avoided."]),
        ("If eGFR is below 30:\n- stop metformin", ["If eGFR is below 30, stop metformin"]),
        ("Children\nAmoxicillin is given at 25 mg/kg.", ["In children, Amoxicillin is given at 25 mg/kg."]),
        ("### Dosing in renal impairment\nAmoxicillin is 250 mg.", ["In renal impairment, Amoxicillin is 250 mg."]),
        ("CrCl 30–50 mL/min:\n- Dabigatran is 110 mg.", ["If CrCl 30–50 mL/min, Dabigatran is 110 mg."]),
        ("## Warfarin\nDo not give to:\n- pregnant women", ["Warfarin Do not give to: pregnant women"]),
        ("## Codeine\nNot recommended for:\n- children under 12", ["Codeine Not recommended for: children under 12"]),
        ("妊婦：\n- ワルファリン：禁忌", ["妊婦では、ワルファリン：禁忌"]),
        (
            "妊婦：ワルファリンは避ける。ヘパリンは使える。",
            ["妊婦：ワルファリンは避ける。", "ヘパリンは、妊婦では使える。"],
        ),
        (
            "## 帯状疱疹\n- バラシクロビルは1回500 mgを投与する。",
            ["バラシクロビルは、帯状疱疹では1回500 mgを投与する。"],
        ),
        ("## 小児\n### 腎機能障害\n- セフジニルは減量する。", ["セフジニルは、小児では、腎機能障害では減量する。"]),
        (
            "**eGFR 30未満では減量する**\n- メトホルミンは1日500 mgとする",
            ["メトホルミンは、eGFR 30未満では1日500 mgとする"],
        ),
    ],
)
def test_a_case_is_told_as_a_condition(answer: str, claims: list[str]) -> None:
    assert told(answer) == claims


@pytest.mark.parametrize(
    "closing",
    ["## 成人\n", "成人：\n- ", "**成人**\n", "- 成人：\n- ", "成人\n"],
)
def test_another_case_ends_it(closing: str) -> None:
    answer = f"{closing.replace('成人', '小児')}薬Aは1 mgを使う。\n{closing}薬Aは2 mgを使う。"
    assert told(answer) == ["薬Aは、小児では1 mgを使う。", "薬Aは、成人では2 mgを使う。"]


@pytest.mark.parametrize("heading", ["## 副作用\n", "# 全体\n"])
def test_a_heading_of_the_same_or_a_higher_rank_ends_it(heading: str) -> None:
    assert told(f"## 小児\n薬Aは1 mgを使う。\n{heading}薬Aは眠気を起こす。")[-1] == "薬Aは眠気を起こす。"


def test_a_heading_of_a_lower_rank_does_not_end_it() -> None:
    assert told("## 小児\n薬Aは1 mgを使う。\n### 副作用\n薬Aは眠気を起こす。")[-1] == "薬Aは、小児では眠気を起こす。"


def test_all_other_cases_are_told_as_such() -> None:
    """Hazard: `それ以外` below eGFR 30未満 was told of eGFR 30未満."""
    answer = "eGFR 30未満：\n- メトホルミンは禁忌\n- それ以外では通常量"
    assert told(answer, "メトホルミンは？")[-1].startswith("eGFR 30未満以外では、")
    assert told("If eGFR is below 30:\n- stop metformin\n- otherwise, metformin is given")[-1].startswith("Unless eGFR")
    assert split_claims("- それ以外：通常量", "メトホルミンは？")[0].is_untold


@pytest.mark.parametrize(
    ("table", "claims"),
    [
        ("| 対象 | 用量 |\n|---|---|\n| 小児 | 100 mg |", ["アモキシシリンの用量は、小児では100 mg"]),
        ("| 薬 | 成人 | 小児 |\n|---|---|---|\n| 薬A | 2 mg | 1 mg |", ["薬Aは、成人では2 mg", "薬Aは、小児では1 mg"]),
        (
            "| 薬 | 対象 | 用量 |\n|---|---|---|\n| 薬A | 小児 | 1 mg |",
            ["薬Aの対象は小児", "薬Aの用量は、小児では1 mg"],
        ),
        ("| eGFR | 用量 |\n|---|---|\n| 30未満 | 禁忌 |", ["アモキシシリンの用量は、eGFR 30未満では禁忌"]),
        ("## 小児\n| 薬 | 用量 |\n|---|---|\n| 薬A | 1 mg |", ["薬Aの用量は、小児では1 mg"]),
        (
            "| Drug | Indication | Dose |\n|---|---|---|\n| Valacyclovir | Shingles | 1 g |",
            ["Valacyclovir Indication: Shingles", "In shingles, Valacyclovir Dose: 1 g"],
        ),
        ("| Drug | Children |\n|---|---|\n| Amoxicillin | 25 mg/kg |", ["In children, Amoxicillin: 25 mg/kg"]),
        ("| 項目 | 内容 |\n|---|---|\n| 禁忌 | 妊婦 |", ["アモキシシリンの禁忌は妊婦"]),
    ],
)
def test_a_row_or_a_column_that_is_a_case_stays_with_the_cell(table: str, claims: list[str]) -> None:
    assert told(table, "アモキシシリンの用量は？") == claims


@pytest.mark.parametrize(
    "heading",
    [
        "副作用",
        "用法・用量",
        "半減期",
        "注意事項",
        "飲み方",
        "服用中",
        "予後",
        "1日3回",
        "1回250 mg以下",
        "For example",
        "In summary",
        "When to seek help",
        "Dose",
        "投与してはいけない患者",
        "医療者",
        "退院時処方",
        "漢方",
        "一方",
        "アモキシシリン",
        "Warfarin",
    ],
)
def test_what_names_no_case_is_none(heading: str) -> None:
    assert case_of(heading) is None


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("飲んでも問題ありません。", "妊娠中に飲んでもいいですか？"),
        ("避けます。", "妊娠中の服用は安全ですか。"),
        ("妊婦には禁忌です。", ""),
        ("妊娠中は避けます。", ""),
        ("小児：\n- 1回250 mgを1日3回投与する。", ""),
        ("In children, give 250 mg every 8 hours.", ""),
        ("Do not give to:\n- pregnant women", ""),
        ("Not recommended for:\n- children under 12", ""),
        ("It is safe.", "Is it safe in pregnancy?"),
    ],
)
def test_a_case_of_nothing_that_can_be_told_is_not_checkable(answer: str, question: str) -> None:
    """Hazard: it is supported by the leaflet of any drug."""
    claim = split_claims(answer, question)[-1]
    assert (claim.checkable, claim.is_untold) == (False, True)


@pytest.mark.parametrize(
    "answer",
    ["高齢者：\n- 水分を十分にとる。", "妊婦では葉酸を摂る。", "In children, drink water.", "小児では発熱が多い。",
     "患者は男性である。", "本症例は76歳の女性です。"],
)  # fmt: skip
def test_a_case_with_something_to_say_is_checkable(answer: str) -> None:
    assert split_claims(answer)[-1].checkable


@pytest.mark.parametrize(
    ("answer", "source", "question"),
    [
        ("妊婦：\n- ワルファリンは避ける。", "ワルファリンは妊婦では避ける。", ""),
        ("避けてください。", "ワルファリンは妊婦では避けてください。", "妊婦がワルファリンを飲んでもよいですか"),
        ("eGFR 30未満：\n- メトホルミンは禁忌である。", "メトホルミンはeGFR 30未満では禁忌である。", ""),
        ("In pregnancy:\n- Warfarin is avoided.", "In pregnancy, warfarin is avoided.", ""),
        ("If eGFR is below 30:\n- Stop metformin.", "If eGFR is below 30, stop metformin.", ""),
        ("いいえ。", "妊婦がワルファリンを飲んではいけない。", "妊婦がワルファリンを飲んでもよいですか"),
    ],
)
def test_what_is_right_is_still_supported(answer: str, source: str, question: str) -> None:
    assert verdicts(answer, source, question) == [Verdict.SUPPORTED]
