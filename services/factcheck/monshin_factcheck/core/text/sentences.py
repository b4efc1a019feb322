"""Sentences of Japanese and English texts, as stretches of the text as it came."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from monshin_factcheck.core.text.spans import Span

# Longer stretches without an end are cut at a comma or a space: tables and dumps must not become one sentence.
MAX_SENTENCE = 1000
# A bracket that closes later than this was not meant as one.
MAX_BRACKET = 200
_MAX_DEPTH = 16

# What breaks lines beside \n.
OTHER_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
LINE = re.compile(f"[^\n{OTHER_BREAKS}]+")
BULLET = re.compile(
    r"[ \t\u3000]*(?:#{1,6}[ \t\u3000]+|>[ \t]+)?"
    r"(?:[・●○■□◆◇▪•‣※]+[ \t\u3000]*|[-*+–—][ \t\u3000]+|\(?[0-9０-９]{1,2}(?:[.．][ \t\u3000]+|[)）][ \t\u3000]*)"
    r"|[①-⑳][ \t\u3000]*|\(?[A-Za-z]\)[ \t\u3000]+)?"
)
# Those that end a sentence whatever follows, and all.
CLEAR_MARKS = "。｡！？"
SENTENCE_MARKS = f"{CLEAR_MARKS}!?．."
# A line that is shorter, or ends in one of these, is complete at its end.
MAY_GO_ON = 40
LINE_MARKS = f"{SENTENCE_MARKS}:：;；"
CLOSING_MARKS = "」』）)]】”’\"'"
_END = re.compile(f"[{SENTENCE_MARKS}]+[{re.escape(CLOSING_MARKS)}]*")
_BRACKETS = {"（": "）", "(": ")", "「": "」", "『": "』", "【": "】", "[": "]", "［": "］", "〔": "〕", "“": "”"}
_OPENING_OF = {closing: opening for opening, closing in _BRACKETS.items()}

# A point after these belongs to the word. The second group may also end a sentence, before a capital letter.
_ABBREVIATIONS = frozenset(
    {
        "e.g", "i.e", "dr", "mr", "mrs", "ms", "prof", "st", "vs", "fig", "figs", "no", "nos", "approx", "ca",
        "cf", "al", "eq", "ref", "refs", "vol", "ed", "max", "min", "temp", "conc", "resp", "incl", "excl",
        "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    }
)  # fmt: skip
_MAY_END = frozenset(
    {
        "etc", "i.v", "iv", "p.o", "s.c", "i.m", "b.i.d", "t.i.d", "q.i.d", "q.d", "q.h", "p.r.n", "a.m", "p.m",
        "hr", "hrs", "sec", "wt", "inc", "ltd", "u.s",
    }
)  # fmt: skip
_WORD_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*$")
# In front of a letter that is a unit, not the initial of a name: mmol/L, 5 U.
_OF_A_UNIT = re.compile(r"(?:/|\d[ \u00a0]?)$")


def split_sentences(text: str) -> list[Span]:
    """Stretches of `text` in order; they never overlap, and only white space and bullets lie between them.

    Ends are 。！？ and their Western forms, and line ends; not inside brackets or quotes, decimals or abbreviations.
    A line that goes on in lower case after a long unfinished one is the same English sentence.

    >>> text = "CRP 0.5 mg/dL（正常。）だった。次に進む。"
    >>> [span.of(text) for span in split_sentences(text)]
    ['CRP 0.5 mg/dL（正常。）だった。', '次に進む。']
    """
    return [piece for line in _lines(text) for sentence in split_line(text, line) for piece in capped(text, sentence)]


def _lines(text: str) -> Iterator[Span]:
    """Lines without their bullets; wrapped English lines are put together."""
    pending: Span | None = None
    for match in LINE.finditer(text):
        bullet = BULLET.match(text, match.start(), match.end())
        start = bullet.end() if bullet is not None else match.start()
        line = trimmed(text, start, match.end())
        if line is None:
            continue
        if pending is not None and start == match.start() and _goes_on(text, pending, line):
            pending = Span(pending.start, line.end)
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending is not None:
        yield pending


def _goes_on(text: str, line: Span, following: Span) -> bool:
    last_line = max(text.rfind("\n", line.start, line.end) + 1, line.start)
    return (
        line.end - last_line >= MAY_GO_ON
        and text[following.start].islower()
        and text[line.end - 1] not in LINE_MARKS
        and text.count("\n", line.end, following.start) == 1
    )


def split_line(text: str, line: Span) -> Iterator[Span]:
    """The sentences of one line, or of lines that were put together."""
    protected = _bracketed(text, line)
    closings = [bracket.end for bracket in protected]
    start = line.start
    for match in _END.finditer(text, line.start, line.end):
        nearest = bisect_right(closings, match.start())
        if nearest < len(protected) and protected[nearest].start < match.start():
            continue
        if not _ends_sentence(text, match, line):
            continue
        sentence = trimmed(text, start, match.end())
        if sentence is not None:
            yield sentence
        start = match.end()
    rest = trimmed(text, start, line.end)
    if rest is not None:
        yield rest


def _ends_sentence(text: str, match: re.Match[str], line: Span) -> bool:
    mark, at, end = match.group()[0], match.start(), match.end()
    if end == line.end or mark in CLEAR_MARKS:
        return True
    following = text[end]
    if mark in "!?":
        return not (following.isascii() and following.isalnum())
    before = text[at - 1] if at > line.start else " "
    if mark == "．":
        return not (before.isdigit() and following.isdigit())
    if not before.isascii() and before.isalpha():
        return not following.isdigit()
    return following.isspace() and _ends_english(text, at, end, line)


def _ends_english(text: str, at: int, end: int, line: Span) -> bool:
    opening = text[end : min(end + 20, line.end)].lstrip()[:1]
    if opening.islower():
        return False
    word = _WORD_BEFORE.search(text, max(line.start, at - 20), at)
    if word is None:
        # `3. Second` opens with a number: an enumeration inside the line, not an end.
        return at - line.start > 3 or not text[line.start : at].strip().isdigit()
    name = word.group().lower().rstrip(".")
    if name in _MAY_END:
        return opening.isupper()
    is_unit = _OF_A_UNIT.search(text, max(line.start, word.start() - 3), word.start()) is not None
    is_initial = len(name) == 1 and word.group().isupper() and not is_unit
    return not (name in _ABBREVIATIONS or is_initial)


def ends_in_abbreviation(text: str, line: Span) -> bool:
    """Whether a point at the end of a line may belong to its last word: i.v."""
    if line.end - line.start < 2 or text[line.end - 1] != ".":
        return False
    word = _WORD_BEFORE.search(text, max(line.start, line.end - 20), line.end - 1)
    return word is not None and word.group().lower().rstrip(".") in _ABBREVIATIONS | _MAY_END


def _bracketed(text: str, line: Span) -> list[Span]:
    """Outermost pairs of brackets that open and close within this line."""
    return _outermost(_paired(text, line.start, line.end)[0])


def open_brackets(text: str) -> list[int]:
    """Where brackets open that the rest of a line may still close, for a line that begins with `text`."""
    return [at for _, at in _paired(text, 0, len(text))[1]]


def _paired(text: str, start: int, end: int) -> tuple[list[Span], list[tuple[str, int]]]:
    """Pairs of brackets that are not too far apart, and the brackets that are still open at the end."""
    open_at: list[tuple[str, int]] = []
    pairs: list[Span] = []
    for at in range(start, end):
        character = text[at]
        if character in _BRACKETS:
            open_at = open_at[-_MAX_DEPTH:]
            open_at.append((character, at))
        elif character in _OPENING_OF:
            for depth in range(len(open_at) - 1, -1, -1):
                opening, opened = open_at[depth]
                if opening == _OPENING_OF[character]:
                    del open_at[depth:]
                    if at - opened <= MAX_BRACKET:
                        pairs.append(Span(opened, at))
                    break
    return pairs, open_at


def _outermost(pairs: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for pair in sorted(pairs, key=lambda pair: (pair.start, -pair.end)):
        if not kept or pair.start > kept[-1].end:
            kept.append(pair)
    return kept


def capped(text: str, sentence: Span) -> Iterator[Span]:
    """The sentence, or its pieces where it is longer than MAX_SENTENCE."""
    start = sentence.start
    while sentence.end - start > MAX_SENTENCE:
        window_end = start + MAX_SENTENCE
        cut = max(text.rfind(mark, start + MAX_SENTENCE // 2, window_end) for mark in "、，, 　") + 1
        end = cut if cut > 0 else window_end
        piece = trimmed(text, start, end)
        if piece is not None:
            yield piece
        start = end
    rest = trimmed(text, start, sentence.end)
    if rest is not None:
        yield rest


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The stretch without white space at its ends; None where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None
