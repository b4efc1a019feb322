"""Reasons and changes: read off the judges' measures, and true when they are tried."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.changes import Change, ChangeKind, changes
from monshin_factcheck.core.decision import Decision, Verdict, decide
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.reasons import Limits, Measure, Reason, ReasonKind, reasons
from monshin_factcheck.core.rules.account import account
from monshin_factcheck.core.rules.judge import RulesJudge, Thresholds
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.words import Analyser

CASES = [
    ("ワルファリンの維持量は1日50 mgである。", ("ワルファリンの維持量は1日1〜5 mgである。",)),
    ("ワルファリンの維持量は1日1〜5 mgである。", ("ワルファリンの維持量は1日1〜5 mgである。",)),
    ("納豆はワルファリンの作用を強める。", ("納豆はワルファリンの作用を弱めるため避ける。",)),
    ("丁薬の1日最大量は4 gである。", ("丁薬の1日最大量は4 gである。", "丁薬の1日最大量は6 gである。")),
    ("メトホルミンは投与しない。", ("eGFRが30未満の患者では、メトホルミンは投与しない。",)),
    ("80歳では半量から始める。", ("75歳以上では半量から始める。",)),
    ("開始用量は5 mg、最大用量は20 mgである。", ("開始用量は10 mg、最大用量は40 mgである。",)),
    ("The maximum dose is 4 g per day.", ("The maximum dose is 3 g per day.",)),
    ("月は地球の衛星である。", ("ワルファリンの維持量は1日1〜5 mgである。",)),
]


@cache
def reader() -> Reader:
    """One dictionary for all tests."""
    return Reader(Analyser())


def verdict(claim: str, passages: Sequence[Passage]) -> Verdict:
    """Of the rules."""
    return decide(RulesJudge(reader()).judge(claim, passages), ("rules",)).verdict


def explained(claim: str, sources: Sequence[str]) -> tuple[Decision, list[Reason], list[Change], list[Passage]]:
    """As the service does it with rules alone."""
    passages = [passage for number, text in enumerate(sources) for passage in source_passages(number, SourceText(text))]
    opinions = RulesJudge(reader()).judge(claim, passages)
    decision = decide(opinions, ("rules",))
    accounts = [account(reader(), claim, one.passage, Thresholds()) for one in decision.evidence]
    told = reasons(claim, decision, accounts, opinions, Limits(Thresholds()))
    return decision, told, changes(claim, decision.verdict, passages, accounts, verdict), passages


@pytest.mark.parametrize(("claim", "sources"), CASES)
def test_every_change_turns_the_verdict_as_it_tells(claim: str, sources: tuple[str, ...]) -> None:
    """Tried here once more, from the change's own fields."""
    decision, _, found, passages = explained(claim, sources)
    assert found
    for change in found:
        assert change.verdict is not decision.verdict
        tried = list(passages)
        if change.kind is ChangeKind.WITHOUT_DOCUMENT:
            tried = [passage for passage in passages if passage.document != change.document]
        elif change.kind is ChangeKind.ONE_MORE_DOCUMENT:
            tried += source_passages(99, SourceText(claim))
        assert verdict(change.claim, tried) is change.verdict


@pytest.mark.parametrize(("claim", "sources"), CASES)
def test_words_of_reasons_stand_in_the_claim_and_in_the_evidence(claim: str, sources: tuple[str, ...]) -> None:
    decision, told, _, _ = explained(claim, sources)
    assert told
    for reason in told:
        assert reason.claim_text in claim
        if reason.evidence_text:
            assert reason.evidence is not None
            assert reason.evidence_text in decision.evidence[reason.evidence].passage.text
        if reason.document:
            assert reason.document in {one.passage.document for one in decision.evidence}


@pytest.mark.parametrize(("claim", "sources"), CASES)
def test_a_settled_claim_names_its_document_and_an_open_one_what_is_missing(
    claim: str, sources: tuple[str, ...]
) -> None:
    decision, told, _, _ = explained(claim, sources)
    kinds = {reason.kind for reason in told}
    match decision.verdict:
        case Verdict.SUPPORTED:
            assert {ReasonKind.SETTLED_BY, ReasonKind.SAYS_THE_SAME} <= kinds
        case Verdict.CONTRADICTED:
            assert {ReasonKind.SETTLED_BY, ReasonKind.CLASH, ReasonKind.MARGIN} <= kinds
        case Verdict.CONFLICTING:
            assert {ReasonKind.SOURCES_DISAGREE, ReasonKind.CLASH} <= kinds
        case _:
            missing = {ReasonKind.TOO_FAR, ReasonKind.CONDITION_LEFT_OUT, ReasonKind.WORDS_UNCONFIRMED}
            assert kinds & missing


def test_a_conditional_claim_names_what_it_leaves_out_and_is_supported_with_it() -> None:
    claim, source = CASES[4][0], CASES[4][1]
    decision, told, found, _ = explained(claim, source)
    assert decision.verdict is Verdict.CONDITIONAL
    left_out = [reason.evidence_text for reason in told if reason.kind is ReasonKind.CONDITION_LEFT_OUT]
    assert left_out == [condition.text for condition in decision.conditions] == ["eGFRが30未満の患者では"]
    with_it = [change.verdict for change in found if change.kind is ChangeKind.EVIDENCE_CONDITION]
    assert with_it == [Verdict.SUPPORTED]


def test_a_superseded_document_is_named_where_it_would_have_settled_the_claim() -> None:
    claim = CASES[1][0]
    passages = [replace(one, is_superseded=True) for one in source_passages(0, SourceText(claim))]
    opinions = RulesJudge(reader()).judge(claim, passages)
    decision = decide(opinions, ("rules",))
    assert decision.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    accounts = [account(reader(), claim, one.passage, Thresholds()) for one in decision.evidence]
    told = reasons(claim, decision, accounts, opinions, Limits(Thresholds()))
    assert [reason.document for reason in told if reason.kind is ReasonKind.SUPERSEDED] == ["sources/0"]


def test_margins_of_a_contradiction_are_above_what_was_needed() -> None:
    _, told, _, _ = explained(*CASES[0])
    margins = [reason for reason in told if reason.measure is not None]
    assert {one.measure for one in margins} == {Measure.STRENGTH, Measure.COVERAGE, Measure.TOPIC_COVERAGE}
    assert all(one.value >= one.threshold > 0 for one in margins)


def test_where_a_judge_reads_its_margin_and_the_veto_are_told() -> None:
    """The joint probability is high enough, and yet it is not supported: a number is confirmed by nothing."""
    claim = "ワルファリンの作用は納豆で10分後に弱まる。"
    passages = source_passages(0, SourceText("納豆はワルファリンの作用を弱めるため避ける。"))
    opinions: list[Opinion] = RulesJudge(reader()).judge(claim, passages)
    decision = Decision(
        Verdict.NOT_ENOUGH_EVIDENCE, Probabilities(0.8, 0.1, 0.1), tuple(opinions), judges_run=("rules", "local")
    )
    accounts = [account(reader(), claim, one.passage, Thresholds()) for one in opinions]
    least = {Measure.P_SUPPORTED: 0.7, Measure.P_CONTRADICTED: 0.6}
    told = reasons(claim, decision, accounts, opinions, Limits(Thresholds(), least))
    margin = next(reason for reason in told if reason.measure is Measure.P_SUPPORTED)
    assert (margin.value, margin.threshold, margin.judge) == (0.8, 0.7, "rules, local")
    assert [reason.claim_text for reason in told if reason.kind is ReasonKind.QUANTITY_VETO] == ["10分"]


DOSE = "ワルファリンは1日5 mgを投与する。"


@pytest.mark.parametrize(
    ("claim", "source", "is_told"),
    [
        ("ワルファリンの量は1日5 mgである。", DOSE, True),
        (DOSE, DOSE, False),
        ("ワルファリンの作用は納豆で弱まる。", "納豆はワルファリンの作用を弱めるため避ける。", False),
    ],
)
def test_a_dose_in_other_words_is_told_as_such(claim: str, source: str, is_told: bool) -> None:
    """Only where that stands in the way: a dose in its very words may be undecided for another reason."""
    opinions = RulesJudge(reader()).judge(claim, source_passages(0, SourceText(source)))
    decision = Decision(
        Verdict.NOT_ENOUGH_EVIDENCE, Probabilities(0.8, 0.1, 0.1), tuple(opinions), judges_run=("rules", "local")
    )
    accounts = [account(reader(), claim, one.passage, Thresholds()) for one in opinions]
    least = {Measure.P_SUPPORTED: 0.7, Measure.P_CONTRADICTED: 0.6}
    told = reasons(claim, decision, accounts, opinions, Limits(Thresholds(), least))
    assert any(reason.kind is ReasonKind.DOSE_VETO for reason in told) is is_told


@pytest.mark.parametrize(("claim", "sources"), CASES)
def test_an_account_measures_what_the_rules_judge_by(claim: str, sources: tuple[str, ...]) -> None:
    """An explanation of other numbers than those that decided would be a lie."""
    limits = Thresholds()
    passages = [passage for number, text in enumerate(sources) for passage in source_passages(number, SourceText(text))]
    for opinion in RulesJudge(reader()).judge(claim, passages):
        seen = account(reader(), claim, opinion.passage, limits)
        assert seen.relevance == opinion.relevance
        assert [one.kind.value for one in seen.noticed] == [one.kind for one in opinion.findings]
        assert seen.is_verbatim == (opinion.stance is Stance.SUPPORTS)
        is_contradicting = (
            any(one.counts for one in seen.noticed)
            and not seen.is_cancelled
            and not seen.is_verbatim
            and seen.coverage >= limits.conflict_coverage
            and seen.topic_coverage >= limits.conflict_topic
        )
        if opinion.stance is Stance.SUPPORTS_IF:
            assert len(seen.conditions_left_out) == len(opinion.conditions) > 0
        else:
            assert is_contradicting == (opinion.stance is Stance.CONTRADICTS)
