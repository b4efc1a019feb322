"""Sentences that tell how a drug is given and leave out which: they get it from the text before, or are not judged."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.claims.prescribing import leaves_drug_out
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Decision, Verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "Take 5 mg once daily.",
        "Usually 5 mg once daily.",
        "Patients should take 5 mg once daily.",
        "Patients with renal failure should take 5 mg.",
        "The recommended dose in adults is 5 mg.",
        "Stop it 2 days before surgery.",
        "Do not give it with warfarin.",
        "Avoid if eGFR is below 30.",
        "Start with 500 mg twice daily and monitor renal function.",
        "If eGFR is low, reduce the dose by half.",
        "500 mg was given twice daily.",
        "The nephrologist recommended 500 mg twice daily.",
        "用量は1日500 mgである。",
        "1日500 mgを処方した。",
        "外来で1日500 mgを処方した。",
        "血圧は安定し、1日500 mgを処方した。",
        "ワルファリンと併用して1日500 mgを処方した。",
        "手術の2日前に中止した。",
    ],
)
def test_what_could_be_said_of_any_drug_is_known(sentence: str) -> None:
    assert leaves_drug_out(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Drink water twice daily.",
        "Monitor INR weekly.",
        "Start with metformin 500 mg.",
        "For warfarin, take 5 mg daily.",
        "Foobarol: Start with 5 mg.",
        "Avoid alcohol.",
        "Salt is limited to 6 g daily and reduced in the elderly.",
        "Aspirin reduces pain, but not in children.",
        "Switch to dabigatran 150 mg.",
        "Exercise 30 minutes daily.",
        "Hypertension is common.",
        "食塩は1日6 g未満とする。",
        "納豆を避ける。",
        "降圧薬を1日5 mg処方した。",
        "酸素2 L/分を投与した。",
        "甘草湯7.5 gを1日3回内服している。",
        "カリウムは5.1 mEq/Lであった。",
        "2026年4月24日に退院した。",
        "運動は1日30分行う。",
    ],
)
def test_what_names_what_it_is_about_leaves_nothing_out(sentence: str) -> None:
    assert not leaves_drug_out(sentence)


@pytest.mark.parametrize(
    ("answer", "question", "told"),
    [
        ("Metformin is new. Start with 500 mg twice daily.", "", "Metformin: Start with 500 mg twice daily."),
        ("Start with 500 mg twice daily.", "What is the dose of metformin?",
         "metformin: Start with 500 mg twice daily."),
        ("Metformin:\n- Avoid if eGFR is below 30.", "", "Metformin: Avoid if eGFR is below 30."),
        ("## Metformin\n- Avoid if eGFR is below 30.", "", "Metformin: Avoid if eGFR is below 30."),
        ("Metformin is an antidiabetic. Avoid if eGFR is below 30. Take it with food.", "",
         "Metformin: Take it with food."),
        ("He was started on metformin. 500 mg was given twice daily.", "", "metformin: 500 mg was given twice daily."),
        ("He was started on metformin. It was given twice daily.", "", "metformin was given twice daily."),
        ("メトホルミンを開始した。1日500 mgを処方した。", "", "メトホルミンは、1日500 mgを処方した。"),
        ("メトホルミンを開始した。血圧は安定していた。1日500 mgを処方した。", "",
         "メトホルミンは、1日500 mgを処方した。"),
        ("退院時の薬はメトホルミンである。1日500 mgを服用している。", "", "メトホルミンは、1日500 mgを服用している。"),
        ("メトホルミンを開始した。用量は1日500 mgである。", "", "メトホルミンの用量は1日500 mgである。"),
        ("1日500 mgを処方した。", "メトホルミンの用量は？", "メトホルミンは、1日500 mgを処方した。"),
        ("血圧は安定している。1日1.5 Lの水を飲む。", "", "血圧は、1日1.5 Lの水を飲む。"),
        ("Metformin is an antidiabetic. Drink water twice daily.", "", "Drink water twice daily."),
    ],
)  # fmt: skip
def test_a_dose_is_told_of_the_one_drug_spoken_of(answer: str, question: str, told: str) -> None:
    claim = split_claims(answer, question)[-1]
    assert (claim.text, claim.checkable) == (told, True)


@pytest.mark.parametrize(
    "answer",
    [
        "Start with 500 mg twice daily.",
        "We stopped metformin. Start with 500 mg twice daily.",
        "He was not given metformin. 500 mg was given twice daily.",
        "Metformin is an antidiabetic.\n\nStart with 500 mg twice daily.",
        "メトホルミンとダビガトランを開始した。1日500 mgを処方した。",
        "メトホルミンを中止した。1日500 mgを処方した。",
        "1日500 mgを処方した。",
        "用量は1日500 mgである。",
    ],
)
def test_a_dose_of_no_drug_that_is_told_is_not_checkable(answer: str) -> None:
    claim = split_claims(answer)[-1]
    assert (claim.checkable, claim.is_untold) == (False, True)


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("Metformin is an antidiabetic. Start with 500 mg twice daily.", "Metformin: Start with 500 mg twice daily."),
        ("## Metformin\n- Avoid if eGFR is below 30.", "Metformin: Avoid if eGFR is below 30."),
        ("Metformin is an antidiabetic. Drink water twice daily.", "Drink water twice daily."),
        ("メトホルミンを開始した。1日500 mgを処方した。", "メトホルミンは1日500 mgを処方した。"),
        ("退院時の薬はメトホルミンである。1日500 mgを服用している。", "メトホルミンは1日500 mgを服用している。"),
        ("メトホルミンは薬である。1日500 mgを投与する。", "メトホルミンは薬である。1日500 mgを投与する。"),
        ("メトホルミンを開始した。血圧は120/80 mmHgであった。", "血圧は120/80 mmHgであった。"),
    ],
)
def test_what_a_source_says_of_the_same_drug_is_still_supported(
    check: Callable[..., Decision], answer: str, source: str
) -> None:
    assert check(split_claims(answer)[-1].text, source).verdict is Verdict.SUPPORTED
