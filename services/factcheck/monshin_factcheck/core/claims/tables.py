"""Tables of an answer: rows with a bar around each cell, with bars between cells only, or with tabs between them."""

import re
from collections.abc import Sequence

from monshin_factcheck.core.text.sentences import SENTENCE_MARKS
from monshin_factcheck.core.text.spans import Span

_CLOSED_ROW = re.compile(r"[ \t]*\|(?:[^|]*\|)+[ \t]*")
# One such line is prose that happens to hold a bar or a tab; two are a table. Its first cell holds no end of a
# sentence, so that a line that does can be told to be prose before it is complete.
_OPEN_ROW = re.compile(
    r"(?![^|]*[(（][^|()（）]*\|)"  # P(A | B) is prose.
    rf"[^|\t{re.escape(SENTENCE_MARKS)}]*[^|\s{re.escape(SENTENCE_MARKS)}][ \t\u3000]+\|[ \t\u3000].*"
)
_TABBED_ROW = re.compile(
    rf"(?![-*+–—・●○■□◆◇▪•‣※(]|[0-9０-９]+[.)）])[^\s|{re.escape(SENTENCE_MARKS)}]"
    rf"[^|\t{re.escape(SENTENCE_MARKS)}]*\t+[^\t]*\S.*"
)
_RULE = re.compile(r"[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?")
_BARRED_CELL = re.compile(r"[^|]+")
_TABBED_CELL = re.compile(r"[^\t]+")
# What stands over the first column of a table without a rule.
_FIRST_HEAD = re.compile(
    r"(?:薬|薬剤|薬品|薬物|医薬品|製品|商品|成分|一般|項目|疾患|病|分類|種類|名称|名前|検査|検査項目|症状|対象|患者|年齢|時期|食品)"
    r"(?:群|名)?|drugs?|medications?|medicines?|agents?|names?|items?|parameters?|conditions?|class|categor(?:y|ies)"
    r"|diseases?|tests?|populations?|patients?|age|features?|aspects?",
    re.IGNORECASE,
)
_MANY_COLUMNS = 3


def table_end(lines: Sequence[str], index: int) -> int:
    """The line after the table that begins at a line; `index` if none begins there.

    One row with bars at both ends is a table; of the other kinds a second row must follow.

    >>> table_end(["薬 | 量", "A | 5 mg", "次に。"], 0), table_end(["薬 | 量", "次に。"], 0)
    (2, 0)
    """
    goes_on = _is_tabbed if _TABBED_ROW.fullmatch(lines[index]) else _is_barred
    if not goes_on(lines[index]) or _RULE.fullmatch(lines[index]):
        return index
    end = index + 1
    while end < len(lines) and goes_on(lines[end]):
        end += 1
    return end if end - index > 1 or _CLOSED_ROW.fullmatch(lines[index]) else index


def may_begin(line: str) -> bool:
    """Whether a line is the first row of a table if the right one follows."""
    return (_is_tabbed(line) or _is_barred(line)) and _RULE.fullmatch(line) is None


def is_rule(line: str) -> bool:
    """Whether a line is the dashes below a table's head."""
    return _RULE.fullmatch(line) is not None


def has_head(lines: Sequence[str]) -> bool:
    """Whether the first row of a table is its head: dashes follow, or it has bars or tabs between cells only, and
    reads like one."""
    if len(lines) > 1 and is_rule(lines[1]):
        return True
    if len(lines) == 1 or _CLOSED_ROW.fullmatch(lines[0]):
        return False
    row = [cell.of(lines[0]).strip("*_") for cell in cells(lines[0], 0, len(lines[0]))]
    names = not any(character.isdigit() for cell in row for character in cell)
    return names and (len(row) >= _MANY_COLUMNS or _FIRST_HEAD.fullmatch(row[0]) is not None)


def cells(text: str, start: int, end: int) -> list[Span]:
    """The cells of the row at a stretch of the text, without white space at their ends; some are empty."""
    row = text[start:end]
    is_tabbed = _is_tabbed(row)
    found: list[Span] = []
    for match in (_TABBED_CELL if is_tabbed else _BARRED_CELL).finditer(text, start, end):
        first, last = match.start(), match.end()
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        # White space outside of the bars is no cell.
        if first < last or (start < match.start() and match.end() < end):
            found.append(Span(first, last))
    return found


def _is_barred(line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in (_CLOSED_ROW, _OPEN_ROW, _RULE))


def _is_tabbed(line: str) -> bool:
    return _TABBED_ROW.fullmatch(line) is not None
