"""An answer into claims that keep subject and condition, each with its place."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.claims.blocks import Part, PartKind, plain, split_parts
from monshin_factcheck.core.claims.bullets import OpenBullets
from monshin_factcheck.core.claims.checkable import LONGEST, is_checkable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.leads import announced_by, behind, is_name, lead_of, states
from monshin_factcheck.core.claims.pointers import points, resolved
from monshin_factcheck.core.claims.statements import split_statements
from monshin_factcheck.core.claims.subjects import Subject, of_question, with_subject
from monshin_factcheck.core.claims.telling import told_cell, told_statement
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span

_PARAGRAPH = re.compile(r"\n[ \t\u3000]*\r?\n")


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
        self._bullets = OpenBullets(self._subject)
        # The last statement that can be true or false.
        self._before = ""
        # Whether the line that is being read began with a label.
        self._is_labelled = False

    def claims(self, part: Part, stretch: str, gap: str) -> Iterator[Claim]:
        """The claims of the next part. stretch: its characters; gap: those between it and the part before."""
        text = plain(stretch)
        if part.kind is PartKind.HEADING:
            yield self._heading(part, text)
            return
        if _PARAGRAPH.search(gap) and not self._bullets.go_on(part):
            # What a paragraph spoke of does not reach into the next; what the heading or question named does.
            self._subject, self._before = self._announced, ""
            self._bullets.close()
        match part.kind:
            case PartKind.TABLE_HEAD:
                yield Claim(part.span, text, checkable=False)
            case PartKind.CELL:
                told = told_cell(part, text, self._subject)
                yield Claim(part.span, told, checkable=len(told) <= LONGEST)
            case PartKind.SENTENCE | PartKind.BULLET:
                self._subject = self._bullets.enter(part, self._subject)
                yield from self._statements(part, stretch, text)

    def _heading(self, part: Part, text: str) -> Claim:
        is_claim = states(text) and is_checkable(normalise(text).text)
        told = with_subject(text, self._subject) if is_claim else text
        self._subject = self._subject.after(text) if is_claim else announced_by(text, self._subject)
        self._announced = self._subject
        self._bullets.close()
        return Claim(part.span, told, is_claim)

    def _statements(self, part: Part, stretch: str, text: str) -> Iterator[Claim]:
        names = part.kind is PartKind.BULLET and part.level is not None and is_name(text)
        above = self._subject
        if names and (text.endswith((":", "：")) or not (above.name or above.aspect)):
            # A label of bullets, or a name of which nothing is said.
            yield Claim(part.span, text, checkable=False)
            self._subject = announced_by(text, above)
            self._bullets.hold(part, self._subject, names=True)
            return
        lead = lead_of(text) if part.level is not None else None
        is_item = part.kind is PartKind.BULLET or (part.level is None and self._is_labelled)
        for inside in split_statements(stretch):
            own = resolved(plain(inside.of(stretch)), self._before)
            claim = _claim(own, inside.shifted(part.span.start), self._subject, is_item=is_item)
            if claim.checkable:
                self._before = self._before if points(plain(inside.of(stretch))) else own
                self._subject = self._subject.after(own) if lead is None else behind(lead, above)
            is_item = is_item or lead is not None
            yield claim
        if names:
            self._subject = announced_by(text, above)
        if part.level is not None:
            self._is_labelled = lead is not None
        self._bullets.hold(part, self._subject, names=names or lead is not None)


def whole_claim(text: str) -> Claim:
    """The text as one claim, never split and never changed."""
    return Claim(Span(0, len(text)), text, is_checkable(normalise(plain(text)).text))


def _claim(text: str, span: Span, subject: Subject, *, is_item: bool) -> Claim:
    if not is_checkable(normalise(text).text):
        return Claim(span, text, checkable=False)
    return Claim(span, told_statement(text, subject, is_item=is_item), checkable=True)
