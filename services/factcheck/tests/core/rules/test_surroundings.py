"""What stands around a sentence: headings, a title, leads, and sentences that point back at it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Stance
from monshin_factcheck.core.rules.judge import RulesJudge

Check = Callable[..., Decision]
Split = Callable[..., list[Passage]]

WARFARIN = "ワルファリンは1日50 mgを投与する。"
METHOTREXATE = "Methotrexate is taken daily at 10 mg."
CHILD = "アモキシシリンは1回100 mgを1日3回投与する。"
ADULT = "アモキシシリンは1回250 mgを1日3回投与する。"
CHILD_EN = "Amoxicillin is given at 100 mg every 8 hours."
ADULT_EN = "Amoxicillin is given at 250 mg every 8 hours."


@pytest.mark.parametrize(
    "behind",
    ["これは誤りである。", "この記載は誤り。", "誤りである。", "×", "いいえ。", "このような投与はしてはならない。",
     "嘘である。", "以上は誤りである。", "これらは迷信である。", "しかし、これは誤りである。",
     "これは旧版の記載である。", "これは危険である。", "これは過量である。", "絶対にしないこと。",
     "朝に飲む。以上の記載は誤りである。", "「これは誤りである。」", "と書くのは誤りである。",
     "この用量は現在は用いない。", "\n答え：×", "そう考えられていたが否定された。"],
)  # fmt: skip
def test_a_sentence_that_the_next_one_takes_back_supports_nothing(check: Check, behind: str) -> None:
    assert check(WARFARIN, WARFARIN + behind).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "behind",
    ["This is wrong.", "Never do this.", "Wrong.", "No.", "That is a myth.", "This statement is incorrect.",
     "Do not do this.", "However, this is an error.", "It is false.", "This is an overdose.",
     "This should never be done.", "The above is wrong.", "This is not true.", "You must not do that.",
     "Take it with water. These statements are wrong.", "Remember, this is wrong."],
)  # fmt: skip
def test_the_same_in_english(check: Check, behind: str) -> None:
    assert check(METHOTREXATE, f"{METHOTREXATE} {behind}").verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "before",
    ["次の記載は誤りである。", "以下は誤りである。", "旧版の記載：\n", "旧版では次のように記載されていた。",
     "よくある誤り\n", "【誤】\n", "×\n", "誤：\n", "次の文の誤りを直せ。", "改訂前\n", "してはいけないこと\n",
     "■NG例\n", "## 迷信\n", "次の記載は誤りである。\n・", "以下の記述は古い。ワルファリンは抗凝固薬である。",
     "A. 誤答\n", "2. よくある間違い\n", "〈廃止された用法〉\n", "次の記載は誤りである。\n小児\n"],
)  # fmt: skip
def test_a_heading_or_a_lead_takes_back_what_follows(check: Check, before: str) -> None:
    assert check(WARFARIN, before + WARFARIN).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "before",
    ["The following is wrong. ", "Common errors\n", "Old edition:\n", "## Myths\n", "1. Mistakes\n",
     "The statement below is false.\n", "The following dose was once used. ", "Do not:\n- ", "Myth:\n",
     "Never do the following.\n", "**Do not**\n", "As follows, in the superseded protocol: it was so. "],
)  # fmt: skip
def test_the_same_before_an_english_sentence(check: Check, before: str) -> None:
    assert check(METHOTREXATE, before + METHOTREXATE).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("title", ["よくある誤り", "Common errors", "旧版 用法・用量", "Medication myths"])
def test_a_title_takes_back_what_follows(check: Check, title: str) -> None:
    assert check(WARFARIN, WARFARIN, title=title).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_a_correction_behind_a_wrong_statement_holds(check: Check) -> None:
    source = f"次の記載は誤りである。{WARFARIN}正しくは、ワルファリンは1日5 mgを投与する。"
    assert check(WARFARIN, source).verdict is not Verdict.SUPPORTED
    after = f"次の記載は誤りである。{WARFARIN}\n## 正しい用量\nワルファリンは1日5 mgを投与する。"
    assert check("ワルファリンは1日5 mgを投与する。", after).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("heading", "named"),
    [("小児", "小児"), ("## 小児", "小児"), ("【小児】", "小児"), ("〈小児〉", "小児"), ("＜小児＞", "小児"),
     ("小児：", "小児"), ("■小児", "小児"), ("1. 小児", "小児"), ("(1) 小児", "小児"), ("①小児", "小児"),
     ("・小児", "小児"), ("**小児**", "小児"), ("7.1 小児", "7.1 小児"), ("小児の用法・用量", "小児の用法・用量"),
     ("小児に投与する場合", "小児に投与する場合"), ("小児（1歳以上）", "小児（1歳以上）"), ("小児では", "小児では"),
     ("体重20 kg未満", "体重20 kg未満"), ("腎機能低下時", "腎機能低下時"), ("帯状疱疹", "帯状疱疹"),
     ("〈帯状疱疹〉", "帯状疱疹"), ("CCr 30未満", "CCr 30未満"), ("小児\n用法・用量", "小児")],
)  # fmt: skip
def test_under_a_heading_of_a_case_support_is_conditional(check: Check, heading: str, named: str) -> None:
    """Alone, and below the dose of adults, which it does not contradict."""
    for source in (f"{heading}\n{CHILD}", f"アモキシシリンの手引き\n成人\n{ADULT}\n{heading}\n{CHILD}"):
        decision = check(CHILD, source)
        assert decision.verdict is Verdict.CONDITIONAL
        assert named in [condition.text for condition in decision.conditions]
        assert all(condition.span.of(source) == condition.text for condition in decision.conditions)
        assert check(ADULT, source).verdict in (Verdict.CONDITIONAL, Verdict.NOT_ENOUGH_EVIDENCE)
    assert check(ADULT, f"{heading}\n{CHILD}").verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "heading",
    ["Children", "1. Children", "## Dosage in children", "Children:", "Paediatric dose", "**Children**",
     "In children", "Renal impairment", "Herpes zoster", "Patients under 5 years", "Dialysis", "a) Children",
     "- Children", "CHILDREN", "Children (1-5 years)"],
)  # fmt: skip
def test_the_same_under_an_english_heading(check: Check, heading: str) -> None:
    for source in (f"{heading}\n{CHILD_EN}", f"Amoxicillin guide\nAdults\n{ADULT_EN}\n{heading}\n{CHILD_EN}"):
        assert check(CHILD_EN, source).verdict is Verdict.CONDITIONAL
    assert check(ADULT_EN, f"{heading}\n{CHILD_EN}").verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_indications_of_a_package_insert_keep_their_doses(check: Check) -> None:
    dose = "通常、成人には1回1000 mgを1日3回経口投与する。"
    insert = f"〈単純疱疹〉\n通常、成人には1回500 mgを1日2回経口投与する。\n〈帯状疱疹〉\n{dose}"
    decision = check(dose, insert)
    assert decision.verdict is Verdict.CONDITIONAL
    assert [condition.text for condition in decision.conditions] == ["帯状疱疹"]


@pytest.mark.parametrize(
    "title", ["小児の用量", "アモキシシリン 小児等", "Dosage in children", "腎機能障害患者", "1歳未満の用量"]
)
def test_a_title_names_a_case(check: Check, title: str) -> None:
    assert check(CHILD, CHILD, title=title).verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize(
    "behind",
    ["ただし、成人に限る。", "成人のみ。", "ただし、小児を除く。", "ただし腎機能正常例に限る。", "（成人の場合）",
     "成人の用量である。", "これは成人の用量である。", "なお、これは外国の用量である。"],
)  # fmt: skip
def test_a_sentence_that_limits_the_one_before_makes_it_conditional(check: Check, behind: str) -> None:
    assert check(CHILD, CHILD + behind).verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize(
    "behind",
    ["Only in adults.", "Except in children.", "Adults only.", "This is the dose for adults.", "Not for children.",
     "But only if renal function is normal.", "This applies to adults only."],
)  # fmt: skip
def test_the_same_behind_an_english_sentence(check: Check, behind: str) -> None:
    assert check(CHILD_EN, f"{CHILD_EN} {behind}").verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("小児では" + CHILD, f"小児\n{CHILD}"),
        ("小児には" + CHILD, f"小児の用量\n{CHILD}"),
        ("成人には" + ADULT, f"成人\n{ADULT}\n小児\n{CHILD}"),
        ("小児には" + CHILD, f"成人\n{ADULT}\n小児\n{CHILD}"),
        ("成人には" + CHILD, CHILD + "ただし、成人に限る。"),
        ("In children, amoxicillin is given at 100 mg every 8 hours.", f"Children\n{CHILD_EN}"),
        ("帯状疱疹では、" + CHILD, f"〈単純疱疹〉\n{ADULT}\n〈帯状疱疹〉\n{CHILD}"),
    ],
)
def test_a_claim_that_names_the_case_of_the_heading_is_supported(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("成人には" + CHILD, f"小児\n{CHILD}"),
        ("小児以外では" + CHILD, f"小児\n{CHILD}"),
        ("小児では" + CHILD, f"小児以外\n{CHILD}"),
        ("1歳未満では" + CHILD, f"小児（1歳以上）\n{CHILD}"),
        ("小児には" + CHILD, CHILD + "ただし、成人に限る。"),
        ("In adults, amoxicillin is given at 100 mg every 8 hours.", f"Children\n{CHILD_EN}"),
    ],
)
def test_a_claim_of_another_case_is_neither(judge: RulesJudge, split: Split, claim: str, source: str) -> None:
    """And where a judge that reads overlooks the heading, the finding forbids SUPPORTED."""
    opinions = judge.judge(claim, split("sources/0", source))
    nearest = max(opinions, key=lambda opinion: opinion.relevance)
    assert nearest.stance is Stance.RELATED
    assert "other_case" in [finding.kind for finding in nearest.findings]


@pytest.mark.parametrize(
    "before",
    ["用法・用量\n", "アモキシシリン\n", "## アモキシシリンの用法・用量\n", "【用法及び用量】\n", "1. 用法\n",
     "概要：\n", "次のように投与する。", "アモキシシリンは抗菌薬である。", "- ", "・", "注意事項\n- 水を飲む\n- ",
     "医師の指示を守る\n", "体温 37.2℃\n", "2.1 用量\n", "小児には投与しない。", "次に、投与法を述べる。",
     "以下に示す。", "## 小児\n水で飲む。\n## 用法\n", "【小児】\n水で飲む。\n【用法】\n"],
)  # fmt: skip
def test_what_says_nothing_of_whom_it_holds_for_leaves_support_alone(check: Check, before: str) -> None:
    assert check(CHILD, before + CHILD).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "behind",
    ["これは標準的な量である。", "この薬は納豆と関係しない。", "これは妊婦には禁忌である。",
     "なお、腎機能に注意する。", "その後、経過をみる。", "それでも改善しないときは受診する。", "同時に水を飲む。",
     "それ以上は投与しない。", "先に食事をとる。", "飲み間違いに注意する。"],
)  # fmt: skip
def test_a_later_sentence_of_its_own_leaves_support_alone(check: Check, behind: str) -> None:
    assert check(CHILD, CHILD + behind).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("before", "behind"),
    [("", " This is the standard dose."), ("", " It should not be taken with milk."),
     ("", " It is contraindicated in pregnancy."), ("", " These drugs are safe."), ("", " Do not give it with milk."),
     ("", " The dose may be increased."), ("", " No dose adjustment is needed."), ("Dosage\n", ""),
     ("Amoxicillin\n", ""), ("## How to use amoxicillin\n", ""), ("The following applies. ", ""), ("Summary:\n", ""),
     ("1. Dosage and administration\n", "")],
)  # fmt: skip
def test_english_neighbours_that_say_nothing_of_it_leave_support_alone(check: Check, before: str, behind: str) -> None:
    assert check(CHILD_EN, before + CHILD_EN + behind).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "title", ["アモキシシリンの使い方", "アモキシシリン 添付文書", "外来の手引き", "細菌性髄膜炎（成人）", "市中肺炎"]
)
def test_a_plain_title_leaves_support_alone(check: Check, title: str) -> None:
    assert check(CHILD, CHILD, title=title).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("title", "chart", "verdict"),
    [
        ("小児の気管支喘息", "小児の気管支喘息", Verdict.SUPPORTED),
        ("小児の気管支喘息 小児の用量", "小児の気管支喘息", Verdict.CONDITIONAL),
        ("小児の気管支喘息", "", Verdict.CONDITIONAL),
        ("よくある誤り", "よくある誤り", Verdict.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_the_title_of_a_chart_names_no_case(
    check: Check, split: Split, title: str, chart: str, verdict: Verdict
) -> None:
    """All of a chart is of one patient; a document in it may still be of a case, and a chart may be wrong."""
    passages = [replace(passage, title=title, chart=chart) for passage in split("sources/0", CHILD)]
    assert check(CHILD, passages).verdict is verdict


@pytest.mark.parametrize(
    "heading",
    ["中止薬", "休薬中", "他の患者", "患者B", "症例2（別患者）", "兄", "夫の薬",
     "アレルギー歴", "副作用歴", "不可", "削除済み", "家族歴", "持参薬（中止）", "退院時に中止", "練習問題",
     "Discontinued", "Stopped", "On hold", "Cancelled", "Allergies", "Family history", "Patient B",
     "Mother", "Deleted", "Overdose case", "Another patient",
     "薬剤: ワルファリン / 状態: 中止"],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}\n", "# {}\n", "【{}】\n", "処方一覧\n{}\n", "{}：\n・"])
def test_a_heading_of_what_is_not_taken_takes_back_what_follows(check: Check, frame: str, heading: str) -> None:
    """In the first line, too, which is a title otherwise."""
    for text in (WARFARIN, METHOTREXATE):
        assert check(text, frame.format(heading) + text).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "heading",
    ["予定", "昨年", "術前", "透析日", "シックデイ", "第1週", "2019年", "Planned", "Prior to admission", "Day 1"],
)
@pytest.mark.parametrize("frame", ["{}\n", "# {}\n"])
def test_a_first_line_of_a_time_is_no_title(check: Check, frame: str, heading: str) -> None:
    for text in (WARFARIN, METHOTREXATE):
        assert check(text, frame.format(heading) + text).verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize(
    "before",
    [
        "処方一覧\n",
        "内服\n",
        "減量・休薬・中止基準\n",
        "中止薬\nアスピリンは1日100 mgである。\n継続薬：ワルファリン\n",
        "アスピリンは中止する。\n",
    ],
)
def test_a_heading_that_only_speaks_of_an_end_takes_nothing_back(check: Check, before: str) -> None:
    assert check(WARFARIN, before + WARFARIN).verdict in (Verdict.SUPPORTED, Verdict.CONDITIONAL)
