"""Boxes of an order set, and lines that a change took out: what nobody chose is not said."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from monshin_factcheck.core.text.sentences import OTHER_BREAKS
from monshin_factcheck.core.text.spans import Span

_LINE = re.compile(f"[^\n{OTHER_BREAKS}]+")
_BLANKS = " \t\u3000"
_EMPTY = r"[□☐❏❐❑❒▢]|[\[［][ \t\u3000_]{0,3}[\]］]"
_BOX = re.compile(_EMPTY)
# In front of a line round brackets are a box, too.
_BOX_IN_FRONT = re.compile(
    rf"[ \t\u3000]*(?:[-*+・•>–]|[0-9]{{1,2}}[.)])?[ \t\u3000]*(?:{_EMPTY}|[(（][ \t\u3000_]{{0,3}}[)）])"
)
_TICKED_IN_FRONT = re.compile(r"[ \t\u3000]*(?:[-*+・•>–][ \t\u3000]*)?(?:[☑☒✓✔■▣]|[\[［(（][xX✓✔レ○●*＊][\]］)）])")
_TAKEN_OUT = re.compile(r"([ \t\u3000]*)-(?![-0-9])")
_PUT_IN = re.compile(r"([ \t\u3000]*)\+(?![+0-9])")


def not_chosen(text: str, spans: Sequence[Span]) -> set[int]:
    """Places of the sentences that stand behind an empty box, on its line or moved in below it, or hold one; and of
    those in a line with `-` right over one with `+`.

    >>> text = "□ 5 mg\\n☑ 1 mg"
    >>> not_chosen(text, [Span(2, 6), Span(9, 13)])
    {0}
    """
    if _BOX.search(text) is None and _BOX_IN_FRONT.search(text) is None and "+" not in text:
        return set()
    dropped = _dropped_lines(text)
    ends = [line.end for line in dropped]
    return {
        place
        for place, span in enumerate(spans)
        if _BOX.search(text, span.start, span.end) is not None
        or _first_of(dropped, bisect_right(ends, span.start)).overlaps(span)
    }


def _first_of(lines: Sequence[Span], at: int) -> Span:
    return lines[at] if at < len(lines) else Span(0, 0)


def _dropped_lines(text: str) -> list[Span]:
    found: list[Span] = []
    deeper_than: int | None = None
    before: re.Match[str] | None = None
    for match in _LINE.finditer(text):
        line = match.group()
        indent = len(line) - len(line.lstrip(_BLANKS))
        if before is not None and _is_changed(before.group(), line):
            found.append(Span(*before.span()))
        if _BOX_IN_FRONT.match(line) is not None:
            deeper_than = indent
            found.append(Span(*match.span()))
        elif _TICKED_IN_FRONT.match(line) is not None or (deeper_than is not None and indent <= deeper_than):
            deeper_than = None
        elif deeper_than is not None:
            found.append(Span(*match.span()))
        before = match
    return found


def _is_changed(line: str, following: str) -> bool:
    """Whether the first line was taken out for the second, as a comparison of two versions shows it."""
    taken_out, put_in = _TAKEN_OUT.match(line), _PUT_IN.match(following)
    return taken_out is not None and put_in is not None and taken_out[1] == put_in[1]
