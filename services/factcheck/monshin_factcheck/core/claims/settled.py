"""Which parts of an unfinished text are what they will be, whatever follows."""

import re
from dataclasses import dataclass

from monshin_factcheck.core.claims.blocks import Part, PartKind, is_heading, split_parts
from monshin_factcheck.core.claims.tables import may_begin, table_end
from monshin_factcheck.core.text.sentences import (
    CLEAR_MARKS,
    CLOSING_MARKS,
    LINE_MARKS,
    MAX_BRACKET,
    MAY_GO_ON,
    OTHER_BREAKS,
    SENTENCE_MARKS,
    open_brackets,
)

# How far the rules for Western ends look ahead, and a bullet's length (text/sentences.py).
_AHEAD = 24
_CERTAIN = MAX_BRACKET + 2 * _AHEAD
# The beginning of what may turn out to be a heading or a row of a table, and what a heading never holds.
_NOT_YET_PROSE = "#【〈《［＜*_|:-"
_PROSE_MARK = re.compile(r"[。.!?！？]")
_OTHER_BREAKS = re.compile(f"[{OTHER_BREAKS}]")
_BREAKS = re.compile(f"[\n{OTHER_BREAKS}]")
_BLANKS = " \t\u3000"
_BEYOND_BULLET = re.compile(r"[A-Za-z]{2}|[^\s・●○■□◆◇▪•‣※*+–—#>().．0-9０-９①-⑳A-Za-z)）-]")
_LINE = re.compile(r"[^\r\n]+")
_ANY_END = re.compile(rf"[{re.escape(SENTENCE_MARKS)}\n]")


@dataclass(frozen=True, slots=True)
class Settled:
    """parts: the certain ones, from the beginning of the text. line: where a line begins before which all is done
    with; None if there is none."""

    parts: tuple[Part, ...]
    line: int | None


def may_hold_an_end(text: str) -> bool:
    """Whether anything in the text can end a part."""
    return _ANY_END.search(text) is not None


def settled(text: str) -> Settled:
    """For a text that begins at the beginning of a line."""
    open_at = text.rfind("\n") + 1
    complete, going_on = text[:open_at], text[open_at:]
    table = _last_table(complete)
    # Only the second line of a table tells whether it is one, and whether the first is its head.
    certain = open_at if table is None or table.lines > 1 else table.start
    wrapped = (table is None or not table.is_sure) and _may_go_on(text[:certain], text[certain:])
    is_prose = _is_prose(going_on)
    known = len(text) if is_prose else len(text[:certain].rstrip())
    if wrapped:
        certain = 0
    parts: list[Part] = []
    for part in split_parts(text):
        is_certain = part.span.end <= certain
        if not is_certain and (wrapped or is_prose) and part.kind in (PartKind.SENTENCE, PartKind.BULLET):
            is_certain = _is_final(text, part.span.end, known)
        if not is_certain:
            break
        parts.append(part)
    return Settled(tuple(parts), open_at if open_at and table is None and not wrapped else None)


def is_open_in_line(line: str) -> bool:
    """Whether a bracket may be open at the end of a line's beginning, or the line is in truth more than one."""
    return bool(open_brackets(line)) or _OTHER_BREAKS.search(line) is not None


@dataclass(frozen=True, slots=True)
class _LastTable:
    """Where the table begins, of how many complete lines it is, and whether it is one whatever follows."""

    start: int
    lines: int
    is_sure: bool


def _last_table(complete: str) -> _LastTable | None:
    """The table that may go on after the complete lines; None if they do not end in one."""
    matches = list(_LINE.finditer(complete))
    lines = [match.group() for match in matches]
    index = 0
    while index < len(lines):
        end = table_end(lines, index)
        if end == len(lines):
            return _LastTable(matches[index].start(), end - index, is_sure=True)
        index = max(end, index + 1)
    if lines and may_begin(lines[-1]):
        return _LastTable(matches[-1].start(), 1, is_sure=False)
    return None


def _may_go_on(complete: str, following: str) -> bool:
    """Whether the last complete line may turn out to be continued by the next one."""
    body = complete.rstrip()
    line = body[body.rfind("\n") + 1 :]
    if not body or complete.count("\n", len(body)) > 1:
        return False
    if _OTHER_BREAKS.search(line + following):
        return True
    if body[-1] in LINE_MARKS or len(line) < MAY_GO_ON or is_heading(line):
        return False
    # A line that is moved in, or has a bullet, begins anew; one of which there is no more than a bullet may be empty.
    return _BEYOND_BULLET.search(following) is None or following[0].islower()


def _is_prose(line: str) -> bool:
    """Whether a line that is not complete can be neither heading nor row any more."""
    opening = line.lstrip(_BLANKS)[:1]
    mark = _PROSE_MARK.search(line.partition("|")[0].partition("\t")[0])
    is_certain = opening != "" and opening not in _NOT_YET_PROSE and mark is not None
    return is_certain and _OTHER_BREAKS.search(line) is None


def _is_final(text: str, end: int, known: int) -> bool:
    """Whether a sentence ends at `end`, whatever follows the `known` characters."""
    if end + _CERTAIN <= known:
        return True
    if not text[:end].rstrip(CLOSING_MARKS).endswith(tuple(SENTENCE_MARKS)):
        return False
    marks = text[max(end - 40, 0) : end].rstrip(CLOSING_MARKS)
    first = marks[len(marks.rstrip(SENTENCE_MARKS)) :][:1]
    # Clear ends need no look at what follows but the next character.
    if end + (1 if first and first in CLEAR_MARKS else _AHEAD) > known:
        return False
    return not _may_be_inside_brackets(text, end)


def _may_be_inside_brackets(text: str, end: int) -> bool:
    """Whether a bracket that is open at `end` may still be closed. A line of the text may begin at any line break."""
    window = text[max(end - MAX_BRACKET - 1, 0) : end]
    starts = [0, *(match.end() for match in _BREAKS.finditer(window))]
    return any(open_brackets(window[start:]) for start in starts)
