"""The parts of an answer: headings, sentences of prose and bullets, rows of tables, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.claims.cases import case_of, cell_case, is_person
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

    level: of the first sentence of a line, how deep it stands; None for all others. Of a heading its rank alone, from 1
    (`#`) down to the line that ends in a colon.
    cases: of a cell, the other cells of its row that say in which case it holds, and its column's head if that does.
    """

    kind: PartKind
    span: Span
    row: str = ""
    column: str = ""
    level: Level | None = None
    cases: tuple[str, ...] = ()


_LINE = re.compile(r"[^\r\n]+")
# A bold line that ends like a sentence is one.
_MARKED_HEADING = re.compile(
    r"[ \t\u3000]*(?:#{1,6}[ \t\u3000]+\S.*|【[^】]{1,60}】|〈[^〉]{1,60}〉|《[^》]{1,60}》"
    r"|［[^］]{1,60}］|＜[^＞]{1,60}＞"
    r"|(?:\*\*[^*]{0,59}[^*。.!?！？]\*\*|__[^_]{0,59}[^_。.!?！？]__)[:：]?)[ \t\u3000]*"
)
_BRACKETS = "【《［〈＜"
_BRACKETED, _BOLD, LAST_RANK = 7, 20, 21
# A line of people, or of their dose, without any mark is a heading; no case is longer.
_LONGEST_PERSON = 60
_SENTENCE_END = re.compile(r"[。.!?！？]")
_DOSE = re.compile(r"用量|投与量|用法・?用量|dos(?:e|es|age|ing)", re.IGNORECASE)
_INTRODUCTION = re.compile(r"[^。.!?！？]{1,60}[:：](?:\*\*)?[ \t\u3000]*")
_BULLET = re.compile(
    r"[ \t\u3000]*(?:[・●○■□◆◇▪•‣※]|[-*+–—][ \t\u3000]"
    r"|\(?[0-9０-９]{1,2}[.．)）](?![0-9０-９])|[①-⑳])"
)
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
    if _BULLET.match(line) is not None:
        return False
    if _INTRODUCTION.fullmatch(line):
        return True
    if len(line) > _LONGEST_PERSON or _SENTENCE_END.search(line) is not None:
        return False
    case = case_of(line)
    return is_person(plain(line)) or (case is not None and _DOSE.fullmatch(case.rest) is not None)


def _rank(line: str) -> int:
    """Of a heading: 1 to 6 for `#`, then brackets, bold type, and the rest."""
    body = line.strip()
    marks = len(body) - len(body.lstrip("#"))
    if marks:
        return marks
    if body[0] in _BRACKETS:
        return _BRACKETED + _BRACKETS.index(body[0])
    return _BOLD if body.startswith(("**", "__")) else LAST_RANK


def _heading(answer: str, line: re.Match[str]) -> list[Part]:
    level = Level(0, _rank(line.group()))
    return [Part(PartKind.HEADING, span, level=level) for span in _merged(answer, line.start(), line.end())]


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
    """The cells behind the first, each with those of its row that say in which case it holds."""
    found = cells(answer, *row.span())
    if len(found) == 1:
        if len(found[0]):
            yield Part(PartKind.SENTENCE, found[0])
        return
    texts = [plain(cell.of(answer)) for cell in found]
    over = [*heads, *("" for _ in found[len(heads) :])]
    cases = [cell_case(text, head) for text, head in zip(texts, over, strict=False)]
    first = cases[0] if cases else ""
    for column, cell in enumerate(found[1:], 1):
        if any(character.isalnum() for character in texts[column]):
            others = tuple(case for at, case in enumerate(cases) if case and at != column)
            yield Part(PartKind.CELL, cell, "" if first else texts[0], over[column], cases=others)
