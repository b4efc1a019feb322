"""Where the passages of a check come from: a pinned corpus version, or texts of the request."""

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from monshin_kit.executor import Executor

from monshin_factcheck.checking.lexical_indexes import Searchable
from monshin_factcheck.checking.meaning import Embeds, Searches
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.cues.governing import governing
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.fusion import goes_last
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.passages import searched_text
from monshin_factcheck.core.retrieval.standing import unsaid
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.source import Part, SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.wrapped import source_sentences
from monshin_factcheck.corpora.pinned import PinnedVersion

MAX_EMBEDDED_SOURCES = 256
# How many times as many points are asked for as are wanted.
_AMONG_VERSIONS = 2
_AMONG_NAMES = 8


class Evidence(Protocol):
    """Passages that claims are checked against."""

    @property
    def version(self) -> str:
        """Resource name, or empty."""
        ...

    @property
    def fingerprint(self) -> str:
        """Digest of the model that embedded the passages; empty if none has."""
        ...

    @property
    def aliases(self) -> AliasTable | None:
        """Names of its own; None without any."""
        ...

    @property
    def passages(self) -> Sequence[Passage]:
        """In a fixed order: searches answer with places in it."""
        ...

    def text_of(self, document: str) -> str:
        """The whole text of one of its documents."""
        ...

    @property
    def names(self) -> Collection[int]:
        """Places of passages that are nothing but a name (core/retrieval/bare_names.py)."""
        ...

    async def lexical(self, claim: str, k: int, also: Collection[int] = ()) -> dict[int, float]:
        """Places of the k best passages that share words, best first, then those of `also`, which a search by meaning
        found; each with its part of the claim's words, weighted by rarity, in [0, 1]. Without `also` names go last."""
        ...

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """Places of passages near in meaning with their cosine, nearest first, for each claim.

        Raises a MonshinError where a service does not answer.
        """
        ...


class CorpusEvidence:
    """A published version: words by its own index, meaning by embed and ann."""

    def __init__(
        self, pinned: PinnedVersion, words: Searchable, embedder: Embeds, index: Searches, executor: Executor
    ) -> None:
        self.version = pinned.name
        self.fingerprint = pinned.fingerprint
        self.passages = pinned.passages
        self.aliases = pinned.aliases.judging if pinned.aliases is not None else None
        self.names = words.names
        self._pinned = pinned
        self._words = words
        self._embedder = embedder
        self._index = index
        self._executor = executor

    def text_of(self, document: str) -> str:
        """As Evidence.text_of."""
        return self._pinned.texts[document]

    async def lexical(self, claim: str, k: int, also: Collection[int] = ()) -> dict[int, float]:
        """As Evidence.lexical."""
        return await self._executor.run(self._lexical, claim, k, also)

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """As Evidence.dense. Points of other versions may be among the nearest, and names, which would crowd out all
        else: more are asked for, the first left out, the others only kept where there is room."""
        embedded = await self._embedder.queries(claims)
        digest = embedded.fingerprint.digest
        wanted = min((_AMONG_NAMES if self.names else _AMONG_VERSIONS) * k, 1000)
        found = await self._index.search(self._pinned.collection, embedded.vectors, wanted, digest)
        known = self._pinned.index_of
        return [self._kept([(known[point], near) for point, near in points if point in known], k) for points in found]

    def _kept(self, found: Sequence[tuple[int, float]], k: int) -> list[tuple[int, float]]:
        kept = sorted(found, key=lambda one: one[0] in self.names)[:k]
        return sorted(kept, key=lambda one: -one[1])

    def _lexical(self, claim: str, k: int, also: Collection[int]) -> dict[int, float]:
        # Beside a search by meaning, which brings others, names need not make room: the fusion puts them last.
        names = () if also else self.names
        return _by_words(self._words.index, self._words.terms.of(claim), k, also, names)


class SourceEvidence:
    """What the request brings: split, searched and forgotten. names: none; in a chart a name tells of someone."""

    names: Collection[int] = ()

    def __init__(self, sources: Sequence[SourceText], terms: Terms, embedder: Embeds, executor: Executor) -> None:
        self.version = ""
        self.fingerprint = ""
        self.aliases: AliasTable | None = None
        self._sources = sources
        self.passages = [one for number, source in enumerate(sources) for one in source_passages(number, source)]
        self._terms = terms
        self._embedder = embedder
        self._executor = executor
        self._lexical_index: LexicalIndex | None = None
        self._vectors: dict[int, npt.NDArray[np.float32]] = {}

    def text_of(self, document: str) -> str:
        """As Evidence.text_of."""
        return self._sources[int(document.removeprefix("sources/"))].text

    async def lexical(self, claim: str, k: int, also: Collection[int] = ()) -> dict[int, float]:
        """As Evidence.lexical."""
        return await self._executor.run(self._lexical, claim, k, also)

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """As Evidence.dense; of long sources only what the words select is embedded."""
        candidates = list(range(len(self.passages)))
        if len(candidates) > MAX_EMBEDDED_SOURCES:
            found = [
                place for claim in claims for place in await self.lexical(claim, MAX_EMBEDDED_SOURCES // len(claims))
            ]
            candidates = list(dict.fromkeys(found))[:MAX_EMBEDDED_SOURCES]
        if not candidates:
            return [[] for _ in claims]
        queries = await self._embedder.queries(claims)
        if self.fingerprint != queries.fingerprint.digest:
            self._vectors.clear()  # another model has taken over
        lacking = [place for place in candidates if place not in self._vectors]
        if lacking:
            passages = await self._embedder.passages(
                [searched_text(self.passages[place]) for place in lacking], bulk=False
            )
            self.fingerprint = passages.fingerprint.digest
            self._vectors.update(zip(lacking, passages.vectors, strict=True))
        similarity = queries.vectors @ np.stack([self._vectors[place] for place in candidates]).T
        return [
            [(candidates[place], float(row[place])) for place in (-row).argsort(kind="stable")[:k]]
            for row in similarity
        ]

    def _lexical(self, claim: str, k: int, also: Collection[int]) -> dict[int, float]:
        if self._lexical_index is None:
            self._lexical_index = LexicalIndex([self._terms.of(searched_text(passage)) for passage in self.passages])
        return _by_words(self._lexical_index, self._terms.of(claim), k, also)


def _by_words(
    index: LexicalIndex, terms: Sequence[str], k: int, also: Collection[int], names: Collection[int] = ()
) -> dict[int, float]:
    """As Evidence.lexical. names: those that would crowd out all else, and are only kept where there is room."""
    found = index.search(terms, _AMONG_NAMES * k if names else k)
    every = index.shares(set(terms))
    shares = {place: float(every[place]) for place in (*found, *also)}
    best = sorted(found, key=lambda place: goes_last(place, shares, names))[:k]
    return {place: shares[place] for place in (*best, *also)}


def source_passages(number: int, source: SourceText) -> list[Passage]:
    """The sentences of a source, as `sources/{number}`; a part of it that stands alone has no neighbours."""
    whole = Part(Span(0, len(source.text)), "", source.title, source.date)
    return [one for part in source.parts or (whole,) for one in _part_passages(f"sources/{number}", source, part)]


def _part_passages(document: str, source: SourceText, part: Part) -> list[Passage]:
    text = source.text
    spans = [one.span.shifted(part.span.start) for one in source_sentences(part.span.of(text))]
    sentences = ["", *(span.of(text) for span in spans), ""]
    above = [()] * len(spans) if part.stands_alone else governing(text, spans)
    doubtful = unsaid(text, spans, part.span)
    return [
        Passage(
            document=document,
            span=span,
            text=sentences[place],
            before="" if part.stands_alone else sentences[place - 1],
            after="" if part.stands_alone else sentences[place + 1],
            title=part.title,
            source=part.origin,
            date=part.date,
            part=part.span if part.origin else None,
            is_active_order=part.is_active_order,
            is_disputed=part.is_disputed,
            is_narrative=bool(part.origin) and not part.stands_alone,
            governing=(*part.governing, *above[place - 1], *doubtful[place - 1]),
            chart=source.title if source.parts else "",
        )
        for place, span in enumerate(spans, 1)
    ]
