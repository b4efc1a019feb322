"""Units of measure, read from `units.yaml`: any spelling to a dimension and an exact factor."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from monshin_factcheck.core.tables import read_table

# Divisors after a slash or `per`: a mass there is the patient's, not the drug's.
_DIVISOR_DIMENSION = {"mass": "body_mass"}
_SUBSTANCE_DIVISORS = frozenset({"g", "mg", "μg"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, simple or composed: `dimension` such as `mass/body_mass/time`, `factor` to its base."""

    name: str
    dimension: str
    factor: Fraction


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All spellings and the pattern that finds the longest one."""

    units: dict[str, Unit]
    pattern: re.Pattern[str]

    def find(self, text: str, at: int) -> tuple[Unit, int] | None:
        """The longest unit whose spelling starts at `at`, and where it ends."""
        match = self.pattern.match(text, at)
        return (self.named(match.group()), match.end()) if match is not None else None

    def named(self, spelling: str) -> Unit:
        """The unit of a spelling that the pattern found."""
        return self.units[next(key for key in (spelling, _key(spelling), _folded(spelling)) if key in self.units)]

    def spellings(self, dimension: str) -> list[str]:
        """Of all units of a dimension, as `named` takes them."""
        return [spelling for spelling, unit in self.units.items() if unit.dimension == dimension]


@cache
def unit_table() -> UnitTable:
    """The table, read once."""
    units: dict[str, Unit] = {}
    for dimension, rows in read_table(__package__, "units.yaml").items():
        for name, factor, others in rows:
            own = f"{dimension}:{name}" if dimension == "count" else dimension
            unit = Unit(name, own, Fraction(str(factor)))
            for spelling in (name, *others):
                units.setdefault(_key(spelling), unit)
    longest_first = sorted(units, key=len, reverse=True)
    return UnitTable(units, re.compile("|".join(_spelling_pattern(spelling, units) for spelling in longest_first)))


def compose(numerator: Unit, divisors: list[Unit]) -> Unit:
    """`mg` over `kg` and `日` is one unit of dimension mass/body_mass/time.

    A mass over a substance's mass (`mg/g`) keeps both; a volume or a time divides as it is.
    """
    dimension, factor, name = numerator.dimension, numerator.factor, numerator.name
    for divisor in divisors:
        below = divisor.dimension
        if below == "mass" and divisor.name not in _SUBSTANCE_DIVISORS:
            below = _DIVISOR_DIMENSION[below]
            factor *= 1000
        dimension += f"/{below}"
        factor /= divisor.factor
        name += f"/{divisor.name}"
    return Unit(name, dimension, factor)


def _is_single(spelling: str) -> bool:
    return len(spelling) == 1


def _folded(spelling: str) -> str:
    return spelling.lower()


def _key(spelling: str) -> str:
    """What tells a spelling from all others: a prefix as it is written, mU and MU; elsewhere in any case."""
    if _is_single(spelling):
        return spelling
    return spelling[0] + _folded(spelling[1:]) if _BY_CASE.fullmatch(spelling) else _folded(spelling)


def _spelling_pattern(key: str, units: Mapping[str, Unit]) -> str:
    escaped = re.escape(key)
    if not any(character.isascii() and character.isalpha() for character in key) and key != "μ":
        # `分` of `分割` and `年` of `年齢` are no units.
        return escaped + _NOT_BEFORE.get(key, "")
    if _is_single(key):
        return escaped + r"(?![A-Za-z0-9\u0370-\u03ff])"
    end = r"(?![A-Za-z0-9])" if key[-1].isalnum() else ""
    if not _BY_CASE.fullmatch(key):
        return f"(?ai:{escaped}){end}"
    # MG and ML are mg and mL to those who write all in capitals; MU is not mU.
    capitals = key.upper()
    in_capitals = f"|{re.escape(capitals)}" if _key(capitals) not in units else ""
    return f"(?:{escaped[0]}(?ai:{escaped[1:]}){in_capitals}){end}"


# Symbols of which both milli and mega are in use, and the calorie that is a kilocalorie.
_BY_CASE = re.compile(r"m(?:g|l|m|i?u|v|pa|hz|gy|sv|j|w)|cal", re.IGNORECASE | re.ASCII)
_NOT_BEFORE = {
    "分": r"(?![割類裂布泌析野娩離枝担画岐]|の[ ]?[0-9一二三四五六七八九十])",
    "年": r"(?![齢生輪代金])",
    "日": r"(?![本常中光焼])",
    "時": r"(?![期点代速刻間])",
    "人": r"(?![間工種体])",
    "点": r"(?![滴眼鼻検])",
    "本": r"(?![剤症邦人来態])",
    "型": r"(?![式])",
    "期": r"(?![間待])",
    "度": r"(?![合数])",
    "次": r"(?![第回亜])",
    "回": r"(?![復腸転診避収])",
    "食": r"(?![道後前事塩欲品べ間])",
    "割": r"(?![合り])",
    "番": r"(?![号組])",
    "包": r"(?![帯括])",
    "口": r"(?![腔])",
    "個": r"(?![人別])",
    "種": r"(?![類])",
    "階": r"(?![段])",
    "管": r"(?![理])",
    "類": r"(?![似])",
    "例": r"(?![え外])",
    "件": r"",
}
