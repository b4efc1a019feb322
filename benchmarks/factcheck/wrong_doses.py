"""Wrong doses through the whole check, rules and judges as they serve: each against the document that it was made of.

A claim is a sentence that holds a dose, with a number, unit, frequency or bound changed by rule, or two numbers
exchanged, or any sentence with one of the slips of a language model (slips.py). Nobody has read them one by one.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monshin_factcheck.checking.checker import Run
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import RULES

from benchmarks.factcheck.figures import Share
from benchmarks.factcheck.served_checker import served_checker
from benchmarks.factcheck.sets import DATA
from benchmarks.factcheck.slips import SLIPS, slips
from benchmarks.report import Result
from services.factcheck.tools.training_items import files_of, is_held_out, read_items
from services.factcheck.tools.weighing_rows import development
from services.factcheck.tools.wrong_quantities import wrong

_CORPUS = Path(__file__).parents[2] / "demo" / "corpus"
# An amount or how often; no concentration.
_DOSE = re.compile(
    r"\d\s*(?:mg|μg|g|mL|L|mEq|mmol|IU|U|units?|国際単位|単位|錠|カプセル|包|滴|噴霧|回|times?|tablets?)(?![A-Za-z]|/d?m?L)"
)
_EACH, _QUICK_EACH = 240, 10
# Of a slip, in each language, by that of a set.
_SLIPS_SHARE = 4
_SLIP = "slip: "
# Of one sentence: else a table of doses would fill the set.
_MOST_OF_ONE = 3
# The bound that 200 claims of which none is SUPPORTED would give.
_LARGEST_SHARE = 0.015
# Documents here hold on any day.
_TODAY = "2026-01-01"
_COLUMNS = (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING, Verdict.CONTRADICTED)


@dataclass(frozen=True, slots=True)
class WrongDose:
    """A claim that is wrong by `document`."""

    claim: str
    document: SourceText


@dataclass(frozen=True, slots=True)
class Found:
    """Verdicts by the set that the documents are of. read: how many of these a judge read; rules settled the rest."""

    verdicts: dict[str, Counter[Verdict]]
    read: dict[str, int]

    @property
    def supported(self) -> Share:
        """Of all claims with a wrong dose; slips count apart."""
        return self._supported(is_slip=False)

    @property
    def slips(self) -> Share:
        """Of all slips of a language model; `table` tells of each kind."""
        return self._supported(is_slip=True)

    def _supported(self, *, is_slip: bool) -> Share:
        own = (told for name, told in self.verdicts.items() if name.startswith(_SLIP) is is_slip)
        return _supported(sum(own, Counter[Verdict]()))


def _supported(verdicts: Counter[Verdict]) -> Share:
    return Share(verdicts[Verdict.SUPPORTED], verdicts.total())


def measure(*, is_quick: bool) -> Found:
    """The same claims each time; what judges say of them is kept by their revision."""
    return asyncio.run(_checked(drawn(_QUICK_EACH if is_quick else _EACH)))


def results(found: Found) -> Iterator[Result]:
    """How many are SUPPORTED, and what share of such claims may be."""
    for kind, share in (("wrong doses", found.supported), ("slips of a language model", found.slips)):
        yield Result(f"{kind} SUPPORTED of {share.n} made by rule", share.k, None, "", 0, "", "lower")
        yield Result("the same, 95 % upper bound of the share", share.upper, None, "", _LARGEST_SHARE, "", "lower")


def table(found: Found) -> str:
    """By set, with all other verdicts."""
    heads = " | ".join(verdict.name for verdict in _COLUMNS)
    lines = [
        f"| documents of | claims | read by a judge | {heads} | no verdict | 95 % upper bound, SUPPORTED |",
        "|---" * 9 + "|",
    ]
    every = sum(found.verdicts.values(), Counter[Verdict]())
    read = {**found.read, "all": sum(found.read.values())}
    for name, told in (*found.verdicts.items(), ("all", every)):
        counts = [told[verdict] for verdict in _COLUMNS]
        upper = f"{_supported(told).upper:.3f}"
        cells = [name, told.total(), read[name], *counts, told.total() - sum(counts), upper]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def drawn(each: int) -> dict[str, list[WrongDose]]:
    """So many claims of each set, drawn at random with a fixed seed, sentences in turn."""
    documents = _documents()
    sets = {name: _drawn(own, each, random.Random(5)) for name, own in documents.items()}
    every = [one for own in documents.values() for one in own]
    for kind in SLIPS:
        for language in Language:
            if claims := _slipped(kind, language, every, each // _SLIPS_SHARE, random.Random(5)):
                sets[f"{_SLIP}{kind}, {language.name.lower()}"] = claims
    return sets


def _documents() -> dict[str, list[SourceText]]:
    corpus = [json.loads(line) for file in files_of(_CORPUS) for line in file.read_text("utf-8").splitlines()]
    items = [item for item in read_items(files_of(DATA / "factcheck-train"))[0] if is_held_out(item)]
    passages = dict.fromkeys(row.text for row in development(DATA / "factcheck-dev"))
    return {
        "the demonstration's corpus": [SourceText(one["text"], title=one["title"]) for one in corpus],
        "factcheck-train, held out": [SourceText(item[side]) for item in items for side in ("passage", "mirror")],
        "factcheck-dev": [SourceText(text) for text in passages],
    }


def _drawn(documents: Sequence[SourceText], count: int, rng: random.Random) -> list[WrongDose]:
    told = []
    for document in documents:
        text = normalise(document.text).text
        for sentence in (span.of(text) for span in split_sentences(text)):
            if _DOSE.search(sentence):
                claims = sorted({claim for claim in wrong(sentence) if claim not in text})
                told.append(
                    [WrongDose(claim, document) for claim in rng.sample(claims, min(len(claims), _MOST_OF_ONE))]
                )
    rng.shuffle(told)
    turns = [own[turn] for turn in range(_MOST_OF_ONE) for own in told if turn < len(own)]
    return turns[:count]


def _slipped(
    kind: str, language: Language, documents: Sequence[SourceText], count: int, rng: random.Random
) -> list[WrongDose]:
    """So many sentences with one slip of that kind, one of a sentence; rng chooses them."""
    told = []
    for document in rng.sample(documents, len(documents)):
        text = normalise(document.text).text
        for sentence in (span.of(text) for span in split_sentences(text)):
            claims = slips(kind, sentence, text) if guess_language(sentence) is language else []
            if claims:
                told.append(WrongDose(rng.choice(claims), document))
            if len(told) == count:
                return told
    return told


async def _checked(sets: dict[str, list[WrongDose]]) -> Found:
    found = Found({name: Counter() for name in sets}, dict.fromkeys(sets, 0))
    async with served_checker(keeps=True) as (checker, evidence_of):
        for name, doses in sets.items():
            for document in dict.fromkeys(dose.document for dose in doses):
                own = [dose.claim for dose in doses if dose.document == document]
                claims = [Claim(Span(0, len(text)), text, True) for text in own]
                async for checked in checker.check(Run(evidence_of([document]), _TODAY), claims):
                    found.verdicts[name][checked.decision.verdict] += 1
                    found.read[name] += any(judge != RULES for judge in checked.decision.judges_run)
    return found
