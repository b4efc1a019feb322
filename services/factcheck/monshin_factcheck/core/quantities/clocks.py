"""Times of the day: 午後8時半, 20:30, 8:30 p.m., midnight."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from monshin_factcheck.core.text.spans import Span

CLOCK = "clock"
# 3時 without anything that tells the half of the day; minutes as if it were the first.
EITHER_HALF = "clock:either"
HALF_DAY = 720
# 午前12時 is noon by the law of 1872 (decree 337 of the Dajōkan: midnight is 午前0時 or 午後12時), midnight on
# clocks of twelve hours; 午後12時 the other way round. So on the full hour neither is read as 0 or 12: each agrees
# with itself alone, and the two differ, by either custom. The law has no 午前12時30分: there the clock's custom is
# the only one.
NOON_OR_MIDNIGHT = "clock:12"
# Between the first and the second of two times: 午後2時から5時.
_UNTIL = re.compile(r"[ ]?(?:〜|~|-|–|—|から|ないし|と|、|・|または|又は|or|and|to|until)[ ]?")
# The first of two English times leaves the half of the day to the second: 2 to 5 p.m., 11–2 p.m.
_FIRST = re.compile(
    r"(?<![0-9A-Za-z.:/$])(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5][0-9]))?[ ]?(?:to|until|-|–|—|〜|~)[ ]?$"
)
_NIGHT = frozenset({"夜", "夜中", "深夜"})
# Hours that a word in front of them puts into the second half of the day: 夜8時 is 20時.
_LATE = {
    "夕方": range(3, 8),
    "夕": range(3, 8),
    "昼": range(1, 5),
    "夜": range(6, 12),
    "深夜": range(6, 12),
    "晩": range(5, 12),
}
_AMPM = r"(?:[AaPp]\.[Mm]\.?|[ap]m|[AP]M)(?![A-Za-z])"
_CLOCK = re.compile(
    # 正午 and noon alone stay words, which exclude 朝 and evening (cues/opposites.yaml).
    r"(?P<noon>(?<![0-9.:])12(?::00)?[ ]noon)(?![a-z])|(?<![0-9A-Za-z.:])(?:12(?::00)?[ ])?[Mm]idnight(?![a-z])"
    r"|(?:(?P<part>深夜|夜中|早朝|未明|明け方|夕方|夕|昼|夜|晩|朝)の?)?(?:(?P<half>午前|午後|(?<![A-Za-z])[AP]M)[ ]?)?"
    r"(?:(?<![0-9.])(?P<hour>2[0-4]|1[0-9]|0?[0-9]|零)時(?![間期点代])(?:(?P<minute>[0-5]?[0-9])分|(?P<halfpast>半))?"
    rf"|(?<![0-9:/])(?P<hour2>2[0-3]|[01]?[0-9]):(?P<minute2>[0-5][0-9])(?![0-9:])(?:[ ]?(?P<ampm>{_AMPM}))?)"
    # Not 5 pM, which is a concentration.
    rf"|(?<![0-9.:/])(?P<hour3>1[0-2]|0?[1-9])[ ]?(?P<ampm3>{_AMPM})"
)

_IN_24 = re.compile(r"(?:1[3-9]|2[0-4])[時:]")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day in minutes since midnight, [0, 1440); 24時 is 0時.

    dimension: CLOCK, NOON_OR_MIDNIGHT or EITHER_HALF.
    """

    span: Span
    minutes: Fraction
    dimension: str


def clocks(text: str) -> Iterator[Clock]:
    """All times of the day of an NFKC text, in order.

    >>> [int(found.minutes) for found in clocks("午前0時、午後0時、深夜12時、午前12時30分、12:30 pm、12 a.m.")]
    [0, 720, 0, 30, 750, 0]
    """
    found: list[Clock] = []
    for match in _CLOCK.finditer(text):
        clock = _clock(match)
        if match["hour3"]:
            first = _first_of_two(text, clock)
            found = [*(one for one in found if one.span.end <= first.span.start), first] if first else found
        elif clock.dimension == EITHER_HALF and found and _UNTIL.fullmatch(text, found[-1].span.end, match.start()):
            clock = _inheriting(found[-1], clock)
        found.append(clock)
    is_of_24 = any(clock.minutes >= HALF_DAY and _IN_24.match(text, clock.span.start) for clock in found)
    yield from (
        replace(clock, dimension=CLOCK) if is_of_24 and clock.dimension == EITHER_HALF else clock for clock in found
    )


def _clock(match: re.Match[str]) -> Clock:
    span = Span(match.start(), match.end())
    written = match["hour"] or match["hour2"] or match["hour3"]
    if written is None:
        return Clock(span, Fraction(720 if match["noon"] else 0), CLOCK)
    hour = 0 if written == "零" else int(written)
    minute = int(match["minute"] or match["minute2"] or 0) + (30 if match["halfpast"] else 0)
    half = match["half"] or match["ampm"] or match["ampm3"] or ""
    if hour == 12 and not half and match["part"] in _NIGHT:
        hour = 0
    if not half and hour in _LATE.get(match["part"], ()):
        half = "午後"
    is_told = half or match["part"] or match["hour2"] or written[0] == "0" or not 1 <= hour <= 11
    is_open = hour == 12 and minute == 0 and half in ("午前", "午後")
    minutes = Fraction((_of_24(hour, half) * 60 + minute) % 1440)
    return Clock(span, minutes, NOON_OR_MIDNIGHT if is_open else CLOCK if is_told else EITHER_HALF)


def _inheriting(first: Clock, second: Clock) -> Clock:
    """The 5時 of 午後2時から5時 is in the afternoon, too; that of 午前10時から5時 is not told."""
    if first.dimension != CLOCK:
        return second
    minutes = second.minutes + (HALF_DAY if first.minutes >= HALF_DAY else 0)
    return Clock(second.span, minutes, CLOCK) if minutes > first.minutes else second


def _first_of_two(text: str, second: Clock) -> Clock | None:
    first = _FIRST.search(text, max(0, second.span.start - 12), second.span.start)
    if first is None or second.dimension != CLOCK:
        return None
    minutes = Fraction(int(first["hour"]) % 12 * 60 + int(first["minute"] or 0))
    if minutes + HALF_DAY < second.minutes:
        minutes += HALF_DAY
    elif minutes >= second.minutes:
        return None
    ends = first.end("minute") if first["minute"] else first.end("hour")
    return Clock(Span(first.start(), ends), minutes, CLOCK)


def _of_24(hour: int, half: str) -> int:
    if half == "午前" or half[:1] in ("A", "a"):
        return 0 if hour == 12 else hour
    if half == "午後" or half[:1] in ("P", "p"):
        return hour + 12 if hour < 12 else hour
    return hour
