"""A quantity in short signs, to show what was read: `≥75 歳`, `2–3`, `<30 mL/分/1.73m2`."""

from fractions import Fraction

from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.quantity import Quantity

_SIGNS = {
    Comparator.NONE: "",
    Comparator.AT_LEAST: "≥",
    Comparator.MORE_THAN: ">",
    Comparator.AT_MOST: "≤",
    Comparator.LESS_THAN: "<",
    Comparator.RANGE: "",
    Comparator.LITTLE_LESS: "≲",
    Comparator.LITTLE_MORE: "≳",
}


def notation(quantity: Quantity) -> str:
    """Its numbers as written, with the sign of its comparator and its unit; the words of one that has several
    readings."""
    if not quantity.is_read:
        return quantity.words
    numbers = "–".join(_decimal(number) for number in quantity.numbers)
    return f"{_SIGNS[quantity.comparator]}{numbers} {quantity.unit}".strip()


def _decimal(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else f"{float(number):.6g}"
