"""A claim against a sentence that says it of some cases only."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import ConditionKind
from monshin_factcheck.core.rules.judge import RulesJudge

Check = Callable[..., Decision]

PEOPLE, VALUE, TIME = ConditionKind.POPULATION, ConditionKind.QUANTITY, ConditionKind.TIME
RENAL = "メトホルミンは重度の腎機能障害（eGFR 30 mL/min/1.73m2未満）の患者には禁忌である。"
BY_AGE = "成人では投与量は10 mg、小児では投与量は5 mgである。"


@pytest.mark.parametrize(
    ("claim", "source", "text", "kind"),
    [
        ("ワルファリンは禁忌である。", "ワルファリンは、妊婦では禁忌である。", "妊婦では", PEOPLE),
        ("ワルファリンは禁忌です。", "ワルファリンは妊婦に禁忌であり、納豆は避ける。", "妊婦に", PEOPLE),
        ("メトホルミンは禁忌である。", "eGFR 30未満の場合、メトホルミンは禁忌である。", "eGFR 30未満の場合", VALUE),
        ("メトホルミンは禁忌である。", RENAL, RENAL[7:-6], VALUE),
        ("開始用量を2.5 mgとする。", "75歳以上では開始用量を2.5 mgとする。", "75歳以上では", PEOPLE),
        ("血清クレアチニンを測定する。", "投与開始後は血清クレアチニンを測定する。", "投与開始後は", TIME),
        ("ワルファリンは使用できる。", "ワルファリンは妊婦以外では使用できる。", "妊婦以外では", PEOPLE),
        ("Warfarin is contraindicated.", "In neonates, warfarin is contraindicated.", "In neonates", PEOPLE),
        ("Metformin is contraindicated.", "Metformin is contraindicated in patients with eGFR below 30 mL/min.",
         "in patients with eGFR below 30 mL/min", VALUE),
    ],
)  # fmt: skip
def test_a_condition_that_the_claim_leaves_out_is_named(
    check: Check, claim: str, source: str, text: str, kind: ConditionKind
) -> None:
    """With its words, which stand at its span in the source."""
    decision = check(claim, source)
    assert decision.verdict is Verdict.CONDITIONAL
    (condition,) = decision.conditions
    assert (condition.text, condition.span.of(source), condition.kind) == (text, text, kind)


def test_the_condition_of_another_case_is_not_named(check: Check) -> None:
    assert [condition.text for condition in check("投与量は10 mgである。", BY_AGE).conditions] == ["成人では"]
    assert check("投与量は5 mgである。", BY_AGE).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("80歳の患者では開始用量を2.5 mgとする。", "75歳以上では開始用量を2.5 mgとする。"),
        ("eGFR 25では、メトホルミンは禁忌である。", "eGFR 30未満の場合、メトホルミンは禁忌である。"),
        ("妊婦では、ワルファリンは禁忌である。", "妊婦では、ワルファリンは禁忌である。"),
    ],
)
def test_a_claim_that_states_or_meets_the_condition_is_supported(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("70歳の患者では開始用量を2.5 mgとする。", "75歳以上では開始用量を2.5 mgとする。"),
        ("75歳では開始用量を2.5 mgとする。", "75歳未満では開始用量を2.5 mgとする。"),
        ("小児では禁忌である。", "妊婦では禁忌である。"),
        ("eGFR 3未満では、メトホルミンは禁忌である。", "eGFR 30未満の場合、メトホルミンは禁忌である。"),
        ("eGFR 30以上では、メトホルミンは禁忌である。", "eGFR 30未満の場合、メトホルミンは禁忌である。"),
        ("開始用量を5 mgとする。", "75歳以上では開始用量を2.5 mgとする。"),
        ("Warfarin is contraindicated in children.", "In pregnant women, warfarin is contraindicated."),
        # Even of them: no condition at all.
        ("ワルファリンは使用できる。", "ワルファリンは妊婦でも使用できる。"),
        ("血糖が25 mg/dLでは使用できる。", "年齢が20以上では使用できる。"),
    ],
)
def test_another_case_or_another_number_is_neither(check: Check, claim: str, source: str) -> None:
    """Hazard: a wrong dose that counts as right in some case, or a case outside of the source's."""
    assert check(claim, source).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING)


def test_the_other_case_of_the_same_document_does_not_contradict(check: Check) -> None:
    source = "メトホルミンはeGFR 30未満では投与しない。メトホルミンはeGFR 30以上では投与できる。"
    decision = check("メトホルミンは投与できる。", source)
    assert decision.verdict is Verdict.CONDITIONAL
    assert [condition.normalised for condition in decision.conditions] == ["推算糸球体濾過量 ≥30"]


@pytest.mark.parametrize(
    ("claim", "source", "named"),
    [
        ("メトホルミンは使ってはいけない。", "妊婦ではメトホルミンの使用が禁じられている。", ["妊婦では"]),
        ("8歳の子どもにメトホルミンは使ってはいけない。", "12歳未満の小児ではメトホルミンの使用が禁じられている。", []),
        ("食事をとらない日はメトホルミンを使わない。", "食事をとらなかったときはメトホルミンを使用しない。", []),
    ],
)
def test_a_paraphrase_carries_the_condition_for_a_judge_that_reads(
    judge: RulesJudge, split: Callable[..., list[Passage]], claim: str, source: str, named: list[str]
) -> None:
    (opinion,) = judge.judge(claim, split("sources/0", source))
    assert [condition.text for condition in opinion.conditions] == named
