"""How a line of a text is set, where it may be a heading."""

import re

from monshin_factcheck.core.text.sentences import LINE_MARKS, OTHER_BREAKS, SENTENCE_MARKS
from monshin_factcheck.core.text.spans import Span

_BREAK = re.compile(f"[\n{OTHER_BREAKS}]")
_BRACKETS = {"【": "】", "〈": "〉", "《": "》", "≪": "≫", "<": ">", "＜": "＞", "[": "]", "［": "］", "(": ")",
             "（": "）", "〔": "〕", "「": "」", "『": "』"}  # fmt: skip
_MARKS = "■□◆◇●○▼▽▪"
_BULLETS = "・•‣※-*+–—>"
# What may stand in front of a line: a bullet or a number, no sentence.
_IN_FRONT = re.compile(r"[\W_]*(?:[0-9０-９]{1,2}|[①-⑳]|[A-Za-z])?[\W_]*")
_DECIMAL = re.compile(r"(?:[0-9０-９]+[.．])+[0-9０-９]+[ \t\u3000]|§[ ]*[0-9]+|第[0-9一二三四五六七八九十]+[章節項]")


class Line:
    """Styles of lines. Of MARKDOWN as many as its level; those in brackets and with marks are called by them."""

    PLAIN = "plain"
    COLON = ":"
    BULLET = "-"
    NUMBER = "1"
    BOLD = "**"
    MARKDOWN = "#"


def style_of(text: str, span: Span) -> str | None:
    """How the line is set that holds nothing but a sentence; None where it ends like a sentence, or holds more.

    >>> text = "## 小児\\n〈帯状疱疹〉\\n投与する。"
    >>> style_of(text, Span(3, 5)), style_of(text, Span(6, 12)), style_of(text, Span(13, 18))
    ('##', '〈', None)
    """
    said = span.of(text)
    if said[-1] in SENTENCE_MARKS and "#" not in text[max(0, span.start - 8) : span.start]:
        return None
    breaks = [match.start() for match in _BREAK.finditer(text, max(0, span.start - 40), span.start)]
    start = breaks[-1] + 1 if breaks else max(0, span.start - 40)
    behind = _BREAK.search(text, span.end)
    rest = text[span.end : behind.start() if behind is not None else len(text)]
    before = text[start : span.start].strip()
    if rest.strip() or _IN_FRONT.fullmatch(before) is None or _BREAK.search(said) is not None:
        return None
    return _style(before, said)


def _style(before: str, said: str) -> str | None:
    if before.startswith("#"):
        return Line.MARKDOWN * before.count("#")
    if before[:1] and before[0] in _MARKS:
        return before[0]
    if said[:2] == said[-2:] in ("**", "__"):
        return Line.BOLD
    if _BRACKETS.get(said[0]) == said.rstrip(":：")[-1]:
        return said[0]
    if said[-1] in LINE_MARKS:
        return Line.COLON
    if before and before[0] in _BULLETS:
        return Line.BULLET
    if before or _DECIMAL.match(said) is not None:
        return Line.NUMBER
    return Line.PLAIN
