"""Whether the document that a claim was written for is found among the names of 70,000 diseases.

By kind of claim and size of the corpus; as the product searches: a passage is a sentence, meaning is compared exactly.

Documents are the passages of factcheck-train (never their mirrors). The weight of words against meaning was fitted on
items whose hash is 2 to 4 (mod 10); measured is on 0 and 1.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from monshin_embed.core.request import Kind
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.bare_names import is_bare_name
from monshin_factcheck.core.retrieval.fusion import fuse
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.names.standard import standard_names
from monshin_kit.artefacts import Artefacts

from benchmarks.ann.data import diagnoses, diagnosis_texts
from benchmarks.factcheck.figures import EDIT_KINDS
from benchmarks.factcheck.plots import draw_sizes
from benchmarks.factcheck.sets import DATA
from benchmarks.factcheck_vectors import CACHE, Matrix, vectors
from benchmarks.report import Result

KS = (1, 5, 10)
SIZES = (1_000, 10_000, 63_000, 75_000)
METHODS = ("BM25", "dense", "hybrid before", "hybrid")
TARGET = 0.97
_LARGEST = 63_000
_EMBEDDED_NAMES = 100_000
_FOUND = 32
_CLAIMS = 1000
_CHUNK = 1000
_RRF_K = 60
_LEAST_SHARE = 0.3
# Notes of one patient: in the product they come with the request, and are not searched for in a corpus.
_CHARTS = ("long-4", "short-7")


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim and the number of its document. file: of factcheck-train. label: S or C."""

    claim: str
    document: int
    label: str
    kind: str
    file: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences and names: document (-1: a name), terms and unit vectors."""

    owners: Sequence[int]
    names: frozenset[int]
    index: LexicalIndex
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Found:
    """recall: (size, method, group, k) → share of claims. alike: the same, by any document of the topic.

    ms: (size, method) → milliseconds a claim, without embedding it or cutting it into words.
    counts: (size, group) → claims.
    """

    recall: Mapping[tuple[int, str, str, int], float]
    alike: Mapping[tuple[int, str, str, int], float]
    ms: Mapping[tuple[int, str], float]
    counts: Mapping[tuple[int, str], int]


def measure(is_quick: bool) -> Found:
    """All sizes; quick: the smallest."""
    documents, topics, asked = _training()
    table = standard_names(Artefacts(CACHE / "factcheck"))
    terms = Terms(Analyser()) if table is None else Terms(Analyser()).knowing(table)
    cut = _Cut(terms)
    recall: dict[tuple[int, str, str, int], float] = {}
    alike: dict[tuple[int, str, str, int], float] = {}
    ms: dict[tuple[int, str], float] = {}
    counts: dict[tuple[int, str], int] = {}
    for size in SIZES[:1] if is_quick else SIZES:
        corpus, inside = _corpus(size, documents, cut)
        own = [one for one in asked if one.document in inside][:_CLAIMS]
        queries = _kept([one.claim for one in own], Kind.QUERY)
        wanted = [terms.of(one.claim) for one in own]
        spent = dict.fromkeys(METHODS, 0.0)
        ranked: dict[str, list[list[int]]] = {method: [] for method in METHODS}
        for words, query in zip(wanted, queries, strict=True):
            began = time.perf_counter()
            cosines = corpus.matrix @ query
            compared = time.perf_counter() - began
            for method in METHODS:
                began = time.perf_counter()
                ranked[method].append(_ranked(corpus, method, words, cosines))
                spent[method] += time.perf_counter() - began + (compared if method != "BM25" else 0.0)
        for method, found in ranked.items():
            ms[size, method] = spent[method] * 1000 / len(own)
            for group, belongs in _GROUPS.items():
                chosen = [at for at, one in enumerate(own) if belongs(one)]
                counts[size, group] = len(chosen)
                for k in KS if chosen else ():
                    hits = [own[at].document in found[at][:k] for at in chosen]
                    same = [
                        topics[own[at].document] in {topics[one] for one in found[at][:k] if one >= 0} for at in chosen
                    ]
                    recall[size, method, group, k] = float(np.mean(hits))
                    alike[size, method, group, k] = float(np.mean(same))
    return Found(recall, alike, ms, counts)


def results(found: Found) -> list[Result]:
    """The target, beside the search as it was, at 63,000 passages or the largest measured."""
    size = _size(found)
    ours, before = (found.recall[size, method, "all", 5] for method in ("hybrid", "hybrid before"))
    served = found.recall[size, "hybrid", "all but notes of one patient", 5]
    return [
        Result(f"evidence recall@5, {size:,} passages", ours, None, "", TARGET, "", "higher"),
        Result("the same beside rank fusion without scores", ours, before, "rank fusion", 1, "", "higher"),
        Result("evidence recall@5, all but notes of one patient", served, None, "", TARGET, "", "higher"),
    ]


def tables(found: Found) -> str:
    """By kind of claim at the size of the target; then by size."""
    size = _size(found)
    lines = [
        f"{size:,} passages; each cell recall@1 / @5 / @10 of the claim's own document.",
        "",
        f"| claims | n | {' | '.join(METHODS)} | hybrid: any document of the topic |",
        f"|---|---|{'---|' * (len(METHODS) + 1)}",
    ]
    for group in _GROUPS:
        if found.counts[size, group]:
            cells = [_cell(found.recall, size, method, group) for method in METHODS]
            same = _cell(found.alike, size, "hybrid", group)
            lines.append(f"| {group} | {found.counts[size, group]:,} | {' | '.join(cells)} | {same} |")
    lines += ["", "| passages | claims | method | recall@1 / @5 / @10 | ms a claim |", "|---|---|---|---|---|"]
    for each in sorted({size for size, _ in found.ms}):
        for method in METHODS:
            lines.append(
                f"| {each:,} | {found.counts[each, 'all']:,} | {method} | {_cell(found.recall, each, method, 'all')} "
                f"| {found.ms[each, method]:.1f} |"
            )
    return "\n".join(lines)


def draw(found: Found) -> None:
    """Recall and cost by size of the corpus."""
    sizes = sorted({size for size, _ in found.ms})
    recalls = {method: [found.recall[size, method, "all", 5] for size in sizes] for method in METHODS}
    draw_sizes(sizes, recalls, {method: [found.ms[size, method] for size in sizes] for method in METHODS})


_GROUPS: Mapping[str, Callable[[Asked], bool]] = {
    "all": lambda one: True,
    "supported, minimal edits": lambda one: one.label == "S" and one.kind in EDIT_KINDS,
    "supported, free wording": lambda one: one.label == "S" and one.kind not in EDIT_KINDS,
    "contradicted, minimal edits": lambda one: one.label == "C" and one.kind in EDIT_KINDS,
    "contradicted, free wording": lambda one: one.label == "C" and one.kind not in EDIT_KINDS,
    "English": lambda one: guess_language(one.claim) is Language.ENGLISH,
    "notes of one patient": lambda one: one.file in _CHARTS,
    "mixed languages (long-7)": lambda one: one.file == "long-7",
    "all but notes of one patient": lambda one: one.file not in _CHARTS,
    "of these, without long-7": lambda one: one.file not in (*_CHARTS, "long-7"),
}


def _training() -> tuple[list[str], list[str], list[Asked]]:
    """Documents, their topics, and the claims of the items that are measured on, in random order."""
    documents: list[str] = []
    topics: list[str] = []
    asked: list[Asked] = []
    for path in sorted((DATA / "factcheck-train").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 10 < 2:
                asked += [
                    Asked(claim["claim"], len(documents), claim["label"], claim["kind"], path.stem)
                    for claim in row["claims"]
                    if claim["label"] in "SC"
                ]
            documents.append(row["passage"])
            topics.append(row["topic"])
    random.Random(5).shuffle(asked)
    return documents, topics, asked


def _corpus(size: int, documents: Sequence[str], cut: "_Cut") -> tuple[Corpus, set[int]]:
    """Sentences of documents in random order, at most nine tenths of the corpus, and names up to its size."""
    order = list(range(len(documents)))
    random.Random(7).shuffle(order)
    texts: list[str] = []
    owners: list[int] = []
    for document in order:
        sentences = [span.of(documents[document]) for span in split_sentences(documents[document])]
        if len(texts) + len(sentences) > 0.9 * size:
            break
        texts += sentences
        owners += [document] * len(sentences)
    inside = set(owners)
    sentences_only = len(texts)
    rest = size - sentences_only
    diseases = diagnosis_texts(_EMBEDDED_NAMES)[:rest]
    matrix = np.concatenate([_kept(texts, Kind.PASSAGE), diagnoses(_EMBEDDED_NAMES)[0][:rest]])
    texts += diseases
    names = frozenset(
        place
        for place, text in enumerate(texts)
        if (place >= sentences_only or _stands_alone(owners, place)) and cut.is_name(text)
    )
    index = LexicalIndex([cut.terms(text) for text in texts])
    return Corpus([*owners, *[-1] * rest], names, index, matrix), inside


class _Cut:
    """Terms of texts, each cut once: the larger corpora hold the smaller ones."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self.terms = lru_cache(maxsize=None)(terms.of)
        self.is_name = lru_cache(maxsize=None)(self._is_name)

    def _is_name(self, text: str) -> bool:
        return is_bare_name(Passage("d", Span(0, len(text)), text), self._terms.analyser)


def _stands_alone(owners: Sequence[int], place: int) -> bool:
    return owners[place] not in (*owners[max(place - 1, 0) : place], *owners[place + 1 : place + 2])


def _ranked(corpus: Corpus, method: str, words: Sequence[str], cosines: Matrix) -> list[int]:
    """Documents, best first, each once; names count as documents of their own."""
    places = _places(corpus, method, words, cosines)
    return list(dict.fromkeys(corpus.owners[place] if corpus.owners[place] >= 0 else -1 - place for place in places))


def _places(corpus: Corpus, method: str, words: Sequence[str], cosines: Matrix) -> list[int]:
    if method == "BM25":
        return corpus.index.search(words, _FOUND)
    if method == "dense":
        return _nearest(cosines, _FOUND)
    if method == "hybrid before":
        near = _nearest(cosines, _FOUND)
        shares = corpus.index.shares(set(words))
        strong = [place for place in corpus.index.search(words, _FOUND) if shares[place] >= _LEAST_SHARE]
        return _by_ranks([strong, near])
    near = [place for place in _nearest(cosines, 8 * _FOUND) if place not in corpus.names][:_FOUND]
    shares = corpus.index.shares(set(words))
    both = dict.fromkeys((*corpus.index.search(words, _FOUND), *near))
    ranked = fuse(
        [(place, float(cosines[place])) for place in near],
        {place: float(shares[place]) for place in both},
        _FOUND,
        corpus.names,
    )
    return [place for place, _ in ranked]


def _nearest(cosines: Matrix, k: int) -> list[int]:
    k = min(k, len(cosines))
    best = np.argpartition(-cosines, k - 1)[:k]
    return [int(place) for place in best[np.argsort(-cosines[best], kind="stable")]]


def _by_ranks(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Reciprocal rank fusion, what the product did before."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, place in enumerate(ranking, start=1):
            scores[place] = scores.get(place, 0.0) + 1.0 / (_RRF_K + rank)
    return sorted(scores, key=lambda place: (-scores[place], place))


def _kept(texts: Sequence[str], kind: Kind) -> Matrix:
    """In parts, so that a run that was cut off goes on."""
    return np.concatenate([vectors(texts[at : at + _CHUNK], kind) for at in range(0, len(texts), _CHUNK)])


def _size(found: Found) -> int:
    sizes = sorted({size for size, _ in found.ms})
    return _LARGEST if _LARGEST in sizes else sizes[-1]


def _cell(values: Mapping[tuple[int, str, str, int], float], size: int, method: str, group: str) -> str:
    return " / ".join(f"{values[size, method, group, k]:.3f}" for k in KS)
