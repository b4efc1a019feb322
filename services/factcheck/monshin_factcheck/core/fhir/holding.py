"""Whether an order or statement that is called active holds today, by its own periods."""

import datetime
from collections.abc import Iterator
from enum import Enum
from types import MappingProxyType

from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.tongue import Telling

# Longest, so that none is said to be over that is not.
_DAYS = MappingProxyType({"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1, "wk": 7, "mo": 31, "a": 366})
_WRITTEN = MappingProxyType({"日": "d", "日間": "d", "日分": "d", "週": "wk", "週間": "wk", "か月": "mo", "月": "mo",
                             "時間": "h", "年": "a"})  # fmt: skip

# How long a prescription can be dispensed; in Japan four days. Its end says nothing of how long it is taken.
_DISPENSED = "dispenseRequest.validityPeriod"


class Holding(Enum):
    """How its periods stand to the day of the check."""

    NOW = "now"
    TO_COME = "to_come"
    OVER = "over"


def holding(node: Node, telling: Telling) -> tuple[Holding, str]:
    """With the element that says so; what says nothing of it holds now."""
    today = telling.today
    if not today:
        return Holding.NOW, ""
    for element, period in _periods(node):
        start, end = telling.day(period, "start"), telling.day(period, "end")
        # 2027-05 may begin on its first day, and 2025-05 last until its last.
        if start is not None and f"{start.year:04}-{start.month or 1:02}-{start.day or 1:02}" > today:
            return Holding.TO_COME, element
        if (
            end is not None
            and element != _DISPENSED
            and f"{end.year:04}-{end.month or 12:02}-{end.day or 31:02}" < today
        ):
            return Holding.OVER, element
    for element, last in _lengths(node, telling):
        if last < datetime.date.fromisoformat(today).toordinal():
            return Holding.OVER, element
    return Holding.NOW, ""


def _periods(node: Node) -> Iterator[tuple[str, Node]]:
    supply = node.child("dispenseRequest")
    for element, period in (
        ("effectivePeriod", node.child("effectivePeriod")),
        (_DISPENSED, supply.child("validityPeriod") if supply is not None else None),
    ):
        if period is not None:
            yield element, period
    for element, repeat in _repeats(node):
        if (period := repeat.child("boundsPeriod")) is not None:
            yield f"{element}.boundsPeriod", period


def _lengths(node: Node, telling: Telling) -> Iterator[tuple[str, float]]:
    """The last day of each, as an ordinal, counted from when it was written or begun."""
    begun = telling.when(node, "effectiveDateTime", "effectivePeriod", "authoredOn")[1]
    for element, repeat in _repeats(node):
        length = repeat.child("boundsDuration")
        value = length.number("value") if length is not None else ""
        unit = (length.text("code") or length.text("unit")) if length is not None else ""
        days = _DAYS.get(_WRITTEN.get(unit, unit))
        if begun and value and days is not None:
            # The first day counts, but it may be the one after.
            yield f"{element}.boundsDuration", datetime.date.fromisoformat(begun).toordinal() + float(value) * days


def _repeats(node: Node) -> Iterator[tuple[str, Node]]:
    for name in ("dosageInstruction", "dosage"):
        every = list(node.children(name))
        # The first step of several is over before the order is.
        for item in every if len(every) == 1 else ():
            timing = item.child("timing")
            repeat = timing.child("repeat") if timing is not None else None
            if repeat is not None:
                yield f"{name}.timing.repeat", repeat
