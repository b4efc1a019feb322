"""Sources whose lines deceive: sentences that go on in the next line, pieces of long ones, boxes that nobody ticked."""

from collections.abc import Callable

import pytest
from deceiving import Case, cases
from monshin_factcheck.core.decision import Decision, Verdict

DOSE = "ワルファリンは1日5 mgを投与する"
OTHER = "アスピリンは1日100 mgを投与する"
GIVEN = "Warfarin 5 mg is given daily"


@pytest.mark.parametrize("case", cases("withheld-lines.jsonl"), ids=lambda case: case.sources[0].text[-30:])
def test_what_another_line_turns_is_not_supported(check: Callable[..., Decision], case: Case) -> None:
    assert case.claims
    for claim in case.claims:
        assert check(claim, *case.by_source).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (DOSE, DOSE + "\n\nことは禁忌である。"),
        (DOSE, DOSE + "\r\nことは禁忌である。"),
        (DOSE, DOSE + "\n\x0cことは禁忌である"),
        (DOSE, DOSE + "（ただし\n小児を除く）。"),
        (DOSE, f"・{DOSE}\n  ことは禁忌である。"),
        (DOSE, f"妊婦の場合を除き、\n{DOSE}。"),
        (DOSE, f"以下は行わない：\n- {OTHER}。\n- {DOSE}。"),
        (DOSE, f"□ワルファリン\n  {DOSE}。"),
        (DOSE, f"1. [ ] {DOSE}。"),
        (DOSE, f"( ) {DOSE}。"),
        (GIVEN, f"- {GIVEN}\n  only to dogs."),
        (GIVEN, f"It is not true that\n{GIVEN}."),
        ("Warfarin 5 mg is given i.v.", "Warfarin 5 mg is given i.v.\nonly to dogs."),
    ],
)
def test_nor_is_what_they_turn_otherwise(check: Callable[..., Decision], claim: str, source: str) -> None:
    assert check(claim, source).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (DOSE, f"用法・用量\n{DOSE}。"),
        (DOSE, f"・{DOSE}。\n・{OTHER}。"),
        (OTHER, f"{DOSE}\n{OTHER}"),
        (OTHER, f"{DOSE}。\n{OTHER}。"),
        (DOSE, f"{DOSE}\n\n{OTHER}。"),
        (DOSE, f"1) {DOSE}\n2) {OTHER}。"),
        (DOSE, f"# ワルファリンを使う\n\n{DOSE}。"),
        (DOSE, f"医師の指示を守る\n{DOSE}。"),
        (DOSE, f"備考：\n{DOSE}。"),
        (DOSE, DOSE.replace("は", "は、\n") + "。"),
        ("ワルファリン 5 mg 1日1回", "ワルファリン 5 mg 1日1回\nアスピリン 100 mg 1日1回"),
        (GIVEN, f"How warfarin is given\n{GIVEN}."),
        (GIVEN, "Warfarin 5 mg is\ngiven daily."),
        (OTHER, f"□ {DOSE}。\n■ {OTHER}。"),
        (OTHER, f"- {OTHER}。\n- {DOSE}。"),
    ],
)
def test_plain_lines_support_as_before(check: Callable[..., Decision], claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED
