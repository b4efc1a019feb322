"""What a clause that a claim leaves out does to the rest of its sentence: it may limit it, or take it back."""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.cues.afterthoughts import Afterthought, afterthought
from monshin_factcheck.core.cues.polarity import Operator
from monshin_factcheck.core.rules.asides import in_source, narrowing_aside, unknown_aside
from monshin_factcheck.core.rules.openers import openers
from monshin_factcheck.core.rules.other_drug import is_of_another_drug
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.words import Kind

_LIMITS = re.compile(
    r"のみ|だけ|しか|限り|限る|限って|ただし|除[くいき]|以外|場合|とき|際|原則|通常|ならば|なら|れば|たら|未満|以上|以下|超|if\b|unless|only|except|when\b|usually|provided",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^[\W_]*")
_END = re.compile(r"[\W_]*$")
_BEHIND_QUOTE = re.compile(r'[」』”"][\W_]*$')

# Behind what a clause is of, when that is not the dose in front of it.
_OWN = frozenset({"は", "が", "も", "を"})
_PREDICATES = (Kind.VERB, Kind.ADJECTIVE, Kind.AUXILIARY)
# Of the words that end a phrase in the table of openers, those that are no verbs.
_JOINING = frozenset({"and", "or", "but", "then", "not", "it", "they"})


@dataclass(frozen=True, slots=True)
class _Table:
    words: re.Pattern[str]
    pointing: re.Pattern[str]
    neutral: re.Pattern[str]
    against: re.Pattern[str]
    unnamed: re.Pattern[str]


def turns_the_rest(statement: Statement, index: int) -> bool:
    """Whether the rest of the sentence does not hold as it stands without this clause.

    The clause says when, limits, or takes back what is said (「…」というのは誤りである, but this is a myth). Of a
    quotation, or of the statement as a whole, it may say nothing but neutral words (…と記載されている). Behind a dose
    it may not end it, give another one (翌日から3 mgに減らす, then 3 mg), or say how it is meant in words that tell
    nothing by themselves: 米国では, (案), but by his wife. Nor may it deny without a subject of its own, or set a part
    or another practice against it: …が、飲まない; …が、その10分の1で足りる.
    """
    clause = statement.clauses[index]
    said = clause.span.of(statement.text.text)
    if clause.is_condition or _LIMITS.search(said) is not None or narrowing_aside(statement, clause.span):
        return True
    return _takes_back(statement, index) or (index > 0 and _changes_the_dose(statement, index))


def _changes_the_dose(statement: Statement, index: int) -> bool:
    """Whether it ends what is given, gives another number, or stands behind a dose without a meaning of its own."""
    text, span = statement.text.text, statement.clauses[index].span
    before = text[: span.start]
    units = [unit for unit in statement.units if unit.clause == index]
    if is_of_another_drug(statement, units, [unit for unit in statement.units if unit.clause < index]):
        return False
    given = [one.span.start for one in statement.quantities if is_given(one)]
    found = afterthought(span.of(text), before)
    has_number = any(span.start <= at < span.end for at in given)
    if found is Afterthought.ENDS or (found is not None and has_number and not _is_parallel(statement, index)):
        return True
    if in_source(statement, span) or not any(at < span.start for at in given):
        return False
    is_bracket = before.rstrip().endswith(("(", "[")) or span.of(text).lstrip().startswith(("(", "["))
    if is_bracket:
        return unknown_aside(statement, span)
    return _speaks_against(statement, index) or not _says_something(statement, span.start)


def _speaks_against(statement: Statement, index: int) -> bool:
    """Whether it may be of the dose in front, and denies it or sets something else against it."""
    clause, table = statement.clauses[index], _table(statement.language)
    said = _END.sub("", _LEAD.sub("", clause.span.of(statement.text.text)))
    if table.against.search(said) is not None:
        return True
    is_denial = any(cue.operator in (Operator.NOT, Operator.PROHIBIT) for cue in clause.cues)
    if statement.language is Language.ENGLISH:
        return is_denial and table.unnamed.match(said) is not None
    has_own = any(unit.clause == index and unit.particle in _OWN for unit in statement.units)
    return is_denial and not has_own


def _is_parallel(statement: Statement, index: int) -> bool:
    """Whether it says its own of what a clause before spoke of: 投与量は10 mg、(小児では)投与量は5 mg."""
    topics = [(unit.clause, unit.key) for unit in statement.units if unit.particle == "は"]
    return any(here == index and (at, key) in topics for here, key in topics for at in range(index))


def _says_something(statement: Statement, start: int) -> bool:
    """Whether a clause, or one behind it, has a predicate: a verb or an adjective, in English one of the table."""
    words = [word for word in statement.words if word.span.start >= start]
    if statement.language is Language.ENGLISH:
        return any(word.surface.lower() in openers().verbs - _JOINING for word in words)
    return any(word.kind in _PREDICATES for word in words)


def _takes_back(statement: Statement, index: int) -> bool:
    table, text, span = _table(statement.language), statement.text.text, statement.clauses[index].span
    words = _LEAD.sub("", span.of(text))
    start, said = span.end - len(words), _END.sub("", words)
    if table.words.search(said) is not None:
        return True
    is_behind_quote = _BEHIND_QUOTE.search(text[:start]) is not None
    is_of_the_rest = index > 0 and (is_behind_quote or table.pointing.match(said) is not None)
    return is_of_the_rest and table.neutral.fullmatch(said) is None


@cache
def _table(language: Language) -> _Table:
    source = read_table(cues, "retractions.yaml")
    table = source["en" if language is Language.ENGLISH else "ja"]
    return _Table(
        *(
            re.compile("|".join(f"(?:{one})" for one in table[name]), re.IGNORECASE)
            for name in _Table.__dataclass_fields__
        )
    )
