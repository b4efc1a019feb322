"""Evidence that a request brings: a text, and which stretches of it come from where."""

from dataclasses import dataclass

from monshin_factcheck.core.cues.governing import Governing
from monshin_factcheck.core.text.spans import Span


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a source with its own origin. date: ISO or empty.

    stands_alone: whether it is a sentence of its own, which its neighbours tell nothing about. is_active_order,
    is_disputed: see Passage. governing: titles over it that do not stand in the text.
    """

    span: Span
    origin: str
    title: str
    date: str
    stands_alone: bool = False
    is_active_order: bool = False
    is_disputed: bool = False
    governing: tuple[Governing, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceText:
    """parts: in order, never overlapping; empty where the text is one. unread: kinds of content that it leaves out.

    patient: whom a chart speaks of, by one of its names; empty where it names none, and of texts.
    """

    text: str
    title: str = ""
    date: str = ""
    parts: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()
    patient: str = ""
