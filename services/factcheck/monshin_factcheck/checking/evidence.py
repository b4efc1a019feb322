"""Where the passages of a check come from: a pinned corpus version, or texts of the request."""

from collections.abc import Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

from monshin_kit.executor import Executor

from monshin_factcheck.clients.embedder import Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.source import Part, SourceText
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.corpora.pinned import PinnedVersion
from monshin_factcheck.corpora.publisher import passage_text

MAX_EMBEDDED_SOURCES = 256


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
    def passages(self) -> Sequence[Passage]:
        """In a fixed order: searches answer with places in it."""
        ...

    def text_of(self, document: str) -> str:
        """The whole text of one of its documents."""
        ...

    async def lexical(self, claim: str, k: int, least_share: float = 0.0) -> list[int]:
        """Places of passages that share words, best first; least_share: how much of the claim's words at least."""
        ...

    async def dense(self, claims: Sequence[str], k: int) -> list[list[int]]:
        """Places of passages near in meaning, for each claim; raises a MonshinError where a service does not answer."""
        ...


class LexicalIndexes:
    """The lexical index of each pinned version in use, built when it is first needed."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._of: WeakKeyDictionary[PinnedVersion, LexicalIndex] = WeakKeyDictionary()

    def of(self, pinned: PinnedVersion) -> LexicalIndex:
        """Blocks while it is built: about a second for a thousand passages."""
        index = self._of.get(pinned)
        if index is None:
            index = self._of[pinned] = LexicalIndex([self.terms.of(_searched(passage)) for passage in pinned.passages])
        return index


class CorpusEvidence:
    """A published version: words by its own index, meaning by embed and ann."""

    def __init__(
        self, pinned: PinnedVersion, indexes: LexicalIndexes, embedder: Embedder, index: VectorIndex, executor: Executor
    ) -> None:
        self.version = pinned.name
        self.fingerprint = pinned.fingerprint
        self.passages = pinned.passages
        self._pinned = pinned
        self._indexes = indexes
        self._embedder = embedder
        self._index = index
        self._executor = executor

    def text_of(self, document: str) -> str:
        """As Evidence.text_of."""
        return self._pinned.texts[document]

    async def lexical(self, claim: str, k: int, least_share: float = 0.0) -> list[int]:
        """As Evidence.lexical."""
        return await self._executor.run(self._lexical, claim, k, least_share)

    async def dense(self, claims: Sequence[str], k: int) -> list[list[int]]:
        """As Evidence.dense. Points of other versions may be among the nearest: more are asked for, these left out."""
        embedded = await self._embedder.queries(claims)
        digest = embedded.fingerprint.digest
        found = await self._index.search(self._pinned.collection, embedded.vectors, min(2 * k, 1000), digest)
        known = self._pinned.index_of
        return [[known[point] for point in points if point in known][:k] for points in found]

    def _lexical(self, claim: str, k: int, least_share: float) -> list[int]:
        return self._indexes.of(self._pinned).search(self._indexes.terms.of(claim), k, least_share=least_share)


class SourceEvidence:
    """What the request brings: split, searched and forgotten."""

    def __init__(self, sources: Sequence[SourceText], terms: Terms, embedder: Embedder, executor: Executor) -> None:
        self.version = ""
        self.fingerprint = ""
        self._sources = sources
        self.passages = [one for number, source in enumerate(sources) for one in source_passages(number, source)]
        self._terms = terms
        self._embedder = embedder
        self._executor = executor
        self._lexical_index: LexicalIndex | None = None

    def text_of(self, document: str) -> str:
        """As Evidence.text_of."""
        return self._sources[int(document.removeprefix("sources/"))].text

    async def lexical(self, claim: str, k: int, least_share: float = 0.0) -> list[int]:
        """As Evidence.lexical."""
        return await self._executor.run(self._lexical, claim, k, least_share)

    async def dense(self, claims: Sequence[str], k: int) -> list[list[int]]:
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
        passages = await self._embedder.passages([_searched(self.passages[place]) for place in candidates], bulk=False)
        self.fingerprint = passages.fingerprint.digest
        similarity = queries.vectors @ passages.vectors.T
        return [[candidates[place] for place in (-row).argsort(kind="stable")[:k]] for row in similarity]

    def _lexical(self, claim: str, k: int, least_share: float) -> list[int]:
        if self._lexical_index is None:
            self._lexical_index = LexicalIndex([self._terms.of(_searched(passage)) for passage in self.passages])
        return self._lexical_index.search(self._terms.of(claim), k, least_share=least_share)


def source_passages(number: int, source: SourceText) -> list[Passage]:
    """The sentences of a source, as `sources/{number}`; a part of it that stands alone has no neighbours."""
    whole = Part(Span(0, len(source.text)), "", source.title, source.date)
    return [one for part in source.parts or (whole,) for one in _part_passages(f"sources/{number}", source.text, part)]


def _part_passages(document: str, text: str, part: Part) -> list[Passage]:
    spans = [span.shifted(part.span.start) for span in split_sentences(part.span.of(text))]
    sentences = ["", *(span.of(text) for span in spans), ""]
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
        )
        for place, span in enumerate(spans, 1)
    ]


def _searched(passage: Passage) -> str:
    return passage_text(passage.title, passage.text)
