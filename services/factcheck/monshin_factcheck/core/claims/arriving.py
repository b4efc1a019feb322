"""The claims of an answer that is still being written: those of the whole text, each as soon as it is certain.

A sentence is certain when nothing that may follow can change where it ends (`settled`). The text is split anew from
the last line, or the last long sentence, that is done with; so a piece costs as much as the line it belongs to.
"""

from collections.abc import Callable
from dataclasses import replace

from monshin_factcheck.core.claims.blocks import Part, PartKind, split_parts
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.settled import Settled, is_open_in_line, may_hold_an_end, settled
from monshin_factcheck.core.claims.split import Topics
from monshin_factcheck.core.text.sentences import CLOSING_MARKS, MAY_GO_ON, SENTENCE_MARKS

# Beyond this length a stretch that does not settle is looked at again only when it has grown by a quarter.
_PATIENCE = 4096
_GROWTH = 1.25
# A line is cut behind a settled sentence when so much of it is done with.
_LONG_LINE = 400
# Stands for the settled sentences of a line: long enough for the rules on English lines that go on, no heading.
_DONE = "。" * MAY_GO_ON


class ArrivingAnswer:
    """Takes the answer in pieces, cut anywhere. `length` counts the code points so far. settle: what splits them."""

    def __init__(self, question: str = "", settle: Callable[[str], Settled] = settled) -> None:
        self.length = 0
        self._settle = settle
        self._topics = Topics(question)
        # What is not done with: `_lead` stands for the line before it, then the text itself from `_base` on.
        self._lead = ""
        self._text = ""
        self._base = 0
        self._new: list[str] = []
        self._looked_at = 0
        # Parts of the text that are told, where the last of them ends, and what lay between it and the text.
        self._told = 0
        self._end = 0
        self._gap = ""

    def add(self, piece: str) -> list[Claim]:
        """The claims that are certain now."""
        self.length += len(piece)
        self._new.append(piece)
        waiting = self.length - self._base
        if waiting > _PATIENCE and waiting < self._looked_at * _GROWTH:
            return []
        self._looked_at = waiting
        self._join()
        if not may_hold_an_end(self._text):
            return []
        found = self._settle(self._lead + self._text)
        claims = self._tell(list(found.parts))
        if found.line is not None:
            self._go_on_at_line(found.line, sum(part.span.end > found.line for part in found.parts))
        elif found.parts:
            self._go_on_in_line(found.parts[-1])
        return claims

    def finish(self) -> list[Claim]:
        """All the others: nothing follows."""
        self._join()
        return self._tell(split_parts(self._lead + self._text))

    def _join(self) -> None:
        self._text = "".join((self._text, *self._new))
        self._new = []

    def _tell(self, parts: list[Part]) -> list[Claim]:
        text = self._lead + self._text
        claims: list[Claim] = []
        shift = self._base - len(self._lead)
        for part in parts[self._told :]:
            gap = self._gap + text[self._end : part.span.start]
            claims += (
                replace(claim, span=claim.span.shifted(shift))
                for claim in self._topics.claims(part, part.span.of(text), gap)
            )
            self._gap, self._end = "", part.span.end
        self._told = max(self._told, len(parts))
        return claims

    def _go_on_at_line(self, line: int, told: int) -> None:
        """told: how many parts behind the line's beginning are told already."""
        text = self._lead + self._text
        if not told:
            self._gap += text[self._end : line]
        self._cut(line, "", told=told, end=self._end - line if told else 0)

    def _go_on_in_line(self, last: Part) -> None:
        text = self._lead + self._text
        start = text.rfind("\n") + 1
        # What stands for the done part must not run together with what follows.
        is_apart = text[last.span.end : last.span.end + 1] not in SENTENCE_MARKS + CLOSING_MARKS
        if last.span.end - start < _LONG_LINE or not is_apart or is_open_in_line(text[start : last.span.end]):
            return
        lead = ("・" if last.kind is PartKind.BULLET else "") + _DONE
        self._cut(last.span.end, lead, told=1, end=len(lead))

    def _cut(self, at: int, lead: str, *, told: int, end: int) -> None:
        """Forgets the text before `at`, a place behind the lead."""
        done = at - len(self._lead)
        self._base += done
        self._text = self._text[done:]
        self._lead, self._told, self._end, self._looked_at = lead, told, end, 0
