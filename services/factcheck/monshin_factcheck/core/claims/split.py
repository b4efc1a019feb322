"""An answer into claims that keep subject and condition, each with its place."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.claims.blocks import Part, PartKind, plain, split_parts
from monshin_factcheck.core.claims.checkable import is_checkable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.statements import split_statements
from monshin_factcheck.core.claims.subjects import Subject, is_fragment, of_question, with_aspect, with_subject
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span

_PARAGRAPH = re.compile(r"\n[ \t\u3000]*\r?\n")
# A cell that is longer is no mere sign, such as β.
_SIGNS = 8


def split_claims(answer: str, question: str = "") -> list[Claim]:
    """The claims of an answer in its order; their spans never overlap, and every letter is in one, markup aside.

    Sentences are kept whole, so that a condition (`妊婦では`) stays with what it conditions; only where two halves
    both have a topic, or a semicolon parts them, they become two. A subject that is left out is carried into `text`
    from the text before, the heading or the question; `span` stays as it is.
    """
    topics = Topics(question)
    claims: list[Claim] = []
    end = 0
    for part in split_parts(answer):
        claims += topics.claims(part, part.span.of(answer), answer[end : part.span.start])
        end = part.span.end
    return claims


class Topics:
    """What the text has spoken of so far, from part to part."""

    def __init__(self, question: str) -> None:
        self._announced = self._subject = of_question(question)

    def claims(self, part: Part, stretch: str, gap: str) -> Iterator[Claim]:
        """The claims of the next part. stretch: its characters; gap: those between it and the part before."""
        if part.kind is not PartKind.HEADING and _PARAGRAPH.search(gap):
            # What a paragraph spoke of does not reach into the next; what the heading or question named does.
            self._subject = self._announced
        text = plain(stretch)
        match part.kind:
            case PartKind.HEADING | PartKind.TABLE_HEAD:
                yield Claim(part.span, text, checkable=False)
                if part.kind is PartKind.HEADING:
                    self._announced = self._subject = self._subject.after_heading(text)
            case PartKind.CELL:
                yield Claim(part.span, _cell(part, text, self._subject), checkable=True)
            case PartKind.SENTENCE | PartKind.BULLET:
                for inside in split_statements(stretch):
                    own = plain(inside.of(stretch))
                    claim = _claim(own, inside.shifted(part.span.start), part.kind, self._subject)
                    if claim.checkable:
                        self._subject = self._subject.after(own)
                    yield claim


def whole_claim(text: str) -> Claim:
    """The text as one claim, never split and never changed."""
    return Claim(Span(0, len(text)), text, is_checkable(normalise(plain(text)).text))


def _claim(text: str, span: Span, kind: PartKind, subject: Subject) -> Claim:
    if not is_checkable(normalise(text).text):
        return Claim(span, text, checkable=False)
    if guess_language(normalise(text).text) is Language.OTHER:
        # A subject in Japanese would hide that the rest cannot be read.
        return Claim(span, text, checkable=True)
    is_item = kind is PartKind.BULLET and is_fragment(text) and guess_language(text) is not Language.ENGLISH
    told = with_aspect(text, subject) if is_item else with_subject(text, subject)
    return Claim(span, told, checkable=True)


def _cell(part: Part, text: str, subject: Subject) -> str:
    """A cell told as a sentence: row, column and content."""
    if len(text) > _SIGNS and guess_language(normalise(text).text) is Language.OTHER:
        return text
    if guess_language(normalise(part.row + text).text) is Language.ENGLISH:
        return ": ".join(piece for piece in (f"{part.row} {part.column}".strip(), text) if piece)
    about = "の".join(piece for piece in (part.row, part.column) if piece)
    told = f"{about}は{text}" if about else text
    return with_subject(told, subject) if not part.row else told
