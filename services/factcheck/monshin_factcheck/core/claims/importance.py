"""Which claims a patient can come to harm by: those about doses, contraindications, allergies, and what to do."""

import re
from functools import cache

from monshin_factcheck.core.tables import read_table


def is_important(text: str) -> bool:
    """For an NFKC text: whether any cue of importance.yaml speaks for it.

    >>> [is_important(text) for text in ("1日5 mgとする。", "納豆は避ける。", "抗凝固薬である。")]
    [True, True, False]
    """
    return _cues().search(text) is not None


@cache
def _cues() -> re.Pattern[str]:
    source = read_table(__package__, "importance.yaml")
    return re.compile("|".join(f"(?:{cue})" for cues in source.values() for cue in cues), re.IGNORECASE)
