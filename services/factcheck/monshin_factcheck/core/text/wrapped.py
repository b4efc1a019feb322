"""Sentences of a source, whose lines may end where a page is narrow: such lines are one sentence again.

Answers are written a line a thought, and are split by `split_sentences` alone. In a source a line that goes on may turn
what it says: `5 mgを投与する` over `ことは禁忌である。`.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.sentences import (
    BULLET,
    CLOSING_MARKS,
    LINE,
    LINE_MARKS,
    MAY_GO_ON,
    OTHER_BREAKS,
    capped,
    ends_in_abbreviation,
    split_line,
    trimmed,
)
from monshin_factcheck.core.text.spans import Span

_BREAK = re.compile(f"\r\n|[\n{OTHER_BREAKS}]")
_END = re.compile(rf"[。｡！？．!?](?![0-9０-９])|\.(?=\s|$|[{re.escape(CLOSING_MARKS)}])")
# So far apart may two halves of a sentence stand: an empty line and the end of a page.
_MOST_BREAKS = 3
# A paragraph is looked through for its first full stop so far.
_LINES_AHEAD = 6
_BRACKETS = (("(", ")"), ("「", "」"), ("『", "』"))
# The longest stretch of a line's beginning or end that any pattern looks at.
_LOOK = 200


@dataclass(frozen=True, slots=True)
class Sentence:
    """is_whole: False for a piece of a longer sentence, and where it may go on above or below in a way that cannot be
    told from a line of its own: it says nothing for certain."""

    span: Span
    is_whole: bool = True


def source_sentences(text: str) -> list[Sentence]:
    """As `split_sentences`, but that lines which go on are one sentence.

    >>> text = "20 mEqを静注する\\nことは禁忌である。\\n・水で薄める"
    >>> [found.span.of(text) for found in source_sentences(text)]
    ['20 mEqを静注する\\nことは禁忌である。', '水で薄める']
    """
    return [sentence for block in _blocks(text) for sentence in _sentences(text, block)]


@dataclass(slots=True)
class _Line:
    """A line without its bullet. breaks: of lines, in front of it. is_anew: by its bullet or its words. is_denied: it
    stands below a line that denies what follows."""

    span: Span
    said: str
    breaks: int
    is_anew: bool
    is_denied: bool

    @property
    def has_end(self) -> bool:
        """Whether a full stop stands anywhere in it."""
        return _END.search(self.said) is not None

    @property
    def is_ended(self) -> bool:
        """Whether nothing can follow."""
        return self.said.rstrip(CLOSING_MARKS)[-1:] in tuple(LINE_MARKS)


@dataclass(slots=True)
class _Block:
    """Lines that are one. says: whether what stands behind its last full stop reads as a sentence. doubts: places, in
    order, whose sentence is not whole."""

    span: Span
    says: bool
    doubts: list[int] = field(default_factory=list)


def _sentences(text: str, block: _Block) -> Iterator[Sentence]:
    for span in split_line(text, block.span):
        pieces = list(capped(text, span))
        is_doubtful = bisect_left(block.doubts, span.start) < bisect_left(block.doubts, span.end)
        is_whole = len(pieces) == 1 and not is_doubtful
        yield from (Sentence(piece, is_whole) for piece in pieces)


def _blocks(text: str) -> Iterator[_Block]:
    lines = _lines(text)
    block: _Block | None = None
    for place, line in enumerate(lines):
        says = _matches("sentence", _tail(line.said))
        if block is None:
            block = _Block(line.span, says)
            continue
        before = lines[place - 1]
        if _is_one(text, block, lines, place):
            if block.says and _reads_complete(before):
                # The rules end a clause at a line's end, and may leave out what stands behind it.
                block.doubts.append(line.span.start)
            block.says = says or (block.says and not line.has_end)
            block.span = Span(block.span.start, line.span.end)
            continue
        following = _Block(line.span, says)
        if _is_left_open(before, line):
            following.doubts.append(line.span.start)
        elif block.says and _is_over_prose(before, lines, place):
            # A heading that reads like a sentence, or a sentence that goes on: neither is good for a dose.
            block.doubts.append(before.span.end - 1)
            if not _matches("sentence", line.said):
                following.doubts.append(line.span.start)
        yield block
        block = following
    if block is not None:
        yield block


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    end = 0
    is_denied = False
    for match in LINE.finditer(text):
        bullet = BULLET.match(text, match.start(), match.end())
        start = bullet.end() if bullet is not None else match.start()
        span = trimmed(text, start, match.end())
        if span is None:
            continue
        said = unicodedata.normalize("NFKC", span.of(text))
        has_bullet = bool(text[match.start() : start].strip())
        breaks = len(_BREAK.findall(text, end, match.start()))
        is_given = _matches("giving", said) and not _matches("denying", said)
        is_last = is_given or _matches("heading", said) or (breaks > 1 and not has_bullet and not _denies(found[-1:]))
        is_denied = not is_last and (is_denied or _denies(found[-1:]))
        found.append(_Line(span, said, breaks, has_bullet or _matches("anew", said[:_LOOK]), is_denied))
        end = match.end()
    return found


def _denies(above: Sequence[_Line]) -> bool:
    return any(_matches("denying", line.said[-_LOOK:]) for line in above)


def _is_one(text: str, block: _Block, lines: Sequence[_Line], place: int) -> bool:
    """Whether a line goes on with the sentence at the end of the block above it."""
    before, line = lines[place - 1], lines[place]
    if line.is_anew or line.breaks > _MOST_BREAKS or any(_matches("row", one.said) for one in (before, line)):
        return False
    is_lower = line.said[0].islower()
    if line.breaks == 1 and _closes(before.said, line.said):
        return True
    if before.is_ended:
        return line.breaks == 1 and is_lower and ends_in_abbreviation(text, before.span)
    if _matches("heading", before.said):
        return False
    if _matches("comma_end", before.said[-_LOOK:]) or _matches("going_on", line.said[:_LOOK]):
        return True
    if line.breaks > 1:
        return False
    if is_lower and (len(before.span) >= MAY_GO_ON or _matches("going_on_en", line.said[:_LOOK])):
        return True
    if not block.says or _matches("heading_end", before.said[-_LOOK:]):
        return False
    if line.said[0] == "(" or _matches("open_end", before.said[-_LOOK:]):
        return True
    if not line.has_end:
        return False
    is_attribute = _matches("predicate_end", before.said[-_LOOK:]) and _matches("topic", before.said)
    return is_lower or is_attribute or not _matches("sentence", line.said)


def _is_left_open(before: _Line, line: _Line) -> bool:
    """Whether a line that stands alone sets what the next one holds for, or denies it: 過去には, もし出血したら."""
    if line.is_denied:
        return True
    if before.is_ended or line.breaks > _MOST_BREAKS or _matches("row", before.said):
        return False
    if _matches("people_end", before.said[-_LOOK:]):
        return False
    return any(_matches(name, before.said[-_LOOK:]) for name in ("comma_end", "open_end"))


def _is_over_prose(before: _Line, lines: Sequence[_Line], place: int) -> bool:
    """Whether a line without an end stands over lines that have one, in the same paragraph."""
    if before.is_ended or any(_matches(name, before.said[-_LOOK:]) for name in ("row", "heading", "heading_end")):
        return False
    for line in lines[place : place + _LINES_AHEAD]:
        if line.breaks > 1 or line.is_anew:
            return False
        if line.has_end:
            return True
    return False


def _reads_complete(before: _Line) -> bool:
    """Whether a line that has no end might have one."""
    return not any(_matches(name, before.said[-_LOOK:]) for name in ("comma_end", "open_end"))


def _closes(before: str, following: str) -> bool:
    """Whether a bracket that opens in one line closes in the next."""
    return any(
        before.rfind(opening) > before.rfind(closing)
        and 0 <= following.find(closing) < (len(following) if opening not in following else following.find(opening))
        for opening, closing in _BRACKETS
    )


def _tail(said: str) -> str:
    """What stands behind the last full stop inside a line."""
    ends = [match.end() for match in _END.finditer(said) if match.end() < len(said)]
    return said[ends[-1] :] if ends else said


def _matches(name: str, said: str) -> bool:
    return _table()[name].search(said) is not None


@cache
def _table() -> dict[str, re.Pattern[str]]:
    source = read_table("monshin_factcheck.core.text", "wrapped.yaml")
    return {name: re.compile("|".join(f"(?:{one})" for one in patterns)) for name, patterns in source.items()}
