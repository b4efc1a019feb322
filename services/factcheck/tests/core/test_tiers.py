"""Which document settles a claim: the higher tier, and none that is superseded."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from monshin_factcheck.core.decision import Decision, Saying, Verdict, decide
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage, probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import Weighing

Decider = Callable[..., Decision]

ODDS = {
    Stance.SUPPORTS: probabilities(0.9, 0.05, 0.05),
    Stance.CONTRADICTS: probabilities(0.05, 0.9, 0.05),
}


def opinion(stance: Stance, tier: int = 0, *, is_superseded: bool = False) -> Opinion:
    passage = Passage(f"d-{stance}-{tier}", Span(0, 1), "熱", tier=tier, is_superseded=is_superseded)
    return Opinion(passage, stance, 0.95, ODDS[stance])


def by_rules(*opinions: Opinion) -> Decision:
    return decide(opinions, ())


def by_all(*opinions: Opinion) -> Decision:
    """With a judge that reads, whose probabilities alone count, and are those of the rules."""
    accounts = [
        Account((one,), (Saying("local", "r1", one.probabilities, one.passage.document, Span(0, 1), "熱", 1.0),))
        for one in opinions
    ]
    weights = {"local:supported": (1.0, 0.0, 0.0), "local:contradicted": (0.0, 1.0, 0.0)}
    return decide_by_all(accounts, Weighing(weights, {"local": "r1"}, 0.8, 0.8), ())


@pytest.mark.parametrize("decided", [by_rules, by_all])
@pytest.mark.parametrize(
    ("supports", "contradicts", "verdict"),
    [
        (1, 5, Verdict.SUPPORTED),
        (1, 0, Verdict.SUPPORTED),
        (5, 0, Verdict.SUPPORTED),
        (2, 2, Verdict.CONFLICTING),
        (0, 0, Verdict.CONFLICTING),
        (5, 1, Verdict.CONFLICTING),
        (0, 5, Verdict.CONFLICTING),
    ],
)
def test_a_lower_tier_does_not_overrule_a_higher_one(
    decided: Decider, supports: int, contradicts: int, verdict: Verdict
) -> None:
    sides = [opinion(Stance.SUPPORTS, supports), opinion(Stance.CONTRADICTS, contradicts)]
    assert decided(*sides).verdict is verdict
    assert decided(*reversed(sides)).verdict is verdict


@pytest.mark.parametrize("decided", [by_rules, by_all])
@pytest.mark.parametrize(
    ("supports", "contradicts", "verdict"),
    [
        ([3], [5, 1], Verdict.CONFLICTING),
        ([3], [5, 4], Verdict.SUPPORTED),
        ([3, 1], [2], Verdict.SUPPORTED),
        ([5, 3], [4, 2], Verdict.CONFLICTING),
    ],
)
def test_of_many_documents_the_highest_support_meets_all_of_its_tier_and_above(
    decided: Decider, supports: list[int], contradicts: list[int], verdict: Verdict
) -> None:
    """Hazard: a contradiction of a low tier that is left aside takes one of a higher tier with it."""
    sides = [opinion(Stance.SUPPORTS, tier) for tier in supports]
    sides += [opinion(Stance.CONTRADICTS, tier) for tier in contradicts]
    for order in permutations(sides):
        assert decided(*order).verdict is verdict


@pytest.mark.parametrize("decided", [by_rules, by_all])
@pytest.mark.parametrize("stance", [Stance.SUPPORTS, Stance.CONTRADICTS])
def test_a_superseded_document_is_shown_and_settles_nothing(decided: Decider, stance: Stance) -> None:
    old = opinion(stance, 1, is_superseded=True)
    decision = decided(old)
    assert decision.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert [one.passage.document for one in decision.evidence] == [old.passage.document]
    other = Stance.CONTRADICTS if stance is Stance.SUPPORTS else Stance.SUPPORTS
    settled = decided(old, opinion(other, 5)).verdict
    assert settled is (Verdict.SUPPORTED if other is Stance.SUPPORTS else Verdict.CONTRADICTED)


def test_a_document_holds_through_its_last_day() -> None:
    passage = Passage("d", Span(0, 1), "熱", effective_until="2026-03-31")
    assert not passage.on("2026-03-31").is_superseded
    assert passage.on("2026-04-01").is_superseded
    assert not replace(passage, effective_until="").on("9999-12-31").is_superseded
