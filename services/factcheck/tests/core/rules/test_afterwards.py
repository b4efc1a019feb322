"""A sentence right behind one, with a dose or without, that corrects it, doubts it, or says the opposite."""

from collections.abc import Callable

import pytest
from deceiving import Case, cases
from monshin_factcheck.core.cues.corrections import corrections
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.judge import Stance
from monshin_factcheck.core.rules.judge import RulesJudge

Check = Callable[..., Decision]


@pytest.mark.parametrize("case", cases("withheld-afterwards.jsonl"), ids=lambda case: case.sources[0].text[-40:])
def test_what_the_next_sentence_takes_back_is_not_supported(check: Check, case: Case) -> None:
    """Hazard: the first half of a correction, told as what the source says."""
    assert case.claims
    for claim in case.claims:
        assert check(claim, *case.by_source).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("case", cases("supported-afterwards.jsonl"), ids=lambda case: case.sources[0].text[-40:])
def test_a_next_sentence_of_something_else_leaves_support_alone(check: Check, case: Case) -> None:
    assert case.claims
    assert [check(claim, *case.by_source).verdict for claim in case.claims] == [Verdict.SUPPORTED] * len(case.claims)


def test_the_finding_says_that_it_is_taken_back(judge: RulesJudge) -> None:
    for case in cases("withheld-afterwards.jsonl")[15:23]:
        opinion = judge.judge(case.claims[0], case.passages)[0]
        assert opinion.stance is Stance.RELATED
        assert "retraction" in [finding.kind for finding in opinion.findings]


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [("500", Verdict.NOT_ENOUGH_EVIDENCE), ("750", Verdict.SUPPORTED), ("1000", Verdict.SUPPORTED)],
)
def test_a_highest_dose_takes_back_what_passes_it(check: Check, limit: str, verdict: Verdict) -> None:
    """By the amount of a day: 250 mg three times."""
    dose = "アモキシシリンは1回250 mgを1日3回投与する。"
    assert check(dose, f"{dose}上限は1日{limit} mgである。").verdict is verdict


def test_a_case_that_the_next_sentence_names_is_said_beside_the_verdict(check: Check) -> None:
    dose = "アモキシシリンは1回250 mgを1日3回投与する。"
    assert check(dose, f"{dose}ただし、成人に限る。").verdict is Verdict.CONDITIONAL
    assert check(dose, f"{dose}腎障害患者では上限は1日500 mgである。").verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("再検査の結果、陽性と判明した。", "陽性と判明した。"),
        ("催奇形性があるので避けるべきである。", "避けるべきである。"),
        ("In fact, it is not.", "it is not."),
        ("葉酸を併用する。", "葉酸を併用する。"),
    ],
)
def test_words_of_where_a_correction_comes_from_are_not_its_subject(said: str, rest: str) -> None:
    assert corrections().rest(said) == rest
