"""Who does what to whom in a Japanese sentence, as far as particles and neighbours tell."""

from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.verbatim import CASES
from monshin_factcheck.core.text.language import Language

TOPICS = frozenset({"は", "も", "が"})
_LIKE_TO = {"へ": "に", "も": "は"}
# What may stand between two words of which the first says which one the second is.
_BONDS = frozenset({"", "の", "・", "的", "的な", "な", " "})


def is_same_role(one: Unit, other: Unit) -> bool:
    """Whether particles tell the same role, or nothing: は stands for が, never for を, as it hides who does what."""
    here, there = (_LIKE_TO.get(unit.particle, unit.particle) for unit in (one, other))
    if here == there or not ({here, there} & CASES):
        return True
    if here in CASES and there in CASES:
        return False
    return {here, there} == {"は", "が"} or not ({here, there} & TOPICS)


def is_bonded(statement: Statement, at: int) -> bool:
    """Whether a unit says which one the next unit is: 右の of 右の腎臓, 腎 of 腎障害."""
    units = statement.units
    if at + 1 >= len(units):
        return False
    return statement.text.text[units[at].span.end : units[at + 1].span.start] in _BONDS


def particle_of(statement: Statement, at: int) -> str:
    """The particle of the phrase that a unit is bonded into: に for 卵 of 卵アレルギーに."""
    while is_bonded(statement, at):
        at += 1
    return statement.units[at].particle


def head_of(statement: Statement, at: int) -> int | None:
    """What a unit goes with: the next unit if it is bonded to it, else the next predicate; None for a predicate."""
    units = statement.units
    if is_bonded(statement, at):
        return at + 1
    if units[at].particle not in CASES | TOPICS:
        return None
    return next((one for one in range(at + 1, len(units)) if _is_predicate(statement, one)), None)


def _is_predicate(statement: Statement, at: int) -> bool:
    unit = statement.units[at]
    is_japanese = statement.language is Language.JAPANESE
    return is_japanese and unit.particle not in CASES | TOPICS | {"の"} and not is_bonded(statement, at)
