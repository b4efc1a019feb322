"""The words by which a line or a sentence is known to govern others: governing.yaml, and what a text by itself says."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.tables import read_table

# A piece of a pattern that the table names.
_PIECE = re.compile("<(?P<name>[a-z]+)>")


@dataclass(frozen=True, slots=True)
class Patterns:
    """As governing.yaml tells."""

    neutral: re.Pattern[str]
    retracting: re.Pattern[str]
    void: re.Pattern[str]
    topics: re.Pattern[str]
    forbidding: re.Pattern[str]
    voiding: re.Pattern[str]
    announcing: re.Pattern[str]
    forward: re.Pattern[str]
    formerly: re.Pattern[str]
    resets: re.Pattern[str]
    back_one: re.Pattern[str]
    back_all: re.Pattern[str]
    whole: re.Pattern[str]
    limiting_back: re.Pattern[str]
    limiting_after: re.Pattern[str]
    answer: re.Pattern[str]
    option: re.Pattern[str]
    joining: re.Pattern[str]
    bound: re.Pattern[str]
    disease: re.Pattern[str]
    case: re.Pattern[str]
    title: re.Pattern[str]
    alone: re.Pattern[str]
    limiting: re.Pattern[str]
    excluding: re.Pattern[str]
    sentence: re.Pattern[str]
    heading_end: re.Pattern[str]
    taken: re.Pattern[str]
    retraction: re.Pattern[str]
    question: re.Pattern[str]
    asks_wrong: re.Pattern[str]
    asks_forbidden: re.Pattern[str]
    asked: re.Pattern[str]
    document: re.Pattern[str]
    stay: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """Read once."""
    source = read_table(cues, "governing.yaml")
    back = read_table(cues, "retractions.yaml")
    source["retraction"] = [*back["ja"]["words"], *back["en"]["words"]]
    for name in ("void", "forbidding", "voiding", "taken"):
        source[name] = [_PIECE.sub(lambda piece: source["pieces"][piece["name"]], one) for one in source[name]]
    source["case"] = read_table(cues, "conditions.yaml")["asides"]
    names = Patterns.__dataclass_fields__
    return Patterns(*(re.compile("|".join(f"(?:{one})" for one in source[name]), re.IGNORECASE) for name in names))


def plain(text: str) -> str:
    """Without the signs around it: 【小児】, **Children**, 小児：."""
    return unicodedata.normalize("NFKC", text).strip(" \u3000*_#:【】〈〉《》≪≫<>[]()〔〕「」『』■□◆◇●○▼▽☆★※").strip()


def takes_back(said: str) -> bool:
    """Whether one of its words says that something is wrong, forbidden, or no longer so."""
    return patterns().retracting.search(said) is not None


def is_taken_back(said: str) -> bool:
    """The same, or that as a whole it is a heading of what is not taken."""
    return takes_back(said) or patterns().void.fullmatch(said) is not None


def names_a_state(text: str) -> bool:
    """Whether words say that something holds of some cases only, whoever they are: renal impairment, 重症."""
    return patterns().limiting.search(plain(text)) is not None


def names_a_case(text: str) -> bool:
    """Whether words name people, a state, an illness or a time, as far as the tables know them: what else stands over
    a sentence (抗菌薬, Appendix B) may limit it, but a reader can not be told how.
    """
    said, table = plain(text).rstrip(" 。.:の"), patterns()
    known = (table.limiting, table.title, table.asked, table.disease, table.heading_end, table.case)
    return table.alone.fullmatch(said) is not None or any(one.search(said) is not None for one in known)


def excludes(text: str) -> bool:
    """Whether a case is named to leave it out: 小児以外, other than children."""
    return patterns().excluding.search(plain(text)) is not None


def has_number(said: str) -> bool:
    """A number that is no bound of a case: 体温 37.2."""
    return re.search(r"[0-9]", said) is not None and patterns().bound.search(said) is None


def has_bound(said: str) -> bool:
    """A number that is a bound of a case: 体重20 kg未満."""
    return re.search(r"[0-9]", said) is not None and patterns().bound.search(said) is not None


def names_stays(lines: Iterable[str]) -> bool:
    """Whether two lines that are no sentences name different stays: of such a text the first line is no title."""
    found = (patterns().stay.search(said) for said in lines if patterns().sentence.search(said) is None)
    return len({one.group().lower() for one in found if one is not None}) > 1
