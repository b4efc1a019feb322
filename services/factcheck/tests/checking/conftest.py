"""A published version in memory whose embed is away: words alone search it."""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.lexical_indexes import Searchable
from monshin_factcheck.clients.embedder import Embedded, Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.bare_names import is_bare_name
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.corpora.pinned import PinnedVersion
from monshin_kit.errors import Unavailable
from monshin_kit.executor import Executor


class Away:
    """An embed that does not answer, so that no index of vectors is asked either."""

    async def queries(self, texts: Sequence[str]) -> Embedded:
        raise Unavailable("embed is away")


@pytest.fixture
def by_words() -> Iterator[Callable[[Sequence[Passage]], CorpusEvidence]]:
    """Evidence of documents that have one passage each."""
    executor = Executor(name="words")

    def made(passages: Sequence[Passage]) -> CorpusEvidence:
        texts = {passage.document: passage.text for passage in passages}
        pinned = PinnedVersion("corpora/c/versions/1", (1, ""), passages, texts, {}, "", "", {})
        terms = Terms(Analyser())
        names = frozenset(place for place, passage in enumerate(passages) if is_bare_name(passage, terms.analyser))
        words = Searchable(LexicalIndex([terms.of(passage.text) for passage in passages]), terms, names)
        return CorpusEvidence(pinned, words, cast(Embedder, Away()), cast(VectorIndex, None), executor)

    yield made
    executor.close()
