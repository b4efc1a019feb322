"""How often: 1日3回, 8時間ごと, 隔日, twice daily, every 2 weeks. All become a count per day."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import Comparator, bound_after, bound_before, bounded
from monshin_factcheck.core.quantities.interval import Interval, point
from monshin_factcheck.core.quantities.numerals import numerals
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.units import unit_table
from monshin_factcheck.core.text.spans import Span

DIMENSION = "count:回/time"

# Bounded: every frequency that is meant is short, and a run of digits must not be read from each of its places anew.
_N = r"(?:[0-9]{1,6}(?:\.[0-9]{1,6})?|[一二三四五六七八九十]{1,6}|半)"
_TIME = r"(?:日間|日|週間|週|[かヶカヵケ]月間?|箇月|月|年間|年|時間|分間|分|秒間|秒|晩|夜)"
_TO = r"(?:[ ]?(?:〜|~|から|ないし|-|–)[ ]?|(?<=[1-9])、(?=[2-9][ ]?[回度]))"
_EN_N = r"(?:one|two|three|four|five|six|[0-9]{1,6})"
_WORD_N = rf"(?:once|twice|thrice|{_EN_N}(?: (?:to|or) {_EN_N})? times?)"
_EN_TIME = r"(?:day|week|month|year|hour|minute|night|morning|evening)"
_EN_ADVERB = {
    "daily": Fraction(1), "nightly": Fraction(1), "weekly": Fraction(7), "monthly": Fraction(487, 16),
    "yearly": Fraction(1461, 4), "annually": Fraction(1461, 4), "hourly": Fraction(1, 24),
}  # fmt: skip

_TIMES_PER = re.compile(
    rf"(?:(?P<every>毎)|(?P<period>{_N})?[ ]?)(?P<unit>{_TIME})"
    r"(?P<skip>おきに)?(?:あたり|当たり|につき|に付き|ごとに|ごと|毎に|に)?[ ]?"
    rf"(?P<prefix>少なくとも|最大|最低|約|多くとも|通常)?[ ]?(?P<low>{_N})(?:[回度]?{_TO}(?P<high>{_N}))?[ ]?"
    r"[回度](?![目復転診腸避下合数]|以(?![上下内]))"
)
_EVERY = re.compile(
    rf"(?P<low>{_N})(?:{_TIME}?{_TO}(?P<high>{_N}))?[ ]?(?P<unit>{_TIME})[ ]?"
    r"(?:ごと|毎(?![日週月年食])|(?P<skip>おき)|間隔|に[1一][回度](?![目]))"
)
_WORDS: tuple[tuple[re.Pattern[str], Fraction], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Fraction(days))
    for pattern, days in (
        ("毎日|連日|日々|every day|each day|once daily|(?<![A-Za-z])q\\.?d\\.?(?![A-Za-z])", 1),
        ("隔日|every (?:other|second) day|alternate days|(?<![A-Za-z])q\\.?o\\.?d\\.?(?![A-Za-z])", 2),
        ("every third day", 3),
        ("毎週|every week|each week", 7), ("隔週|every (?:other|second) week", 14),
        ("毎月|every month", Fraction(487, 16)), ("隔月|every (?:other|second) month", Fraction(487, 8)),
        ("毎年|every year", Fraction(1461, 4)), ("twice daily|(?<![A-Za-z])b\\.?i\\.?d\\.?(?![a-z])", Fraction(1, 2)),
        ("three times daily|(?<![A-Za-z])t\\.?i\\.?d\\.?(?![a-z])", Fraction(1, 3)),
        ("four times daily|(?<![A-Za-z])q\\.?i\\.?d\\.?(?![a-z])", Fraction(1, 4)),
    )
)  # fmt: skip
_EN_TIMES = re.compile(
    rf"\b(?P<times>{_WORD_N})(?: (?:a|an|per|each|every) (?P<unit>{_EN_TIME})\b| ?(?P<adverb>{'|'.join(_EN_ADVERB)})\b"
    rf"|(?: in)? every (?P<period>[a-z0-9-]+) (?P<units>{_EN_TIME}s)\b)",
    re.IGNORECASE,
)
_EN_EVERY = re.compile(
    rf"\b(?:every|q)[ ]?(?P<low>[0-9]{{1,6}}(?:\.[0-9]{{1,6}})?|[a-z]{{1,12}}(?:-[a-z]{{1,12}})?)"
    r"(?:[ ]?(?:to|-|–|or)[ ]?(?P<high>[0-9]{1,6}|[a-z]{1,12}))?[ ]?"
    rf"(?P<unit>{_EN_TIME}s|h|hr|hrs|hourly|wk|min)\b",
    re.IGNORECASE,
)
# As often as this, if it is needed at all.
_AS_NEEDED = re.compile(
    r"[ ,、]*(?:prn|p\.r\.n\.|as needed|if needed|when needed|必要時|頓用|頓服)(?![A-Za-z])", re.IGNORECASE
)
# 時間おき is 時間ごと to everyone. 1日おき is every other day; 3日おき the third day to some, the fourth to others.
_SKIPPED_CLEARLY = frozenset({"時間", "分", "分間", "秒", "秒間"})
_COUNTS = {"once": "1", "twice": "2", "thrice": "3"}
_DAYS = {
    "晩": Fraction(1), "夜": Fraction(1), "月": Fraction(487, 16), "night": Fraction(1), "morning": Fraction(1),
    "evening": Fraction(1), "hourly": Fraction(1, 24),
}  # fmt: skip


def frequencies(text: str) -> list[Quantity]:
    """All frequencies of an NFKC text; where two readings overlap the longer one counts.

    >>> [str(found.interval.low) for found in frequencies("1日3回、または8時間ごと、every 12 hours")]
    ['3', '3', '2']
    """
    found = sorted(_readings(text), key=lambda quantity: (quantity.span.start, -len(quantity.span)))
    kept: list[Quantity] = []
    for quantity in found:
        if not kept or quantity.span.start >= kept[-1].span.end:
            kept.append(quantity)
    return kept


def _readings(text: str) -> Iterator[Quantity]:
    for match in _TIMES_PER.finditer(text):
        if (
            match["unit"] in ("分", "年")
            and match["period"] is None
            and match["every"] is None
            and _follows_number(text, match)
        ):
            continue
        days = (_number(match["period"]) if match["period"] else Fraction(1)) * _days(match["unit"])
        if days:
            made = _quantity(text, match, _interval(match["low"], match["high"]), 1 / days)
            yield from _skipping(text, match, made, match["period"])
    for match in _EVERY.finditer(text):
        interval = _interval(match["low"], match["high"])
        if interval is not None and interval.low:
            made = _quantity(text, match, interval.scaled(_days(match["unit"])).inverted())
            yield from _skipping(text, match, made, match["low"])
    for pattern, days in _WORDS:
        for match in pattern.finditer(text):
            yield from _quantity(text, match, point(1 / days))
    yield from _english(text)


def _skipping(text: str, match: re.Match[str], made: Iterator[Quantity], period: str | None) -> Iterator[Quantity]:
    """おき leaves days out: 1日おき is every other day, not every day."""
    if match["skip"] is None or match["unit"] in _SKIPPED_CLEARLY:
        yield from made
        return
    is_one_day = match["unit"] in ("日", "日間") and _number(period or "1") == 1
    for quantity in made:
        yield (
            replace(quantity, interval=quantity.interval.scaled(Fraction(1, 2)))
            if is_one_day
            else quantity.unread(text)
        )


def _english(text: str) -> Iterator[Quantity]:
    for match in _EN_TIMES.finditer(text):
        if match["adverb"]:
            days = _EN_ADVERB[match["adverb"].lower()]
        elif match["unit"]:
            days = _days(match["unit"].lower())
        else:
            days = _number(match["period"]) * _days(match["units"].lower())
        if days:
            low, _, high = _COUNTS.get(match["times"].lower(), match["times"]).partition(" ")
            high = high.removesuffix("times").removesuffix("time").removeprefix("to ").removeprefix("or ").strip()
            yield from _quantity(text, match, _interval(low, high or None), 1 / days)
    for match in _EN_EVERY.finditer(text):
        interval = _interval(match["low"], match["high"])
        if interval is not None and interval.low:
            yield from _quantity(text, match, interval.scaled(_days(match["unit"].lower())).inverted())


def _quantity(
    text: str, match: re.Match[str], interval: Interval | None, factor: Fraction = Fraction(1)
) -> Iterator[Quantity]:
    if interval is None:
        return
    interval = interval.scaled(factor)
    after, before = bound_after(text, match.end()), bound_before(text, match.start())
    comparator = after.comparator if after.comparator is not Comparator.NONE else before.comparator
    needed = _AS_NEEDED.match(text, after.at)
    if comparator is Comparator.NONE and needed is not None:
        comparator = Comparator.AT_MOST
    prefix = match.groupdict().get("prefix")
    if comparator is Comparator.NONE and prefix in ("少なくとも", "最低"):
        comparator = Comparator.AT_LEAST
    if comparator is Comparator.NONE and prefix in ("最大", "多くとも"):
        comparator = Comparator.AT_MOST
    if not interval.is_point:
        comparator = Comparator.RANGE
    elif comparator is not Comparator.NONE and interval.low is not None:
        interval = bounded(interval.low, comparator)
    start = before.at if before.comparator is not Comparator.NONE or before.is_approximate else match.start()
    numbers = tuple(numeral.value for numeral in numerals(match.group()))
    yield Quantity(
        Span(start, after.at), interval, DIMENSION, "回/日", comparator, numbers=numbers,
        is_approximate=comparator.is_little,
    )  # fmt: skip


def _interval(low: str, high: str | None) -> Interval | None:
    """From low to high; None for `3〜2回`, which is no range."""
    first = _number(low)
    second = _number(high) if high else first
    return Interval(first, second) if first <= second else None


def _number(text: str) -> Fraction:
    found = numerals(text)
    return found[0].value if found else Fraction(0)


def _days(unit: str) -> Fraction:
    known = _DAYS.get(unit)
    return known if known is not None else unit_table().named(unit).factor


def _follows_number(text: str, match: re.Match[str]) -> bool:
    """`30分1回` is a duration and a count; `年1回` and `毎分1回` are rates."""
    before = text[: match.start()].rstrip()
    return bool(before) and (before[-1].isdigit() or match["unit"] == "分")
