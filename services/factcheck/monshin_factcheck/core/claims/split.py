"""An answer into claims that keep subject and condition, each with its place."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.claims.blocks import Part, PartKind, plain, split_parts
from monshin_factcheck.core.claims.checkable import is_checkable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.subjects import Subject, is_fragment, of_question, with_aspect, with_subject
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span

# Two statements in one sentence, each with a topic of its own: AはBであり、CはDである.
_JOINT = re.compile(r"(?:であり|ですが|であるが|おり|ますが|るが|いが|たが|であって)、|[;；][ \u3000]*")
_HAS_TOPIC = re.compile(r"^[^、。]{1,40}?[一-鿿ァ-ヺーA-Za-z0-9)）」]は(?![じしっずん])")
_PARAGRAPH = re.compile(r"\n[ \t\u3000]*\r?\n")
_BOLD = "*_` \u3000\t"


def split_claims(answer: str, question: str = "") -> list[Claim]:
    """The claims of an answer in its order; their spans never overlap, and every letter is in one, markup aside.

    Sentences are kept whole, so that a condition (`妊婦では`) stays with what it conditions; only where two halves
    both have a topic, or a semicolon parts them, they become two. A subject that is left out is carried into `text`
    from the text before, the heading or the question; `span` stays as it is.
    """
    announced = subject = of_question(question)
    claims: list[Claim] = []
    end = 0
    for part in split_parts(answer):
        if part.kind is not PartKind.HEADING and _PARAGRAPH.search(answer, end, part.span.start):
            # What a paragraph spoke of does not reach into the next; what the heading or question named does.
            subject = announced
        end = part.span.end
        text = plain(part.span.of(answer))
        match part.kind:
            case PartKind.HEADING | PartKind.TABLE_HEAD:
                claims.append(Claim(part.span, text, checkable=False))
                if part.kind is PartKind.HEADING:
                    announced = subject = subject.after_heading(text)
            case PartKind.CELL:
                claims.append(Claim(part.span, _cell(part, text, subject), checkable=True))
            case PartKind.SENTENCE | PartKind.BULLET:
                for span in _statements(answer, part.span):
                    claims.append(_claim(answer, span, part.kind, subject))
                    if claims[-1].checkable:
                        subject = subject.after(plain(span.of(answer)))
    return claims


def whole_claim(text: str) -> Claim:
    """The text as one claim, never split and never changed."""
    return Claim(Span(0, len(text)), text, is_checkable(normalise(plain(text)).text))


def _claim(answer: str, span: Span, kind: PartKind, subject: Subject) -> Claim:
    text = plain(span.of(answer))
    if not is_checkable(normalise(text).text):
        return Claim(span, text, checkable=False)
    is_item = kind is PartKind.BULLET and is_fragment(text) and guess_language(text) is not Language.ENGLISH
    told = with_aspect(text, subject) if is_item else with_subject(text, subject)
    return Claim(span, told, checkable=True)


def _cell(part: Part, text: str, subject: Subject) -> str:
    """A cell told as a sentence: row, column and content."""
    if guess_language(normalise(part.row + text).text) is Language.ENGLISH:
        return ": ".join(piece for piece in (f"{part.row} {part.column}".strip(), text) if piece)
    about = "の".join(piece for piece in (part.row, part.column) if piece)
    told = f"{about}は{text}" if about else text
    return with_subject(told, subject) if not part.row else told


def _statements(answer: str, span: Span) -> Iterator[Span]:
    """The sentence, or its halves where each has a topic of its own; without the marks around them."""
    start = span.start
    for joint in _JOINT.finditer(answer, span.start, span.end):
        left, right = answer[start : joint.start()], answer[joint.end() : span.end]
        is_semicolon = joint.group()[0] in ";；"
        if is_semicolon or (_HAS_TOPIC.match(left) and _HAS_TOPIC.match(right)):
            yield from _bare(answer, Span(start, joint.end()))
            start = joint.end()
    yield from _bare(answer, Span(start, span.end))


def _bare(answer: str, span: Span) -> Iterator[Span]:
    start, end = span.start, span.end
    while start < end and answer[start] in _BOLD:
        start += 1
    while end > start and answer[end - 1] in _BOLD:
        end -= 1
    if start < end:
        yield Span(start, end)
