"""An answer into claims that keep subject and condition, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import replace

from monshin_factcheck.core.claims.blocks import Part, PartKind, plain, split_parts
from monshin_factcheck.core.claims.bullets import OpenBullets
from monshin_factcheck.core.claims.case_telling import opens_elsewhere, speaks_of_elsewhere
from monshin_factcheck.core.claims.cases import has_case, names_nothing
from monshin_factcheck.core.claims.charts import Above, names_disorder, states_patient
from monshin_factcheck.core.claims.checkable import LONGEST, is_checkable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.drugs import drugs_in
from monshin_factcheck.core.claims.headings import OpenHeadings
from monshin_factcheck.core.claims.importance import is_important
from monshin_factcheck.core.claims.leads import announced_by, behind, is_name, lead_of, led_on_by, stated_by, states
from monshin_factcheck.core.claims.pointers import points, resolved
from monshin_factcheck.core.claims.prescribing import leaves_drug_out
from monshin_factcheck.core.claims.questions import answered, is_bare_answer, is_yes_or_no, read_question
from monshin_factcheck.core.claims.stated import has_own_case, stated_case, with_stated
from monshin_factcheck.core.claims.statements import split_statements
from monshin_factcheck.core.claims.subjects import Subject, has_subject, is_fragment, is_of_a_patient
from monshin_factcheck.core.claims.telling import leaves_out, tells_amount, told_cell, told_statement
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
        self._question = question
        asked = read_question(question)
        self._asked_case, self._asked_measure = asked.case, asked.measure
        self._announced = self._subject = asked.subject
        self._bullets = OpenBullets(self._subject)
        self._headings = OpenHeadings()
        self._above = Above(question)
        # The cases that sentences of this paragraph state, and whether the last of them was announced.
        self._stated: tuple[str, ...] = ()
        self._is_announced = False
        # The cases that the last sentence led on to: they reach into the next paragraph.
        self._led: tuple[str, ...] = ()
        # The last statement that can be true or false.
        self._before = ""
        # Whether anything has been stated: a yes or no that comes later answers something else.
        self._has_begun = False
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
            self._subject, self._before, self._stated = self._announced, "", ()
            self._subject = replace(self._subject, cases=(*self._subject.cases, *self._led))
            self._bullets.close()
        self._led = ()
        match part.kind:
            case PartKind.TABLE_HEAD:
                yield Claim(part.span, text, checkable=False)
            case PartKind.CELL:
                self._headings.hold()
                around = self._around(f"{part.row} {text}")
                told = told_cell(part, text, around)
                yield _told(part.span, text, told, is_lost=around.is_unclear and leaves_out(told))
            case PartKind.SENTENCE | PartKind.BULLET:
                self._headings.hold()
                self._subject = self._bullets.enter(part, self._subject, names=_names(part, text))
                yield from self._statements(part, stretch, text)

    def _heading(self, part: Part, text: str) -> Claim:
        is_claim = states(text) and is_checkable(normalise(text).text)
        self._subject = around = replace(self._subject, cases=self._headings.around(part, text))
        told = told_statement(text, self._around(text)) if is_claim else text
        self._subject = stated_by(text, around) if is_claim else announced_by(text, around)
        self._headings.open(part, self._subject.cases)
        self._above.heading(part, text)
        self._announced, self._stated = self._subject, ()
        self._bullets.close()
        return _told(part.span, text, told) if is_claim else Claim(part.span, told, checkable=False)

    def _statements(self, part: Part, stretch: str, text: str) -> Iterator[Claim]:
        names = _names(part, text)
        above = self._subject
        lead = lead_of(text) if part.level is not None else None
        is_told = above.name or above.aspect or (above.cases and lead is not None)
        if names and (text.endswith((":", "：")) or not is_told):
            # A label of bullets, or a name of which nothing is said.
            yield Claim(part.span, text, checkable=False)
            self._subject = announced_by(text, above)
            self._above.line(part, text)
            self._bullets.hold(part, self._subject, names=True, leads=text.endswith((":", "：")))
            return
        if lead is not None and part.kind is PartKind.SENTENCE:
            # Another label ends the case of the one before.
            self._subject = above = replace(above, cases=self._announced.cases)
        is_item = part.kind is PartKind.BULLET or (part.level is None and self._is_labelled)
        for inside in split_statements(stretch):
            own = resolved(plain(inside.of(stretch)), self._before)
            is_charted = self._is_charted(part, own)
            place = inside.shifted(part.span.start)
            claim = self._claim(own, place, is_item=is_item, is_charted=is_charted)
            stated = stated_case(own)
            if stated is not None:
                self._stated = with_stated(self._stated, stated)
                self._is_announced = stated.is_announced
            elif is_charted or not claim.checkable:
                self._subject = self._subject.beside(own)
            else:
                self._before = self._before if points(plain(inside.of(stretch))) else own
                self._subject = self._subject.after(own) if lead is None else behind(lead, above)
            is_item = is_item or lead is not None
            yield claim
        self._above.line(part, text)
        if names and lead is None:
            self._subject = announced_by(text, above)
        if part.kind is PartKind.SENTENCE:
            above_list, self._subject = self._subject, led_on_by(text, self._subject)
            self._led = self._subject.cases[len(above_list.cases) :]
        if part.level is not None:
            self._is_labelled = lead is not None
        self._bullets.hold(part, self._subject, names=names or lead is not None)

    def _is_charted(self, part: Part, text: str) -> bool:
        """Whether a statement is a chart's, of the patient and of nothing that is spoken of above it."""
        if not states_patient(text) or self._subject.cases or self._above.speaks_of_giving(part):
            return False
        is_of_a_drug = drugs_in(self._subject.name) and (names_disorder(text) or not self._subject.is_told)
        return not is_of_a_drug

    def _claim(self, text: str, span: Span, *, is_item: bool, is_charted: bool) -> Claim:
        if is_bare_answer(text) and self._question:
            said = "" if self._has_begun else answered(self._question, text)
            self._has_begun = True
            return Claim(span, said or text, bool(said), is_untold=not said and is_yes_or_no(self._question))
        if not is_checkable(normalise(text).text):
            return Claim(span, text, checkable=False)
        self._has_begun = True
        if is_charted:
            return Claim(span, text, checkable=True)
        around = self._around(text)
        is_lost = around.is_unclear and leaves_out(text, is_item=is_item)
        return _told(span, text, told_statement(text, around, is_item=is_item), is_lost=is_lost)

    def _around(self, text: str) -> Subject:
        """What a statement is told of: with the case that the question asks for, where it is an answer to that.

        It is one if it leaves its subject out, or if a patient can come to harm by it; `Xは抗菌薬です` holds for all.
        """
        subject = self._measured(text)
        if self._stated and self._is_told_below(text):
            return replace(subject, cases=(*subject.cases, *self._stated))
        if not self._asked_case or subject.cases or has_own_case(text):
            return subject
        is_known = subject.name or subject.is_unclear
        is_answer = not is_known or not has_subject(text) or is_important(normalise(text).text)
        return replace(subject, cases=(self._asked_case,)) if is_answer else subject

    def _measured(self, text: str) -> Subject:
        """With which dose the question asks for, where one is told that does not name it."""
        subject, asked = self._subject, self._asked_measure
        if (
            not asked
            or subject.cases
            or not tells_amount(text)
            or asked.lower().removeprefix("for the ") in text.lower()
        ):
            return subject
        is_bare = is_fragment(text) and not subject.aspect
        return replace(subject, aspect=asked) if is_bare else replace(subject, cases=(asked,))

    def _is_told_below(self, text: str) -> bool:
        """Whether a sentence holds in the cases that are stated above it; what a patient got or has is no rule."""
        if has_own_case(text) or not is_important(normalise(text).text) or stated_case(text) is not None:
            return False
        return self._is_announced or not (is_of_a_patient(text) or is_fragment(text))


def _told(span: Span, text: str, told: str, *, is_lost: bool = False) -> Claim:
    """A statement as it is told; it is not checkable if it could be said of anything (`妊婦では禁忌です`, `Start with
    500 mg`), or if it is_lost: it leaves out its subject where that is not clear."""
    could_be_of_any = (has_case(told) and names_nothing(told)) or leaves_drug_out(told)
    is_untold = is_lost or could_be_of_any or (opens_elsewhere(text) and speaks_of_elsewhere(told))
    return Claim(span, told, not is_untold and len(told) <= LONGEST, is_untold)


def _names(part: Part, text: str) -> bool:
    return part.kind is PartKind.BULLET and part.level is not None and is_name(text)


def whole_claim(text: str) -> Claim:
    """The text as one claim, never split and never changed."""
    return Claim(Span(0, len(text)), text, is_checkable(normalise(plain(text)).text))
