"""What the benchmark of retrieval measures is the product's search: its settings and its treatment of names count."""

from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest_asyncio
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.clients.embedder import Embedded
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_kit.errors import Unavailable
from monshin_kit.executor import Executor

from benchmarks.factcheck.corpora import Away, Exact, document_of, embedded, indexed, version
from benchmarks.factcheck.queries import with_canonical_names
from benchmarks.factcheck.ranking import rankings

CLAIM = "布をくわえたまま待つ。"
WANTED = "抜歯後はガーゼを噛む。"


class Same:
    """Every claim lies in one direction."""

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """As Embeds.queries."""
        return embedded(np.array([[1.0, 0.0]] * len(texts), dtype=np.float32))

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """As Embeds.passages."""
        raise Unavailable("there are none")


@pytest_asyncio.fixture
async def executor() -> AsyncIterator[Executor]:
    one = Executor()
    yield one
    one.close()


async def evidence(
    texts: Sequence[str], embedder: Same | Away, executor: Executor, kind: type[CorpusEvidence] = CorpusEvidence
) -> CorpusEvidence:
    """Documents of one passage, nearest to every claim first, then the one that is wanted, then many others."""
    every = [*texts, WANTED, *["会計を済ませる。"] * 80]
    passages = [Passage(f"sources/{at}", Span(0, len(text)), text) for at, text in enumerate(every)]
    angles = np.linspace(0.1, 1.0, len(passages))
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    pinned = version(passages, {passage.document: passage.text for passage in passages})
    indexes = LexicalIndexes(Terms(Analyser()), revision="bench")
    words = await indexed(indexes, pinned)
    await indexes.close()
    return kind(pinned, words, embedder, Exact(matrix), executor)


async def has_found(made: CorpusEvidence, executor: Executor, found: int) -> bool:
    """Whether the wanted document, whose words the claim does not have, is among those ranked."""
    (ranked,) = await rankings(made, [CLAIM], executor, found=found)
    return WANTED in [passage.text for passage in ranked]


async def test_no_more_is_found_than_the_product_asks_for(executor: Executor) -> None:
    made = await evidence(["窓口で会計を済ませる。"] * 40, Same(), executor)
    assert await has_found(made, executor, 41)
    assert not await has_found(made, executor, 40)


async def test_names_crowd_the_search_only_beyond_eight_times_what_is_asked_for(executor: Executor) -> None:
    """As CorpusEvidence has it."""
    few = await evidence(["慢性腎臓病"] * 79, Same(), executor)
    many = await evidence(["慢性腎臓病"] * 80, Same(), executor)
    assert await has_found(few, executor, 10)
    assert not await has_found(many, executor, 10)


async def test_where_embed_is_away_words_alone_rank(executor: Executor) -> None:
    made = await evidence(["布をくわえたまま待つこと。"], Away(), executor)
    (ranked,) = await rankings(made, [CLAIM], executor)
    assert [document_of(passage) for passage in ranked] == [0]


def test_only_whole_words_get_canonical_names() -> None:
    assert with_canonical_names("AMIの患者") == "急性心筋梗塞の患者"
    assert with_canonical_names("AMIA basis") == "AMIA basis"
