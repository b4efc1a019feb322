"""The two languages in which resources are told, and how they tell dates."""

import datetime
import re
import zoneinfo
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.fhir.node import Node

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}:\d{2}.*)?)?)?")


class Tongue(Enum):
    """Japanese where a source holds any kana or kanji, English otherwise."""

    JAPANESE = "ja"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Day:
    """A date as FHIR knows it: month and day may be unknown (0)."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def iso(self) -> str:
        """`YYYY-MM-DD`, or empty where the day is unknown."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}" if self.day else ""


@dataclass(frozen=True, slots=True)
class Telling:
    """How a source is told. zone: where instants are brought to, for the day of 23:30 UTC is another one in Japan.
    today: there, as ISO date; empty where no period is known to be over."""

    tongue: Tongue
    zone: zoneinfo.ZoneInfo
    today: str = ""

    @property
    def is_japanese(self) -> bool:
        """Whether sentences are Japanese."""
        return self.tongue is Tongue.JAPANESE

    def pick(self, japanese: str, english: str) -> str:
        """The one of the two that is meant."""
        return japanese if self.is_japanese else english

    def day(self, node: Node, name: str) -> Day | None:
        """A date, dateTime or instant; None if absent. Raises InvalidInput for what is no date."""
        text = node.text(name)
        if not text:
            return None
        found = _DATE.fullmatch(text)
        try:
            if found is None:
                raise ValueError
            if found[4]:
                # FHIR requires an offset with a time; without one the time is the place's own.
                moment = datetime.datetime.fromisoformat(text)
                moment = moment.astimezone(self.zone) if moment.tzinfo else moment
                return Day(moment.year, moment.month, moment.day)
            year, month, day = (int(part or 0) for part in found.groups()[:3])
            datetime.date(year, month or 1, day or 1)
        except (ValueError, OverflowError):
            raise node.refuse(name, "a FHIR date is needed, such as 2026-04-02", "NOT_FHIR") from None
        return Day(year, month, day)

    def told(self, day: Day) -> str:
        """2026年4月2日, 2 April 2026.

        >>> telling = Telling(Tongue.JAPANESE, zoneinfo.ZoneInfo("Asia/Tokyo"))
        >>> telling.told(Day(2026, 4, 2)), telling.told(Day(2026))
        ('2026年4月2日', '2026年')
        """
        if self.is_japanese:
            return f"{day.year}年" + (f"{day.month}月" if day.month else "") + (f"{day.day}日" if day.day else "")
        month = datetime.date(2000, day.month, 1).strftime("%B ") if day.month else ""
        return (f"{day.day} " if day.day else "") + month + str(day.year)

    def when(self, node: Node, *names: str) -> tuple[str, str]:
        """The first of these dates or Periods: told, and as ISO date; both empty if there is none."""
        for name in names:
            if isinstance(node.value.get(name), dict):
                period = node.child(name)
                assert period is not None, "an object was just seen"
                return self.period(period)
            day = self.day(node, name)
            if day is not None:
                return self.told(day), day.iso
        return "", ""

    def period(self, period: Node) -> tuple[str, str]:
        """From start to end, either of which may be open."""
        start, end = self.day(period, "start"), self.day(period, "end")
        if start is not None and end is not None and start != end:
            both = (self.told(start), self.told(end))
            return self.pick("{}から{}まで", "{} to {}").format(*both), start.iso
        if start is not None and end is not None:
            return self.told(start), start.iso
        if start is not None:
            return self.pick("{}から", "since {}").format(self.told(start)), start.iso
        if end is not None:
            return self.pick("{}まで", "until {}").format(self.told(end)), end.iso
        return "", ""
