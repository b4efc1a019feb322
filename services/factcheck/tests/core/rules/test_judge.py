"""What the rules say of a claim."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.decision import AbstainReason, Decision, Verdict
from monshin_factcheck.core.rules.judge import RulesJudge

Check = Callable[..., Decision]

DOSES = "アムロジピンの開始用量は5 mg、最大用量は10 mgである。"
WARFARIN = "ワルファリンは妊婦に禁忌であり、納豆は摂取を避けるよう説明する。"


def kinds(decision: Decision) -> set[str]:
    """The kinds of findings beside the first piece of evidence."""
    return {finding.kind for finding in decision.evidence[0].findings}


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("ワルファリンは妊婦に禁忌です。", WARFARIN),
        ("アセトアミノフェンの1日最大用量は4 gである。", "アセトアミノフェンの1日最大用量は4000 mgである。"),
        ("カロナールは解熱鎮痛薬である。", "アセトアミノフェンは解熱鎮痛薬です。"),
        ("血清カリウムの基準範囲は3.6〜4.8 mEq/Lです。", "当院における血清カリウムの基準範囲は3.6～4.8 mEq/Lである。"),
        ("Lorazepam 4 mg IV is given.", "Lorazepam 4 mg IV is given."),
    ],
)
def test_a_sentence_that_says_the_same_supports(check: Check, claim: str, source: str) -> None:
    decision = check(claim, source)
    assert decision.verdict is Verdict.SUPPORTED
    assert decision.probabilities.supported > 0.8


@pytest.mark.parametrize(
    ("claim", "source", "kind"),
    [
        ("アムロジピンの開始用量は10 mgである。", DOSES, "quantity_conflict"),
        ("アムロジピンの開始用量は5 gである。", DOSES, "unit_conflict"),
        ("血糖は110 mg/dL以上が正常である。", "血糖は110 mg/dL未満が正常である。", "comparator_conflict"),
        ("ワルファリンは妊婦に投与してよい。", "ワルファリンは妊婦に投与してはならない。", "polarity_conflict"),
        ("急性膵炎では血清リパーゼが低下する。", "急性膵炎では血清リパーゼが上昇する。", "antonym_conflict"),
        ("気胸では健側の呼吸音が減弱する。", "気胸では患側の呼吸音が減弱する。", "laterality_conflict"),
        ("アドレナリンは静注する。", "アドレナリンは筋注する。", "route_conflict"),
        ("The dressing is changed every 2 days.", "The dressing is changed every 7 days.", "quantity_conflict"),
    ],
)
def test_a_turned_fact_is_contradicted_and_named(check: Check, claim: str, source: str, kind: str) -> None:
    decision = check(claim, source)
    assert decision.verdict is Verdict.CONTRADICTED
    assert kind in kinds(decision)
    assert decision.probabilities.contradicted == max(
        decision.probabilities.supported, decision.probabilities.contradicted, decision.probabilities.neither
    )


def test_findings_point_at_the_words_on_both_sides(check: Check) -> None:
    source = "前置き。" + DOSES
    claim = "アムロジピンの開始用量は１０㎎である。"
    finding = next(
        finding for finding in check(claim, source).evidence[0].findings if finding.kind == "quantity_conflict"
    )
    assert finding.claim.of(claim) == "１０㎎"
    assert finding.evidence.of(source) == "5 mg"


def test_of_two_doses_the_one_with_the_same_role_is_compared(check: Check) -> None:
    """Two doses in one sentence are the common case."""
    assert check("アムロジピンの最大用量は10 mgである。", DOSES).verdict is not Verdict.CONTRADICTED
    assert check("アムロジピンの最大用量は5 mgである。", DOSES).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("ワルファリンは禁忌である。", "ワルファリンは、妊婦では禁忌である。"),
        ("メトホルミンは禁忌である。", "eGFR 30未満の場合、メトホルミンは禁忌である。"),
        ("発疹だけがみられる。", "発疹がみられる。"),
        ("AがBを抑制する。", "AがBに抑制される。"),
        ("薬剤を推奨する。", "薬剤を使用することができる。"),
        ("6歳以下は無料である。", "6歳未満は無料である。"),
        ("高血糖の患者にブドウ糖を投与する。", "低血糖の患者にブドウ糖を投与する。"),
        ("効果は2週間続く。", "効果は約2週間続く。"),
        ("1日量の3分の1、2分の1を目安とする。", "1日量の3分の1〜2分の1を目安とする。"),
        ("角度は三十、四十五度とする。", "角度は三十〜四十五度とする。"),
        ("血糖値は4〜3時間ごとに測る。", "血糖値は3〜4時間ごとに測る。"),
        ("採血は午前8〜0.9時に行う。", "採血は午前8〜9時に行う。"),
        ("採血は午前8時12.5分に行う。", "採血は午前8時5分に行う。"),
        ("ワルファリンは出血を起こす。", "ワルファリンは出血を起こすことがある。"),
    ],
)
def test_saying_more_than_the_source_is_not_supported(check: Check, claim: str, source: str) -> None:
    """Hazard: a dropped condition, a stronger word or a swapped role turns a true sentence into a false one."""
    assert check(claim, source).verdict is not Verdict.SUPPORTED


def test_a_case_inside_a_bound_is_no_conflict(check: Check) -> None:
    decision = check("濃度が25 µg/mLなら眼振が現れる。", "濃度が20 µg/mLを超えると眼振が現れる。")
    assert decision.verdict is not Verdict.CONTRADICTED
    assert "quantity_within" in kinds(decision)


def test_two_sources_that_disagree_are_conflicting(check: Check) -> None:
    decision = check("薬Aの1日最大用量は4 gである。", "薬Aの1日最大用量は4 gである。", "薬Aの1日最大用量は2 gである。")
    assert decision.verdict is Verdict.CONFLICTING
    assert {opinion.passage.document for opinion in decision.evidence} == {"sources/0", "sources/1"}


def test_silence_is_told_from_doubt(check: Check) -> None:
    silent = check("大腸癌検診では便潜血検査を行う。", WARFARIN)
    assert (silent.verdict, silent.abstain_reason) == (Verdict.NOT_ENOUGH_EVIDENCE, AbstainReason.NO_EVIDENCE)
    unsure = check("ワルファリンと納豆の摂取は一緒でもかまわないと説明する。", WARFARIN)
    assert unsure.abstain_reason in (AbstainReason.UNDECIDED, AbstainReason.NONE)


def test_the_subject_may_come_from_the_title(check: Check) -> None:
    assert (
        check("ワルファリンは妊婦に禁忌である。", "妊婦に禁忌である。", title="ワルファリン").verdict
        is Verdict.SUPPORTED
    )


def test_nothing_to_read_is_no_evidence(check: Check) -> None:
    decision = check("ワルファリンは薬である。")
    assert (decision.verdict, decision.probabilities.neither) == (Verdict.NOT_ENOUGH_EVIDENCE, 1.0)


TEXTS = st.lists(
    st.sampled_from(
        [
            "ワルファリン",
            "は",
            "妊婦",
            "に",
            "5 mg",
            "以上",
            "禁忌",
            "ない",
            "、",
            "。",
            "1日3回",
            "右",
            "低下する",
            "if",
            "not",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(claim=TEXTS, source=TEXTS)
def test_probabilities_always_sum_to_one_and_spans_fit(
    judge: RulesJudge, check: Check, claim: str, source: str
) -> None:
    decision = check(claim, source)
    odds = decision.probabilities
    assert abs(odds.supported + odds.contradicted + odds.neither - 1) < 1e-9
    assert decision.judges_run == (judge.name,)
    for opinion in decision.evidence:
        assert opinion.passage.span.of(source) == opinion.passage.text
        for finding in opinion.findings:
            assert 0 <= finding.claim.start <= finding.claim.end <= len(claim)
            assert (
                opinion.passage.span.start <= finding.evidence.start <= finding.evidence.end <= opinion.passage.span.end
            )


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("ワルファリンは、妊婦では禁忌である。", "妊婦の場合、ワルファリンは禁忌である。"),
        ("eGFR 30未満では、メトホルミンは禁忌である。", "メトホルミンは、eGFR 30未満では禁忌である。"),
        ("メトホルミンはeGFR 30未満では禁忌である。", "eGFR 30未満の場合、メトホルミンは禁忌である。"),
    ],
)
def test_a_clause_that_only_names_a_case_or_a_topic_denies_no_predicate(check: Check, claim: str, source: str) -> None:
    """Hazard: a right prohibition was called contradicted by the sentence that says it in another order."""
    decision = check(claim, source)
    assert decision.verdict is not Verdict.CONTRADICTED
    assert decision.probabilities.supported > decision.probabilities.contradicted
