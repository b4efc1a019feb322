"""What of a Dosage no words are made of. Most of it changes how much is given, or when: then no dose is told at all.

Named by what is read, not by what is not: an element that nobody thought of may be the one that halves the dose.
"""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import instruction, notes, words
from monshin_factcheck.core.fhir.instruction import Standing
from monshin_factcheck.core.fhir.node import Node, shown
from monshin_factcheck.core.fhir.units import disagree

_DOSAGE = frozenset({"sequence", "text", "additionalInstruction", "patientInstruction", "timing", "asNeededBoolean",
                     "asNeededCodeableConcept", "site", "route", "method", "doseAndRate"})  # fmt: skip
# An administration holds these itself.
_RATES = frozenset({"type", "dose", "doseQuantity", "doseRange", "rateQuantity", "rateRatio"})
_TIMING = frozenset({"repeat", "code"})
_REPEAT = frozenset({"frequency", "period", "periodUnit", "dayOfWeek", "when", "timeOfDay", "boundsPeriod",
                     "boundsDuration", "durationUnit"})  # fmt: skip
_INERT = frozenset({"id", "extension"})
# HL7's dose-rate-type, and how it is written: the other one, calculated, was not ordered.
_ORDERED = frozenset({"ordered", "指示", "指示量", "オーダー", "処方", "処方量"})


def lost(dosage: Node) -> list[str]:
    """The elements of a dosage that its words would leave out, such as `timing.repeat.count`; with one the rest is not
    the dose.
    """
    instructions = (element for element, text in _instructions(dosage) if not notes.is_plain(text))
    beyond = _beyond(dosage, _DOSAGE | _RATES, "")
    return list(dict.fromkeys((*instructions, *beyond, *_amounts(dosage), *_timing(dosage))))


def aside(dosage: Node) -> list[str]:
    """The elements that its words leave out as well, but which change neither how much is given nor how often."""
    timing = dosage.child("timing")
    repeat = timing.child("repeat") if timing is not None else None
    hours = ["timing.repeat.timeOfDay"] if repeat is not None and repeat.texts("timeOfDay") else []
    return [*(element for element, text in _instructions(dosage) if notes.is_plain(text)), *hours]


def ordered(dosage: Node) -> Node | None:
    """The amount and rate that were ordered; None where there is none, or none can be told from the others."""
    every = list(dosage.children("doseAndRate"))
    types = [_type(one) for one in every]
    if len(every) > 1:
        every = [one for one, named in zip(every, types, strict=True) if named & _ORDERED]
    elif any(named and not named & _ORDERED for named in types):
        return None
    return every[0] if len(every) == 1 else None


def _type(rate: Node) -> frozenset[str]:
    kind = rate.child("type")
    return frozenset(filter(None, (*(code.casefold() for code in words.codes(kind)), words.concept(kind).casefold())))


def _instructions(dosage: Node) -> Iterator[tuple[str, str]]:
    """Each that its own text does not say, and what it says."""
    own = dosage.text("text")
    said = {
        "additionalInstruction": [words.concept(one) for one in dosage.children("additionalInstruction")],
        "patientInstruction": [words.line(dosage.text("patientInstruction"))],
    }
    for element, texts in said.items():
        for text in filter(None, texts):
            if instruction.word(text, own) is not Standing.SAID:
                yield element, text


def _amounts(dosage: Node) -> Iterator[str]:
    rate = ordered(dosage)
    if rate is None and any(dosage.children("doseAndRate")):
        yield "doseAndRate"
    for one in (dosage, rate):
        if one is None:
            continue
        if one is rate:
            yield from _beyond(one, _RATES, "doseAndRate.")
        place = "doseAndRate." if one is rate else ""
        for name in sorted(_RATES - {"type"}):
            if (found := one.child(name)) is not None and any(map(disagree, _quantities(found))):
                yield f"{place}{name}"


def _quantities(node: Node) -> Iterator[Node]:
    yield node
    for name in ("low", "high", "numerator", "denominator"):
        if (end := node.child(name)) is not None:
            yield end


def _timing(dosage: Node) -> Iterator[str]:
    timing = dosage.child("timing")
    if timing is None:
        return
    yield from _beyond(timing, _TIMING, "timing.")
    repeat = timing.child("repeat")
    if repeat is None:
        return
    yield from _beyond(repeat, _REPEAT, "timing.repeat.")
    if (length := repeat.child("boundsDuration")) is not None and disagree(length):
        yield "timing.repeat.boundsDuration"
    is_daily = repeat.number("period") == "1" and repeat.text("periodUnit") == "d"
    # Once a day on Mondays is not once a day.
    if is_daily and repeat.texts("dayOfWeek"):
        yield "timing.repeat.dayOfWeek"
    # Once a day at eight and at twenty is twice, or a mistake.
    if repeat.texts("timeOfDay") and not _are_counted(repeat):
        yield "timing.repeat.timeOfDay"
    if is_daily and repeat.has("frequency") and len(repeat.texts("when")) > float(repeat.number("frequency")):
        yield "timing.repeat.when"


def _are_counted(repeat: Node) -> bool:
    """Whether the hours of the day are as many as the times that are told."""
    is_daily = repeat.number("period") == "1" and repeat.text("periodUnit") == "d"
    return is_daily and repeat.number("frequency") == str(len(repeat.texts("timeOfDay")))


def _beyond(node: Node, read: frozenset[str], place: str) -> Iterator[str]:
    for name, value in node.value.items():
        # What begins so is of a primitive's extensions.
        if name not in read | _INERT and not name.startswith("_") and value not in (None, [], {}, "", False):
            yield f"{place}{shown(name)}"
