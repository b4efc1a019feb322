"""Several dosages of one order that are the doses of one day: 2錠 in the morning, 1錠 in the evening.

Told in whole, `朝に2錠、夕に1錠`, or not at all: steps one after the other look much the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.lost import ordered
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.tongue import Telling

# Times of a day in their order, with the codes that mean them: two dosages for one of them are no day's doses.
_DAY = (("WAKE",), ("MORN", "ACM", "PCM"), ("NOON", "ACD", "PCD"), ("EVE", "ACV", "PCV"), ("NIGHT",), ("HS",))
_DOSAGE = frozenset({"id", "sequence", "timing", "route", "method", "doseAndRate"})
_REPEAT = frozenset({"id", "frequency", "period", "periodUnit", "when"})


@dataclass(frozen=True, slots=True)
class _Dose:
    """place: among the times of a day. beside: route and method, which all doses share."""

    place: int
    when: str
    amount: str
    unit: str
    beside: tuple[str, ...]


def uneven(dosages: Sequence[Node], times: dict[str, tuple[str, str]], telling: Telling) -> str:
    """The doses in the order of the day; empty where they are no such doses, or not all of it can be told.

    times: the words of the codes of `timing.repeat.when`. The dosages leave nothing out otherwise (`lost`).
    """
    # Different numbers mean one after the other; without any they go together.
    if len({dosage.number("sequence") for dosage in dosages}) > 1:
        return ""
    found = [_dose(dosage, times, telling) for dosage in dosages]
    doses = sorted((dose for dose in found if dose is not None), key=lambda dose: dose.place)
    is_one_day = len(doses) == len(dosages) == len({dose.place for dose in doses})
    if not is_one_day or len({(dose.unit, dose.beside) for dose in doses}) > 1:
        return ""
    told = [telling.pick(f"{dose.when}に{dose.amount}", f"{dose.amount} {dose.when}") for dose in doses]
    return telling.pick("、", ", ").join((*told, *doses[0].beside))


def _dose(dosage: Node, times: dict[str, tuple[str, str]], telling: Telling) -> _Dose | None:
    rate, timing = ordered(dosage), dosage.child("timing")
    repeat = timing.child("repeat") if timing is not None else None
    amount = rate.child("doseQuantity") if rate is not None else None
    if timing is None or repeat is None or rate is None or amount is None or amount.has("comparator"):
        return None
    is_plain = _holds_only(dosage, _DOSAGE) and _holds_only(timing, frozenset({"id", "repeat"}))
    is_plain = is_plain and _holds_only(rate, frozenset({"id", "type", "doseQuantity"})) and _is_daily(repeat)
    codes = repeat.texts("when")
    place = next((at for at, known in enumerate(_DAY) if codes and codes[0] in known), None)
    said = words.quantity(amount, telling)
    if not is_plain or len(codes) != 1 or place is None or not said:
        return None
    beside = (words.concept(dosage.child("route")), words.concept(dosage.child("method")))
    when = telling.pick(*times[codes[0]])
    return _Dose(place, when, said, amount.text("unit") or amount.text("code"), tuple(filter(None, beside)))


def _is_daily(repeat: Node) -> bool:
    is_once = repeat.number("frequency") in ("", "1") and repeat.number("period") in ("", "1")
    return is_once and repeat.text("periodUnit") in ("", "d") and _holds_only(repeat, _REPEAT)


def _holds_only(node: Node, known: frozenset[str]) -> bool:
    return not any(value not in (None, [], {}, "", False) for name, value in node.value.items() if name not in known)
