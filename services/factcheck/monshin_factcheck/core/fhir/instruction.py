"""Whether a prescription's own text says what its structure has: neither silence nor a dose told twice."""

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum

from monshin_factcheck.core.cues.opposites import opposites
from monshin_factcheck.core.quantities.compare import Agreement, compare
from monshin_factcheck.core.quantities.quantity import Quantity, Scope
from monshin_factcheck.core.quantities.scan import quantities

_AGREED = frozenset({Agreement.SAME, Agreement.SAME_NUMBER})
_AS_NEEDED = re.compile(
    r"頓用|頓服|屯用|屯服|必要時|必要に応じ|適宜|\bp\.?r\.?n\b|\b(?:as|when|if) (?:needed|required|necessary)\b"
)
_TIMES_OF_DAY = re.compile(
    r"朝|昼|夕|夜|晩|食[前後間事]|就寝|眠前|寝る前|起床"
    r"|\b(?:meals?|food|breakfast|lunch|dinner|supper|bedtime|waking|morning|noon|evening|night)\b"
)
_DAYS = re.compile(r"[月火水木金土日]曜|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b")


class Standing(Enum):
    """What a text says of an element."""

    SAID = "said"
    MISSING = "missing"
    # Something else, as far as can be told: two doses of one drug must not both stand as evidence.
    OTHERWISE = "otherwise"


def amount(piece: str, text: str) -> Standing:
    """Of `1回5 mg`. An amount of the text that is not said to be of one dose may be the day's: it excludes none."""
    if _holds(text, piece):
        return Standing.SAID
    mine = [found for found in quantities(_normal(piece)) if found.dimension]
    doses = [found for found in quantities(_normal(text)) if found.scope is Scope.PER_DOSE]
    return _beside(mine, doses)


def counted(piece: str, text: str) -> Standing:
    """Of a frequency, a length or a period: `1日3回`, `7日間`, also where a code words it, `1日3回毎食後`."""
    if _holds(text, piece):
        return Standing.SAID
    mine = quantities(_normal(piece))
    stands = _beside(mine, quantities(_normal(text)))
    covered = {at for one in mine for at in range(one.span.start, one.span.end)}
    rest = "".join(" " if at in covered else char for at, char in enumerate(_normal(piece)))
    said = all(_holds(text, word) for word in re.findall(r"\w+", rest) if word != "for")
    return Standing.MISSING if stands is Standing.SAID and not said else stands


def time_of_day(piece: str, text: str) -> Standing:
    """Of `朝食後`, which 毎食後 and 朝夕食後 say as well."""
    together = rf"{piece[:1]}[朝昼夕夜・、,と]*{re.escape(piece[1:])}|毎{re.escape(piece[1:])}"
    if _holds(text, piece) or (piece[1:2] == "食" and re.search(together, _folded(text))):
        return Standing.SAID
    return Standing.OTHERWISE if _TIMES_OF_DAY.search(_folded(text)) else Standing.MISSING


def day(piece: str, text: str) -> Standing:
    """Of `月曜`, a day of the week."""
    if _holds(text, piece):
        return Standing.SAID
    return Standing.OTHERWISE if _DAYS.search(_folded(text)) else Standing.MISSING


def route(piece: str, text: str) -> Standing:
    """Of `経口`, which 内服 says as well and 静注 excludes."""
    mine, theirs = _routes(piece), _routes(text)
    if _holds(text, piece) or mine & theirs:
        return Standing.SAID
    return Standing.OTHERWISE if mine and theirs else Standing.MISSING


def as_needed(reason: str, text: str) -> Standing:
    """Of `疼痛時頓用`; reason: 疼痛, or empty."""
    is_said = _AS_NEEDED.search(_folded(text)) is not None and _holds(text, reason)
    return Standing.SAID if is_said else Standing.MISSING


def word(piece: str, text: str) -> Standing:
    """Of a site or a method: its own words alone say it."""
    return Standing.SAID if _holds(text, piece) else Standing.MISSING


def _beside(mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> Standing:
    alike = [[other for other in theirs if other.dimension == one.dimension] for one in mine]
    agreed = [any(compare(one, other) in _AGREED for other in found) for one, found in zip(mine, alike, strict=True)]
    if mine and all(agreed):
        return Standing.SAID
    excluded = any(found and not agrees for found, agrees in zip(alike, agreed, strict=True))
    return Standing.OTHERWISE if excluded else Standing.MISSING


def _routes(text: str) -> set[int]:
    folded = _folded(text)
    return {
        pole.index
        for name, poles in opposites().poles.items()
        for pole in poles
        if pole.axis == "route" and (re.search(rf"\b{re.escape(name)}\b", folded) if name.isascii() else name in folded)
    }


def _holds(text: str, piece: str) -> bool:
    return "".join(_folded(piece).split()) in "".join(_folded(text).split())


def _folded(text: str) -> str:
    return _normal(text).casefold()


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
