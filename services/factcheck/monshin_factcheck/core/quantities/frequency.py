"""How often: 1日3回, 8時間ごと, 隔日, twice daily, every 2 weeks. All become a count per day."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from monshin_factcheck.core.quantities.comparators import Bound, Comparator, bound_after, bound_before, bounded
from monshin_factcheck.core.quantities.english_numerals import ENGLISH
from monshin_factcheck.core.quantities.interval import Interval, point
from monshin_factcheck.core.quantities.numerals import Numeral, numerals
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.units import unit_table
from monshin_factcheck.core.text.spans import Span

DIMENSION = "count:回/time"

# Parts of the day and words that stand for a time only here; all others are in units.yaml.
_DAYS = {
    "晩": Fraction(1), "夜": Fraction(1), "月": Fraction(487, 16), "hourly": Fraction(1, 24),
} | {f"{part}{plural}": Fraction(1) for part in ("night", "morning", "evening") for plural in ("", "s")}  # fmt: skip
_EN_ADVERB = {
    "daily": Fraction(1), "nightly": Fraction(1), "weekly": Fraction(7), "monthly": Fraction(487, 16),
    "yearly": Fraction(1461, 4), "annually": Fraction(1461, 4), "hourly": Fraction(1, 24),
}  # fmt: skip
# 8時 is a time of the day.
_CLOCK = "時"

# In front of a time without a number: 数日に1回 is no daily one, 翌日に1回 is once, and a number is not cut in two.
_BARE = (
    r"(?<![数何幾隔翌前当初同今本昨明来先0-9〇一二三四五六七八九十百千万億半⁄点・.])"
    r"(?![かヶカヵケ箇]月|月(?<=[かヶカヵケ箇]月))"
)
# Bounded: every frequency that is meant is short, and a run of digits must not be read from each of its places anew.
_N = r"(?:[0-9]{1,6}(?:\.[0-9]{1,6})?|[〇一二三四五六七八九十百千]{1,6}|半)"
_TO = r"(?:[ ]?(?:〜|~|から|ないし|-|–)[ ]?|(?<=[1-9])、(?=[2-9][ ]?[回度]))"
_EN_N = rf"(?:[0-9]{{1,6}}(?:\.[0-9]{{1,6}})?|{ENGLISH})"
_EN_TO = r"(?:[ ]?(?:-|–|〜|~)[ ]?|[ ](?:to|or)[ ])"
_WORDS: tuple[tuple[re.Pattern[str], Fraction], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Fraction(days))
    for pattern, days in (
        ("毎日|連日|日々|every day|each day|(?<![A-Za-z])q\\.?d\\.?(?![A-Za-z])", 1),
        ("隔日|every (?:other|second) day|alternate days|(?<![A-Za-z])q\\.?o\\.?d\\.?(?![A-Za-z])", 2),
        ("every third day", 3),
        ("毎週|every week|each week", 7), ("隔週|every (?:other|second) week", 14),
        ("毎月|every month", Fraction(487, 16)), ("隔月|every (?:other|second) month", Fraction(487, 8)),
        ("毎年|every year", Fraction(1461, 4)), ("(?<![A-Za-z])b\\.?i\\.?d\\.?(?![a-z])", Fraction(1, 2)),
        ("(?<![A-Za-z])t\\.?i\\.?d\\.?(?![a-z])", Fraction(1, 3)),
        ("(?<![A-Za-z])q\\.?i\\.?d\\.?(?![a-z])", Fraction(1, 4)),
    )
)  # fmt: skip
# As often as this, if it is needed at all.
_AS_NEEDED = re.compile(
    r"[ ,、]*(?:prn|p\.r\.n\.|as needed|if needed|when needed|必要時|頓用|頓服)(?![A-Za-z])", re.IGNORECASE
)
# 時間おき is 時間ごと to everyone. 1日おき is every other day; 3日おき the third day to some, the fourth to others.
_SKIPPED_CLEARLY = frozenset({"時間", "分", "分間", "秒", "秒間"})
_PREFIXES = {
    "少なくとも": Comparator.AT_LEAST, "最低": Comparator.AT_LEAST,
    "最大": Comparator.AT_MOST, "多くとも": Comparator.AT_MOST,
}  # fmt: skip
_COUNTS = {"once": Fraction(1), "twice": Fraction(2), "thrice": Fraction(3)}


@dataclass(frozen=True, slots=True)
class _Patterns:
    """times_per: 1日3回; every: 8時間ごと; en_times: three times a day; en_every: every 8 hours."""

    times_per: re.Pattern[str]
    every: re.Pattern[str]
    en_times: re.Pattern[str]
    en_every: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Made of the spellings that `_days` knows, so that whatever is found has a length."""
    spellings = [*unit_table().spellings("time"), *_DAYS]
    time = _one_of(one for one in spellings if not one.isascii() and one != _CLOCK)
    en_time = _one_of(one for one in spellings if one.isascii())
    long_en_time = _one_of(one for one in spellings if one.isascii() and len(one) > 1)
    return _Patterns(
        times_per=re.compile(
            rf"(?:(?P<every>毎)|(?P<period>{_N})[ ]?|{_BARE})(?P<unit>{time})"
            r"(?P<skip>おきに)?(?:あたり|当たり|につき|に付き|ごとに|ごと|毎に|に)?[ ]?"
            rf"(?P<prefix>少なくとも|最大|最低|約|多くとも|通常)?[ ]?(?P<low>{_N})(?:[回度]?{_TO}(?P<high>{_N}))?[ ]?"
            r"[回度](?![目復転診腸避下合数]|以(?![上下内]))"
        ),
        every=re.compile(
            rf"(?P<low>{_N})(?:{time}?{_TO}(?P<high>{_N}))?[ ]?(?P<unit>{time})[ ]?"
            r"(?:ごと|毎(?![日週月年食])|(?P<skip>おき)|間隔|に[1一][回度](?![目]))"
        ),
        en_times=re.compile(
            rf"\b(?:(?P<times>{'|'.join(_COUNTS)})|(?P<low>{_EN_N})(?:{_EN_TO}(?P<high>{_EN_N}))? times?)"
            rf"(?: (?:a|an|per|each|every) (?P<unit>{long_en_time})\b| ?(?P<adverb>{'|'.join(_EN_ADVERB)})\b"
            rf"|(?: in)? every (?P<period>{_EN_N}) (?P<units>{long_en_time})\b)",
            re.IGNORECASE | re.ASCII,
        ),
        en_every=re.compile(
            rf"\b(?:every|q)[ ]?(?P<low>{_EN_N})(?:{_EN_TO}(?P<high>{_EN_N}))?[ ]?(?P<unit>{en_time})\b",
            re.IGNORECASE | re.ASCII,
        ),
    )


def _one_of(spellings: Iterable[str]) -> str:
    return rf"(?:{'|'.join(map(re.escape, sorted(spellings, key=len, reverse=True)))})"


def frequencies(text: str) -> list[Quantity]:
    """All frequencies of an NFKC text; where two readings overlap the longer one counts.

    >>> [str(found.interval.low) for found in frequencies("1日3回、または8時間ごと、every 12 hours")]
    ['3', '3', '2']
    """
    found = sorted(
        _Reader(text, numerals(text)).read(), key=lambda quantity: (quantity.span.start, -len(quantity.span))
    )
    kept: list[Quantity] = []
    for quantity in found:
        if not kept or quantity.span.start >= kept[-1].span.end:
            kept.append(quantity)
    return kept


class _Reader:
    """Numbers are those of numerals.py: a pattern that begins or ends within one has found no frequency."""

    def __init__(self, text: str, found: Sequence[Numeral]) -> None:
        self._text = text
        self._numerals = {(numeral.start, numeral.end): numeral for numeral in found}

    def read(self) -> Iterator[Quantity]:
        for match in _patterns().times_per.finditer(self._text):
            is_bare = match["period"] is None and match["every"] is None
            if match["unit"] in ("分", "年") and is_bare and _follows_number(self._text, match):
                continue
            period = self._number(match, "period") if match["period"] else Fraction(1)
            if period:
                made = self._made(match, self._interval(match), 1 / (period * _days(match["unit"])))
                yield from _skipping(self._text, match, made, period)
        for match in _patterns().every.finditer(self._text):
            interval = self._interval(match)
            if interval is not None and interval.low:
                made = self._made(match, interval.scaled(_days(match["unit"])).inverted())
                yield from _skipping(self._text, match, made, interval.low)
        for pattern, days in _WORDS:
            for match in pattern.finditer(self._text):
                yield from self._made(match, point(1 / days))
        yield from self._english()

    def _english(self) -> Iterator[Quantity]:
        for match in _patterns().en_times.finditer(self._text):
            if match["adverb"]:
                days = _EN_ADVERB[match["adverb"].lower()]
            elif match["unit"]:
                days = _days(match["unit"])
            else:
                days = (self._number(match, "period") or Fraction(0)) * _days(match["units"])
            if days:
                count = _COUNTS.get((match["times"] or "").lower())
                yield from self._made(match, self._interval(match) if count is None else point(count), 1 / days)
        for match in _patterns().en_every.finditer(self._text):
            interval = self._interval(match)
            if interval is not None and interval.low:
                yield from self._made(match, interval.scaled(_days(match["unit"])).inverted())

    def _made(
        self, match: re.Match[str], interval: Interval | None, factor: Fraction = Fraction(1)
    ) -> Iterator[Quantity]:
        if interval is None:
            return
        interval = interval.scaled(factor)
        after, before = bound_after(self._text, match.end()), bound_before(self._text, match.start())
        comparator = _comparator(self._text, match, after, before)
        if not interval.is_point:
            comparator = Comparator.RANGE
        elif comparator is not Comparator.NONE and interval.low is not None:
            interval = bounded(interval.low, comparator)
        start = before.at if before.comparator is not Comparator.NONE or before.is_approximate else match.start()
        inside = [
            one for (first, last), one in self._numerals.items() if match.start() <= first and last <= match.end()
        ]
        quantity = Quantity(
            Span(start, after.at), interval, DIMENSION, "回/日", comparator, numbers=tuple(one.value for one in inside),
            is_approximate=comparator.is_little,
        )  # fmt: skip
        yield quantity if all(one.is_clear for one in inside) else quantity.unread(self._text)

    def _interval(self, match: re.Match[str]) -> Interval | None:
        """From low to high; None for `3〜2回`, which is no range."""
        first = self._number(match, "low")
        second = self._number(match, "high") if match["high"] else first
        return Interval(first, second) if first is not None and second is not None and first <= second else None

    def _number(self, match: re.Match[str], group: str) -> Fraction | None:
        found = self._numerals.get(match.span(group))
        return found.value if found is not None else None


def _skipping(text: str, match: re.Match[str], made: Iterator[Quantity], period: Fraction) -> Iterator[Quantity]:
    """おき leaves days out: 1日おき is every other day, not every day."""
    if match["skip"] is None or match["unit"] in _SKIPPED_CLEARLY:
        yield from made
        return
    is_one_day = match["unit"] in ("日", "日間") and period == 1
    for quantity in made:
        yield (
            replace(quantity, interval=quantity.interval.scaled(Fraction(1, 2)))
            if is_one_day
            else quantity.unread(text)
        )


def _comparator(text: str, match: re.Match[str], after: Bound, before: Bound) -> Comparator:
    comparator = after.comparator if after.comparator is not Comparator.NONE else before.comparator
    if comparator is not Comparator.NONE:
        return comparator
    if _AS_NEEDED.match(text, after.at):
        return Comparator.AT_MOST
    return _PREFIXES.get(match.groupdict().get("prefix") or "", Comparator.NONE)


def _days(unit: str) -> Fraction:
    known = _DAYS.get(unit.lower())
    return known if known is not None else unit_table().named(unit.lower()).factor


def _follows_number(text: str, match: re.Match[str]) -> bool:
    """`30分1回` is a duration and a count; `年1回` and `毎分1回` are rates."""
    before = text[: match.start()].rstrip()
    return bool(before) and (before[-1].isdigit() or match["unit"] == "分")
