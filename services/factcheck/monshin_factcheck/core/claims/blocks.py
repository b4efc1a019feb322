"""The parts of an answer: headings, sentences of prose and bullets, rows of tables, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span


class PartKind(Enum):
    """What a part is."""

    HEADING = "heading"
    SENTENCE = "sentence"
    BULLET = "bullet"
    TABLE_HEAD = "table_head"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Part:
    """A part at `span`. A cell knows the first cell of its row and its column's head; other parts leave both empty."""

    kind: PartKind
    span: Span
    row: str = ""
    column: str = ""


_LINE = re.compile(r"[^\r\n]+")
_MARKED_HEADING = re.compile(
    r"[ \t\u3000]*(?:#{1,6}[ \t\u3000]+\S.*|【[^】]{1,60}】|\*\*[^*]{1,60}\*\*[:：]?|__[^_]{1,60}__[:：]?)[ \t\u3000]*"
)
_INTRODUCTION = re.compile(r"[^。.!?！？]{1,60}[:：](?:\*\*)?[ \t\u3000]*")
_BULLET = re.compile(r"[ \t\u3000]*(?:[・●○■□◆◇▪•‣※]|[-*+–—][ \t\u3000]|\(?[0-9０-９]{1,2}[.．)）]|[①-⑳])")
_ROW = re.compile(r"[ \t]*\|(?:[^|]*\|)+[ \t]*")
_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|?)+[ \t]*")
_CELL = re.compile(r"[^|]+")
_MARKUP = re.compile(r"\*\*|__|`+|^#{1,6}[ \t\u3000]+|^【|】$")


def split_parts(answer: str) -> list[Part]:
    """The parts in the order of the answer; their spans never overlap.

    A table is rows of `|`, the first of them its head if a line of dashes follows.
    """
    parts: list[Part] = []
    prose_from: int | None = None
    lines = list(_LINE.finditer(answer))
    index = 0
    while index < len(lines):
        line = lines[index]
        if is_table_row(line.group()):
            parts += _prose(answer, prose_from, line.start())
            prose_from = None
            index = _table(answer, lines, index, parts)
            continue
        if is_heading(line.group()):
            parts += _prose(answer, prose_from, line.start())
            prose_from = None
            parts += _heading(answer, line)
        elif prose_from is None:
            prose_from = line.start()
        index += 1
    return [*parts, *_prose(answer, prose_from, len(answer))]


def plain(text: str) -> str:
    """The text without the marks of Markdown.

    >>> plain("**用量**は`5 mg`である。")
    '用量は5 mgである。'
    """
    return _MARKUP.sub("", text).strip()


def is_heading(line: str) -> bool:
    """Whether a whole line is one."""
    if _MARKED_HEADING.fullmatch(line):
        return True
    return _INTRODUCTION.fullmatch(line) is not None and _BULLET.match(line) is None


def is_table_row(line: str) -> bool:
    """Whether a whole line begins a table."""
    return _ROW.fullmatch(line) is not None


def is_table_line(line: str) -> bool:
    """Whether a whole line goes on with one."""
    return is_table_row(line) or _RULE.fullmatch(line) is not None


def _heading(answer: str, line: re.Match[str]) -> list[Part]:
    return [Part(PartKind.HEADING, span) for span in _merged(answer, line.start(), line.end())]


def _merged(answer: str, start: int, end: int) -> list[Span]:
    """The stretch without the bullet and white space at its ends; nothing if nothing is left."""
    spans = [span.shifted(start) for span in split_sentences(answer[start:end])]
    return [Span(spans[0].start, spans[-1].end)] if spans else []


def _prose(answer: str, start: int | None, end: int) -> Iterator[Part]:
    if start is None:
        return
    for found in split_sentences(answer[start:end]):
        span = found.shifted(start)
        line_start = answer.rfind("\n", 0, span.start) + 1
        is_bullet = _BULLET.match(answer, line_start, span.start + 1) is not None
        yield Part(PartKind.BULLET if is_bullet else PartKind.SENTENCE, span)


def _table(answer: str, lines: list[re.Match[str]], index: int, parts: list[Part]) -> int:
    """Adds the parts of the table that begins at a line; answers the line after it."""
    end = index
    while end < len(lines) and is_table_line(lines[end].group()):
        end += 1
    rows = lines[index:end]
    has_head = len(rows) > 1 and _RULE.fullmatch(rows[1].group()) is not None
    heads = [plain(span.of(answer)) for span in _cells(answer, rows[0])] if has_head else []
    if has_head:
        filled = [span for span in _cells(answer, rows[0]) if len(span)]
        if filled:
            parts.append(Part(PartKind.TABLE_HEAD, Span(filled[0].start, filled[-1].end)))
    for row in rows[2:] if has_head else rows:
        if not _RULE.fullmatch(row.group()):
            parts.extend(_row(answer, row, heads))
    return end


def _row(answer: str, row: re.Match[str], heads: list[str]) -> Iterator[Part]:
    cells = _cells(answer, row)
    name = plain(cells[0].of(answer)) if cells else ""
    if len(cells) == 1:
        if len(cells[0]):
            yield Part(PartKind.SENTENCE, cells[0])
        return
    for column, cell in enumerate(cells[1:], 1):
        if any(character.isalnum() for character in cell.of(answer)):
            yield Part(PartKind.CELL, cell, name, heads[column] if column < len(heads) else "")


def _cells(answer: str, row: re.Match[str]) -> list[Span]:
    cells: list[Span] = []
    for match in _CELL.finditer(answer, row.start(), row.end()):
        if match.start() == row.start() and answer[match.start() : match.end()].isspace():
            continue
        start, end = match.start(), match.end()
        while start < end and answer[start].isspace():
            start += 1
        while end > start and answer[end - 1].isspace():
            end -= 1
        if match.end() < row.end() or start < end:
            cells.append(Span(start, end))
    return cells
