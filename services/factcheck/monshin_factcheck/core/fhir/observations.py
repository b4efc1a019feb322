"""Observation: what was measured or seen."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import notes, words
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.told import NOTHING, Find, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

# Registered holds no result yet; cancelled never will.
_NO_EVIDENCE = frozenset({"registered", "cancelled"})
# It may be another one in the end, or none: whoever repeats it without saying so would be confirmed.
_DOUBTED = frozenset({"preliminary", "unknown"})
_INTERPRETATIONS = {
    "H": ("高値", "high"), "HH": ("パニック高値", "critically high"), "L": ("低値", "low"),
    "LL": ("パニック低値", "critically low"), "N": ("基準範囲内", "normal"), "A": ("異常", "abnormal"),
    "AA": ("重大な異常", "critically abnormal"), "POS": ("陽性", "positive"), "NEG": ("陰性", "negative"),
}  # fmt: skip


def observation(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """One sentence a value: its own and that of each component. Reference ranges are not told."""
    if node.text("status") in _NO_EVIDENCE:
        return
    if node.text("status") in _DOUBTED:
        yield Told("", element="status")
        return
    # What was measured on somebody else, a newborn or a donor, stands in the mother's chart.
    if node.has("focus"):
        yield Told("", element="focus")
        return
    when, date = telling.when(node, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    name, place = words.concept(node.child("code")), words.concept(node.child("bodySite"))
    for part in (node, *node.children("component")):
        own = name if part is node else words.concept(part.child("code"))
        value = _value(part, telling)
        if value and part.has("dataAbsentReason"):
            yield Told("", element="dataAbsentReason")
        elif own and value:
            own, high = words.placed(own, place, telling), _interpretation(part, telling)
            yield Told(sentence(telling, f"{own}は{value}である", f"{own} is {value}", when, high), date)
        elif any(key.startswith("value") for key in part.value):
            yield NOTHING
    for text in notes.notes(node):
        yield Told(text, date, name or telling.pick("検査所見", "Observation"))


def _value(node: Node, telling: Telling) -> str:
    if (value := node.child("valueQuantity")) is not None:
        return words.quantity(value, telling)
    if (value := node.child("valueRange")) is not None:
        return words.interval(value, telling)
    if (value := node.child("valueRatio")) is not None:
        return words.ratio(value, telling)
    if (value := node.child("valueCodeableConcept")) is not None:
        return words.concept(value)
    if node.has("valueInteger"):
        return node.number("valueInteger")
    if (flag := node.flag("valueBoolean")) is not None:
        return telling.pick("あり" if flag else "なし", "present" if flag else "absent")
    if node.has("valueDateTime"):
        return telling.when(node, "valueDateTime")[0]
    if (value := node.child("valuePeriod")) is not None:
        return telling.period(value)[0]
    return words.line(node.text("valueString") or node.text("valueTime"))


def _interpretation(node: Node, telling: Telling) -> str:
    told = []
    for item in node.children("interpretation"):
        known = next((_INTERPRETATIONS[code] for code in sorted(words.codes(item)) if code in _INTERPRETATIONS), None)
        told.append(telling.pick(*known) if known is not None else words.concept(item))
    return telling.pick("、", ", ").join(filter(None, told))
