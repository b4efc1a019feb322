"""In a list of those to whom something is given or not, an item says nothing of any patient."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.cues.lists import opens_list
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("妊娠中である。", "次の患者には投与しないこと。\n・妊娠中である。\n・透析中である。"),
        ("透析中である。", "次の患者には投与しないこと。\n・妊娠中である。\n・透析中である。"),
        ("妊娠中である。", "禁忌\n妊娠中である。"),
        ("妊娠中である。", "【禁忌】（次の患者には投与しないこと）\n(1)妊娠中である。"),
        ("腎障害がある。", "慎重投与（次の患者には慎重に投与すること）\n・腎障害がある。"),
        ("妊娠中である。", "次の場合は医師に相談してください：\n- 妊娠中である。\n- 授乳中である。"),
        ("85歳の男性である。", "以下の条件の患者に投与する。\n1. 85歳の男性である。"),
        ("You are pregnant.", "Do not take this medicine in the following situations.\n- You are pregnant."),
    ],
)
def test_an_item_confirms_nothing_of_a_person(check: Check, claim: str, source: str) -> None:
    """Hazard: a summary that makes a man pregnant is confirmed by the leaflet of a drug."""
    assert check(claim, source, title="ワルファリン").verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("妊娠中である。", "主訴は腹痛である。\n妊娠中である。"),
        ("妊娠中である。", "- 腎障害はない。\n- 妊娠中である。"),
        ("腎障害はない。", "メトホルミンを投与した。\n腎障害はない。"),
        ("腎障害はない。", "次の外来は5月である。\n腎障害はない。"),
        # What names its drug, or what is given, is no mere case.
        ("ワルファリンは妊婦に出血を起こす。", "禁忌\nワルファリンは妊婦に出血を起こす。"),
        ("妊婦には投与しない。", "次の患者には慎重に投与する。\n妊婦には投与しない。"),
        ("1回5 mgを投与する。", "次の患者に使用する。\n・1回5 mgを投与する。"),
        ("She is pregnant.", "She has a cough.\nShe is pregnant."),
    ],
)
def test_what_stands_in_no_such_list_or_is_no_mere_case_is_supported(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("heading", ["## 経過", "【経過】", "検査所見："])
def test_the_next_heading_ends_the_list(check: Check, heading: str) -> None:
    source = f"次の患者には投与しないこと。\n・透析中である。\n{heading}\n妊娠中である。"
    assert check("透析中である。", source).verdict is not Verdict.SUPPORTED
    assert check("妊娠中である。", source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("次の患者には投与しないこと", True), ("以下のいずれかの場合は服用を中止する", True), ("慎重投与", True),
        ("禁忌（次の患者には投与しないこと）", True), ("Contraindications", True),
        ("The following patients should not take it", True), ("次の外来は5月である", False),
        ("以下の経過をたどった", False), ("次の患者は男性である", False),
        ("禁忌である", False), ("副作用", False), ("The following was seen", False),
    ],
)  # fmt: skip
def test_which_lines_stand_over_such_a_list(line: str, *, expected: bool) -> None:
    assert opens_list(line) is expected
