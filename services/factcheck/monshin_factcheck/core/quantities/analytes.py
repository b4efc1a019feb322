"""Laboratory values in traditional and SI units: 180 mg/dL of glucose is 10 mmol/L. Read from `analytes.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.quantities.interval import Interval
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.tables import read_table

# Laboratories round converted values to two or three digits: 126 mg/dL is 6.99 mmol/L and is written 7.0.
TOLERANCE = Fraction(1, 100)
_MASS, _AMOUNT, _CHARGE = "mass/volume", "amount/volume", "charge/volume"
_UNITS, _KATALS = "unit/volume", "catalysis/volume"
# A unit of an enzyme turns over 1 μmol a minute, a katal 1 mol a second.
_UNITS_PER_KATAL = Fraction(60_000_000)
_NGSP, _IFCC = "share", "amount/amount"
_SLOPE, _OFFSET = Fraction("0.09148"), Fraction("2.152")


@dataclass(frozen=True, slots=True)
class Analyte:
    """factors: by dimension, what one base unit of it is in the first one's, exact; HbA1c has an equation instead."""

    name: str
    factors: Mapping[str, Fraction]

    def converted(self, quantity: Quantity, dimension: str) -> Quantity | None:
        """The same in another dimension, exactly; None where that is none of this analyte's."""
        interval = self._interval(quantity.interval, quantity.dimension, dimension)
        return None if interval is None else replace(quantity, interval=interval, dimension=dimension)

    def _interval(self, interval: Interval, source: str, target: str) -> Interval | None:
        if not self.factors:
            if (source, target) == (_IFCC, _NGSP):
                return _moved(interval.scaled(1000 * _SLOPE), _OFFSET).scaled(Fraction(1, 100))
            if (source, target) == (_NGSP, _IFCC):
                return _moved(interval.scaled(Fraction(100)), -_OFFSET).scaled(1 / (1000 * _SLOPE))
            return None
        if source not in self.factors or target not in self.factors:
            return None
        return interval.scaled(self.factors[source] / self.factors[target])


@dataclass(frozen=True, slots=True)
class Analytes:
    """All of the table, by name."""

    names: AliasTable
    by_name: dict[str, Analyte]

    def before(self, text: str, start: int, end: int) -> str:
        """The analyte that is named last in `text[start:end]`; empty if none is."""
        hits = self.names.find(text[start:end])
        return hits[-1].canonical if hits else ""


@cache
def analytes() -> Analytes:
    """The table, read once."""
    rows = read_table(__package__, "analytes.yaml")
    groups = [tuple(map(str, row["names"])) for row in rows]
    table = AliasTable(groups)
    return Analytes(table, {row["names"][0]: Analyte(row["names"][0], _factors(row)) for row in rows})


def _factors(row: dict[str, Any]) -> dict[str, Fraction]:
    if "molar_mass" in row:
        factors = {_AMOUNT: Fraction(1), _MASS: 1 / Fraction(row["molar_mass"])}
        return factors | ({_CHARGE: Fraction(1, row["charge"])} if "charge" in row else {})
    return {} if "hba1c" in row else {_UNITS: Fraction(1), _KATALS: _UNITS_PER_KATAL}


def in_units_of(quantity: Quantity, other: Quantity) -> Quantity | None:
    """`quantity` in the dimension of `other`, where both are of one named analyte in two unit systems; else None."""
    if not quantity.analyte or quantity.analyte != other.analyte or quantity.dimension == other.dimension:
        return None
    return analytes().by_name[quantity.analyte].converted(quantity, other.dimension)


def is_same_value(quantity: Quantity, other: Quantity) -> bool:
    """Whether both say the same value of one analyte in two unit systems, as far as laboratories round."""
    made = in_units_of(quantity, other)
    return made is not None and are_near(made, other)


def are_near(made: Quantity, other: Quantity) -> bool:
    """Whether a value that was brought into the dimension of another one is the same, as far as laboratories round."""
    if (made.comparator, made.scope, made.is_approximate) != (
        other.comparator, other.scope, other.is_approximate,
    ):  # fmt: skip
        return False
    sides = ((made.interval.low, other.interval.low), (made.interval.high, other.interval.high))
    return all(_is_near(one, two) for one, two in sides)


def _is_near(one: Fraction | None, other: Fraction | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


def _moved(interval: Interval, by: Fraction) -> Interval:
    low = None if interval.low is None else interval.low + by
    high = None if interval.high is None else interval.high + by
    return Interval(low, high, interval.low_open, interval.high_open)
