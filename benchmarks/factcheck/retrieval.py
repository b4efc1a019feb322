"""Whether the document that a claim was written for is found among the names of 70,000 diseases, and what that costs.

The product's own search and checker, in this process; only embed and ann are stood in for (corpora.py). By kind of
claim and size of the corpus, and for other ways to ask (queries.py).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.lexical_indexes import Searchable
from monshin_factcheck.checking.second_query import SecondQuery
from monshin_factcheck.core.cues.polarity_free import without_polarity
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_kit.executor import Executor

from benchmarks.factcheck import corpus_cost, reranker_cost
from benchmarks.factcheck.corpora import (
    Asked,
    Away,
    Corpus,
    Kept,
    corpus,
    document_of,
    indexed,
    lexical_indexes,
    training,
)
from benchmarks.factcheck.figures import EDIT_KINDS
from benchmarks.factcheck.queries import CanonicalNames, with_canonical_names
from benchmarks.factcheck.ranking import FOUND, rankings

_Rank = Callable[[CorpusEvidence, Sequence[str]], Awaitable[list[list[int]]]]

KS = (1, 5, 10)
SIZES = (1_000, 10_000, 30_000, 75_000)
METHODS = ("BM25", "dense", "hybrid before", "hybrid")
SERVED = "as served"
_WAYS: Mapping[str, tuple[type[CorpusEvidence], Callable[[str], str]]] = {
    "and once more without polarity": (SecondQuery, without_polarity),
    "meaning of canonical names": (CanonicalNames, with_canonical_names),
}
_CLAIMS = 1000
# Claims that are asked for at once, as in a check.
_GROUP = 8
_RRF_K = 60
_LEAST_SHARE = 0.3
# Notes of one patient: in the product they come with the request, and are not searched for in a corpus.
_CHARTS = ("long-4", "short-7")

GROUPS: Mapping[str, Callable[[Asked], bool]] = {
    "all": lambda one: True,
    "supported": lambda one: one.label == "S",
    "supported, minimal edits": lambda one: one.label == "S" and one.kind in EDIT_KINDS,
    "supported, free wording": lambda one: one.label == "S" and one.kind not in EDIT_KINDS,
    "contradicted": lambda one: one.label == "C",
    "contradicted, minimal edits": lambda one: one.label == "C" and one.kind in EDIT_KINDS,
    "contradicted, free wording": lambda one: one.label == "C" and one.kind not in EDIT_KINDS,
    "English": lambda one: guess_language(one.claim) is Language.ENGLISH,
    "notes of one patient": lambda one: one.file in _CHARTS,
    "mixed languages (long-7)": lambda one: one.file == "long-7",
    "all but notes of one patient": lambda one: one.file not in _CHARTS,
    "of these, without long-7": lambda one: one.file not in (*_CHARTS, "long-7"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """recall: (group, k) → share of claims. changed: claims that are asked otherwise; before, after: their recall."""

    recall: Mapping[tuple[str, int], float]
    changed: int = 0
    before: Mapping[int, float] = field(default_factory=dict)
    after: Mapping[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    """recall: (size, method, group, k) → share of claims. alike: the same, by any document of the topic.

    ms: (size, method) → milliseconds a claim, words cut, meaning already embedded. counts: (size, group) → claims.
    costs: of a corpus, by size. ways: how it was asked → what was found, at the largest size. within: share of claims
    whose document is among the passages that a reranker would get there. reranking: what these cost a claim.
    """

    recall: dict[tuple[int, str, str, int], float] = field(default_factory=dict)
    alike: dict[tuple[int, str, str, int], float] = field(default_factory=dict)
    ms: dict[tuple[int, str], float] = field(default_factory=dict)
    counts: dict[tuple[int, str], int] = field(default_factory=dict)
    costs: dict[int, corpus_cost.Cost] = field(default_factory=dict)
    ways: dict[str, Way] = field(default_factory=dict)
    within: float = 0.0
    reranking: reranker_cost.Cost | None = None


def measure(*, is_quick: bool) -> Found:
    """All sizes; quick: the smallest."""
    return asyncio.run(_measure(SIZES[:1] if is_quick else SIZES))


async def _measure(sizes: Sequence[int]) -> Found:
    found, known, indexes, executor = Found(), training(), await lexical_indexes(), Executor()
    async with corpus_cost.checkers() as checkers:
        for size in sizes:
            made = await asyncio.to_thread(corpus, size, known.documents)
            own = [one for one in known.asked if one.document in made.inside][:_CLAIMS]
            found.costs[size] = await corpus_cost.measure(made, indexes, checkers, [one.claim for one in own])
            words = await indexed(indexes, made.pinned)
            search = await asyncio.to_thread(_Search, made, words, own, executor)
            for method in METHODS:
                began = time.perf_counter()
                ranked = await search.by(method)
                found.ms[size, method] = (time.perf_counter() - began) * 1000 / len(own)
                _count(found, size, method, own, _documents(ranked), known.topics)
    found.ways = await _ways(search, own, ranked)
    best = [passages[:FOUND] for passages in ranked]
    found.within = _recall(own, _documents(best), FOUND)
    found.reranking = reranker_cost.measure([one.claim for one in own], best)
    await indexes.close()
    executor.close()
    return found


class _Search:
    """The searches of one corpus for its claims."""

    def __init__(self, made: Corpus, words: Searchable, asked: Sequence[Asked], executor: Executor) -> None:
        self._made = made
        self._words = words
        self._claims = [one.claim for one in asked]
        self._executor = executor
        self._kept = Kept(self._claims)

    async def by(self, method: str) -> list[list[Passage]]:
        """The passages of each claim, best first."""
        evidence = self._made.evidence(self._words, self._kept, self._executor)
        match method:
            case "BM25":
                evidence = self._made.evidence(self._words, Away(), self._executor)
            case "dense":
                return await self._places(evidence, self._nearest)
            case "hybrid before":
                return await self._places(evidence, self._by_ranks)
        return await rankings(evidence, self._claims, self._executor)

    async def otherwise(self, kind: type[CorpusEvidence], rewriting: Callable[[str], str]) -> list[list[Passage]]:
        """The same by what serves, but for the way in which it is asked."""
        embedder = await asyncio.to_thread(Kept, self._claims, list(map(rewriting, self._claims)))
        return await rankings(
            self._made.evidence(self._words, embedder, self._executor, kind), self._claims, self._executor
        )

    async def _places(self, evidence: CorpusEvidence, rank: _Rank) -> list[list[Passage]]:
        places: list[list[int]] = []
        for start in range(0, len(self._claims), _GROUP):
            places += await rank(evidence, self._claims[start : start + _GROUP])
        return [[evidence.passages[place] for place in own] for own in places]

    async def _nearest(self, evidence: CorpusEvidence, claims: Sequence[str]) -> list[list[int]]:
        return [[place for place, _ in own] for own in await evidence.dense(claims, FOUND)]

    async def _by_ranks(self, evidence: CorpusEvidence, claims: Sequence[str]) -> list[list[int]]:
        """Reciprocal rank fusion, what the product did before; names were not told apart."""
        vectors = (await self._kept.queries(claims)).vectors
        near = await self._made.nearest.search("", vectors, FOUND, "")
        ranked: list[list[int]] = []
        for claim, points in zip(claims, near, strict=True):
            shares = await evidence.lexical(claim, FOUND)
            strong = [place for place, share in shares.items() if share >= _LEAST_SHARE]
            scores: dict[int, float] = {}
            for ranking in (strong, [int(point) for point, _ in points]):
                for rank, place in enumerate(ranking, start=1):
                    scores[place] = scores.get(place, 0.0) + 1.0 / (_RRF_K + rank)
            ranked.append(sorted(scores, key=lambda place: (-scores[place], place)))
        return ranked


def _count(
    found: Found,
    size: int,
    method: str,
    own: Sequence[Asked],
    ranked: Sequence[Sequence[int]],
    topics: Sequence[str],
) -> None:
    for (group, k), recall in _by_group(own, ranked).items():
        found.recall[size, method, group, k] = recall
        chosen = [at for at, one in enumerate(own) if GROUPS[group](one)]
        same = [topics[own[at].document] in {topics[one] for one in ranked[at][:k] if one >= 0} for at in chosen]
        found.alike[size, method, group, k] = float(np.mean(same))
        found.counts[size, group] = len(chosen)


async def _ways(search: _Search, own: Sequence[Asked], served: Sequence[Sequence[Passage]]) -> dict[str, Way]:
    before = _documents(served)
    ways = {SERVED: Way(_by_group(own, before))}
    for name, (kind, rewriting) in _WAYS.items():
        after = _documents(await search.otherwise(kind, rewriting))
        changed = [at for at, one in enumerate(own) if rewriting(one.claim) != normalise(one.claim).text]
        asked = [own[at] for at in changed]
        ways[name] = Way(
            _by_group(own, after),
            len(changed),
            {k: _recall(asked, [before[at] for at in changed], k) for k in KS if changed},
            {k: _recall(asked, [after[at] for at in changed], k) for k in KS if changed},
        )
    return ways


def _by_group(own: Sequence[Asked], ranked: Sequence[Sequence[int]]) -> dict[tuple[str, int], float]:
    recalls: dict[tuple[str, int], float] = {}
    for group, belongs in GROUPS.items():
        chosen = [at for at, one in enumerate(own) if belongs(one)]
        for k in KS if chosen else ():
            recalls[group, k] = _recall([own[at] for at in chosen], [ranked[at] for at in chosen], k)
    return recalls


def _recall(asked: Sequence[Asked], ranked: Sequence[Sequence[int]], k: int) -> float:
    """Share of claims whose document is among the first k."""
    return float(np.mean([one.document in documents[:k] for one, documents in zip(asked, ranked, strict=True)]))


def _documents(ranked: Sequence[Sequence[Passage]]) -> list[list[int]]:
    """Each once, by its best passage; names count as documents of their own."""
    return [list(dict.fromkeys(map(document_of, passages))) for passages in ranked]
