"""Answers with the sources that were written to deceive the rules (data/deceiving), read into what is checked."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.source import SourceText

_FOLDER = Path(__file__).parents[2] / "data" / "deceiving"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a file. claims: those of the answer that are checked. is_untold: whether it has such as leave out of
    what they speak, and no others."""

    answer: str
    is_untold: bool
    claims: tuple[str, ...]
    sources: tuple[SourceText, ...]

    @property
    def by_source(self) -> list[list[Passage]]:
        """The sentences of each source."""
        return [source_passages(at, source) for at, source in enumerate(self.sources)]

    @property
    def passages(self) -> list[Passage]:
        """The sentences of all sources."""
        return [one for some in self.by_source for one in some]


def cases(name: str) -> list[Case]:
    """Of a file, in its order."""
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    return [case_of(one["answer"], one["question"], one["sources"]) for one in map(json.loads, lines)]


def case_of(answer: str, question: str, sources: Sequence[str | dict[str, str]]) -> Case:
    """A source is a text, or a text with its title."""
    found = split_claims(answer, question)
    texts = [SourceText(one) if isinstance(one, str) else SourceText(**one) for one in sources]
    checked = tuple(one.text for one in found if one.checkable)
    return Case(answer, bool(found) and all(one.is_untold for one in found), checked, tuple(texts))


def claims(name: str) -> Iterator[tuple[str, Case]]:
    """Each claim of a file with its case."""
    return ((claim, case) for case in cases(name) for claim in case.claims)


def unchecked(name: str) -> list[str]:
    """The answers of a file of which nothing is checked: they would pass any test of what is supported."""
    return [case.answer for case in cases(name) if not case.claims]
