"""The rules on development data, beside cosine and BM25 overlap, with intervals; and how fast they judge."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from monshin_embed.core.request import Kind
from monshin_factcheck.core.decision import Decision, Verdict, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser

from benchmarks.factcheck_sets import Labelled, auroc, interval
from benchmarks.factcheck_vectors import vectors
from benchmarks.report import Result

_LETTERS = {Verdict.SUPPORTED: "S", Verdict.CONTRADICTED: "C", Verdict.NOT_ENOUGH_EVIDENCE: "N"}
# The issue on fact checking asks this of all judges together; the rules alone are told beside it.
_AUROC = 0.88
_ACCURACY = 0.78
_PRECISION = 0.95
_CLAIMS_PER_S = 20.0


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores rise with how likely the claim is contradicted."""

    rows: Sequence[Labelled]
    decisions: Sequence[Decision]
    seconds: float

    def auroc(self, scores: Sequence[float], chosen: Sequence[int]) -> float:
        """Contradicted against supported, among the chosen rows."""
        contradicted = [scores[row] for row in chosen if self.rows[row].label == "C"]
        return auroc(contradicted, [scores[row] for row in chosen if self.rows[row].label == "S"])

    @property
    def rules(self) -> list[float]:
        """p(contradicted) - p(supported)."""
        odds = [decision.probabilities for decision in self.decisions]
        return [each.contradicted - each.supported for each in odds]


def measure(name: str, rows: Sequence[Labelled]) -> Iterator[Result]:
    """The figures of one set."""
    judge = RulesJudge(Reader(Analyser()))
    scored = _score(judge, rows)
    every, items = range(len(rows)), [row.item for row in rows]
    ours = scored.auroc(scored.rules, every)
    cosine = [-value for value in _cosines(rows)]
    overlap = [-value for value in _overlaps(rows)]
    _tell(name, scored, items)
    yield Result(
        f"C against S AUROC, {name}: beside cosine", ours, scored.auroc(cosine, every), "cosine", 1, "", "higher"
    )
    yield Result(f"C against S AUROC, {name}: beside BM25", ours, scored.auroc(overlap, every), "BM25", 1, "", "higher")
    yield Result(f"C against S AUROC, {name}", ours, None, "", _AUROC, "", "higher")
    yield Result(f"three-way accuracy of p, {name}", _accuracy(scored, every), None, "", _ACCURACY, "", "higher")
    for letter, label in (("S", "SUPPORTED"), ("C", "CONTRADICTED")):
        said = [row for row, decision in zip(rows, scored.decisions, strict=True) if _letter(decision) == letter]
        if said:
            right = sum(row.label == letter for row in said) / len(said)
            yield Result(f"precision of {label}, {name} ({len(said)})", right, None, "", _PRECISION, "", "higher")
    yield Result(f"claims, {name}", len(rows) / scored.seconds, None, "", _CLAIMS_PER_S, "claims/s", "higher")


def passages_of(number: int, text: str) -> list[Passage]:
    """The sentences of a text with their neighbours."""
    spans = split_sentences(text)
    sentences = ["", *(span.of(text) for span in spans), ""]
    return [
        Passage(f"sources/{number}", span, sentences[at], sentences[at - 1], sentences[at + 1])
        for at, span in enumerate(spans, 1)
    ]


def _score(judge: RulesJudge, rows: Sequence[Labelled]) -> Scored:
    judge.judge("熱", passages_of(0, "熱。"))  # the dictionary is loaded outside of the clock
    began = time.perf_counter()
    decisions = []
    for row in rows:
        passages = [passage for number, text in enumerate(row.texts) for passage in passages_of(number, text)]
        decisions.append(decide(judge.judge(row.claim, passages), (judge.name,)))
    return Scored(rows, decisions, time.perf_counter() - began)


def _tell(name: str, scored: Scored, items: Sequence[str]) -> None:
    low, high = interval(items, lambda chosen: scored.auroc(scored.rules, chosen))
    first, last = interval(items, lambda chosen: _accuracy(scored, chosen))
    print(
        f"{name}: {len(items)} claims, AUROC 95 % [{low:.3f}, {high:.3f}], accuracy 95 % [{first:.3f}, {last:.3f}]",
        file=sys.stderr,
    )


def _accuracy(scored: Scored, chosen: Sequence[int]) -> float:
    """How often the largest of the three probabilities is the label's."""
    right = 0
    for row in chosen:
        odds = scored.decisions[row].probabilities
        likeliest = max((odds.supported, "S"), (odds.contradicted, "C"), (odds.neither, "N"))[1]
        right += likeliest == scored.rows[row].label
    return right / len(chosen)


def _letter(decision: Decision) -> str:
    return _LETTERS.get(decision.verdict, "")


def _cosines(rows: Sequence[Labelled]) -> list[float]:
    texts = list(dict.fromkeys(text for row in rows for text in row.texts))
    place = {text: at for at, text in enumerate(texts)}
    passages, claims = vectors(texts, Kind.PASSAGE), vectors([row.claim for row in rows], Kind.QUERY)
    return [float(max(np.dot(claims[at], passages[place[text]]) for text in row.texts)) for at, row in enumerate(rows)]


def _overlaps(rows: Sequence[Labelled]) -> list[float]:
    terms = Terms(Analyser())
    texts = list(dict.fromkeys(text for row in rows for text in row.texts))
    place = {text: at for at, text in enumerate(texts)}
    index = LexicalIndex([terms.of(text) for text in texts])
    found = []
    for row in rows:
        scores = index.scores(terms.of(row.claim))
        found.append(float(max(scores[place[text]] for text in row.texts)))
    return found
