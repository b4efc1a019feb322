"""Numbers as they are written: digits, separators, decimals, powers, kanji, English words."""

import re
from dataclasses import dataclass
from fractions import Fraction

_KANJI_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_SMALL = {"十": 10, "百": 100, "千": 1000}
_KANJI_LARGE = {"万": 10**4, "億": 10**8}
_MULTIPLIERS = {"百万": 10**6, "千万": 10**7, "万": 10**4, "億": 10**8, "千": 1000, "百": 100}
_WHOLE = {
    "zero": 0, "one": 1, "an": 1, "a": 1, "two": 2, "three": 3,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20, "twenty-four": 24, "thirty": 30, "forty": 40,
    "forty-five": 45, "forty-eight": 48, "fifty": 50, "sixty": 60, "seventy-two": 72, "ninety": 90, "hundred": 100,
}  # fmt: skip
_WORDS = {word: Fraction(value) for word, value in _WHOLE.items()} | dict.fromkeys(
    ("half", "half a", "half an"), Fraction(1, 2)
)

_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_NUMBER = re.compile(
    rf"(?P<sign>(?<![0-9A-Za-z\u3040-\u9fff])[-−])?(?P<digits>{_DIGITS})"
    r"(?:[ ]?[×x][ ]?10(?:\^|の)?(?P<power>[0-9]{1,2})乗?)?(?P<multiplier>百万|千万|万|億|千(?!葉)|百)?"
    r"|(?P<kanji>[〇一二三四五六七八九十百千万億]+|零)|(?P<half>半)"
    r"|(?<![A-Za-z])(?P<word>" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + r")(?![A-Za-z-])",
    re.IGNORECASE,
)


_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number and where it stands."""

    value: Fraction
    start: int
    end: int
    # Kanji, `半` and English words are numbers only in front of a unit: 一般 and `one of` are not.
    needs_unit: bool


def numerals(text: str) -> list[Numeral]:
    """All numbers of an NFKC text, in order. A run of more than 40 characters is no number that anybody means.

    >>> [str(numeral.value) for numeral in numerals("1,000 mgを8万/μL、二十四時間、半年")]
    ['1000', '80000', '24', '1/2']
    """
    return [_numeral(match) for match in _NUMBER.finditer(text) if match.end() - match.start() <= _LONGEST]


def kanji_value(text: str) -> Fraction:
    """The value of kanji numerals: 二十四 and 二四 are both 24.

    >>> kanji_value("一万二千"), kanji_value("一〇")
    (Fraction(12000, 1), Fraction(10, 1))
    """
    if not any(character in _KANJI_SMALL or character in _KANJI_LARGE for character in text):
        return Fraction(int("".join(str(_KANJI_DIGITS[character]) for character in text)))
    total = section = 0
    digit: int | None = None
    for character in text:
        if character in _KANJI_DIGITS:
            digit = (digit or 0) * 10 + _KANJI_DIGITS[character]
        elif character in _KANJI_SMALL:
            section += (1 if digit is None else digit) * _KANJI_SMALL[character]
            digit = None
        else:
            total += (section + (digit or 0) or 1) * _KANJI_LARGE[character]
            section, digit = 0, None
    return Fraction(total + section + (digit or 0))


def _numeral(match: re.Match[str]) -> Numeral:
    if match["kanji"] is not None:
        return Numeral(kanji_value(match["kanji"]), match.start(), match.end(), needs_unit=True)
    if match["half"] is not None:
        return Numeral(Fraction(1, 2), match.start(), match.end(), needs_unit=True)
    if match["word"] is not None:
        return Numeral(_WORDS[match["word"].lower()], match.start(), match.end(), needs_unit=True)
    value = Fraction(match["digits"].replace(",", ""))
    if match["power"] is not None:
        value *= 10 ** int(match["power"])
    if match["multiplier"] is not None:
        value *= _MULTIPLIERS[match["multiplier"]]
    return Numeral(-value if match["sign"] else value, match.start(), match.end(), needs_unit=False)
