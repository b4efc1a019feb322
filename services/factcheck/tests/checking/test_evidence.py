"""Passages of sources, embedded as claims come."""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from monshin_factcheck.checking.evidence import CorpusEvidence, SourceEvidence
from monshin_factcheck.clients.embedder import Embedded, Embedder
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_kit.executor import Executor
from monshin_protos.vectors.v1 import vectors_pb2


class Counting:
    """An embed in memory: a vector of two numbers a text; it keeps what it was asked for."""

    def __init__(self) -> None:
        self.model = "a"
        self.embedded: list[str] = []

    async def queries(self, texts: Sequence[str]) -> Embedded:
        return self._of(texts)

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        self.embedded += texts
        return self._of(texts)

    def _of(self, texts: Sequence[str]) -> Embedded:
        vectors = np.array([(len(text), 1) for text in texts], dtype=np.float32)
        return Embedded(vectors, vectors_pb2.Fingerprint(digest=self.model))


async def test_a_passage_is_embedded_once_for_all_claims_of_a_check() -> None:
    """Anew only for another model: vectors of two models are not compared."""
    embed, executor = Counting(), Executor()
    source = SourceText("納豆を避ける。月は白い。")
    evidence = SourceEvidence([source], Terms(Analyser()), cast(Embedder, embed), executor)
    first = await evidence.dense(["納豆"], 2)
    assert await evidence.dense(["納豆", "月"], 2) == [first[0], *await evidence.dense(["月"], 2)]
    assert len(embed.embedded) == 2
    embed.model = "b"
    await evidence.dense(["納豆"], 2)
    assert len(embed.embedded) == 4
    executor.close()


async def test_where_words_alone_search_bare_names_go_last(
    by_words: Callable[[Sequence[Passage]], CorpusEvidence],
) -> None:
    """Hazard: embed is away, and a list of diseases takes all the places of what says something."""
    name, sentence = "造影剤による慢性腎臓病", "慢性腎臓病では投与を控える。"
    texts = [*[name] * 40, sentence]
    documents = [Passage(f"d/{at}", Span(0, len(text)), text) for at, text in enumerate(texts)]
    evidence = by_words(documents)
    found = await evidence.lexical("慢性腎臓病では造影剤を避ける。", 8)
    assert [documents[place].text for place in found] == [sentence, *[name] * 7]
    assert set(evidence.names) == set(range(40))
    # A name that is nearly all of the claim stays where it is.
    assert next(iter(await evidence.lexical(name, 8))) == 0
