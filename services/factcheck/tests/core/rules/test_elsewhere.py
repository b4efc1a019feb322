"""What the rest of a document does to a dose: it ends or changes it, or has another one for a narrower case."""

from collections.abc import Callable

import pytest
from deceiving import claims
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.cues.rows import may_end_a_dose
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.judge import Stance
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.source import SourceText

Check = Callable[..., Decision]
TAKEN, TAKEN_EN = "ワルファリンを1日5 mg服用している。", "The patient takes warfarin 5 mg daily."
GIVEN, GIVEN_EN = "ワルファリンは1日5 mgを投与する。", "Warfarin 5 mg is given daily."
TAKEN_BACK = {"retraction", "other_case"}


def test_a_dose_that_its_source_takes_back_elsewhere_is_neither_supported_nor_contradicted(check: Check) -> None:
    found = [(claim, check(claim, *case.by_source).verdict) for claim, case in claims("withheld-elsewhere.jsonl")]
    assert len(found) == 109
    settled = (Verdict.SUPPORTED, Verdict.CONTRADICTED)
    assert [claim for claim, verdict in found if verdict in settled] == []


@pytest.mark.parametrize(
    "behind",
    ["心房細動がある。アスピリンを中止した。", "\n\nアスピリンは中止。", "\n\nヘパリンを3 mgへ減量した。",
     "\nアスピリンは1日100 mgを投与しない。", "アピキサバンは1日10 mgであった。4月3日に中止した。",
     "\n\nワルファリンは抗凝固薬である。", "\n\nワルファリンの副作用は出血である。",
     "\n\nワルファリンは妊婦には禁忌である。", "\n\n出血時にはワルファリンを中止する。",
     "\n\nワルファリンは納豆と併用しない。", "\n\n効果不十分な場合はワルファリンを1日10 mgまで増量できる。"],
)  # fmt: skip
def test_what_is_said_of_another_drug_or_of_a_case_leaves_a_dose_alone(check: Check, behind: str) -> None:
    assert check(TAKEN, TAKEN + behind).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "behind",
    ["INR was 6. Aspirin was stopped.", "At discharge aspirin was 100 mg.", "She was started on apixaban.",
     "Warfarin is an anticoagulant.", "Warfarin is stopped if she bleeds.",
     "Warfarin is contraindicated in pregnancy.",
     "Apixaban was 5 mg twice daily. It was stopped."],
)  # fmt: skip
def test_so_in_english(check: Check, behind: str) -> None:
    assert check(TAKEN_EN, f"{TAKEN_EN} {behind}").verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "fragment", ["[1]", "（図1）", "（文献3）", "（推奨度A）", "(2)", "（添付文書より）", "※INRを測定する。"]
)
def test_a_bracket_that_says_nothing_of_the_dose_leaves_it_alone(check: Check, fragment: str) -> None:
    assert check(GIVEN, GIVEN + fragment).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "row",
    ["状態：継続中", "ステータス：有効", "承認：可", "推奨の強さ：強く推奨する", "副作用：出血", "体温：37.2",
     "診断：心房細動", "アスピリン：中止", "担当医：山田", "葛根湯：2.5 g", "アスピリン：100 mg", "正解：1",
     "出典：添付文書"],
)  # fmt: skip
def test_a_harmless_row_leaves_the_dose_over_it_alone(check: Check, row: str) -> None:
    assert check(GIVEN, f"{GIVEN}\n{row}").verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("row", ["Status: active", "Approved: yes", "Class: I", "Source: label", "Weight: 60 kg"])
def test_so_does_an_english_row(check: Check, row: str) -> None:
    assert check(GIVEN_EN, f"{GIVEN_EN}\n{row}").verdict is Verdict.SUPPORTED


def test_a_row_ends_the_dose_over_the_rows_between(check: Check) -> None:
    source = "ワルファリン 5 mg 1日1回 朝食後\n  診断：心房細動\n  備考：退院後は飲まない"
    assert check("ワルファリン 5 mg 1日1回 朝食後", source).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("said", "ends"),
    [("状態:中止", True), ("正:0.5 mg", True), ("4/3より1日1 mg", True), ("4/3 採血", False), ("8:00に服用", False)],
)
def test_rows_that_may_end_a_dose(said: str, ends: bool) -> None:
    assert may_end_a_dose(said) is ends


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("アセトアミノフェンは80歳では500 mgを投与する。", "アセトアミノフェンは15歳以上では500 mgを投与する。"),
        ("アセトアミノフェンは80歳では500 mgを投与する。",
         "アセトアミノフェンは15歳以上では500 mgを投与する。アスピリンは高齢者には用いない。"),
        ("ダビガトランはCCr 40では110 mgを投与する。",
         "ダビガトランはCCr 30未満では禁忌である。\n\nダビガトランはCCr 50未満では110 mgを投与する。"),
        ("In patients aged 40 years, levofloxacin 500 mg is given.",
         "In patients aged 18 years or older, levofloxacin 500 mg is given. It is an antibiotic."),
    ],
)  # fmt: skip
def test_a_case_of_a_condition_is_supported_where_no_other_one_holds_it(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (TAKEN, f"ワルファリンを中止した。再開した。{TAKEN}"),
        (GIVEN, f"ワルファリンの最大量は1日10 mgである。\n{GIVEN}"),
        (GIVEN, f"{GIVEN}\nワルファリンを急に中止すると血栓を生じる。"),
        ("高齢者にはワルファリンを1日5 mg投与する。",
         "高齢者にはワルファリンを1日5 mg投与する。\nワルファリンは1日10 mgを投与する。"),
        ("生理食塩液500 mLを検査の6時間前から投与する。",
         "生理食塩液500 mLを検査の6時間前から投与する。\n高齢者では検査の12時間以内に採血する。"),
    ],
)  # fmt: skip
def test_an_earlier_end_another_role_or_another_case_leaves_a_dose_alone(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


def test_the_same_case_with_another_dose_does_not(check: Check) -> None:
    claim = "高齢者にはワルファリンを1日5 mg投与する。"
    told = check(claim, f"{claim}\n高齢者にはワルファリンを1日3 mg投与する。").verdict
    assert told is Verdict.NOT_ENOUGH_EVIDENCE


def test_the_evidence_shows_what_takes_a_dose_back(check: Check) -> None:
    told = check(TAKEN, f"{TAKEN}\n\n心房細動がある。\n\nワルファリンは中止。")
    assert [one.passage.text for one in told.evidence] == [TAKEN, "ワルファリンは中止。"]
    assert all(TAKEN_BACK & {finding.kind for finding in one.findings} for one in told.evidence)


def test_a_reader_beside_the_rules_may_not_support_it_either(judge: RulesJudge) -> None:
    for claim, case in claims("withheld-elsewhere.jsonl"):
        opinions = judge.judge(claim, case.passages)
        of_each = {one.passage.document: [] for one in opinions}  # type: dict[str, list]
        for one in opinions:
            of_each[one.passage.document].append(one)
        assert all(Account(tuple(some), ()).is_vetoed for some in of_each.values()), claim


def test_another_source_that_disagrees_makes_it_conflicting_as_before(check: Check) -> None:
    source = f"{TAKEN}\n\nワルファリンは中止。"
    assert check(TAKEN, source, "ワルファリンを1日3 mg服用している。").verdict is Verdict.CONFLICTING


def test_a_source_that_takes_nothing_back_still_supports(check: Check, judge: RulesJudge) -> None:
    assert check(TAKEN, f"{TAKEN}\n\nワルファリンは中止。", TAKEN).verdict is Verdict.SUPPORTED
    assert all(
        one.stance is not Stance.CONTRADICTS for one in judge.judge(TAKEN, source_passages(0, SourceText(TAKEN)))
    )
