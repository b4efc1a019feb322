"""What keeps a sentence of a source from supporting anything, beside its own words."""

from collections.abc import Sequence

from monshin_factcheck.core.cues.governing import Governing, Sway, governing
from monshin_factcheck.core.text.boxes import not_chosen
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.wrapped import source_sentences


def standing(text: str, spans: Sequence[Span]) -> list[tuple[Governing, ...]]:
    """What governs each sentence of a document (cues/governing.py), and what `unsaid` tells of it. spans: in order."""
    return [
        (*above, *own)
        for above, own in zip(governing(text, spans), unsaid(text, spans, Span(0, len(text))), strict=True)
    ]


def unsaid(text: str, spans: Sequence[Span], part: Span) -> list[tuple[Governing, ...]]:
    """For each sentence itself, as taken back, where it is a piece of one or nobody chose it; else nothing.

    spans: of the sentences of one part of the text, in order. They may be older than today's rules on where a sentence
    ends: then they are pieces, too.
    """
    own = part.of(text)
    whole = {found.span.shifted(part.start) for found in source_sentences(own) if found.is_whole}
    dropped = not_chosen(own, [Span(span.start - part.start, span.end - part.start) for span in spans])
    return [
        () if span in whole and place not in dropped else (Governing(span, span.of(text), Sway.TAKES_BACK, ""),)
        for place, span in enumerate(spans)
    ]
