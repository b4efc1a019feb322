"""Whether the unit of a Quantity, which people read, and its code, which machines do, are the same one."""

import re
import unicodedata
from types import MappingProxyType

from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.quantities.compare import Agreement, compare
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.scan import quantities

_UCUM = "http://unitsofmeasure.org"
# UCUM codes that people write otherwise, as `Quantity.unit` may.
_WRITTEN = MappingProxyType(
    {"Cel": "℃", "mm[Hg]": "mmHg", "cm[H2O]": "cmH2O", "[iU]": "IU", "[IU]": "IU", "[arb'U]": "単位", "[drp]": "滴",
     "[pH]": "pH", "10*": "10^"}
)  # fmt: skip
_ANNOTATION = re.compile(r"\{[^{}]*\}")
# A dose has one of these; where only one side of it can be read, the other may be anything.
_DOSES = frozenset({"mass", "volume", "unit", "amount", "charge"})


def disagree(quantity: Node) -> bool:
    """Whether unit and code cannot both be meant: mg and ug, 錠 and mg. Of a code that is nowhere known: whether the
    unit is one of a dose.
    """
    unit, code = _plain(quantity.text("unit")), quantity.text("code").strip()
    if not unit or not code:
        return False
    code = _ANNOTATION.sub("", code)
    for ucum, written in _WRITTEN.items():
        code = code.replace(ucum, written)
    code = _plain(code)
    if unit.casefold() == code.casefold():
        return False
    mine, coded = _read(unit), _read(code)
    if code in ("", "1"):
        return mine is not None and mine.dimension in _DOSES
    if mine is not None and coded is not None:
        return compare(mine, coded) is not Agreement.SAME
    if quantity.text("system") not in ("", _UCUM):
        return False
    return any(one is not None and one.dimension in _DOSES for one in (mine, coded))


def _read(unit: str) -> Quantity | None:
    """One of the unit; None unless all of it is read."""
    text = f"1 {unit}"
    found = quantities(text)
    is_whole = len(found) == 1 and found[0].span.end == len(text) and found[0].is_read
    return found[0] if is_whole and found[0].dimension else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(text.split()))
