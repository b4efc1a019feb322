"""What a sentence right behind another one may say of it: 正しくは3 mgである。, 溶血検体である。, It is not."""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.tables import read_table

_ONE = (
    "leads",
    "points",
    "doubts",
    "replaces",
    "renews",
    "limits",
    "reasons",
    "warns",
    "later",
    "whose",
    "pronouns",
    "topics",
)


@dataclass(frozen=True, slots=True)
class Instance:
    """What shows that there is something of a kind: 蕁麻疹 of アレルギー."""

    of: re.Pattern[str]
    signs: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Corrections:
    """As corrections.yaml tells."""

    leads: re.Pattern[str]
    points: re.Pattern[str]
    doubts: re.Pattern[str]
    replaces: re.Pattern[str]
    renews: re.Pattern[str]
    limits: re.Pattern[str]
    reasons: re.Pattern[str]
    warns: re.Pattern[str]
    later: re.Pattern[str]
    whose: re.Pattern[str]
    pronouns: re.Pattern[str]
    topics: re.Pattern[str]
    instances: tuple[Instance, ...]
    opposites: frozenset[tuple[str, str]]

    def rest(self, said: str) -> str:
        """A sentence without the words in front that tell where it comes from, and without its reason.

        >>> corrections().rest("再検査の結果、陽性と判明した。")
        '陽性と判明した。'
        """
        while (match := self.leads.match(said)) is not None and match.end():
            said = said[match.end() :].lstrip()
        return self.reasons.sub("", said, count=1).lstrip()


@cache
def corrections() -> Corrections:
    """The table, read once."""
    source = read_table(cues, "corrections.yaml")
    patterns = {name: re.compile("|".join(f"(?:{one})" for one in source[name]), re.IGNORECASE) for name in _ONE}
    instances = tuple(
        Instance(re.compile(one["of"], re.IGNORECASE), re.compile(one["signs"], re.IGNORECASE))
        for one in source["instances"]
    )
    return Corrections(**patterns, instances=instances, opposites=frozenset(map(tuple, source["opposites"])))
