"""Numbers in kanji, alone and mixed with digits: 二十四, 二四, 〇・五, 1万2千; 数百 and 三四日 may be several."""

import re
from dataclasses import dataclass
from fractions import Fraction

DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_KANJI_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8}
_TEN_THOUSAND = 10**4
# 壱, 弐, 参 and 拾 are written where nobody may change them. 参 is in many other words.
_FORMAL = str.maketrans("壱弐参拾", "一二三十")
_D, _M = "〇零一二三四五六七八九壱弐", "十百千万億拾"
# Not the 数 of 数値 or 数字.
_SOME = r"[数何幾]"
_MORE = rf"(?:[{_D}{_M}]|(?<=[{_M}])(?:{_SOME}(?![値字学式量])|{DIGITS}))*"
KANJI = (
    rf"(?:{_SOME}(?=[{_M}])|参(?=[{_M}]))?[{_D}{_M}]{_MORE}"
    rf"(?:[・·.点](?=[0-9{_D}{_M}])(?:[{_D}{_M}]|{DIGITS}){_MORE})*"
)
# Not 2千葉.
MIXED = rf"{DIGITS}(?:千(?!葉)|[十百万億]){_MORE}"
_TOKEN = re.compile(rf"(?P<ascii>{DIGITS})|(?P<digits>[〇零一二三四五六七八九]+)|(?P<mark>.)", re.DOTALL)
# The full stop of 一.五, not that of 1.5万.
_POINT = re.compile(r"[・·点]|(?<![0-9])\.|\.(?![0-9])")
_TENTHS = re.compile(rf"(?P<digits>[〇零一二三四五六七八九]+)(?P<scale>[{_M}]*)")


@dataclass(frozen=True, slots=True)
class Written:
    """What a stretch says. value: None where it has several readings, or none.

    scale: the power of ten that its last characters say of the digits in front, 10000 in 3万; 1 if there is none.
    """

    value: Fraction | None
    scale: int = 1


def read(stretch: str) -> Written:
    """The number of a stretch that `KANJI` or `MIXED` found.

    >>> [str(read(text).value) for text in ("一万二千", "1万2千", "一〇", "〇・五", "数百", "三四")]
    ['12000', '12000', '10', '1/2', 'None', 'None']
    """
    stretch = stretch.translate(_FORMAL)
    parts = _POINT.split(stretch)
    return _whole(stretch) if len(parts) == 1 else Written(_decimal(parts))


def _decimal(parts: list[str]) -> Fraction | None:
    tenths = _TENTHS.fullmatch(parts[1])
    whole = _whole(parts[0])
    if len(parts) != 2 or tenths is None or whole.value is None or any(one.isdigit() for one in parts[0]):
        return None
    tail = Fraction(_positional(tenths["digits"]), 10 ** len(tenths["digits"]))
    # 二・三日 is two to three days as often as 2.3.
    if tail * 10 == whole.value + 1:
        return None
    return (whole.value + tail) * _product(tenths["scale"])


def _whole(stretch: str) -> Written:
    """Digits and powers of ten in falling order; anything else is no one number."""
    total, section = Fraction(0), Fraction(0)
    # The next power of its kind, and the next digits, are smaller.
    large, small = 10**12, _TEN_THOUSAND
    number: Fraction | None = None
    is_long = False
    scale = 1
    for token in _TOKEN.finditer(stretch):
        if token.lastgroup != "mark":
            if number is not None or (token["digits"] is not None and _are_alternatives(token["digits"])):
                return Written(None)
            number, scale = _number(token), 1
            is_long = token["digits"] is not None and len(token["digits"]) > 1
            if number.denominator > 1 and (total or section):
                return Written(None)
            continue
        mark = token["mark"]
        power = _SMALL.get(mark) or _LARGE.get(mark)
        if power is None or number == 0:
            return Written(None)
        scale = scale * power if number is not None or scale > 1 else 1
        if mark in _SMALL:
            if power >= small or is_long:
                return Written(None)
            section, small = section + (1 if number is None else number) * power, power
        else:
            block = section + (number or 0)
            if not block or power >= large or (section and number is not None and number >= small):
                return Written(None)
            total, section, large, small = total + block * power, Fraction(0), power, _TEN_THOUSAND
        number, is_long = None, False
    rest = section + (number or 0)
    is_too_large = (section and number is not None and number >= small) or (total and rest >= _TEN_THOUSAND)
    return Written(None if is_too_large else total + rest, scale)


def _number(token: re.Match[str]) -> Fraction:
    return Fraction(token["ascii"].replace(",", "")) if token["ascii"] else Fraction(_positional(token["digits"]))


def _positional(digits: str) -> int:
    return int("".join(str(_KANJI_DIGITS[character]) for character in digits))


def _are_alternatives(digits: str) -> bool:
    """三四日 is three or four days, or 34."""
    one, *others = (_KANJI_DIGITS[character] for character in digits)
    return len(others) == 1 and one > 0 and others[0] == one + 1


def _product(powers: str) -> int:
    product = 1
    for mark in powers:
        product *= _SMALL.get(mark) or _LARGE[mark]
    return product
