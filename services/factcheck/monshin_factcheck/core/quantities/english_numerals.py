"""Numbers in English words: thirty-six, two hundred and fifty, a thousand, two point five, one-half."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
# Misspelt as people do: `fourty-six` must not be six.
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "ninty": 90,
}  # fmt: skip
_HUNDRED = "hundred"
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
SCALES = {_HUNDRED: 100} | _LARGE
_DIGITS = {"zero": 0} | _ONES
_POINT, _AND = "point", "and"


def _one_of(words: Sequence[str]) -> str:
    return rf"(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![A-Za-z])"


_WORD = _one_of([*_DIGITS, *_TEENS, *_TENS, *SCALES])
SCALE = _one_of([*SCALES])
_DIGIT = _one_of([*_DIGITS])
# A dash between tens and ones is no range: it would fall.
_JOINT = (
    rf"(?:\s{{1,2}}(?:and\s{{1,2}})?|[-‐](?:and[-‐])?|(?<=ty)[–—−](?={_one_of([*_ONES])})"
    rf"|(?:(?<=thousand)|(?<=million)),\s(?:and\s)?)"
)
# `a hundred` is one; how many `a few hundred` and `half a million` are no numeral tells.
_COUNT = r"(?:some|several|many|few|couple|dozen|half|quarter|of|a|an|the|odd)[ -]"
# One stretch of number words, of which `parse` makes one or more numbers.
ENGLISH = (
    rf"(?ai:(?:point[ ])?(?:(?:{_COUNT}){{1,4}}(?={SCALE}))?{_WORD}(?:{_JOINT}{_WORD})*"
    rf"(?:[ ]point(?:[ -]{_DIGIT})+(?:[ -]{_WORD})*)?)"
)
_TOKEN = re.compile(r"[a-z]+", re.IGNORECASE | re.ASCII)
_KNOWN = frozenset({*_DIGITS, *_TEENS, *_TENS, *SCALES})


@dataclass(frozen=True, slots=True)
class Words:
    """A number in a stretch of words, at [start, end) of it. value: None where the words make no single number.

    scale: the power of ten that the last words say of those before, 100 in `three hundred`; 1 if there is none.
    """

    start: int
    end: int
    value: Fraction | None
    scale: int = 1


def parse(stretch: str) -> Iterator[Words]:
    """The numbers of a stretch that `ENGLISH` found, in order.

    >>> [str(found.value) for found in parse("two hundred and fifty")], [found.value for found in parse("five six")]
    (['250'], [None])
    """
    tokens = list(_TOKEN.finditer(stretch))
    words = [token.group().lower() for token in tokens]
    if _POINT in words:
        yield Words(0, len(stretch), _decimal(words))
        return
    first = next(index for index, word in enumerate(words) if word in _KNOWN)
    is_counted = words[:first] in ([], ["a"], ["an"]) and (first > 0 or words[0] not in SCALES)
    if not is_counted:
        yield Words(0, len(stretch), None)
        return
    words[:first] = ["one"] * first
    for start, end in _groups(words):
        spoken = _without_and(words[start:end])
        value = _value(spoken)
        yield Words(
            tokens[start].start(), tokens[end - 1].end(), None if value is None else Fraction(value), _scale(spoken)
        )


def _groups(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each number begins and ends: `and` is in one behind a scale, and between two elsewhere."""
    start = 0
    for at, word in enumerate(words):
        if word != _AND:
            continue
        following = next((index for index in range(at + 1, len(words)) if words[index] == _AND), len(words))
        is_inside = words[at - 1] in SCALES and _value(_without_and(words[start:following])) is not None
        if not is_inside:
            yield start, at
            start = at + 1
    yield start, len(words)


def _value(words: Sequence[str]) -> int | None:
    """None where the words do not follow one another as in one number."""
    if list(words) == ["zero"]:
        return 0
    total, limit, at = 0, 10**12, 0
    while at < len(words):
        section, at = _below_hundred(words, at)
        if at < len(words) and words[at] == _HUNDRED:
            rest, at = _below_hundred(words, at + 1)
            section = section * 100 + rest
        large = _LARGE.get(words[at]) if at < len(words) else None
        if not section or section * (large or 1) >= limit or (large is None and at < len(words)):
            return None
        total += section * (large or 1)
        limit = large or 1
        at += 1
    return total


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int]:
    """The number below 100 that begins at a word, and the word behind it; 0 if there is none."""
    word = words[at] if at < len(words) else ""
    if word in _TENS:
        ones = _ONES.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return _TENS[word] + ones, at + (2 if ones else 1)
    value = _ONES.get(word, 0) or _TEENS.get(word, 0)
    return value, at + (1 if value else 0)


def _decimal(words: list[str]) -> Fraction | None:
    at = words.index(_POINT)
    whole = _value(_without_and(words[:at]))
    digits = [_DIGITS.get(word) for word in words[at + 1 :]]
    # At this point five mg are given.
    if not at or whole is None or None in digits:
        return None
    return Fraction(f"{whole}.{''.join(map(str, digits))}")


def _scale(words: Sequence[str]) -> int:
    scale = 1
    for word in reversed(words):
        if word not in SCALES:
            break
        scale *= SCALES[word]
    return scale


def _without_and(words: Sequence[str]) -> list[str]:
    return [word for word in words if word != _AND]
