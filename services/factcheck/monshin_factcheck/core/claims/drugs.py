"""Which drugs a text names, and whether it passes from one to another: only then the next sentence is of neither."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from monshin_factcheck.core.aliases.table import builtin_aliases, builtin_section
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.normalise import normalise

# クラリス(クラリスロマイシン): two names of one drug.
_OTHER_NAME = re.compile(r"(?<=[ァ-ヺーA-Za-z])\((?:[ァ-ヺー・]+|[A-Za-z-]+)\)")


@lru_cache(maxsize=1024)  # the name that is spoken of is asked for at each sentence
def drugs_in(text: str) -> frozenset[str]:
    """The drugs that a text names, each by one name: of the table of names, or by their spelling; no classes.

    >>> sorted(drugs_in("ロキソニンとイブプロフェン")), drugs_in("アムロジピンはカルシウム拮抗薬で降圧薬です")
    (['イブプロフェン', 'ロキソプロフェン'], frozenset({'アムロジピン'}))
    >>> sorted(drugs_in("How much cephalexin instead of amoxicillin?"))
    ['cephalexin', 'アモキシシリン']
    """
    return frozenset(name for name, _ in _named(text))


def only_drug(text: str) -> str:
    """The one drug that a text names, as it is written there; empty if it names none or several.

    >>> only_drug("He was started on metformin."), only_drug("メトホルミンとワルファリンを開始した。")
    ('metformin', '')
    """
    found = dict(_named(text))
    return next(iter(found.values())) if len(found) == 1 else ""


def is_denied(text: str) -> bool:
    """Whether a sentence ends in a denial: a drug that is named there may be none that is given."""
    return _pattern("denied").search(normalise(text).text) is not None


def is_in_place_of(text: str) -> bool:
    """Whether a text speaks of something in the place of a drug: `アモキシシリンの代わり`, `instead of amoxicillin`."""
    return _pattern("instead").search(normalise(text).text) is not None


def is_together(text: str) -> bool:
    """Whether a sentence speaks of a second drug only as one that is taken beside the first."""
    return _pattern("together").search(normalise(text).text) is not None and not is_in_place_of(text)


def is_given_up(text: str) -> bool:
    """Whether a sentence says that a drug is stopped or not used."""
    return _pattern("stopped").search(normalise(text).text) is not None


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Each drug by its one name, and as it is written."""
    left = _OTHER_NAME.sub("", normalise(text).text)
    for hit in reversed(builtin_aliases().find(left)):
        is_drug = builtin_section(hit.canonical) == "drugs" and _pattern("class").search(hit.canonical) is None
        if is_drug and _pattern("kind").match(left, hit.span.end) is None:
            yield hit.canonical, left[hit.span.start : hit.span.end]
        left = f"{left[: hit.span.start]}□{left[hit.span.end :]}"
    for name in _pattern("katakana").finditer(left):
        if not _pattern("no_drug").search(name.group()) and _pattern("kind").match(left, name.end()) is None:
            yield name.group(), name.group()
    for name in _pattern("stem").finditer(left):
        yield name.group().lower(), name.group()
    for name in _pattern("dosed").finditer(left):
        yield name["name"].lower(), name["name"]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_table()[name].replace("\n", ""), re.IGNORECASE)


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = read_table(__package__, "drugs.yaml")
    return table
