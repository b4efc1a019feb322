"""A sentence that takes back what it says, or says it of some people only, beside the claim without that."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.alignment.account import Outcome, account
from monshin_factcheck.core.alignment.judge import remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

Check = Callable[..., Decision]
READ = remembering(Reader(Analyser()))
NATTO = "ワルファリン服用中に納豆を食べてもよい"
SAFE = "Warfarin is safe with natto"


def is_said(claim: str, sentence: str) -> bool:
    """As `alignment` reads it."""
    return account(READ(claim), READ(sentence), [], lexicon()).outcome is Outcome.SAYS


@pytest.mark.parametrize(
    "sentence",
    [
        "「{}」というのは誤りである。",
        "「{}。」というのは誤りである。",
        "「{}」というのは、誤りである。",
        "「{}」は迷信である。",
        "「{}」との主張には根拠がない。",
        "「{}」という報告は誤報である。",
        "「{}」と誤解されることがある。",
        "「{}」と考えられていた。",
        "「{}」と言う医師は減った。",
        "『{}』というのは昔の話である。",
        "{}、とされていたが現在は否定されている。",
        "{}、という報告は誤報である。",
        "{}、と誤解されることがある。",
        "{}、と考えられていた。",
        "{}、との主張には根拠がない。",
        "{}、ように見えるが、そうではない。",
        "{}、これは昔の話である。",
        "{}、この説は撤回された。",
        "{}、現在は行われない。",
        "{}（適応外）。",
    ],
)
def test_a_sentence_that_takes_its_statement_back_supports_it_nowhere(check: Check, sentence: str) -> None:
    told, claim = sentence.format(NATTO), f"{NATTO}。"
    assert check(claim, told).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL)
    assert not is_said(claim, told)


@pytest.mark.parametrize(
    "sentence",
    [
        "{}, but this is a myth.",
        "{}, which is incorrect.",
        "{}, which nobody has shown.",
        "{}, a claim that has been refuted.",
        "{}, a claim that has been withdrawn.",
        "{}; this is what people say.",
        "{}, it was once thought.",
        "{} (a common misconception).",
        "It is a myth that {}.",
        "It was once thought that {}.",
        '"{}," is what people believe.',
    ],
)
def test_the_same_in_english(check: Check, sentence: str) -> None:
    told, claim = sentence.format(SAFE), f"{SAFE}."
    assert check(claim, told).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL)
    assert not is_said(claim, told)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("ワルファリンは妊婦に禁忌である。", "ワルファリンは妊婦に禁忌であり、納豆は避ける。"),
        ("ワルファリンは妊婦に禁忌である。", "ワルファリンは妊婦に禁忌であり、ヘパリンは投与できる。"),
        ("ワルファリンは妊婦に禁忌である。", "「ワルファリンは妊婦に禁忌である」と添付文書に記載されている。"),
        ("ワルファリンは妊婦に禁忌である。", "ワルファリンは妊婦に禁忌である、と添付文書に記載されている。"),
        (
            "Warfarin is avoided in pregnancy.",
            "Warfarin is avoided in pregnancy, and natto is banned.",
        ),
        (
            "Warfarin is avoided in pregnancy.",
            "Warfarin is avoided in pregnancy, but heparin is given.",
        ),
    ],
)
def test_a_later_clause_that_leaves_the_statement_alone_does_not_stand_in_its_way(
    check: Check, claim: str, sentence: str
) -> None:
    assert check(claim, sentence).verdict is Verdict.SUPPORTED
