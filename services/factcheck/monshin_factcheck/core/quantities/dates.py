"""Calendar dates, times of the day and decades of age, which look like quantities and are not."""

import re
from collections.abc import Iterator
from fractions import Fraction

from monshin_factcheck.core.quantities.clocks import clocks
from monshin_factcheck.core.quantities.comparators import Comparator, bound_after, bounded
from monshin_factcheck.core.quantities.interval import Interval
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.text.spans import Span

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911}
_DATE = re.compile(
    r"(?:(?<![0-9.])(?P<year>(?:19|20)[0-9]{2})|(?P<era>令和|平成|昭和|大正)(?P<era_year>[0-9]{1,2}|元))年(?!間|目)"
    r"(?:(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>3[01]|[12][0-9]|0?[1-9])日)?)?"
    r"|(?<![0-9.])(?P<year2>(?:19|20)[0-9]{2})[-/](?P<month2>1[0-2]|0?[1-9])[-/](?P<day2>3[01]|[12][0-9]|0?[1-9])(?![0-9])"
    r"|(?<![0-9か〜~.])(?P<month3>1[0-2]|[1-9])月(?!間|目|分)(?:(?P<day3>3[01]|[12][0-9]|[1-9])日(?!間|目))?"
)
_DECADE = re.compile(r"(?<![0-9.])(?P<decade>[1-9]0)(?:歳)?代")


def dates(text: str) -> list[Quantity]:
    """All dates (dimension `date`, `month` without a year), times of the day (see clocks.py) and decades, in order."""
    return sorted((*_dates(text), *_clocks(text), *_decades(text)), key=lambda quantity: quantity.span.start)


def _dates(text: str) -> Iterator[Quantity]:
    for match in _DATE.finditer(text):
        year = match["year"] or match["year2"]
        if match["era"]:
            year = str(_ERAS[match["era"]] + (1 if match["era_year"] == "元" else int(match["era_year"])))
        month = match["month"] or match["month2"] or match["month3"]
        day = match["day"] or match["day2"] or match["day3"]
        span = Span(match.start(), match.end())
        yield _ordered(text, span, "date" if year else "month", _ordinal(year, month, day))


def _ordinal(year: str | None, month: str | None, day: str | None) -> Interval:
    """Days on a calendar of 12 months of 31 days; a month or year without a day is all of its days."""
    first = int(year or 0) * 372 + (int(month) - 1 if month else 0) * 31 + (int(day) - 1 if day else 0)
    length = 1 if day else 31 if month else 372
    return Interval(Fraction(first), Fraction(first + length - 1))


def _clocks(text: str) -> Iterator[Quantity]:
    for clock in clocks(text):
        yield _ordered(text, clock.span, clock.dimension, Interval(clock.minutes, clock.minutes))


def _decades(text: str) -> Iterator[Quantity]:
    for match in _DECADE.finditer(text):
        low = Fraction(match["decade"])
        interval = Interval(low, low + 10, high_open=True)
        yield Quantity(Span(match.start(), match.end()), interval, "age", "歳", Comparator.RANGE)


def _ordered(text: str, span: Span, dimension: str, interval: Interval) -> Quantity:
    after = bound_after(text, span.end)
    comparator = after.comparator
    if comparator.points_up or comparator.points_down:
        edge = interval.low if comparator in (Comparator.AT_LEAST, Comparator.LESS_THAN) else interval.high
        interval = interval if edge is None else bounded(edge, comparator)
    return Quantity(
        Span(span.start, after.at), interval, dimension, "", comparator, is_approximate=after.is_approximate
    )
