"""The judge, made once: its dictionary takes a moment to load."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import pytest
from monshin_factcheck.core.decision import Decision, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.standing import standing
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader, Statement
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.text.wrapped import source_sentences


class RememberingReader(Reader):
    """Reads each sentence once: a test asks about the same document a hundred times."""

    def __init__(self, analyser: Analyser) -> None:
        super().__init__(analyser)
        self._remembered = lru_cache(maxsize=10_000)(super().read)

    def read(self, sentence: str) -> Statement:
        """As Reader.read."""
        return self._remembered(sentence)


Check = Callable[..., Decision]


def passages_of(document: str, text: str, title: str = "") -> list[Passage]:
    """The sentences of a document with their neighbours."""
    spans = [one.span for one in source_sentences(text)]
    sentences = ["", *(span.of(text) for span in spans), ""]
    above = standing(text, spans)
    return [
        Passage(document, span, sentences[at], sentences[at - 1], sentences[at + 1], title, governing=above[at - 1])
        for at, span in enumerate(spans, 1)
    ]


@pytest.fixture(scope="session")
def judge() -> RulesJudge:
    """The rules with their own thresholds."""
    return RulesJudge(RememberingReader(Analyser()))


@pytest.fixture(scope="session")
def check(judge: RulesJudge) -> Check:
    """Checks a claim against documents given as texts, or against passages."""

    def run(claim: str, *documents: str | Sequence[Passage], title: str = "") -> Decision:
        passages = [
            passage
            for number, document in enumerate(documents)
            for passage in (
                passages_of(f"sources/{number}", document, title) if isinstance(document, str) else document
            )
        ]
        return decide(judge.judge(claim, passages), (judge.name,))

    return run


@pytest.fixture(scope="session")
def split() -> Callable[..., list[Passage]]:
    """`passages_of`."""
    return passages_of


@pytest.fixture(scope="session")
def reading() -> Callable[[str, str, str], Reading]:
    """A claim beside a title, or none, and a text, as checking/reading.py asks for a short document."""

    def made(claim: str, title: str, text: str) -> Reading:
        heading = f"{title}：" if title else ""
        return Reading(claim, heading + text, (), body=len(heading))

    return made


@pytest.fixture(scope="session")
def says() -> Callable[[Answer], bool]:
    """Whether a judge that reads leans to SUPPORTED, by half at least and no less than to neither."""
    return lambda answer: answer.probabilities.supported >= max(0.5, answer.probabilities.neither)
