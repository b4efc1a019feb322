"""The table of how things are said: times and moods, courses, uses, forms and persons (cues/manners.yaml)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language


@dataclass(frozen=True, slots=True)
class Use:
    """one_of: other uses of which any in the claim is enough. counted: so is how often it is given."""

    words: re.Pattern[str]
    one_of: frozenset[str]
    counted: bool


@dataclass(frozen=True, slots=True)
class Form:
    """plain: whether a name without any form may mean it."""

    words: re.Pattern[str]
    plain: bool


@dataclass(frozen=True, slots=True)
class Manners:
    """By name, as the table explains them."""

    moods: Mapping[Language, Mapping[str, re.Pattern[str]]]
    past: re.Pattern[str]
    auxiliaries: re.Pattern[str]
    past_words: re.Pattern[str]
    past_verbs: frozenset[str]
    courses: Mapping[str, re.Pattern[str]]
    uses: Mapping[str, Use]
    forms: Mapping[str, Form]
    self_words: frozenset[str]
    other_words: frozenset[str]
    apart: re.Pattern[str]
    neutral_fronts: re.Pattern[str]
    idle_fronts: re.Pattern[str]
    reasons: re.Pattern[str]


@cache
def manners() -> Manners:
    """The table, read once."""
    source = read_table(cues, "manners.yaml")
    moods = source["moods"]
    return Manners(
        moods={Language.JAPANESE: _patterns(moods["ja"]), Language.ENGLISH: _patterns(moods["en"])},
        past=_pattern(moods["past"]),
        auxiliaries=_pattern(moods["auxiliaries"]),
        past_words=_pattern(moods["past_words"]),
        past_verbs=frozenset(moods["past_verbs"]),
        courses=_patterns(source["courses"]),
        uses={
            name: Use(_pattern(row["words"]), frozenset(row.get("one_of", ())), row.get("counted", False))
            for name, row in source["uses"].items()
        },
        forms={name: Form(_pattern(row["words"]), row.get("plain", False)) for name, row in source["forms"].items()},
        self_words=frozenset(source["persons"]["self"]),
        other_words=frozenset(source["persons"]["others"]),
        apart=_pattern(source["persons"]["apart"]),
        neutral_fronts=_pattern(source["fronts"]["neutral"]),
        idle_fronts=_pattern(source["fronts"]["idle"]),
        reasons=_pattern(source["fronts"]["reasons"]),
    )


def _patterns(rows: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {name: _pattern(words) for name, words in rows.items()}


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)
