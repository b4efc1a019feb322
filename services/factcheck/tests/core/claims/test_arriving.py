"""Claims of an answer that is still being written."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.claims.arriving import ArrivingAnswer
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.settled import Settled, settled
from monshin_factcheck.core.claims.split import split_claims

PIECES = [
    "。", "、", "薬は", "本剤は", "ワルファリンは抗凝固薬です", "副作用は出血", "\n", "\n\n", "\n \n", "\r\n", "\r",
    "\x0b", "- ", "・", "1. ", "a) ", "(1) ", "| a | b |\n", "| c | 5 mg |\n", "|---|---|\n", "|",
    "薬 | 量\n", "b | 5 mg\n", " | ", "--- | ---\n", "薬\t量\n", "c\t5 mg\n", "\t", "  - ", "　・", "   ", "**。**",
    "---\n", ":--",
    "## ", "# ", "**", "__", "【注意】", "【", "】", "：", ":", "であり、", "5 mg", "0.5", ".", ". ", "e.g. ", "etc. ",
    "Dr. ", "です", "（", "）", "(", ")", "「", "」", '."', "!", "?", "?!", "｡", "．", ";", " ", "　",
    "The dose of warfarin is five milligrams a day and it", "lower case goes on", "Aspirin is a drug",
    "小児", "小児：", "- 小児：\n", "Children", "〈", "〉", "それ以外では通常量", "はい。", "妊婦では",
    "x" * 45, "あ" * 120, "あ" * 300, "、" + "い" * 700,
]  # fmt: skip
# How often a code point is split on average: some 20 times while the text is short, five times as it grows by quarters.
# Split anew with each piece, all of the text below would be 500 times.
MOST_WORK = 40
WRITTEN = [str(case["answer"]) for case in yaml.safe_load(Path(__file__).with_name("answers.yaml").read_text("utf-8"))]
QUESTIONS = ["", "ワルファリンの用量は？", "妊婦がワルファリンを飲んでもよいですか"]
answers = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def in_pieces(
    answer: str, cuts: list[int], question: str = "", settle: Callable[[str], Settled] = settled
) -> list[Claim]:
    arriving = ArrivingAnswer(question, settle)
    claims: list[Claim] = []
    for start, end in pairwise(sorted({0, len(answer), *(cut % (len(answer) + 1) for cut in cuts)})):
        claims += arriving.add(answer[start:end])
    return claims + arriving.finish()


@settings(max_examples=1500, deadline=None)
@given(
    answers,
    st.lists(st.integers(0, 2000), max_size=40),
    st.sampled_from(["", "ワルファリンの用量は？", "妊婦がワルファリンを飲んでもよいですか"]),
)
def test_claims_are_those_of_the_whole_text_wherever_it_is_cut(answer: str, cuts: list[int], question: str) -> None:
    assert in_pieces(answer, cuts, question) == split_claims(answer, question)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=4).map("\n".join),
    st.lists(st.integers(0, 2000), max_size=40),
)
def test_claims_of_answers_as_models_write_them_are_those_of_the_whole_text(answer: str, cuts: list[int]) -> None:
    assert in_pieces(answer, cuts) == split_claims(answer)


@pytest.mark.parametrize("answer", WRITTEN)
def test_claims_of_an_answer_that_comes_letter_by_letter_are_those_of_the_whole_text(answer: str) -> None:
    assert in_pieces(answer, list(range(len(answer)))) == split_claims(answer)


@settings(max_examples=300, deadline=None)
@given(answers)
def test_claims_are_those_of_the_whole_text_if_it_comes_letter_by_letter(answer: str) -> None:
    assert in_pieces(answer, list(range(len(answer)))) == split_claims(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "# :\r" + "x" * 45 + "# ---\ne",
        "x" * 45 + "\n \rt",
        "x" * 45 + "\n# \re",
        "x" * 45 + "\x0b1. \nx",
        "い" * 390 + "。」.",
        "い" * 390 + "。次。" + "あ" * 390 + "｡).次です。",
        "（" + "い" * 199 + "。あ。）う。" * 3,
        "- " + "い" * 400 + "。5 mg。\n次は：\n- あ\n",
        "0.5、" + "い" * 700 + "。The dose of warfarin is five milligrams a day and it",
    ],
)
def test_texts_that_were_once_split_otherwise_are_split_alike(answer: str) -> None:
    assert in_pieces(answer, list(range(len(answer)))) == split_claims(answer)
    assert in_pieces(answer, []) == split_claims(answer)


def test_a_sentence_is_told_with_the_first_letter_of_the_next() -> None:
    arriving = ArrivingAnswer()
    assert arriving.add("ワルファリンは抗凝固薬です。") == []
    assert [claim.text for claim in arriving.add("副")] == ["ワルファリンは抗凝固薬です。"]
    assert arriving.add("作用は出血です") == []
    assert [claim.text for claim in arriving.finish()] == ["ワルファリンの副作用は出血です"]


def test_rows_of_a_table_are_told_line_by_line() -> None:
    arriving = ArrivingAnswer()
    assert arriving.add("| 薬 | 量 |\n") == []
    assert len(arriving.add("|---|---|\n")) == 1
    assert [claim.text for claim in arriving.add("| A薬 | 5 mg |\n")] == ["A薬の量は5 mg"]


@pytest.mark.parametrize(
    "piece",
    [
        "あ",
        "（。",
        "| a |\n",
        "x" * 50 + "\n",
        "薬は5 mgです。",
        "a. ",
        "\n",
        "- 項目は5 mg以下とする\n",
        "「あ。」",
        "\r",
    ],
)
def test_a_long_text_of_one_kind_costs_no_more_than_its_length(piece: str) -> None:
    """Hazard: text that never settles is split again and again. 20,000 code points, 20 at a time."""
    answer = (piece * (20_000 // len(piece)))[:20_000]
    split: list[int] = []

    def counted(text: str) -> Settled:
        split.append(len(text))
        return settled(text)

    claims = in_pieces(answer, list(range(0, len(answer), 20)), settle=counted)
    assert sum(split) <= MOST_WORK * len(answer)
    assert len(claims) == len(split_claims(answer))


def test_a_decimal_in_front_of_a_long_line_is_no_bullet() -> None:
    """Hazard: the sentences behind it would be bullets of the whole text, and none while it arrives."""
    answer = f"副作用は出血です。\n\n0.5小児、{'い' * 700}。The dose of warfarin is five milligrams a day and it"
    assert in_pieces(answer, [13], "ワルファリンの用量は？") == split_claims(answer, "ワルファリンの用量は？")
