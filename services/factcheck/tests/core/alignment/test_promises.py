"""What the judge `alignment` promises of any sentence, tried on the demonstration corpus and on drawn sentences."""

import json
import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.alignment.account import Outcome, account
from monshin_factcheck.core.alignment.judge import Read, remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser

CORPUS = Path(__file__).parents[5] / "demo" / "corpus"
SAMPLE = 150
DRUGS = ("ワルファリン", "ヘパリン", "アスピリン", "メトホルミン")
PEOPLE = ("妊婦", "小児", "高齢者", "透析患者")
ACTS = ("投与", "開始", "中止", "減量")
AMOUNTS = {
    "500 mg": ("0.5 g", "５００ｍｇ", "五百mg"),
    "2時間": ("120分", "２時間", "二時間"),
    "1日2回": ("12時間ごと",),
}


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    rows = [
        json.loads(line) for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    found = [span.of(row["text"]) for row in rows for span in split_sentences(row["text"])]
    return random.Random(5).sample(found, SAMPLE)


def reader() -> Read:
    return remembering(Reader(Analyser()))


READ = reader()


def outcome(claim: str, text: str) -> Outcome:
    return account(READ(claim), READ(text), [], lexicon()).outcome


def test_a_sentence_says_itself(sentences: list[str]) -> None:
    """Else the promises below would be kept by never supporting anything."""
    said = [outcome(sentence, sentence) is Outcome.SAYS for sentence in sentences]
    assert sum(said) >= 0.98 * len(said)


def swapped(sentence: str) -> Iterator[str]:
    """The sentence with two names or words of different meaning exchanged."""
    statement = READ(sentence)
    text, units = statement.text.text, statement.units
    for one, other in combinations(units, 2):
        if lexicon().are_same(one, other) or min(len(one.span), len(other.span)) < 2:
            continue
        first, second = one.span.of(text), other.span.of(text)
        if first in second or second in first:
            continue
        middle = text[one.span.end : other.span.start]
        # In a list (甲・乙, 甲と乙, A or B) the order of names says nothing.
        if len(middle) > 2:
            yield text[: one.span.start] + second + middle + first + text[other.span.end :]


def test_two_different_words_exchanged_are_never_supported(sentences: list[str]) -> None:
    rng, supported, made = random.Random(6), [], 0
    for sentence in sentences:
        others = list(swapped(sentence))
        for claim in rng.sample(others, min(4, len(others))):
            made += 1
            supported += [(claim, sentence)] if outcome(claim, sentence) is Outcome.SAYS else []
    assert made > 300
    assert supported == []


def test_a_content_word_more_is_never_supported(sentences: list[str]) -> None:
    rng, supported = random.Random(7), []
    for sentence in sentences:
        statement = READ(sentence)
        if not statement.units:
            continue
        at = rng.choice(statement.units).span.start
        is_japanese = statement.text.text[at] > "\u3000"
        claim = statement.text.text[:at] + ("隕石の" if is_japanese else "meteorite ") + statement.text.text[at:]
        supported += [claim] if outcome(claim, sentence) is Outcome.SAYS else []
    assert supported == []


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("アスピリン、100 mgを投与する。", "アスピリン、クロピドグレル、100 mgを投与する。"),
        ("メトホルミン、1日2回服用する。", "メトホルミン、インスリン、1日2回服用する。"),
        ("Give 500 mg in children.", "Give 500 mg; in children, give 250 mg."),
    ],
)
def test_a_dose_of_the_next_in_a_list_or_of_another_clause_is_never_said(claim: str, text: str) -> None:
    assert outcome(claim, text) is not Outcome.SAYS
    assert outcome(text, text) is Outcome.SAYS


def test_a_claim_is_never_supported_by_a_sentence_that_lacks_one_of_its_words(sentences: list[str]) -> None:
    rng, supported = random.Random(8), []
    for sentence in sentences:
        statement = READ(sentence)
        if len(statement.units) < 3:
            continue
        unit = rng.choice(statement.units)
        shorter = statement.text.text[: unit.span.start] + statement.text.text[unit.span.end :]
        is_still_there = any(lexicon().are_same(unit, other) for other in READ(shorter).units)
        if not is_still_there and outcome(sentence, shorter) is Outcome.SAYS:
            supported.append((sentence, shorter))
    assert supported == []


sentence_parts = st.tuples(st.sampled_from(DRUGS), st.sampled_from(PEOPLE), st.sampled_from(ACTS))


@settings(deadline=None, max_examples=60)
@given(sentence_parts, sentence_parts, st.sampled_from(sorted(AMOUNTS)), st.sampled_from(sorted(AMOUNTS)))
def test_other_spellings_and_units_keep_the_outcome_on_either_side(
    one: tuple[str, str, str], other: tuple[str, str, str], mine: str, theirs: str
) -> None:
    def told(parts: tuple[str, str, str], amount: str) -> str:
        return f"{parts[0]}は{parts[1]}に{amount}で{parts[2]}する。"

    expected = outcome(told(one, mine), told(other, theirs))
    assert (expected is Outcome.SAYS) == ((one, mine) == (other, theirs))
    for spelling in AMOUNTS[mine]:
        assert outcome(told(one, spelling), told(other, theirs)) is expected
    for spelling in AMOUNTS[theirs]:
        assert outcome(told(one, mine), told(other, spelling)) is expected


@settings(deadline=None, max_examples=60)
@given(sentence_parts, sentence_parts)
def test_denying_both_sides_keeps_the_outcome_and_one_side_turns_it(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    def told(parts: tuple[str, str, str], end: str) -> str:
        return f"{parts[0]}は{parts[1]}に{parts[2]}{end}。"

    affirmed = outcome(told(one, "する"), told(other, "する"))
    assert outcome(told(one, "しない"), told(other, "しない")) is affirmed
    turned = outcome(told(one, "しない"), told(other, "する"))
    assert turned is not Outcome.SAYS
    assert affirmed is not Outcome.SAYS or turned is Outcome.DENIES
