"""Codes and quantities as words."""

from collections.abc import Collection

from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.tongue import Telling
from monshin_factcheck.core.fhir.units import disagree

_COMPARATORS = {
    "<": ("未満", "less than "),
    "<=": ("以下", "at most "),
    ">=": ("以上", "at least "),
    ">": ("超", "more than "),
}
# UCUM codes that people write otherwise.
_UNITS = {"Cel": "℃", "mm[Hg]": "mmHg", "[degF]": "°F", "10*3/uL": "×10^3/μL", "10*6/uL": "×10^6/μL"}
_SIDES = frozenset({"右", "左", "両側", "右側", "左側", "両"})


def concept(node: Node | None) -> str:
    """Text of a CodeableConcept: its own, else the first display, else the first code.

    A code stands for itself (`I48.0`): it is never translated here.
    """
    if node is None:
        return ""
    codings = list(node.children("coding"))
    return (
        _clean(node.text("text"))
        or next(filter(None, (_clean(coding.text("display")) for coding in codings)), "")
        or next(filter(None, (_clean(coding.text("code")) for coding in codings)), "")
    )


def concepts(node: Node, name: str, telling: Telling) -> str:
    """Texts of a list of CodeableConcepts, parted by 、 or a comma."""
    return telling.pick("、", ", ").join(filter(None, (concept(item) for item in node.children(name))))


def sites(node: Node) -> list[str]:
    """Where in the body it is, each of several by itself; one empty text where that is not said. What is at the right
    and at the left is told of each, for a sentence of both would deny either."""
    return list(dict.fromkeys(filter(None, (concept(item) for item in node.children("bodySite"))))) or [""]


def codes(node: Node | None) -> frozenset[str]:
    """The codes of a CodeableConcept."""
    return frozenset(coding.text("code") for coding in node.children("coding")) if node is not None else frozenset()


def status(node: Node, name: str, known: Collection[str]) -> str | None:
    """The code of a status that is a CodeableConcept (clinicalStatus, verificationStatus); empty where it has none.

    None where it says anything else than one of the known codes: in other words, as text alone, or two at once. A local
    code beside a known one is its translation.
    """
    if node.child(name) is None:
        return ""
    found = codes(node.child(name)) & frozenset(filter(None, known))
    return next(iter(found)) if len(found) == 1 else None


def placed(name: str, place: str, telling: Telling) -> str:
    """A name with its place in the body: 右大腿骨頸部骨折, 左膝の痛み, fracture of right femur."""
    if not place or place in name:
        return name
    return telling.pick(place + ("" if place in _SIDES else "の") + name, f"{name} of {place}")


def quantity(node: Node, telling: Telling) -> str:
    """Value and unit with their bound: `4.10 mEq/L`, `0.3 mg/dL未満`;
    empty without a value, and where unit and code disagree.
    """
    value = node.number("value")
    if not value or disagree(node):
        return ""
    unit = _unit(node)
    gap = "" if unit[:1] in ("%", "％", "℃", "°", "") or unit in ("錠", "回", "個", "包", "枚", "滴", "歳") else " "
    comparator = node.text("comparator")
    if not comparator:
        return f"{value}{gap}{unit}"
    if comparator not in _COMPARATORS:
        raise node.refuse("comparator", "one of <, <=, >=, > is needed", "NOT_FHIR")
    japanese, english = _COMPARATORS[comparator]
    return telling.pick(f"{value}{gap}{unit}{japanese}", f"{english}{value}{gap}{unit}")


def interval(node: Node, telling: Telling) -> str:
    """A Range: `2〜3 mg`; one open end becomes a bound."""
    low, high = node.child("low"), node.child("high")
    if any(end is not None and disagree(end) for end in (low, high)):
        return ""
    if low is not None and high is not None and low.number("value") and high.number("value"):
        unit = _unit(high) or _unit(low)
        if _unit(low) in ("", unit):
            told = telling.pick("{}〜{}", "{} to {}").format(low.number("value"), high.number("value"))
            return f"{told} {unit}".rstrip()
        return telling.pick("{}〜{}", "{} to {}").format(quantity(low, telling), quantity(high, telling))
    if low is not None and quantity(low, telling):
        return telling.pick("{}以上", "at least {}").format(quantity(low, telling))
    if high is not None and quantity(high, telling):
        return telling.pick("{}以下", "at most {}").format(quantity(high, telling))
    return ""


def ratio(node: Node, telling: Telling) -> str:
    """A Ratio: `1 mg / 1 mL`."""
    parts = [part for part in (node.child("numerator"), node.child("denominator")) if part is not None]
    told = [quantity(part, telling) for part in parts]
    return "/".join(told) if len(told) == 2 and all(told) else ""


def line(text: str) -> str:
    """Text as one line, so that it stays one sentence's part."""
    return _clean(text)


def _unit(node: Node) -> str:
    unit = _clean(node.text("unit"))
    if unit:
        return _UNITS.get(unit, unit)
    code = _clean(node.text("code"))
    # {score}, {INR}: annotations of UCUM, which are no units.
    return "" if code in ("1",) or code.startswith("{") else _UNITS.get(code, code)


def _clean(text: str) -> str:
    return " ".join(text.split())
