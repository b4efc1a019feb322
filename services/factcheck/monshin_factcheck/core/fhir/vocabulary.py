"""Lists of words and phrases beside this package's code, and how a text is brought into their form."""

import re
import unicodedata
from functools import cache

from monshin_factcheck.core import fhir
from monshin_factcheck.core.tables import read_table


@cache
def vocabulary(file: str) -> dict[str, re.Pattern[str]]:
    """The lists of a YAML file, each as one pattern that matches any of its entries in a folded text."""
    table = read_table(fhir, file)
    return {name: re.compile("|".join(f"(?:{one})" for one in entries)) for name, entries in table.items()}


def folded(text: str) -> str:
    """NFKC in lower case."""
    return unicodedata.normalize("NFKC", text).casefold()
