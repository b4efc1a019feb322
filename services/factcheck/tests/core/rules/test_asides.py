"""Brackets and labels: which say for whom, for which value or when a sentence holds, and which limit nothing."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.alignment.account import Outcome, account
from monshin_factcheck.core.alignment.judge import remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.judge import ConditionKind
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

Check = Callable[..., Decision]
READ = remembering(Reader(Analyser()))
DOSE, GIVEN = "ワルファリンは1回5 mgを投与する", "Warfarin 5 mg is given"
PEOPLE, VALUE, TIME = ConditionKind.POPULATION, ConditionKind.QUANTITY, ConditionKind.TIME


@pytest.mark.parametrize(
    ("claim", "sentence", "condition", "kind"),
    [
        (DOSE, "{}（小児）。", "小児", PEOPLE),
        (DOSE, "{}（成人）。", "成人", PEOPLE),
        (DOSE, "{}（妊婦）", "妊婦", PEOPLE),
        (DOSE, "{}(12歳以上)。", "12歳以上", PEOPLE),
        (DOSE, "{}（腎機能低下例）。", "腎機能低下例", PEOPLE),
        (DOSE, "{}［重症例］。", "重症例", PEOPLE),
        (DOSE, "{}（eGFR 30未満）。", "eGFR 30未満", VALUE),
        (DOSE, "{}（食後）。", "食後", TIME),
        (DOSE, "{}（初日のみ）。", "初日のみ", TIME),
        (DOSE, "小児：{}。", "小児", PEOPLE),
        (DOSE, "12歳未満の小児：{}。", "12歳未満の小児", PEOPLE),
        (DOSE, "小児（12歳未満）：{}。", "小児（12歳未満）", PEOPLE),
        (GIVEN, "{} (children).", "children", PEOPLE),
        (GIVEN, "{} (in renal impairment).", "in renal impairment", PEOPLE),
        (GIVEN, "{} (eGFR below 30 mL/min).", "eGFR below 30 mL/min", VALUE),
        (GIVEN, "Adults: {}.", "Adults", PEOPLE),
    ],
)
def test_a_bracket_or_a_label_that_says_whom_or_when_is_a_condition(
    check: Check, claim: str, sentence: str, condition: str, kind: ConditionKind
) -> None:
    """Hazard: a package insert's dose for children, told as everyone's."""
    decision = check(f"{claim}。" if claim is DOSE else f"{claim}.", sentence.format(claim))
    assert decision.verdict is Verdict.CONDITIONAL
    assert [(one.text, one.kind) for one in decision.conditions] == [(condition, kind)]


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (DOSE, "{}（小児、初回）。"),
        (DOSE, "{}（成人に限る）。"),
        (DOSE, "{}（妊婦を除く）。"),
        (DOSE, "{}（1日2回）。"),
        (DOSE, "{}（高血圧症）。"),
        (DOSE, "{}（2026年4月1日以降）。"),
        (DOSE, "{}：小児。"),
        (GIVEN, "{} (adults, not children)."),
        (GIVEN, "{} (severe disease, day 1)."),
        (GIVEN, "{}: children."),
    ],
)
def test_what_is_harder_to_say_still_withholds_support(check: Check, claim: str, sentence: str) -> None:
    ended = f"{claim}。" if claim is DOSE else f"{claim}."
    assert check(ended, sentence.format(claim)).verdict is not Verdict.SUPPORTED
    assert account(READ(ended), READ(sentence.format(claim)), [], lexicon()).outcome is not Outcome.SAYS


@pytest.mark.parametrize("bracket", ["小児", "eGFR 30未満", "食後", "重症例"])
def test_alignment_does_not_drop_it_either(bracket: str) -> None:
    sentence = f"{DOSE}（{bracket}）。"
    assert account(READ(f"{DOSE}。"), READ(sentence), [], lexicon()).outcome is not Outcome.SAYS


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (DOSE, "{}（ワーファリン）。"),
        (DOSE, "{}（WF）。"),
        (DOSE, "{}（mg）。"),
        (DOSE, "{}［12］。"),
        (DOSE, "{}（12、13）。"),
        (DOSE, "{}（表3）。"),
        (DOSE, "{}（2026年4月2日）。"),
        (DOSE, "{}（2026年4月2日、心不全）。"),
        (DOSE, "{}（経口）。"),
        (GIVEN, "{} [12, 13]."),
        (GIVEN, "{} (Fig. 2)."),
        (GIVEN, "{} (WF)."),
        (GIVEN, "{} (2 April 2026)."),
    ],
)
def test_names_sources_and_dates_limit_nothing(check: Check, claim: str, sentence: str) -> None:
    ended = f"{claim}。" if claim is DOSE else f"{claim}."
    assert check(ended, sentence.format(claim)).verdict is Verdict.SUPPORTED


def test_a_bracket_does_not_hide_the_condition_of_its_own_clause(check: Check) -> None:
    decision = check("開始用量を5 mgとする。", "成人では開始用量を5 mgとする（腎機能低下例）。")
    assert [one.text for one in decision.conditions] == ["成人では", "腎機能低下例"]
