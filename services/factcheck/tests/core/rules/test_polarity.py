"""Yes against no: of the same predicate, and not of what only says when or for whom it holds."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]

PREDICATES = (
    "is contraindicated", "is avoided", "should be avoided", "must not be given", "should not be used",
    "cannot be used", "is not recommended", "is prohibited", "is unsafe", "is not used", "is not needed", "may be used",
)  # fmt: skip
CASES = (
    "in pregnancy", "after surgery", "in renal failure", "in immunosuppressed patients", "under general anaesthesia",
    "without food", "in patients who are pregnant",
)  # fmt: skip
PREDICATES_JA = (
    "禁忌である",
    "避ける",
    "投与しない",
    "使用してはならない",
    "推奨されない",
    "不要である",
    "投与してよい",
)
CASES_JA = ("妊婦には", "妊娠中は", "妊娠中", "腎不全では", "腎不全のとき", "小児に対しては")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("predicate", PREDICATES)
def test_in_whatever_order_an_english_sentence_does_not_contradict_itself(
    check: Check, predicate: str, case: str
) -> None:
    """Hazard: of `In pregnancy, …` the phrase was taken for the same predicate, affirmed."""
    orders = (
        f"Warfarin {predicate} {case}.",
        f"{case.capitalize()}, warfarin {predicate}.",
        f"Warfarin {predicate}, especially {case}.",
    )
    for claim in orders:
        assert check(claim, claim).verdict is Verdict.SUPPORTED
        assert all(check(claim, source).verdict is not Verdict.CONTRADICTED for source in orders)


@pytest.mark.parametrize("case", CASES_JA)
@pytest.mark.parametrize("predicate", PREDICATES_JA)
def test_in_whatever_order_a_japanese_sentence_does_not_contradict_itself(
    check: Check, predicate: str, case: str
) -> None:
    """Hazard: the cue of は避ける begins in front of the verb, and was lost."""
    orders = (
        f"ワルファリンは{case}{predicate}。",
        f"ワルファリンは{case}、{predicate}。",
        f"{case}、ワルファリンは{predicate}。",
        f"{case}ワルファリンは{predicate}。",
        f"ワルファリンは{predicate}、特に{case}。",
    )
    for claim in orders:
        assert check(claim, claim).verdict is Verdict.SUPPORTED
        assert all(check(claim, source).verdict is not Verdict.CONTRADICTED for source in orders)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Warfarin is used in pregnancy.", "Warfarin is not used in pregnancy."),
        ("In pregnancy, warfarin is used.", "In pregnancy, warfarin is not used."),
        ("Warfarin is contraindicated in pregnancy.", "Warfarin is not contraindicated in pregnancy."),
        ("Warfarin is used in pregnancy.", "Heparin is used, but warfarin is not used in pregnancy."),
        ("Warfarin is contraindicated in pregnancy.", "Warfarin is contraindicated, except in pregnancy."),
        ("妊娠中は、ワルファリンを投与する。", "妊娠中は、ワルファリンを投与しない。"),
        ("ワルファリンは妊婦に投与してよい。", "ワルファリンは妊婦に投与してはならない。"),
        ("ワルファリンは妊娠中に使用する。", "ワルファリンは、妊娠中に使用しない。"),
    ],
)
def test_a_predicate_that_is_turned_still_contradicts(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.CONTRADICTED
