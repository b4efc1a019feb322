"""Titles of sections and documents that govern their text: 家族歴, 中止した薬."""

from collections.abc import Iterable

from monshin_factcheck.core.cues.governing import Governing, Sway, governing_title
from monshin_factcheck.core.fhir.vocabulary import folded, vocabulary
from monshin_factcheck.core.text.spans import Span

_WORDS = "headings.yaml"


def over_sections(titles: Iterable[str]) -> tuple[Governing, ...]:
    """Of the titles of sections around a text, outermost first: those that say more than what kind of text it is.

    What a hospital calls a section cannot be known in advance, so a title of other words limits what stands under it.
    """
    return tuple(
        _governing(title)
        for title in titles
        if vocabulary(_WORDS)["other"].search(folded(title))
        or any(map(str.isalpha, vocabulary(_WORDS)["plain"].sub("", folded(title))))
    )


def over_document(title: str) -> tuple[Governing, ...]:
    """Of the title of a whole document, which mostly tells what it is about: only one that says whose or when."""
    return (_governing(title),) if vocabulary(_WORDS)["other"].search(folded(title)) else ()


def _governing(title: str) -> Governing:
    """Its span is empty, as it stands nowhere in the text."""
    known = governing_title(title)
    sway = Sway.TAKES_BACK if known is not None and known.sway is Sway.TAKES_BACK else Sway.CASE
    return Governing(Span(0, 0), title, sway, "" if sway is Sway.TAKES_BACK else title)
