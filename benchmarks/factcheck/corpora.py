"""Corpora of any size as the product has them in memory, and claims whose documents are in them.

Documents are the passages of factcheck-train (never their mirrors), cut as an import cuts them; names of diseases fill
each corpus up to its size. Vectors are kept and compared exactly: embed and ann take no part.
"""

import hashlib
import json
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from monshin_embed.core.request import Kind
from monshin_factcheck.checking.evidence import CorpusEvidence, source_passages
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes, Searchable
from monshin_factcheck.checking.meaning import Embeds
from monshin_factcheck.clients.embedder import Embedded
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.corpora.corpus import Corpus as StoredCorpus
from monshin_factcheck.corpora.pinned import PinnedVersion
from monshin_factcheck.names.standard import standard_names
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import Unavailable
from monshin_kit.executor import Executor
from monshin_protos.vectors.v1 import vectors_pb2

from benchmarks.ann.data import diagnoses, diagnosis_texts
from benchmarks.factcheck.sets import DATA
from benchmarks.factcheck_vectors import CACHE, Matrix, vectors

_EMBEDDED_NAMES = 100_000
_CHUNK = 1000
# Of the vectors, one here.
_FINGERPRINT = "kept"


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim and the number of its document. file: of factcheck-train. label: S or C."""

    claim: str
    document: int
    label: str
    kind: str
    file: str


@dataclass(frozen=True, slots=True)
class Training:
    """Documents, their topics, and the claims of the items that are measured on, in random order."""

    documents: Sequence[str]
    topics: Sequence[str]
    asked: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A version, its vectors, and the numbers of the documents of which it holds all sentences."""

    pinned: PinnedVersion
    nearest: "Exact"
    inside: Collection[int]

    def evidence(
        self,
        words: Searchable,
        embedder: Embeds,
        executor: Executor,
        kind: type[CorpusEvidence] = CorpusEvidence,
    ) -> CorpusEvidence:
        """As a check gets it, or asked in another way."""
        return kind(self.pinned, words, embedder, self.nearest, executor)


class Exact:
    """ann's part: all points compared. Their ids are their places."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix

    async def search(self, collection: str, queries: Matrix, k: int, fingerprint: str) -> list[list[tuple[str, float]]]:
        """As Searches.search."""
        return [self._nearest(self._matrix @ query, min(k, len(self._matrix))) for query in queries]

    def _nearest(self, cosines: Matrix, k: int) -> list[tuple[str, float]]:
        best = np.argpartition(-cosines, k - 1)[:k]
        return [(str(place), float(cosines[place])) for place in best[np.argsort(-cosines[best], kind="stable")]]


class Kept:
    """embed's part for lists of texts whose vectors are kept."""

    def __init__(self, *lists: Sequence[str]) -> None:
        self._of = {
            text: vector for texts in lists for text, vector in zip(texts, kept(texts, Kind.QUERY), strict=True)
        }

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """As Embeds.queries."""
        return embedded(np.stack([self._of[text] for text in texts]))

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """As Embeds.passages, of which there are none here."""
        raise Unavailable("only claims have vectors here")


class Away:
    """embed is away: words alone search."""

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """As Embeds.queries."""
        raise Unavailable("embed takes no part")

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """As Embeds.passages."""
        raise Unavailable("embed takes no part")


def embedded(rows: Matrix) -> Embedded:
    """Vectors that can be compared with those kept."""
    return Embedded(rows, vectors_pb2.Fingerprint(digest=_FINGERPRINT))


class _Uncut:
    """A corpus's file in which no passage is cut into words yet, nor ever will be: each build pays for all of them."""

    def read(self, query: Callable[..., Any]) -> dict[int, Any]:
        """Of what was cut before."""
        return {}

    def change(self, change: Callable[..., Any]) -> None:
        """Keeps nothing."""


async def lexical_indexes() -> LexicalIndexes:
    """With the standard names, as the service has them."""
    indexes = LexicalIndexes(
        Terms(Analyser()), lambda: standard_names(Artefacts(CACHE / "factcheck")), revision="bench"
    )
    await indexes.open()
    return indexes


async def indexed(indexes: LexicalIndexes, pinned: PinnedVersion) -> Searchable:
    """Its passages by their words; built once."""
    return await indexes.of(cast("StoredCorpus", _Uncut()), pinned)


def training() -> Training:
    """Items are measured on whose hash is 0 or 1 (mod 10); the weight of words against meaning was fitted on 2 to 4."""
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
    return Training(documents, topics, asked)


def corpus(size: int, documents: Sequence[str]) -> Corpus:
    """Sentences of documents in random order, at most nine tenths of `size`, and names."""
    order = list(range(len(documents)))
    random.Random(7).shuffle(order)
    passages: list[Passage] = []
    inside: list[int] = []
    for document in order:
        own = source_passages(document, SourceText(documents[document]))
        if len(passages) + len(own) > 0.9 * size:
            break
        passages += own
        inside.append(document)
    names = diagnosis_texts(_EMBEDDED_NAMES)[: size - len(passages)]
    matrix = np.concatenate(
        [
            kept([passage.text for passage in passages], Kind.PASSAGE),
            diagnoses(_EMBEDDED_NAMES)[0][: len(names)],
        ]
    )
    passages += (Passage(f"names/{place}", Span(0, len(name)), name) for place, name in enumerate(names))
    texts = {f"sources/{number}": documents[number] for number in inside}
    texts |= {f"names/{place}": name for place, name in enumerate(names)}
    return Corpus(version(passages, texts), Exact(matrix), frozenset(inside))


def version(passages: Sequence[Passage], texts: Mapping[str, str]) -> PinnedVersion:
    """A published version of these passages. texts: of the documents, by name."""
    return PinnedVersion(
        name="corpora/bench/versions/1",
        key=(1, _FINGERPRINT),
        passages=passages,
        texts=texts,
        index_of={str(place): place for place in range(len(passages))},
        collection="bench",
        fingerprint=_FINGERPRINT,
        supersedes={},
    )


def document_of(passage: Passage) -> int:
    """The number of its document; of names others, that are no document's."""
    kind, _, number = passage.document.partition("/")
    return int(number) if kind == "sources" else -1 - int(number)


def kept(texts: Sequence[str], kind: Kind) -> Matrix:
    """Vectors in parts, so that a run that was cut off goes on."""
    return np.concatenate([vectors(texts[at : at + _CHUNK], kind) for at in range(0, len(texts), _CHUNK)])
