"""Sources whose dose is denied, limited or of another case inside of the sentence, in a heading or a question."""

from collections.abc import Callable

import pytest
from deceiving import Case, case_of, cases
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]


def verdicts(check: Check, case: Case) -> list[Verdict]:
    assert case.claims, "nothing of the answer is checked"
    return [check(claim, *case.by_source).verdict for claim in case.claims]


@pytest.mark.parametrize("case", cases("withheld-inside.jsonl"), ids=lambda case: case.sources[0].text[:60])
def test_what_a_source_turns_or_limits_is_not_supported(check: Check, case: Case) -> None:
    found = verdicts(check, case)
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
    assert verdicts(check, case_of(answer, question, [source])) == [Verdict.SUPPORTED]
