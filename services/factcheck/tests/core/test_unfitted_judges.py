"""Judges that no map was fitted for, beside rules that contradict by themselves."""

from dataclasses import replace

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.alignment.judge import NAME as ALIGNMENT
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.decision import Decision, Saying, Verdict, decide
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.judge import Opinion
from monshin_factcheck.core.reasons import Limits, Measure, reasons
from monshin_factcheck.core.rules.account import Thresholds, account
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Reading
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings, careful

READER = Reader(Analyser())
RULES, ALIGN = RulesJudge(READER), AlignmentJudge(READER)
WRONG = [
    ("抗菌薬は中止した。", "抗菌薬は中止していない。"),
    ("バンコマイシンは急速静注する。", "バンコマイシンは60分以上かけて点滴静注する。"),
    ("Statins are safe in pregnancy.", "Statins are not considered safe in pregnancy."),
    ("血清カリウムはACE阻害薬で低下する。", "ACE阻害薬では血清カリウムが上昇することがある。"),
]
UNSURE, SURE, AGAINST = Probabilities(0.3, 0.3, 0.4), Probabilities(0.95, 0.02, 0.03), Probabilities(0.02, 0.95, 0.03)


def opinions(claim: str, text: str, number: int = 0) -> tuple[Opinion, ...]:
    return tuple(RULES.judge(claim, source_passages(number, SourceText(text, "", ""))))


def said(odds: Probabilities, judge: str = "nli", document: str = "sources/0") -> Saying:
    return Saying(judge, "r1", odds, document, Span(0, 1), "", 1.0)


def decided(found: tuple[Opinion, ...], *heard: Saying, unread: tuple[Opinion, ...] = ()) -> Decision:
    weighing = careful({one.judge: one.revision for one in heard})
    return decide_by_all([Account(found, heard)], weighing, ("rules", *(one.judge for one in heard)), unread)


@pytest.mark.parametrize(("claim", "text"), WRONG)
def test_a_judge_that_joins_the_rules_does_not_make_them_see_less(claim: str, text: str) -> None:
    """Hazard: without `local` the default is worse than no judge at all."""
    found = opinions(claim, text)
    (answer,) = ALIGN.read([Reading(claim, text, ())])
    assert decide(found, ()).verdict is Verdict.CONTRADICTED
    by_alignment, unsure, against = said(answer.probabilities, ALIGNMENT), said(UNSURE), said(AGAINST, "llm")
    for heard in ((by_alignment,), (unsure,), (against,), (unsure, against)):
        assert decided(found, *heard).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(("claim", "text"), WRONG)
def test_a_judge_that_is_sure_of_support_leaves_it_open(claim: str, text: str) -> None:
    found = opinions(claim, text)
    assert decided(found, said(SURE)).verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert decided(found, said(UNSURE), said(SURE, "llm")).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("抗菌薬は中止した。", "抗菌薬を中止した。"),
        ("血清カリウムはACE阻害薬で上昇する。", "ACE阻害薬では血清カリウムが上昇することがある。"),
        ("妊婦にはスタチンは禁忌である。", "スタチンは妊婦に禁忌である。"),
        ("Statins are not safe in pregnancy.", "Statins are not considered safe in pregnancy."),
    ],
)
def test_what_the_rules_do_not_contradict_is_as_it_was(claim: str, text: str) -> None:
    found = opinions(claim, text)
    assert decided(found, said(UNSURE)).verdict is not Verdict.CONTRADICTED
    assert decided(found, said(SURE)).verdict in (Verdict.SUPPORTED, Verdict.NOT_ENOUGH_EVIDENCE)


def test_a_right_claim_that_a_judge_sees_stays_supported_whatever_else_was_found() -> None:
    claim, text = "妊婦にはスタチンは禁忌である。", "スタチンは妊婦に禁忌である。"
    (answer,) = ALIGN.read([Reading(claim, text, ())])
    unread = opinions(claim, "包帯は毎日替える。", 1)
    assert decided(opinions(claim, text), said(answer.probabilities, ALIGNMENT), unread=unread).verdict is (
        Verdict.SUPPORTED
    )


def test_a_document_that_nobody_read_contradicts_as_by_the_rules_alone() -> None:
    claim, text = WRONG[0]
    near, unread = opinions(claim, "包帯は毎日替える。"), opinions(claim, text, 1)
    alone = decide((*near, *unread), ())
    decision = decided(near, said(UNSURE), unread=unread)
    assert alone.verdict is decision.verdict is Verdict.CONTRADICTED
    assert decision.evidence[0].passage.text == text
    assert decision.judges_run == ("rules", "nli")
    old = tuple(replace(one, passage=replace(one.passage, is_superseded=True)) for one in unread)
    assert decided(near, said(UNSURE), unread=old).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_what_the_decision_rests_on_is_the_document_of_the_rules_and_what_was_said_of_it() -> None:
    claim, text = WRONG[0]
    first = Account(opinions(claim, "抗菌薬は高価である。"), (said(UNSURE),))
    second = Account(opinions(claim, text, 1), (said(UNSURE, document="sources/1"),))
    decision = decide_by_all([first, second], careful({"nli": "r1"}), ("rules", "nli"))
    assert decision.verdict is Verdict.CONTRADICTED
    assert (decision.evidence[0].passage.document, decision.sayings[0].document) == ("sources/1", "sources/1")
    assert not decision.is_calibrated


def test_a_map_that_was_fitted_weighs_the_rules_itself() -> None:
    assert Weighings([], "r0").of({"nli": "r1"}).keeps_contradictions
    fitted = replace(careful({"nli": "r1"}), revisions={"nli": "r1", "rules": "r0"}, keeps_contradictions=False)
    assert not Weighings([fitted], "r0").of({"nli": "r1"}).keeps_contradictions
    found = opinions(*WRONG[0])
    assert decide_by_all([Account(found, (said(UNSURE),))], fitted, ()).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(("odds", "is_told"), [(UNSURE, False), (AGAINST, True)])
def test_a_joint_probability_is_told_only_of_a_joint_verdict(odds: Probabilities, *, is_told: bool) -> None:
    """Hazard: an explanation with a measure below the least one, for a verdict that is not made of it."""
    claim, text = WRONG[3]
    found = opinions(claim, text)
    decision = decided(found, said(odds))
    accounts = [account(READER, claim, one.passage, Thresholds()) for one in decision.evidence]
    limits = Limits(Thresholds(), {Measure.P_SUPPORTED: 0.9, Measure.P_CONTRADICTED: 0.9})
    told = reasons(claim, decision, accounts, found, limits)
    assert decision.verdict is Verdict.CONTRADICTED
    assert any(one.measure is Measure.P_CONTRADICTED for one in told) is is_told
