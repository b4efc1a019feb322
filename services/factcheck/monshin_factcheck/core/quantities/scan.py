"""Finds the quantities of a text: number, unit, range, comparator, period and scope, put together exactly."""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import Comparator, bound_after, bounded
from monshin_factcheck.core.quantities.dates import dates
from monshin_factcheck.core.quantities.denials import with_denials
from monshin_factcheck.core.quantities.frequency import frequencies
from monshin_factcheck.core.quantities.interval import point
from monshin_factcheck.core.quantities.joined import joined
from monshin_factcheck.core.quantities.making import made
from monshin_factcheck.core.quantities.numerals import Numeral, numerals
from monshin_factcheck.core.quantities.order import with_orders
from monshin_factcheck.core.quantities.pairs import ranged, together
from monshin_factcheck.core.quantities.period import with_periods
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.unit_expression import UnitExpression, read_unit
from monshin_factcheck.core.text.spans import Span

# Between a number in words and one in digits: 半〜1錠, thirty to 45 minutes; not `Day one - 5 mg`.
_RANGE_TO_DIGITS = re.compile(r"[ ]?[〜~]|[-–‐−](?=[0-9])|[ ](?:to|or)[ ]")
_PART = re.compile(r"分の")
# 2割5分 is 25 %, 38度5分 is 38.5 degrees; 度 is never followed by minutes of arc in a patient.
_DIGIT = "[0-9一二三四五六七八九]"
_TENTH = re.compile(rf"(?P<digit>{_DIGIT})分(?!間|の[ ]?{_DIGIT})(?:(?P<hundredth>{_DIGIT})厘)?")
_IN_TENTHS = frozenset({"割", "度"})
_HALF = re.compile(r"半(?![分減数身額])|[ ]and a half(?![A-Za-z])")
# A share without a unit: 半数, 半量; 過半数 is more than that.
_HALVES = re.compile(r"半(?:数|分|量)")
# Kanji that read like a number and a unit and mean something else.
_NOT_NUMBERS = re.compile(
    r"十分(?!間|以|ご|毎|お|前|後|ほど|程|たっ|か)|一時(?!間)|[一二三四]度|[一二]段|一気|一部|百日咳|一人暮|一日中|万一|一本化|三日月|一年生|二次|一次|三次|千人|一例|一種|一点|一目"
)
_NAME_BEFORE = re.compile(r"[A-Za-z\u0370-\u03ff][-‐]?$")
_ARTICLES = frozenset({"a", "an"})


def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of an NFKC text, in order, none overlapping another.

    >>> [(found.unit, found.comparator.value) for found in quantities("eGFR 30 mL/min/1.73m2未満、1日3回、10〜20mg")]
    [('mL/分/1.73m2', 'less_than'), ('回/日', 'none'), ('mg', 'range')]
    """
    fixed = _merged(frequencies(text), dates(text))
    found = list(fixed)
    reader = _Reader(text, numerals(text), tuple(quantity.span for quantity in fixed))
    index = 0
    while index < len(reader.numbers):
        read, index = reader.read(index)
        found.extend(one for one in read if not any(one.span.overlaps(other.span) for other in fixed))
    found.sort(key=lambda quantity: quantity.span)
    found = list(with_periods(text, joined(text, _apart(text, found))))
    return tuple(with_denials(text, list(with_orders(text, found))))


def _apart(text: str, found: list[Quantity]) -> list[Quantity]:
    """`5 at least 3`: which of the two the words bound, nobody knows; they stay with the second."""
    apart: list[Quantity] = []
    for one in found:
        if apart and one.span.start < apart[-1].span.end:
            last = apart.pop()
            apart.append(replace(last, span=Span(last.span.start, one.span.start)).unread(text))
        apart.append(one)
    return apart


def _merged(first: list[Quantity], second: list[Quantity]) -> list[Quantity]:
    free = [one for one in second if not any(one.span.overlaps(other.span) for other in first)]
    return sorted((*first, *free), key=lambda quantity: quantity.span)


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    numbers: list[Numeral]
    taken: tuple[Span, ...]

    def read(self, index: int) -> tuple[list[Quantity], int]:
        """The quantities that begin with this number, and the number to go on with."""
        found, index = self._read(index)
        while found and index < len(self.numbers) and self.numbers[index].start < found[-1].span.end:
            # The 1.73 of mL/min/1.73m2 belongs to the unit.
            index += 1
        return found, index

    def _read(self, index: int) -> tuple[list[Quantity], int]:
        number = self.numbers[index]
        unit = read_unit(self.text, number.end)
        if self._is_taken(number):
            return [], index + 1
        following = self.numbers[index + 1] if index + 1 < len(self.numbers) else None
        if following is not None and self._is_taken(following):
            following = None
        halves = _HALVES.match(self.text, number.start)
        if halves is not None:
            return [self._halves(number.start, halves.end())], index + 1
        part = self._part(number, following) if following is not None else []
        if part:
            return part, index + 2
        counts = self._counts(number, unit)
        if following is not None and (counts or self._waits(number, following)):
            both = (together if counts else ranged)(self.text, number, unit, following)
            if both:
                is_clear = number.is_clear and following.is_clear
                return [one if is_clear else one.unread(self.text) for one in both], index + 2
        if not counts:
            return [], index + 1
        value = number.value
        end = unit.end if unit is not None else number.end
        is_whole = unit is not None and number.value.denominator == 1
        half = _HALF.match(self.text, end) if is_whole else None
        tenth = _TENTH.match(self.text, end) if is_whole and unit is not None and unit.unit.name in _IN_TENTHS else None
        if half is not None:
            value, end = value + Fraction(1, 2), half.end()
        elif tenth is not None:
            value += _digit(tenth["digit"]) / 10 + _digit(tenth["hundredth"] or "0") / 100
            end = tenth.end()
        single = made(self.text, number.start, end, point(value), unit)
        return [single if number.is_clear else single.unread(self.text)], index + 1

    def _is_taken(self, number: Numeral) -> bool:
        at = bisect_right(self.taken, number.start, key=lambda span: span.start) - 1
        return at >= 0 and number.start < self.taken[at].end

    def _waits(self, number: Numeral, following: Numeral) -> bool:
        """`三十〜四十五度`: the unit comes with the second number."""
        if not number.needs_unit or self._is_article(number):
            return False
        if not (following.needs_unit or _RANGE_TO_DIGITS.match(self.text, number.end)):
            return False
        unit = read_unit(self.text, following.end)
        return unit is not None and self._counts(following, unit)

    def _counts(self, number: Numeral, unit: UnitExpression | None) -> bool:
        if _NOT_NUMBERS.match(self.text, number.start):
            return False
        if number.needs_unit:
            if unit is None:
                return False
            return unit.unit.dimension == "time" or not self._is_article(number)
        if _NAME_BEFORE.search(self.text, max(0, number.start - 2), number.start):
            hyphen = self.text[number.start - 1] in "-‐"
            return not hyphen and (
                unit is not None or bound_after(self.text, number.end).comparator is not Comparator.NONE
            )
        return True

    def _is_article(self, number: Numeral) -> bool:
        return self.text[number.start : number.end].lower() in _ARTICLES

    def _halves(self, start: int, end: int) -> Quantity:
        half = made(self.text, start, end, point(Fraction(1, 2)), None, "share")
        if start == 0 or self.text[start - 1] != "過" or half.comparator is not Comparator.NONE:
            return half
        above = bounded(Fraction(1, 2), Comparator.MORE_THAN)
        return replace(half, span=Span(start - 1, half.span.end), interval=above, comparator=Comparator.MORE_THAN)

    def _part(self, number: Numeral, following: Numeral) -> list[Quantity]:
        """`3分の1`, `三分の一`, `2分の1錠`."""
        part = _PART.match(self.text, number.end)
        is_part = part is not None and part.end() == following.start
        if not is_part or not number.value or not (number.is_clear and following.is_clear):
            return []
        value = point(following.value / number.value)
        after = read_unit(self.text, following.end)
        if after is not None and after.unit.dimension.startswith("count:"):
            return [made(self.text, number.start, after.end, value, after)]
        return [made(self.text, number.start, following.end, value, None, "share")]


def _digit(written: str) -> Fraction:
    (numeral,) = numerals(written)
    return numeral.value
