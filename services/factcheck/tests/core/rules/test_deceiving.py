"""Sources that were written to deceive the rules: see data/deceiving/README.md."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Decision, Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import Weighing

FOLDER = Path(__file__).parents[2] / "data" / "deceiving"
CREDULOUS = Weighing({"local:supported": (1.0, 0.0, 0.0)}, {"local": "r1", "rules": "r0"}, 0.8, 0.8)
YES = Saying("local", "r1", Probabilities(0.98, 0.01, 0.01), "sources/0", Span(0, 1), "", 1.0)


def cases(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def claims(name: str) -> Iterator[tuple[str, list[str]]]:
    """Those that are checked, each with its sources."""
    for case in cases(name):
        for claim in split_claims(case["answer"], case["question"]):
            if claim.checkable:
                yield claim.text, list(case["sources"])


def supported(check: Callable[..., Decision], name: str) -> list[str]:
    return [claim for claim, sources in claims(name) if check(claim, *sources).verdict is Verdict.SUPPORTED]


def test_what_a_source_does_not_say_is_not_supported(check: Callable[..., Decision]) -> None:
    assert len(cases("withheld.jsonl")) == 1109
    assert supported(check, "withheld.jsonl") == []


def test_what_is_told_as_still_supported_is(check: Callable[..., Decision]) -> None:
    """Else the file beside it is out of date, and the test above might support nothing whatever it is asked."""
    assert len(supported(check, "supported.jsonl")) == len(cases("supported.jsonl")) == 12


def test_a_reader_that_believes_everything_gets_no_dose_supported(judge: RulesJudge) -> None:
    """The rules forbid it whatever a model says; what is left tells no dose."""
    found = []
    for claim, sources in claims("withheld.jsonl"):
        read = (judge.judge(claim, source_passages(at, SourceText(text))) for at, text in enumerate(sources))
        accounts = [Account(tuple(opinions), (YES,)) for opinions in read if opinions]
        if decide_by_all(accounts, CREDULOUS, ("rules", "local")).verdict is Verdict.SUPPORTED:
            found.append(claim)
    assert found == ["PT-INRは3.8で安定した。"]
