"""Sources whose dose is denied, limited or of another case inside of the sentence, in a heading or a question."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.source import SourceText

FILE = Path(__file__).parents[2] / "data" / "deceiving" / "withheld-inside.jsonl"
CASES = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
Check = Callable[..., Decision]


def verdicts(check: Check, answer: str, question: str, *sources: str | dict[str, str]) -> Iterator[Verdict]:
    texts = [SourceText(one) if isinstance(one, str) else SourceText(one["text"], one["title"]) for one in sources]
    passages = [source_passages(number, text) for number, text in enumerate(texts)]
    for claim in split_claims(answer, question):
        if claim.checkable:
            yield check(claim.text, *passages).verdict


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["sources"])[:60])
def test_what_a_source_turns_or_limits_is_not_supported(check: Check, case: dict[str, str]) -> None:
    found = list(verdicts(check, case["answer"], case["question"], *case["sources"]))
    assert Verdict.SUPPORTED not in found
    assert Verdict.CONTRADICTED not in found


@pytest.mark.parametrize(
    ("answer", "question", "source"),
    [
        ("レボフロキサシンは80歳では250 mgを投与する。", "", "レボフロキサシンは75歳以上では250 mgを投与する。"),
        (
            "レボフロキサシンは腎障害患者では250 mgを投与する。",
            "",
            "【腎障害患者】\nレボフロキサシンは250 mgを投与する。",
        ),
        ("ワルファリンは1日5 mgを投与する。", "", "ワルファリンは1日5 mgを投与する（経口）。"),
        ("ワルファリンは1日5 mgを投与する。", "", "ワルファリンは1日5 mgを投与するが、出血に注意する。"),
        ("ワルファリンは1日5 mgを投与する。", "", "ワルファリンは1日5 mgを投与するが、アルコールは飲まない。"),
        ("ワルファリンは1日5 mgを投与する。", "", "ワルファリンは1日5 mgを投与し、食事の影響を受けない。"),
        ("アスピリンは3日に投与する。", "", "アスピリンは3日に投与する。"),
        ("Warfarin 5 mg is given daily.", "", "Warfarin 5 mg is given daily (oral)."),
        ("Warfarin 5 mg is given daily.", "", "Warfarin 5 mg is given daily, but alcohol is not allowed."),
        ("1日5 mgを投与します。", "ワルファリンの用量は？", "ワルファリンは1日5 mgを投与する。"),
        ("小児では1日5 mgを投与します。", "ワルファリンの小児用量は？", "ワルファリンは、小児では1日5 mgを投与する。"),
        ("ワルファリンの最大量は1日5 mgである。", "ワルファリンの最大量は？", "ワルファリンの最大量は1日5 mgである。"),
    ],
)
def test_what_it_says_plainly_is_supported(check: Check, answer: str, question: str, source: str) -> None:
    assert list(verdicts(check, answer, question, source)) == [Verdict.SUPPORTED]
