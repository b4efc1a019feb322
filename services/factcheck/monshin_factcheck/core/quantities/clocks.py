"""Times of the day: 午後8時半, 20:30, 8:30 p.m., midnight."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from monshin_factcheck.core.text.spans import Span

CLOCK = "clock"
# 午前12時 is noon by the law of 1872 (decree 337 of the Dajōkan: midnight is 午前0時 or 午後12時), midnight on
# clocks of twelve hours; 午後12時 the other way round. So on the full hour neither is read as 0 or 12: each agrees
# with itself alone, and the two differ, by either custom. The law has no 午前12時30分: there the clock's custom is
# the only one.
NOON_OR_MIDNIGHT = "clock:12"
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
    rf"|(?<![0-9.:/〜~–-])(?P<hour3>1[0-2]|0?[1-9])[ ]?(?P<ampm3>{_AMPM})"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day in minutes since midnight, [0, 1440); 24時 is 0時. dimension: CLOCK or NOON_OR_MIDNIGHT."""

    span: Span
    minutes: Fraction
    dimension: str


def clocks(text: str) -> Iterator[Clock]:
    """All times of the day of an NFKC text, in order.

    >>> [int(found.minutes) for found in clocks("午前0時、午後0時、深夜12時、午前12時30分、12:30 pm、12 a.m.")]
    [0, 720, 0, 30, 750, 0]
    """
    for match in _CLOCK.finditer(text):
        span = Span(match.start(), match.end())
        written = match["hour"] or match["hour2"] or match["hour3"]
        if written is None:
            yield Clock(span, Fraction(720 if match["noon"] else 0), CLOCK)
            continue
        hour = 0 if written == "零" else int(written)
        minute = int(match["minute"] or match["minute2"] or 0) + (30 if match["halfpast"] else 0)
        half = match["half"] or match["ampm"] or match["ampm3"] or ""
        if hour == 12 and not half and match["part"] in _NIGHT:
            hour = 0
        if not half and hour in _LATE.get(match["part"], ()):
            half = "午後"
        is_open = hour == 12 and minute == 0 and half in ("午前", "午後")
        minutes = Fraction((_of_24(hour, half) * 60 + minute) % 1440)
        yield Clock(span, minutes, NOON_OR_MIDNIGHT if is_open else CLOCK)


def _of_24(hour: int, half: str) -> int:
    if half == "午前" or half[:1] in ("A", "a"):
        return 0 if hour == 12 else hour
    if half == "午後" or half[:1] in ("P", "p"):
        return hour + 12 if hour < 12 else hour
    return hour
