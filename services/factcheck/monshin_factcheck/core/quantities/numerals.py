"""Numbers as they are written: digits, separators, decimals, powers, kanji, English words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from monshin_factcheck.core.quantities.english_numerals import ENGLISH, SCALE, SCALES, parse
from monshin_factcheck.core.quantities.kanji_numerals import DIGITS, KANJI, MIXED, Written, read

# Between digits: a decimal point to some, and to others a list, a product or thousands.
_UNCLEAR_MARK = r"[・·⋅∙•‧点]"
_POWER = r"10(?:\^(?P<{0}>[-−]?[0-9]{{1,2}})(?![0-9.])|の(?P<{0}_ja>[0-9]{{1,2}})乗)"
# `×104/μL` has lost its raised 4, `2×100 mg` never had one: only the former stands before a slash.
_LOST_POWER = r"10(?P<lost>[3-9]|1[0-2])(?=/)"
# NFKC makes 1⁄2 of ½ and 11⁄2 of 1½; the last digit is the numerator, for no sign has more.
_VULGAR = r"(?P<wholes>[0-9]*)(?P<top>[0-9])⁄(?P<bottom>[2-9]|10)(?![0-9])"
# 1 1/2, 1-1/2, 1と1/2; a fraction without a whole may be two pressures or a date: see pairs.py.
_MIXED = r"(?P<whole>[0-9]{1,3})(?:[ ]|-|と)(?P<over>[1-9])/(?P<under>[2-9]|1[0-2])(?![0-9/.])"
# Where nothing but an amount can follow.
_PART = (
    r"(?P<over2>[1-9])/(?P<under2>[2-9]|1[0-2])(?=[ ]?(?:錠|カプセル|包|枚|個|tablets?\b|tabs?\b|(?:〜|~|から)[0-9]))"
)
# 10数錠, and 数10 mg: 数 behind a noun counts it, 血小板数10万, but not behind 1日 or 最大.
_SOME = (
    r"[1-9][0-9]{0,3}0[数何幾](?![値字学式量])"
    r"|(?:(?<![一-鿿々ァ-ヶー])|(?<=[0-9一毎][日回])|(?<=最[大高])|(?<=[量計])|(?<=約))数10{1,4}(?![0-9.,])[千万億]?"
)
# 1 000 mg, or one of 500 mg in `1 500 mg tablet`; the 5 of 5¹ has a footnote.
_UNCLEAR = (
    rf"{_SOME}|{DIGITS}(?:{_UNCLEAR_MARK}{DIGITS})+"
    r"|(?<![0-9.,A-Za-z-])[0-9]{1,3}(?:[ ][0-9]{3})+(?![0-9,])(?:\.[0-9]+)?"
    rf"|(?<![0-9.])[0-9]+(?:\.[0-9]+)?\^[-−]?[0-9]+"
)
# 2 hundred and fifty; not the 5 of `2 million and 5 million`.
_REST = rf"(?ai:[ -](?:and[ -])?(?:{ENGLISH}|[0-9]{{1,3}}(?![0-9])(?![ -]{SCALE})))"
_HALF = r"[ -]and[ -](?:a|one)[ -]half(?![A-Za-z])"
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9.,-])(?ai:(?P<halved>[0-9]{{1,3}}|{ENGLISH}){_HALF})"
    rf"|(?<![0-9.,⁄/]){_VULGAR}|(?<![0-9.,⁄/]){_MIXED}|(?<![0-9A-Za-z.,⁄/]){_PART}"
    rf"|(?<![0-9.A-Za-z]){_POWER.format('raised')}"
    # 0,5 and 1.000 are decimals to some and thousands to others; the full stop of は.5 may end a sentence.
    r"|(?P<open>(?<![0-9.,])(?:[0-9]{1,3},[0-9]{1,2}(?![0-9,.])|[1-9][0-9]{0,2}(?:\.[0-9]00|(?:\.[0-9]{3}){2,})(?![0-9.]))"
    r"|(?<=[\u3040-\u9fff])\.[0-9]+)"
    rf"|(?P<unclear>{_UNCLEAR})"
    r"|(?P<sign>(?<![0-9A-Za-z\u3040-\u9fff])[-−])?"
    rf"(?:(?P<mixed>{MIXED})|(?P<scaled>{DIGITS})[ -](?P<scale>(?ai:{SCALE}))(?P<rest>{_REST})?"
    rf"|(?P<digits>{DIGITS}|(?<![0-9A-Za-z\u3040-\u9fff.])\.[0-9]+)"
    rf"(?:[ ]?[×x][ ]?(?:{_POWER.format('power')}|{_LOST_POWER}))?)"
    rf"|(?P<kanji>{KANJI})|(?P<half>半|(?<![A-Za-z])(?ai:one[ -]half(?:[ ]an?)?)(?![A-Za-z]))"
    # Of `all-in-one`, and of tens that are spelt as nobody expects, only the end is a number word.
    rf"|(?<![A-Za-z])(?<![A-Za-z][-‐])(?:(?P<english>{ENGLISH})|(?P<half_a>(?ai:half(?:[ ]an?)?))"
    r"|(?P<article>(?ai:an?)))(?![A-Za-z])"
)
_DIGITS_ALONE = re.compile("[0-9]+")
_LONGEST, _LONGEST_IN_WORDS = 40, 100


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number and where it stands."""

    value: Fraction
    start: int
    end: int
    # Kanji, `半` and English words are numbers only in front of a unit: 一般 and `one of` are not.
    needs_unit: bool = True
    # False where it has two readings; `value` is then one of them.
    is_clear: bool = True
    # The power of ten that is said of the digits in front, 10000 of 3万 and 100 of three hundred; 1 if there is none.
    scale: int = 1


def numerals(text: str) -> list[Numeral]:
    """All numbers of an NFKC text, in order. A run of more than 40 characters, 100 of words, is no number that
    anybody means.

    >>> [str(numeral.value) for numeral in numerals("1,000 mgを8万/μL、二十四時間、半年")]
    ['1000', '80000', '24', '1/2']
    """
    return [
        numeral
        for match in _NUMBER.finditer(text)
        if match.end() - match.start() <= (_LONGEST_IN_WORDS if match["english"] or match["halved"] else _LONGEST)
        for numeral in _numerals(match)
    ]


def is_elliptic(number: Numeral, following: Numeral) -> bool:
    """Whether the first of two may borrow the power of ten: 2〜3万 begins at 20,000, `two to three hundred` at 200."""
    return number.scale == 1 and following.scale > 1 and number.value < following.value / following.scale


def _numerals(match: re.Match[str]) -> Iterator[Numeral]:
    words = match["english"] or match["halved"]
    if words is None or words.isdigit():
        yield _numeral(match)
        return
    *before, last = (
        _or_unclear(found.value, match.start() + found.start, match.start() + found.end, scale=found.scale)
        for found in parse(words)
    )
    yield from before
    if match["halved"] is not None:
        last = replace(last, value=last.value + Fraction(1, 2), end=match.end(), scale=1)
    yield last


def _numeral(match: re.Match[str]) -> Numeral:
    start, end = match.span()
    if match["half"] is not None or match["half_a"] is not None:
        return Numeral(Fraction(1, 2), start, end)
    if match["article"] is not None:
        return Numeral(Fraction(1), start, end)
    if match["kanji"] is not None:
        found = read(match["kanji"])
        return _or_unclear(found.value, start, end, scale=found.scale)
    if match["unclear"] is not None:
        return Numeral(Fraction(_DIGITS_ALONE.findall(match["unclear"])[0]), start, end, False, is_clear=False)
    if match["open"] is not None:
        digits = match["open"].replace(",", ".")
        value = Fraction(digits if digits.count(".") == 1 else digits.replace(".", ""))
        return Numeral(value, start, end, needs_unit=False, is_clear=False)
    if match["mixed"] is None and match["scaled"] is None and match["digits"] is None:
        return _composed(match)
    found = _in_digits(match)
    made = _or_unclear(found.value, start, end, scale=found.scale)
    return replace(made, value=-made.value if match["sign"] else made.value, needs_unit=False)


def _or_unclear(value: Fraction | None, start: int, end: int, *, scale: int) -> Numeral:
    return Numeral(value or Fraction(0), start, end, is_clear=value is not None, scale=scale)


def _in_digits(match: re.Match[str]) -> Written:
    """5, 1万2千, 2 million, 3×10^4, without their sign."""
    if match["mixed"] is not None:
        return read(match["mixed"])
    if match["scaled"] is not None:
        scale = SCALES[match["scale"].lower()]
        return Written(None if match["rest"] else Fraction(match["scaled"].replace(",", "")) * scale, scale)
    power = match["power"] or match["power_ja"] or match["lost"]
    return Written(Fraction(match["digits"].replace(",", "")) * (_power_of_ten(power) if power else 1))


def _composed(match: re.Match[str]) -> Numeral:
    """½, 1½, 1 1/2, 2 and a half, 10^3."""
    start, end = match.span()
    if match["halved"] is not None:
        return Numeral(Fraction(match["halved"]) + Fraction(1, 2), start, end, needs_unit=False)
    if match["bottom"] is not None:
        whole, top, bottom = match["wholes"] or "0", match["top"], match["bottom"]
    elif match["under"] is not None:
        whole, top, bottom = match["whole"], match["over"], match["under"]
    elif match["under2"] is not None:
        whole, top, bottom = "0", match["over2"], match["under2"]
    else:
        return Numeral(_power_of_ten(match["raised"] or match["raised_ja"]), start, end, needs_unit=False)
    value = int(whole) + Fraction(int(top), int(bottom))
    # A part of one and more is no part: `12⁄2`, typed with this sign, is six to its writer.
    return Numeral(value, start, end, needs_unit=False, is_clear=int(top) < int(bottom))


def _power_of_ten(exponent: str) -> Fraction:
    return Fraction(10) ** int(exponent.replace("−", "-"))
