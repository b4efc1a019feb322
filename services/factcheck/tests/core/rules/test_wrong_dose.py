"""A wrong dose is never supported."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.conditions import conditions, without
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.words import Analyser

from services.factcheck.tools.wrong_quantities import wrong

CORPUS = Path(__file__).parents[5] / "demo" / "corpus"
# None of these may be said of a wrong dose: CONDITIONAL says that it holds in some case.
AGREEING = (Verdict.SUPPORTED, Verdict.CONFLICTING, Verdict.CONDITIONAL)
# Sentences drawn for `make test-fast`; the slow test takes them all.
SAMPLE = 60
# A test of the whole corpus is as many, so that none takes more than a minute or two.
PARTS = 6


def documents(part: int = 0, parts: int = 1) -> list[dict[str, str]]:
    """Those of the corpus, or one part of them."""
    lines = [line for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines[part::parts]]


def check_all(
    check: Callable[..., Decision],
    split: Callable[..., list[Passage]],
    chosen: list[dict[str, str]],
    keep: Callable[[], bool],
) -> int:
    """Asserts for every sentence of these documents that is kept; answers how many wrong claims were made."""
    made, supported = 0, []
    for document in chosen:
        passages = split(document["id"], document["text"], document["title"])
        for passage in passages:
            if not keep():
                continue
            for claim in wrong(normalise(passage.text).text):
                if check(claim, passages).verdict in AGREEING:
                    supported.append(claim)
                made += 1
    assert supported == []
    return made


def test_no_wrong_number_unit_or_bound_of_a_sample_is_supported(
    check: Callable[..., Decision], split: Callable[..., list[Passage]]
) -> None:
    rng = random.Random(4)
    total = sum(len(split("d", document["text"])) for document in documents())
    assert check_all(check, split, documents(), lambda: rng.random() < SAMPLE / total) > 200


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_wrong_number_unit_or_bound_of_the_whole_corpus_is_supported(
    check: Callable[..., Decision], split: Callable[..., list[Passage]], part: int
) -> None:
    assert check_all(check, split, documents(part, PARTS), lambda: True) > 8000 / PARTS


def test_no_wrong_number_unit_or_bound_of_a_sample_is_said_by_its_sentence_as_alignment_reads_it(
    split: Callable[..., list[Passage]], says: Callable[[Answer], bool]
) -> None:
    assert check_aligned(split, says, documents(), SAMPLE / 1000) > 200


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_wrong_number_unit_or_bound_of_the_whole_corpus_is_said_as_alignment_reads_it(
    split: Callable[..., list[Passage]], says: Callable[[Answer], bool], part: int
) -> None:
    assert check_aligned(split, says, documents(part, PARTS), 1.0) > 8000 / PARTS


def check_aligned(
    split: Callable[..., list[Passage]], says: Callable[[Answer], bool], chosen: list[dict[str, str]], share: float
) -> int:
    """As check_all, against all sentences of the document."""
    rng = random.Random(9)
    judge = AlignmentJudge(Reader(Analyser()))
    made, supported = 0, []
    for document in chosen:
        for passage in split(document["id"], document["text"], document["title"]):
            if rng.random() >= share:
                continue
            claims = list(wrong(normalise(passage.text).text))
            answers = judge.read([Reading(claim, document["text"], ()) for claim in claims])
            made += len(claims)
            supported += [claim for claim, answer in zip(claims, answers, strict=True) if says(answer)]
    assert supported == []
    return made


@pytest.mark.parametrize("part", range(PARTS))
def test_a_wrong_number_does_not_hold_under_a_dropped_condition(
    check: Callable[..., Decision], split: Callable[..., list[Passage]], part: int
) -> None:
    """Hazard: without the condition the rest of a claim is looked for word for word, and a number slips through.

    Nor does the true rest of a sentence count as SUPPORTED once its condition is gone.
    """
    reader = Reader(Analyser())
    made, agreed, conditional = 0, [], 0
    for document in documents(part, PARTS):
        passages = split(document["id"], document["text"], document["title"])
        for passage in passages:
            statement = reader.read(passage.text)
            found = conditions(statement)
            if not found:
                continue
            rest = without(statement, found)
            verdict = check(rest, passages).verdict
            conditional += verdict is Verdict.CONDITIONAL
            for claim in wrong(rest):
                agreed += [claim] if check(claim, passages).verdict in AGREEING else []
                made += 1
    assert agreed == []
    assert made > 500 / PARTS
    assert conditional > 50 / PARTS


def test_every_true_sentence_is_supported_by_itself(
    check: Callable[..., Decision], split: Callable[..., list[Passage]]
) -> None:
    """Else the tests above would pass by never supporting anything."""
    asked = supported = 0
    for document in documents(0, 4):
        passages = split(document["id"], document["text"], document["title"])
        for passage in passages:
            asked += 1
            supported += check(passage.text, passages).verdict is Verdict.SUPPORTED
    assert supported >= 0.98 * asked
