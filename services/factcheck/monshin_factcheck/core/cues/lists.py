"""Lists of those to whom something is given or not: `次の患者には投与しないこと`; their items say nothing alone."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.cues.governing_words import plain
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.lines import Line, style_of
from monshin_factcheck.core.text.spans import Span

_ITEMS = (Line.BULLET, Line.NUMBER)


def lists(text: str, spans: Sequence[Span]) -> Iterator[Span | None]:
    """For each sentence of a text the line over the list that it stands in, up to the next heading; None outside.

    A list ends where its author says so alone: a sentence that is taken for one of its items is only not confirmed as
    one of a person. spans: of the sentences, in order.
    """
    over: Span | None = None
    for span in spans:
        said = plain(span.of(text))
        style = style_of(text, span)
        if opens_list(said):
            over = span
            yield None
            continue
        if style is not None and style not in (*_ITEMS, Line.PLAIN):
            over = None
        yield over


def opens_list(said: str) -> bool:
    """Whether a line, without signs around it, stands over such a list."""
    said = said.rstrip(" 。.:：")
    return _pattern("headings").fullmatch(said) is not None or (
        _pattern("leads").search(said) is not None and speaks_of_giving(said)
    )


def speaks_of_giving(text: str) -> bool:
    """Whether a text tells that something is given, or that it is not.

    >>> speaks_of_giving("妊婦には投与しない。"), speaks_of_giving("妊娠中である。")
    (True, False)
    """
    return _pattern("giving").search(text) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in read_table(cues, "lists.yaml")[name]), re.IGNORECASE)
