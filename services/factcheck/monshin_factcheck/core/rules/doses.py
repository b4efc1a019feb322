"""Whether a claim tells a dose: how much of something is given, how often, how fast, for how long, or when."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.name_rules import kind_of_name
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.tables import read_table

# Times a day; as often nothing is given: a pulse, breaths.
_OFTEN = Fraction(200)
_FLOW = re.compile(r"volume(?:/body_mass)?/time$")
_DRUGS = "drugs"
# Of nothing in particular, for how long, when, or how much of an ointment.
_OPEN = ("", "time", "clock", "length")


@dataclass(frozen=True, slots=True)
class _Cues:
    doses: re.Pattern[str]
    shares: re.Pattern[str]
    acts: re.Pattern[str]
    manners: re.Pattern[str]
    units: re.Pattern[str]


def tells_dose(claim: Statement) -> bool:
    """Of a claim about how to give something.

    Also by a share (半量に減らす), a time (7日間投与する), the meals (食後に服用する), or a number of something else
    (1筒を注射する, Lasix 40).
    """
    text, table = claim.text.text, _cues()
    if any(_is_amount(one) for one in claim.quantities) or table.units.search(text) is not None:
        return True
    has_share = table.shares.search(text) is not None
    if table.doses.search(text) is not None and (has_share or any(sign.isdigit() for sign in text)):
        return True
    if table.acts.search(text) is None and not any(kind_of_name(claim, unit) == _DRUGS for unit in claim.units):
        return False
    return (
        has_share
        or table.manners.search(text) is not None
        or any(one.dimension in _OPEN or not one.is_read for one in claim.quantities)
    )


def _is_amount(quantity: Quantity) -> bool:
    if quantity.dimension == "count:回/time":
        return (quantity.interval.low or quantity.interval.high or Fraction(0)) < _OFTEN
    return is_given(quantity) or _FLOW.match(quantity.dimension) is not None


@cache
def _cues() -> _Cues:
    source = read_table(cues, "doses.yaml")
    return _Cues(**{name: re.compile(pattern, re.IGNORECASE) for name, pattern in source.items()})
