"""The words of cases.yaml, of which the others are made that find and tell cases."""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core.tables import read_table


@dataclass(frozen=True, slots=True)
class CaseWords:
    """By language, each pattern by its name."""

    ja: dict[str, re.Pattern[str]]
    en: dict[str, re.Pattern[str]]


def source(language: str, name: str) -> str:
    """A pattern as a part of another one."""
    table = words().ja if language == "ja" else words().en
    return f"(?:{table[name].pattern})"


@cache
def words() -> CaseWords:
    """Read once."""
    table = read_table(__package__, "cases.yaml")
    return CaseWords(
        *(
            {name: re.compile(pattern.replace("\n", ""), re.IGNORECASE) for name, pattern in table[language].items()}
            for language in ("ja", "en")
        )
    )
