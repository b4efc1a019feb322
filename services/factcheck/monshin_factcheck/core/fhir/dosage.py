"""Dosage: amount, times and route as a prescription writes them."""

from collections.abc import Iterator
from dataclasses import dataclass

from monshin_factcheck.core.fhir import instruction, words
from monshin_factcheck.core.fhir.instruction import Standing
from monshin_factcheck.core.fhir.lost import aside, lost, ordered
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.tongue import Telling
from monshin_factcheck.core.fhir.uneven import uneven

_PERIODS = {"s": ("秒", "second"), "min": ("分", "minute"), "h": ("時間", "hour"), "d": ("日", "day"),
            "wk": ("週", "week"), "mo": ("か月", "month"), "a": ("年", "year")}  # fmt: skip
_DAYS = {"mon": ("月曜", "Monday"), "tue": ("火曜", "Tuesday"), "wed": ("水曜", "Wednesday"),
         "thu": ("木曜", "Thursday"),
         "fri": ("金曜", "Friday"), "sat": ("土曜", "Saturday"), "sun": ("日曜", "Sunday")}  # fmt: skip
_MEALS = {
    "AC": ("食前", "before meals"), "ACM": ("朝食前", "before breakfast"), "ACD": ("昼食前", "before lunch"),
    "ACV": ("夕食前", "before dinner"), "PC": ("食後", "after meals"), "PCM": ("朝食後", "after breakfast"),
    "PCD": ("昼食後", "after lunch"), "PCV": ("夕食後", "after dinner"), "C": ("食事時", "with meals"),
    "HS": ("就寝前", "at bedtime"), "WAKE": ("起床時", "on waking"), "MORN": ("朝", "in the morning"),
    "NOON": ("昼", "at noon"), "EVE": ("夕", "in the evening"), "NIGHT": ("夜", "at night"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dosage:
    """A dosage in words. untold: elements, such as `timing`, that its words leave out, or that its own text seems to
    say otherwise. is_whole: what is left out changes nothing of the dose; otherwise there are no words.
    """

    text: str
    untold: tuple[str, ...] = ()
    is_whole: bool = True


def dosages(node: Node, name: str, telling: Telling) -> Dosage:
    """The dosage of a resource: a list or, in an administration, an object.

    Several are the doses of one day, or else steps one after the other, which no sentence would hold apart.
    """
    single = isinstance(node.value.get(name), dict)
    child = node.child(name) if single else None
    every = [child] if child is not None else list(node.children(name))
    if missing := [f"{name}.{element}" for item in every for element in (*lost(item), *_coded(item, telling))]:
        return Dosage("", tuple(missing), is_whole=False)
    if len(every) > 1:
        doses = uneven(every, _MEALS, telling)
        return Dosage(doses) if doses else Dosage("", (name,), is_whole=False)
    for item in every:
        told = dosage(item, telling)
        return Dosage(told.text, tuple(f"{name}.{element}" for element in (*told.untold, *aside(item))))
    return Dosage("")


def _coded(node: Node, telling: Telling) -> Iterator[str]:
    """`timing`, where its code says another frequency than its structure: every other day, once a day."""
    timing = node.child("timing")
    repeat = timing.child("repeat") if timing is not None else None
    if timing is None or repeat is None:
        return
    code, often = words.concept(timing.child("code")), _frequency(repeat, telling)
    if code and often and instruction.counted(often, code) is Standing.OTHERWISE:
        yield "timing"


def dosage(node: Node, telling: Telling) -> Dosage:
    """`1回5 mg、1日1回、経口`: its own text, after what the structure has and the text does not say."""
    # One sentence with its drug, however many the text is.
    own = words.line(node.text("text")).rstrip("。").replace("。", "、")
    missing: list[str] = []
    untold: dict[str, None] = {}
    for element, piece, stands in _pieces(node, own, telling):
        if not own or stands is Standing.MISSING:
            missing.append(piece)
        elif stands is Standing.OTHERWISE:
            untold[element] = None
    return Dosage(telling.pick("、", ", ").join(filter(None, (*missing, own))), tuple(untold))


def _pieces(node: Node, own: str, telling: Telling) -> Iterator[tuple[str, str, Standing]]:
    """Each element that is there, its words, and how the own text stands to it, in the order of a prescription."""
    for piece in _amounts(node, telling):
        yield "doseAndRate", piece, instruction.amount(piece, own)
    for piece, stands in _timing(node, own, telling):
        yield "timing", piece, stands
    if piece := words.concept(node.child("route")):
        yield "route", piece, instruction.route(piece, own)
    if node.flag("asNeededBoolean") or node.has("asNeededCodeableConcept"):
        reason = words.concept(node.child("asNeededCodeableConcept"))
        piece = telling.pick(f"{reason.removesuffix('時')}時頓用" if reason else "頓用", f"as needed {reason}".strip())
        yield "asNeeded", piece, instruction.as_needed(reason, own)
    for element in ("site", "method"):
        if piece := words.concept(node.child(element)):
            yield element, piece, instruction.word(piece, own)


def _amounts(node: Node, telling: Telling) -> Iterator[str]:
    # MedicationAdministration.dosage holds `dose` itself.
    for rate in filter(None, (node, ordered(node))):
        dose = rate.child("doseQuantity") or (rate.child("dose") if rate is node else None)
        spread = rate.child("doseRange")
        amount = words.quantity(dose, telling) if dose is not None else ""
        amount = words.interval(spread, telling) if spread is not None and not amount else amount
        if amount:
            yield telling.pick(f"1回{amount}", amount)
        speed, per = rate.child("rateQuantity"), rate.child("rateRatio")
        told = words.quantity(speed, telling) if speed is not None else ""
        told = words.ratio(per, telling) if per is not None and not told else told
        if told:
            yield told


def _timing(node: Node, own: str, telling: Telling) -> Iterator[tuple[str, Standing]]:
    timing = node.child("timing")
    if timing is None:
        return
    repeat = timing.child("repeat")
    coded = words.concept(timing.child("code"))
    often = coded or (_frequency(repeat, telling) if repeat is not None else "")
    if often:
        yield often, instruction.counted(often, own)
    if repeat is None:
        return
    for piece in _named(repeat, "dayOfWeek", _DAYS, telling):
        yield piece, instruction.day(piece, own)
    for piece in _named(repeat, "when", _MEALS, telling):
        yield piece, instruction.time_of_day(piece, own)
    bounds, length = repeat.child("boundsPeriod"), repeat.child("boundsDuration")
    for piece in (
        telling.period(bounds)[0] if bounds is not None else "",
        _length(length, telling) if length is not None else "",
    ):
        if piece:
            yield piece, instruction.counted(piece, own)


def _length(duration: Node, telling: Telling) -> str:
    """`7日間`, `for 7 days`; of a unit that is no code of time, as it is written."""
    value = duration.number("value")
    if not value:
        return ""
    japanese, english = _PERIODS.get(duration.text("code") or duration.text("unit"), ("", ""))
    if not english:
        return telling.pick("{}間", "for {}").format(words.quantity(duration, telling))
    return telling.pick(f"{value}{japanese.removesuffix('間')}間", f"for {value} {english}" + "s" * (value != "1"))


def _frequency(repeat: Node, telling: Telling) -> str:
    times = repeat.number("frequency")
    period, unit = repeat.number("period"), repeat.text("periodUnit")
    if not period:
        return ""
    if unit not in _PERIODS:
        raise repeat.refuse("periodUnit", "one of s, min, h, d, wk, mo or a is needed", "NOT_FHIR")
    times = times or "1"
    japanese, english = _PERIODS[unit]
    if telling.is_japanese:
        if period == "1" and unit in ("d", "wk"):
            return f"1日{times}回" if unit == "d" else f"週{times}回"
        return f"{period}{japanese}ごと" + ("" if times == "1" else f"に{times}回")
    every = f"every {english}" if period == "1" else f"every {period} {english}s"
    return every if times == "1" else f"{times} times {every}"


def _named(repeat: Node, name: str, table: dict[str, tuple[str, str]], telling: Telling) -> Iterator[str]:
    for code in repeat.texts(name):
        if code not in table:
            raise repeat.refuse(name, f"one of {', '.join(table)} is needed", "NOT_FHIR")
        yield telling.pick(*table[code])
