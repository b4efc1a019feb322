"""The parts of an answer: headings, sentences of prose and bullets, rows of tables, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.claims.tables import cells, has_head, is_rule, table_end
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.tags import without_tags


class PartKind(Enum):
    """What a part is."""

    HEADING = "heading"
    SENTENCE = "sentence"
    BULLET = "bullet"
    TABLE_HEAD = "table_head"
    CELL = "cell"


@dataclass(frozen=True, slots=True, order=True)
class Level:
    """How far a line is moved in, in letters, and the rank of its bullet: `1.` and ■ stand above - and ・."""

    indent: int
    rank: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part at `span`. A cell knows the first cell of its row and its column's head; other parts leave both empty.

    level: of the first sentence of a line, how deep it stands; None for all others.
    """

    kind: PartKind
    span: Span
    row: str = ""
    column: str = ""
    level: Level | None = None


_LINE = re.compile(r"[^\r\n]+")
# A bold line that ends like a sentence is one.
_MARKED_HEADING = re.compile(
    r"[ \t\u3000]*(?:#{1,6}[ \t\u3000]+\S.*|【[^】]{1,60}】"
    r"|(?:\*\*[^*]{0,59}[^*。.!?！？]\*\*|__[^_]{0,59}[^_。.!?！？]__)[:：]?)[ \t\u3000]*"
)
_INTRODUCTION = re.compile(r"[^。.!?！？]{1,60}[:：](?:\*\*)?[ \t\u3000]*")
_BULLET = re.compile(r"[ \t\u3000]*(?:[・●○■□◆◇▪•‣※]|[-*+–—][ \t\u3000]|\(?[0-9０-９]{1,2}[.．)）]|[①-⑳])")
# White space and a bullet in front of a line; what is longer is text, and is not looked at for each of its sentences.
_LONGEST_OPENING = 200
_WIDTHS = {"\t": 4, "\u3000": 2}
_NUMBERED, _BULLETED, _PLAIN = range(3)
_RANKS = dict.fromkeys("・-*+–—•‣▪※", _BULLETED)
_MARKUP = re.compile(
    r"\*\*|__|`+|^#{1,6}[ \t\u3000]+|^【|】$|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<=[ぁ-んァ-ヺ一-鿿])\*"
)


def split_parts(answer: str) -> list[Part]:
    """The parts in the order of the answer; their spans never overlap."""
    parts: list[Part] = []
    prose_from: int | None = None
    matches = list(_LINE.finditer(answer))
    lines = [match.group() for match in matches]
    index = 0
    while index < len(lines):
        line = matches[index]
        end = table_end(lines, index)
        if end > index:
            parts += _prose(answer, prose_from, line.start())
            parts += _table(answer, matches[index:end])
            prose_from, index = None, end
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
    """The text without the marks of Markdown and the tags of HTML.

    >>> plain("**用量**は`5 mg`である。")
    '用量は5 mgである。'
    """
    return _MARKUP.sub("", without_tags(text)).strip()


def is_heading(line: str) -> bool:
    """Whether a whole line is one."""
    if _MARKED_HEADING.fullmatch(line):
        return True
    return _INTRODUCTION.fullmatch(line) is not None and _BULLET.match(line) is None


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
        bullet = _BULLET.match(answer, line_start, span.start + 1)
        kind = PartKind.SENTENCE if bullet is None else PartKind.BULLET
        is_near = span.start - line_start <= _LONGEST_OPENING
        yield Part(kind, span, level=_level(answer[line_start : span.start]) if is_near else None)


def _level(opening: str) -> Level | None:
    """opening: what stands in a line before a sentence; a bullet and white space if it is the first."""
    body = opening.lstrip()
    bullet = body.rstrip().removeprefix("> ")
    if bullet not in ("", ">") and _BULLET.fullmatch(bullet + " ") is None and _BULLET.fullmatch(bullet) is None:
        return None
    indent = sum(_WIDTHS.get(character, 1) for character in opening[: len(opening) - len(body)])
    return Level(indent, _RANKS.get(bullet[0], _NUMBERED) if bullet not in ("", ">") else _PLAIN)


def _table(answer: str, rows: list[re.Match[str]]) -> Iterator[Part]:
    heads: list[str] = []
    if has_head([row.group() for row in rows]):
        head = cells(answer, *rows[0].span())
        heads = [plain(span.of(answer)) for span in head]
        filled = [span for span in head if len(span)]
        if filled:
            yield Part(PartKind.TABLE_HEAD, Span(filled[0].start, filled[-1].end))
        rows = rows[1:]
    for row in rows:
        if not is_rule(row.group()):
            yield from _row(answer, row, heads)


def _row(answer: str, row: re.Match[str], heads: list[str]) -> Iterator[Part]:
    found = cells(answer, *row.span())
    if len(found) == 1:
        if len(found[0]):
            yield Part(PartKind.SENTENCE, found[0])
        return
    name = plain(found[0].of(answer)) if found else ""
    for column, cell in enumerate(found[1:], 1):
        if any(character.isalnum() for character in cell.of(answer)):
            yield Part(PartKind.CELL, cell, name, heads[column] if column < len(heads) else "")
