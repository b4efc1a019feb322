"""Sources that were written to deceive the rules: see data/deceiving/README.md."""

from collections.abc import Callable

import pytest
from deceiving import cases, claims, unchecked
from monshin_factcheck.core.decision import Decision, Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import Weighing

Check = Callable[..., Decision]
CREDULOUS = Weighing({"local:supported": (1.0, 0.0, 0.0)}, {"local": "r1", "rules": "r0"}, 0.8, 0.8)
YES = Saying("local", "r1", Probabilities(0.98, 0.01, 0.01), "sources/0", Span(0, 1), "", 1.0)


def supported(check: Check, name: str) -> list[str]:
    return [claim for claim, case in claims(name) if check(claim, *case.by_source).verdict is Verdict.SUPPORTED]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("withheld.jsonl", 993),
        ("withheld-lines.jsonl", 35),
        ("withheld-elsewhere.jsonl", 109),
        ("withheld-inside.jsonl", 56),
        ("withheld-titles.jsonl", 91),
        ("withheld-afterwards.jsonl", 95),
        ("supported.jsonl", 12),
        ("supported-afterwards.jsonl", 39),
    ],
)
def test_of_each_answer_something_is_checked(name: str, count: int) -> None:
    """Else a test of what is supported says nothing of it."""
    assert len(cases(name)) == count
    assert unchecked(name) == []


def test_what_a_source_does_not_say_is_not_supported(check: Check) -> None:
    assert supported(check, "withheld.jsonl") == []


def test_an_answer_that_leaves_its_subject_out_is_not_checked() -> None:
    """What 本剤 is, the answer does not say: no source can support it."""
    assert len(cases("untold.jsonl")) == len(unchecked("untold.jsonl")) == 116
    assert all(case.is_untold for case in cases("untold.jsonl"))


def test_what_is_told_as_still_supported_is(check: Check) -> None:
    """Else the file beside it is out of date, and the test above might support nothing whatever it is asked."""
    assert len(supported(check, "supported.jsonl")) == 12


def test_a_reader_that_believes_everything_gets_no_dose_supported(judge: RulesJudge) -> None:
    """The rules forbid it whatever a model says; what is left tells no dose."""
    found = []
    for claim, case in claims("withheld.jsonl"):
        read = (judge.judge(claim, passages) for passages in case.by_source)
        accounts = [Account(tuple(opinions), (YES,)) for opinions in read if opinions]
        if decide_by_all(accounts, CREDULOUS, ("rules", "local")).verdict is Verdict.SUPPORTED:
            found.append(claim)
    assert found == ["PT-INRは3.8で安定した。"]
