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
_POWER = r"10(?:\^(?P<{0}>[-−]?[0-9]{{1,2}})(?![0-9.])|の(?P<{0}_ja>[0-9]{{1,2}})乗)"
# `×104/μL` has lost its raised 4, `2×100 mg` never had one: only the former stands before a slash.
_LOST_POWER = r"10(?P<lost>[3-9]|1[0-2])(?=/)"
# NFKC makes 1⁄2 of ½ and 11⁄2 of 1½; the last digit is the numerator, for no sign has more.
_VULGAR = r"(?P<wholes>[0-9]*)(?P<top>[0-9])⁄(?P<bottom>[2-9]|10)(?![0-9])"
# 1 1/2, 1-1/2, 1と1/2; a fraction without a whole may be two pressures or a date: see scan.py.
_MIXED = r"(?P<whole>[0-9]{1,3})(?:[ ]|-|と)(?P<over>[1-9])/(?P<under>[2-9]|1[0-2])(?![0-9/.])"
# Where nothing but an amount can follow.
_PART = (
    r"(?P<over2>[1-9])/(?P<under2>[2-9]|1[0-2])(?=[ ]?(?:錠|カプセル|包|枚|個|tablets?\b|tabs?\b|(?:〜|~|から)[0-9]))"
)
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.,-])(?P<halved>[0-9]{1,3}|one|two|three|four|five|six)[ -]and[ -]a[ -]half(?![A-Za-z])"
    rf"|(?<![0-9.,⁄/]){_VULGAR}|(?<![0-9.,⁄/]){_MIXED}|(?<![0-9A-Za-z.,⁄/]){_PART}"
    rf"|(?<![0-9.A-Za-z]){_POWER.format('raised')}"
    # 0,5 and 1.000 are decimals to some and thousands to others; the full stop of は.5 may end a sentence.
    r"|(?P<open>(?<![0-9.,])(?:[0-9]{1,3},[0-9]{1,2}(?![0-9,.])|[1-9][0-9]{0,2}(?:\.[0-9]00|(?:\.[0-9]{3}){2,})(?![0-9.]))"
    r"|(?<=[\u3040-\u9fff])\.[0-9]+)"
    r"|(?P<sign>(?<![0-9A-Za-z\u3040-\u9fff])[-−])?"
    rf"(?P<digits>{_DIGITS}|(?<![0-9A-Za-z\u3040-\u9fff.])\.[0-9]+)"
    rf"(?:[ ]?[×x][ ]?(?:{_POWER.format('power')}|{_LOST_POWER}))?(?P<multiplier>百万|千万|万|億|千(?!葉)|百)?"
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
    # False where it has two readings; `value` is then one of them.
    is_clear: bool = True


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
    if match["open"] is not None:
        digits = match["open"].replace(",", ".")
        value = Fraction(digits if digits.count(".") == 1 else digits.replace(".", ""))
        return Numeral(value, match.start(), match.end(), needs_unit=False, is_clear=False)
    if match["digits"] is None:
        return _composed(match)
    value = Fraction(match["digits"].replace(",", ""))
    power = match["power"] or match["power_ja"] or match["lost"]
    if power is not None:
        value *= _power_of_ten(power)
    if match["multiplier"] is not None:
        value *= _MULTIPLIERS[match["multiplier"]]
    return Numeral(-value if match["sign"] else value, match.start(), match.end(), needs_unit=False)


def _composed(match: re.Match[str]) -> Numeral:
    """½, 1½, 1 1/2, two and a half, 10^3."""
    if match["halved"] is not None:
        return Numeral(_word_or_digits(match["halved"]) + Fraction(1, 2), match.start(), match.end(), needs_unit=False)
    if match["bottom"] is not None:
        whole, top, bottom = match["wholes"] or "0", match["top"], match["bottom"]
    elif match["under"] is not None:
        whole, top, bottom = match["whole"], match["over"], match["under"]
    elif match["under2"] is not None:
        whole, top, bottom = "0", match["over2"], match["under2"]
    else:
        value = _power_of_ten(match["raised"] or match["raised_ja"])
        return Numeral(value, match.start(), match.end(), needs_unit=False)
    value = int(whole) + Fraction(int(top), int(bottom))
    # A part of one and more is no part: `12⁄2`, typed with this sign, is six to its writer.
    return Numeral(value, match.start(), match.end(), needs_unit=False, is_clear=int(top) < int(bottom))


def _word_or_digits(written: str) -> Fraction:
    return Fraction(written) if written.isdigit() else _WORDS[written.lower()]


def _power_of_ten(exponent: str) -> Fraction:
    return Fraction(10) ** int(exponent.replace("−", "-"))
