"""Lists and sentences under a heading, or behind a lead, of what is not given or does not hold: none of it is right."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]

DOSE, ROW = "アモキシシリンは1回250 mgを1日3回投与する。", "アモキシシリン 1回250 mg 1日3回"
DOSE_EN, ROW_EN = "Amoxicillin is given at 250 mg every 8 hours.", "Amoxicillin 250 mg every 8 hours"
OTHER = "ワルファリン 3 mg"

HEADINGS = ["中止薬", "中止薬剤", "退院時に中止した薬剤", "中止・変更薬", "中止予定", "保留中の薬", "投与しない薬",
     "使用しない薬", "飲まない薬", "服用していない薬", "現在服用していない薬", "避ける薬", "避けるべき薬剤",
     "投与を見送った薬", "拒否した薬", "希望されなかった薬", "推奨されない", "推奨されない用量", "推奨しない治療",
     "非推奨", "検討したが採用しなかった治療", "却下された処方", "不採用", "除外薬", "対象外", "禁忌薬",
     "併用禁忌", "禁止薬剤", "無効な用量", "無効であった薬剤", "効果がなかった薬", "副作用が出た薬",
     "アレルギーのある薬", "承認されていない用量", "対象外の用量", "旧用量", "古い用量", "過去の処方",
     "従来の用量", "以前の薬", "増量前", "変更前の処方", "疑義照会前", "誤りの例", "誤例", "悪い処方例",
     "処方ミスの例", "危険な用量", "致死量", "過剰投与の例", "うわさ", "未投与", "廃棄薬", "残薬", "不要薬",
     ]  # fmt: skip
HEADINGS_EN = ["Discontinued medications", "Home medications stopped", "Medications to stop", "STOP taking",
     "Stop taking these medicines", "Patient not taking", "No longer taking", "No longer valid", "Not valid",
     "Not recommended", "Not administered", "Not indicated", "Not approved", "Considered but not given",
     "Contraindicated", "Invalid doses", "Rejected orders", "Refused", "Declined", "Failed treatments",
     "Ineffective doses", "Unsafe doses", "Toxic doses", "Lethal dose", "Withdrawn", "Unlicensed dose",
     "Inappropriate doses", "Excluded regimens", "Historical medications", "Previously used doses",
     "Doses used in the past", "Changed from", "Before change", "Replaced by", "Duplicates",
     "Someone else's medications", "Drugs causing reactions", "Draft", "Meds D/C'd",
     "Medications discontinued (see note)"]  # fmt: skip
FRAMES = [
    "【{}】\n",
    "## {}\n",
    "{}\n",
    "手引き\n水で飲む。\n{}\n",
    "{}：\n・",
    "{}:\n1. ",
    "☆{}☆\n",
    "【{}】\n・" + OTHER + "\n・",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_under_a_heading_of_what_is_not_given_no_dose_is_right(check: Check, heading: str) -> None:
    for text in (DOSE, ROW):
        for frame in FRAMES:
            assert check(text, frame.format(heading) + text).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("heading", HEADINGS_EN)
@pytest.mark.parametrize("frame", ["{}\n", "## {}\n", "Guide\nTake it with water.\n{}\n", "{}:\n- ", "{}:\n1. "])
def test_the_same_in_english(check: Check, frame: str, heading: str) -> None:
    for text in (DOSE_EN, ROW_EN):
        assert check(text, frame.format(heading) + text).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "lead",
    ["次の薬剤は中止した。\n・", "以下は投与しない。\n", "下記の薬剤は服用しないでください。\n・",
     "次の用量は推奨されない。\n",
     "以下の用量は承認されていない。", "下記は無効であった。", "中止薬は以下の通り。\n・",
     "投与しない薬は以下の通り：\n1. "],
)  # fmt: skip
def test_a_lead_takes_back_what_it_speaks_of(check: Check, lead: str) -> None:
    assert check(DOSE, lead + DOSE).verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert check(DOSE, f"{OTHER}を使う。{lead}{DOSE}").verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "lead",
    ["The following medications were stopped:\n- ", "These medicines were stopped:\n- ",
     "We do not recommend:\n- ", "You should stop these:\n- ", "The following doses are not recommended. "],
)  # fmt: skip
def test_an_english_lead_does_too(check: Check, lead: str) -> None:
    assert check(DOSE_EN, lead + DOSE_EN).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("title", ["中止薬一覧", "投与しない薬", "旧用量", "Discontinued medications"])
def test_a_title_does_too(check: Check, title: str) -> None:
    assert check(DOSE, DOSE, title=title).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("label", ["誤りの例：", "中止薬：", "旧用量：", "推奨されない："])
def test_a_label_of_what_does_not_hold_is_no_condition(check: Check, label: str) -> None:
    assert check(DOSE, label + DOSE).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    "before",
    ["現在の処方\n", "定期処方\n", "持参薬\n", "推奨用量\n", "第一選択薬\n", "処方内容\n", "内服薬\n- ",
     f"中止薬\n・{OTHER}\n継続薬\n・", f"中止薬：\n・{OTHER}\n継続薬：\n・", f"【中止薬】\n{OTHER}\n【処方】\n",
     "- 小児には投与しない\n- ", "妊婦には使用しない。\n", "- 授乳中は使用しない\n- ",
     "【禁忌】\n妊婦には投与しない。\n【用法・用量】\n", "禁忌\n妊婦\n用法・用量\n",
     f"【併用禁忌】\n{OTHER}\n【用法】\n",
     "以下を投与する。\n・", "次の薬を服用している。\n・", "次の用量で投与し、自己判断で中止しないこと。\n",
     "以下の薬剤を使用し、効果を確認した後に中止する。\n・"],
)  # fmt: skip
def test_what_is_given_beside_it_stays_supported(check: Check, before: str) -> None:
    """Neither sentences of whom it must not be given to, nor the list that ends there."""
    for text in (DOSE, ROW):
        assert check(text, before + text).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "before",
    ["Discharge medications:\n- ", "Current medications\n1. Warfarin 3 mg\n2. ", "Recommended doses\n",
     "Continue taking:\n- ", "Discontinued medications:\n- Warfarin 3 mg\nDischarge medications:\n- ",
     "Contraindications\nPregnancy\nDosage\n", "The following should be taken:\n- ",
     "Do not stop taking it without advice.\n"],
)  # fmt: skip
def test_the_same_stays_supported_in_english(check: Check, before: str) -> None:
    for text in (DOSE_EN, ROW_EN):
        assert check(text, before + text).verdict is Verdict.SUPPORTED


def test_what_stands_under_contraindications_is_right_but_for_doses(check: Check) -> None:
    forbidden = "メトホルミンは重度の腎機能障害の患者には投与しない。"
    assert check(forbidden, f"【禁忌】\n{forbidden}").verdict is Verdict.SUPPORTED
    assert check(DOSE, f"【禁忌】\n{DOSE}").verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("line", ["入院前の処方", "退院時処方", "飲み忘れ", "内服できない場合"])
def test_a_heading_of_a_time_or_a_case_stays_a_condition(check: Check, line: str) -> None:
    decision = check(DOSE, f"処方\n{line}\n{DOSE}")
    assert decision.verdict is Verdict.CONDITIONAL
    assert [condition.text for condition in decision.conditions] == [line]
