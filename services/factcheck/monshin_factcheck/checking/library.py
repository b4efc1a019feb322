"""Gives a check its evidence."""

from collections.abc import Sequence

from monshin_kit.auth import Caller
from monshin_kit.executor import Executor

from monshin_factcheck.checking.evidence import CorpusEvidence, LexicalIndexes, SourceEvidence
from monshin_factcheck.clients.embedder import Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.corpora.registry import Corpora


class Library:
    """Corpora and request sources behind one face."""

    def __init__(
        self, corpora: Corpora, indexes: LexicalIndexes, embedder: Embedder, index: VectorIndex, executor: Executor
    ) -> None:
        self._corpora = corpora
        self._indexes = indexes
        self._embedder = embedder
        self._index = index
        self._executor = executor

    async def corpus(self, corpus_id: str, caller: Caller) -> CorpusEvidence:
        """The newest published version; raises NotFound, FailedPrecondition without one, DataLoss."""
        corpus = self._corpora.find(corpus_id, caller)
        pinned = await self._executor.run(corpus.pin)
        return CorpusEvidence(pinned, self._indexes, self._embedder, self._index, self._executor)

    async def sources(self, sources: Sequence[SourceText]) -> SourceEvidence:
        """What a request brings."""
        terms = self._indexes.terms
        return await self._executor.run(SourceEvidence, sources, terms, self._embedder, self._executor)
