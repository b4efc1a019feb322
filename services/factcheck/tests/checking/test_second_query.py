"""A corpus that is asked for a claim, and for the claim without its yes or no."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.lexical_indexes import Searchable
from monshin_factcheck.checking.second_query import SecondQuery
from monshin_factcheck.clients.embedder import Embedded
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.corpora.pinned import PinnedVersion
from monshin_kit.executor import Executor
from monshin_protos.vectors.v1 import vectors_pb2

DECOY, WANTED = "飲酒は禁忌とし、避ける。", "抜歯の後はガーゼを噛む。"
CLAIM = "ガーゼは禁忌であり、避ける。"


class Meaning:
    """An embed and an ann in memory: a claim of polarity is near the decoy, any other near what is wanted."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def queries(self, texts: Sequence[str]) -> Embedded:
        self.asked += texts
        vectors = np.array([(1, 0.2) if "禁忌" in text else (0.2, 1) for text in texts], dtype=np.float32)
        return Embedded(vectors, vectors_pb2.Fingerprint(digest="m"))

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        raise NotImplementedError

    async def search(
        self, collection: str, queries: npt.NDArray[np.float32], k: int, fingerprint: str
    ) -> list[list[tuple[str, float]]]:
        return [[("0", float(row[0])), ("1", float(row[1]))] for row in queries]


@pytest.fixture
def executor() -> Iterator[Executor]:
    made = Executor(name="words")
    yield made
    made.close()


def evidence(kind: type[CorpusEvidence], meaning: Meaning, executor: Executor) -> CorpusEvidence:
    """The decoy, then what is wanted."""
    passages = [Passage(f"d/{at}", Span(0, len(text)), text) for at, text in enumerate((DECOY, WANTED))]
    places = {str(at): at for at in range(len(passages))}
    pinned = PinnedVersion("corpora/c/versions/1", (1, ""), passages, {}, places, "", "m", {})
    terms = Terms(Analyser())
    words = Searchable(LexicalIndex([terms.of(one.text) for one in passages]), terms, frozenset())
    return kind(pinned, words, meaning, meaning, executor)


async def test_words_of_polarity_do_not_hide_what_speaks_of_the_subject(executor: Executor) -> None:
    """Two words of the claim's polarity stand in another document, one word of its subject in the wanted one."""
    plain, twice = (evidence(kind, Meaning(), executor) for kind in (CorpusEvidence, SecondQuery))
    assert list(await plain.lexical(CLAIM, 1)) == [0]
    assert list(await twice.lexical(CLAIM, 1)) == [0, 1]


async def test_meaning_is_asked_once_for_both_and_the_greater_nearness_counts(executor: Executor) -> None:
    meaning = Meaning()
    found = await evidence(SecondQuery, meaning, executor).dense([CLAIM, "ガーゼを噛む。"], 2)
    assert found == [[(0, 1.0), (1, 1.0)], [(1, 1.0), (0, pytest.approx(0.2))]]
    # What has no polarity is not asked for again.
    assert meaning.asked == [CLAIM, "ガーゼを噛む。", "ガーゼはであり、る。"]
