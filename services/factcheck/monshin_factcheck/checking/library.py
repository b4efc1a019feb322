"""Gives a check its evidence."""

import logging
from collections.abc import Sequence

from monshin_kit.auth import Caller
from monshin_kit.errors import DataLoss, FailedPrecondition, MonshinError
from monshin_kit.executor import Executor

from monshin_factcheck.checking.evidence import CorpusEvidence, SourceEvidence
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.checking.second_query import SecondQuery
from monshin_factcheck.clients.embedder import Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.pinned import PinnedVersion
from monshin_factcheck.corpora.registry import Corpora

_log = logging.getLogger(__name__)


class Library:
    """Corpora and request sources behind one face. asks_twice: whether corpora are, as SecondQuery says."""

    def __init__(
        self, corpora: Corpora, indexes: LexicalIndexes, embedder: Embedder, index: VectorIndex, executor: Executor,
        *, asks_twice: bool = False,
    ) -> None:  # fmt: skip
        self._corpora = corpora
        self._indexes = indexes
        self._embedder = embedder
        self._index = index
        self._executor = executor
        self._evidence = SecondQuery if asks_twice else CorpusEvidence

    async def open(self) -> None:
        """Reads and indexes what is published, one corpus after another."""
        for corpus in self._corpora.all():
            try:
                await self._indexes.of(corpus, await self._pinned(corpus))
            except FailedPrecondition:
                continue  # nothing is published
            except DataLoss:
                self._corpora.set_aside(corpus)
            except MonshinError as error:
                _log.warning(
                    "a corpus could not be indexed: its next check tries again", extra={"reason": error.reason}
                )

    async def prepare(self, corpus: Corpus, number: int, fingerprint: str) -> None:
        """Reads and indexes a version before checks switch to it: as it will be, with vectors of this fingerprint."""
        await self._indexes.of(corpus, await self._indexes.run(lambda: corpus.prepare(number, fingerprint)))

    async def corpus(self, corpus_id: str, caller: Caller) -> CorpusEvidence:
        """The newest published version; waits while it is read and indexed, unless that was done before. Raises
        NotFound, FailedPrecondition without one, DataLoss."""
        corpus = self._corpora.find(corpus_id, caller)
        pinned = await self._pinned(corpus)
        words = await self._indexes.of(corpus, pinned)
        return self._evidence(pinned, words, self._embedder, self._index, self._executor)

    async def sources(self, sources: Sequence[SourceText]) -> SourceEvidence:
        """What a request brings."""
        return await self._executor.run(
            lambda: SourceEvidence(sources, self._indexes.terms, self._embedder, self._executor)
        )

    async def _pinned(self, corpus: Corpus) -> PinnedVersion:
        """To read a version takes seconds: not in the thread of the checks."""
        pinned = await self._executor.run(corpus.pinned)
        return await self._indexes.run(corpus.pin) if pinned is None else pinned
