"""Counting caught, missed and false alarms."""

import pytest
from monshin.results import ClaimResult, Verdict
from monshin.scoring import Answer, Label, score

ANSWER = Answer("a", "question", "0123456789", "blind")


def claim(start: int, end: int, verdict: Verdict) -> ClaimResult:
    """A verdict on answer[start:end]."""
    return ClaimResult("", "", verdict, 0, 0, 1, answer_start=start, answer_end=end)


@pytest.mark.parametrize(
    ("label", "verdict", "field"),
    [
        ("contradicted", Verdict.CONTRADICTED, "caught"),
        ("contradicted", Verdict.CONFLICTING, "caught"),
        ("contradicted", Verdict.NOT_ENOUGH_EVIDENCE, "missed"),
        ("contradicted", Verdict.SUPPORTED, "wrong_supported"),
        ("supported", Verdict.SUPPORTED, "confirmed"),
        ("supported", Verdict.CONTRADICTED, "false_alarms"),
        ("not_enough_evidence", Verdict.CONTRADICTED, "false_alarms"),
    ],
)
def test_each_pair_of_label_and_verdict_counts_once(label: str, verdict: Verdict, field: str) -> None:
    """In the total and under its origin."""
    found = score([ANSWER], [Label("a", 0, 5, label)], {"a": [claim(0, 5, verdict)]})
    assert getattr(found.total, field) == 1
    assert getattr(found.by_origin["blind"], field) == 1


def test_a_label_goes_to_the_claim_that_overlaps_it_most() -> None:
    """The checker may cut an answer elsewhere than the labeller did."""
    results = {"a": [claim(0, 3, Verdict.SUPPORTED), claim(3, 10, Verdict.CONTRADICTED)]}
    assert score([ANSWER], [Label("a", 2, 9, "contradicted")], results).total.caught == 1


def test_the_right_half_of_a_wrong_claim_is_no_false_alarm() -> None:
    """The checker took both halves as one claim, and flagged it rightly; beside it a right claim is flagged wrongly."""
    labels = [Label("a", 0, 3, "contradicted"), Label("a", 3, 5, "supported"), Label("a", 5, 9, "supported")]
    results = {"a": [claim(0, 5, Verdict.CONTRADICTED), claim(5, 10, Verdict.CONTRADICTED)]}
    total = score([ANSWER], labels, results).total
    assert (total.caught, total.right, total.false_alarms) == (1, 2, 1)


def test_a_wrong_statement_without_a_claim_is_missed() -> None:
    """What the checker did not even see must not vanish from the count."""
    found = score([ANSWER], [Label("a", 0, 5, "contradicted")], {"a": []})
    assert (found.unmatched, found.total.missed) == (1, 1)
