"""Two numbers that are said together: a range, a change, a spread, two pressures or a fraction."""

import re
from dataclasses import replace
from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import bounded
from monshin_factcheck.core.quantities.interval import Interval, point
from monshin_factcheck.core.quantities.making import made
from monshin_factcheck.core.quantities.numerals import Numeral, is_elliptic
from monshin_factcheck.core.quantities.order import ARROW, is_change
from monshin_factcheck.core.quantities.quantity import Order, Quantity
from monshin_factcheck.core.quantities.unit_expression import UnitExpression, read_unit
from monshin_factcheck.core.text.spans import Span

_RANGE = re.compile(
    rf"[ ]?(?:{ARROW.pattern}|〜|~|-|–|—|‐|−|から|ないし|to(?= )|through(?= )|and(?= )|または|又は|or(?= )|、)"
    r"[ ]?(?:約)?"
)
_BETWEEN = re.compile(r"between[ ]?$", re.IGNORECASE)
_PLUS_MINUS = re.compile(r"[ ]?±[ ]?")
_PAIR = re.compile(r"[ ]?/[ ]?")


def together(text: str, number: Numeral, unit: UnitExpression | None, following: Numeral) -> list[Quantity]:
    """What a number, with its unit, and the next number are together; empty where each stands for itself."""
    forms = (_fraction, _pair, _spread, _change, ranged)
    return next(filter(None, (form(text, number, unit, following) for form in forms)), [])


def _fraction(text: str, number: Numeral, unit: UnitExpression | None, following: Numeral) -> list[Quantity]:
    """`1/2錠`."""
    if not _is_pair(text, number, following) or not following.value:
        return []
    after = read_unit(text, following.end)
    if after is not None and after.unit.dimension == "time" and number.value < following.value:
        # Half a day, or one to two days.
        return [made(text, number.start, after.end, point(number.value), after).unread(text)]
    if (after is None or after.unit.dimension.startswith("count:")) and number.value < following.value <= 12:
        end = after.end if after is not None else following.end
        return [made(text, number.start, end, point(number.value / following.value), after)]
    return []


def _pair(text: str, number: Numeral, unit: UnitExpression | None, following: Numeral) -> list[Quantity]:
    """`140/90 mmHg`: two pressures."""
    after = read_unit(text, following.end)
    if after is None or after.unit.dimension != "pressure" or not _is_pair(text, number, following):
        return []
    second = made(text, following.start, after.end, point(following.value), after)
    interval = bounded(number.value, second.comparator).scaled(after.unit.factor)
    first = replace(second, span=Span(number.start, number.end), interval=interval, numbers=(number.value,))
    return [first, second]


def _spread(text: str, number: Numeral, unit: UnitExpression | None, following: Numeral) -> list[Quantity]:
    """`5±1`."""
    sign = _PLUS_MINUS.match(text, unit.end if unit is not None else number.end)
    if sign is None or sign.end() != following.start:
        return []
    after = read_unit(text, following.end) or unit
    end = after.end if after is not None and after is not unit else following.end
    interval = Interval(number.value - abs(following.value), number.value + abs(following.value))
    return [made(text, number.start, end, interval, after)]


def _change(text: str, number: Numeral, unit: UnitExpression | None, following: Numeral) -> list[Quantity]:
    """`10 mgから5 mgに減量`, `from 10 to 5 mg`, `5→10 mg`: two amounts, and which is the earlier one."""
    end = unit.end if unit is not None else number.end
    sign, after = _RANGE.match(text, end), read_unit(text, following.end)
    if sign is None or sign.end() != following.start or after is None:
        return []
    if unit is None and is_elliptic(number, following):
        return []
    first = after if unit is None or _is_shortened(unit, after) else unit
    if first.unit.dimension != after.unit.dimension:
        return []
    falls = number.value * first.unit.factor > following.value * after.unit.factor
    if not is_change(text, number.start, after.end, sign.group().strip(), falls=falls):
        return []
    return [
        replace(made(text, number.start, end, point(number.value), first), order=Order.FROM),
        replace(made(text, following.start, after.end, point(following.value), after), order=Order.TO),
    ]


def ranged(text: str, number: Numeral, unit: UnitExpression | None, following: Numeral) -> list[Quantity]:
    """`10〜20 mg`, `5cmから6cm`, `between 5 and 10 days`."""
    at = unit.end if unit is not None else number.end
    sign = _RANGE.match(text, at)
    if sign is None or sign.end() != following.start:
        return []
    word = sign.group().strip()
    if ARROW.fullmatch(word) or (word == "、" and not _are_neighbours(text, number, following)):
        return []
    if word == "and" and not _BETWEEN.search(text[max(0, number.start - 9) : number.start]):
        return []
    after = read_unit(text, following.end)
    if word == "から" and after is None:
        return []
    if unit is not None and after is not None and _is_shortened(unit, after):
        unit = None
    if unit is not None and after is not None and unit.unit.dimension != after.unit.dimension:
        return []
    low = number.value * (unit.unit.factor if unit is not None else after.unit.factor if after is not None else 1)
    high = following.value * (after.unit.factor if after is not None else unit.unit.factor if unit is not None else 1)
    if low >= high:
        return []
    chosen = after or unit
    end = after.end if after is not None else following.end
    factor = chosen.unit.factor if chosen is not None else Fraction(1)
    both = made(text, number.start, end, Interval(low / factor, high / factor), chosen)
    return [both.unread(text) if unit is None and is_elliptic(number, following) else both]


def _are_neighbours(text: str, number: Numeral, following: Numeral) -> bool:
    """`2、3日` are two to three days; `5、10 mg` and `1、2、3日` are lists."""
    is_step = following.value - number.value == 1 and 0 < number.value < 10 and number.end - number.start == 1
    is_first = text[max(0, number.start - 1) : number.start] != "、"
    return is_step and is_first and read_unit(text, following.end) is not None


def _is_pair(text: str, number: Numeral, following: Numeral) -> bool:
    slash = _PAIR.match(text, number.end)
    return slash is not None and slash.end() == following.start


def _is_shortened(unit: UnitExpression, after: UnitExpression) -> bool:
    """`5 mg to 10 mg a day`: both are a day."""
    return after.unit.name.startswith(f"{unit.unit.name}/")
