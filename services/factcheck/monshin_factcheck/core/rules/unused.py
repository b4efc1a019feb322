"""What a clause that a claim leaves out does to the rest of its sentence: it may limit it, or take it back."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from monshin_factcheck.core import cues
from monshin_factcheck.core.rules.asides import narrowing_aside
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.text.language import Language

_LIMITS = re.compile(
    r"のみ|だけ|しか|限り|限る|限って|ただし|除[くいき]|以外|場合|とき|際|原則|通常|ならば|なら|れば|たら|未満|以上|以下|超|if\b|unless|only|except|when\b|usually|provided",
    re.IGNORECASE,
)
_LEAD = re.compile(r"[\W_]*")
_END = re.compile(r"[\W_]*$")
_QUOTE_ENDS = re.compile('[」』”"]')


@dataclass(frozen=True, slots=True)
class _Table:
    words: re.Pattern[str]
    pointing: re.Pattern[str]
    neutral: re.Pattern[str]


def turns_the_rest(statement: Statement, index: int) -> bool:
    """Whether the rest of the sentence does not hold as it stands without this clause.

    The clause says when, limits, or takes back what is said (「…」というのは誤りである, but this is a myth). Of a
    quotation, or of the statement as a whole, it may say nothing but neutral words (…と記載されている).
    """
    clause = statement.clauses[index]
    said = clause.span.of(statement.text.text)
    if clause.is_condition or _LIMITS.search(said) is not None or narrowing_aside(statement, clause.span):
        return True
    return _takes_back(statement, index)


def _takes_back(statement: Statement, index: int) -> bool:
    table, text, span = _table(statement.language), statement.text.text, statement.clauses[index].span
    lead = _LEAD.match(text, span.start)
    start = lead.end() if lead is not None else span.start
    said = _END.sub("", text[start : span.end])
    if table.words.search(said) is not None:
        return True
    before = _END.search(text[:start])
    is_behind_quote = before is not None and _QUOTE_ENDS.search(before.group()) is not None
    is_of_the_rest = index > 0 and (is_behind_quote or table.pointing.match(said) is not None)
    return is_of_the_rest and table.neutral.fullmatch(said) is None


@cache
def _table(language: Language) -> _Table:
    source = yaml.safe_load(resources.files(cues).joinpath("retractions.yaml").read_text("utf-8"))
    table = source["en" if language is Language.ENGLISH else "ja"]
    return _Table(*(re.compile("|".join(f"(?:{one})" for one in table[name]), re.IGNORECASE) for name in
                    ("words", "pointing", "neutral")))  # fmt: skip
