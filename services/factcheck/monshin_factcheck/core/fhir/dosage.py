"""Dosage: amount, times and route as a prescription writes them."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.tongue import Telling

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


def dosages(node: Node, name: str, telling: Telling) -> str:
    """All dosages of a resource, one after the other. `dosage` may be a list or, in an administration, an object."""
    single = isinstance(node.value.get(name), dict)
    child = node.child(name) if single else None
    items = [child] if child is not None else list(node.children(name))
    return telling.pick("、", ", then ").join(filter(None, (dosage(item, telling) for item in items)))


def dosage(node: Node, telling: Telling) -> str:
    """`1回5 mg、1日1回、経口`: its own text, completed by the amount where the text does not say it."""
    text = words.line(node.text("text"))
    amounts = list(_amounts(node, telling))
    if text:
        missing = [amount for amount in amounts if amount.replace(" ", "") not in text.replace(" ", "")]
        return telling.pick("、", ", ").join([*missing, text])
    pieces = [*amounts, _timing(node, telling), words.concept(node.child("route"))]
    if node.flag("asNeededBoolean") or node.has("asNeededCodeableConcept"):
        reason = words.concept(node.child("asNeededCodeableConcept"))
        pieces.append(telling.pick(f"{reason}時頓用" if reason else "頓用", f"as needed {reason}".strip()))
    if (site := words.concept(node.child("site"))) != "":
        pieces.append(site)
    return telling.pick("、", ", ").join(filter(None, pieces))


def _amounts(node: Node, telling: Telling) -> Iterator[str]:
    # MedicationAdministration.dosage holds `dose` itself.
    for rate in (node, *node.children("doseAndRate")):
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


def _timing(node: Node, telling: Telling) -> str:
    timing = node.child("timing")
    if timing is None:
        return ""
    repeat = timing.child("repeat")
    pieces = [words.concept(timing.child("code"))]
    if repeat is not None:
        if not pieces[0]:
            pieces.append(_frequency(repeat, telling))
        pieces.extend(_named(repeat, "dayOfWeek", _DAYS, telling))
        pieces.extend(_named(repeat, "when", _MEALS, telling))
        bounds = repeat.child("boundsPeriod")
        pieces.append(telling.period(bounds)[0] if bounds is not None else "")
        length = repeat.child("boundsDuration")
        if length is not None:
            pieces.append(telling.pick("{}間", "for {}").format(words.quantity(length, telling)))
    return telling.pick("、", ", ").join(filter(None, pieces))


def _frequency(repeat: Node, telling: Telling) -> str:
    times, most = repeat.number("frequency"), repeat.number("frequencyMax")
    period, unit = repeat.number("period"), repeat.text("periodUnit")
    if not period:
        return ""
    if unit not in _PERIODS or repeat.has("periodMax"):
        raise repeat.refuse("periodUnit", "a single period of s, min, h, d, wk, mo or a is needed", "NOT_FHIR")
    times = times or "1"
    if most:
        times = telling.pick(f"{times}〜{most}", f"{times} to {most}")
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
