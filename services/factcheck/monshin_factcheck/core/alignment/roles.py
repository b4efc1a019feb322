"""Who does what to whom in a Japanese sentence, as far as particles and neighbours tell."""

from dataclasses import replace

from monshin_factcheck.core.cues.opposites import Opposable, opposites
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.language import Language

CASES = frozenset({"が", "を", "に", "へ", "で", "と", "から", "より", "まで"})
TOPICS = frozenset({"は", "も", "が"})
# Cues that stand without a predicate, and the predicate that they mean.
_BARE = frozenset({"禁忌", "不可", "禁止"})
_GIVING = "投与"
_LIKE_TO = {"へ": "に", "も": "は"}
# What may stand between two words of which the first says which one the second is.
_BONDS = frozenset({"", "の", "・", "的", "的な", "な", " "})


def prepared(statement: Statement) -> Statement:
    """The same statement as units are laid onto each other.

    Particles that join clauses do not count as cases: the が of 使えるが is no subject's. 禁忌 behind whom it concerns
    has the predicate that it leaves out: 妊婦には禁忌 is 妊婦には投与禁忌.
    """
    joining = {word.span.start for word in statement.words if word.detail == "接続助詞"}
    units = [replace(unit, particle="") if unit.span.end in joining else unit for unit in statement.units]
    text = statement.text.text
    for clause in statement.clauses:
        for cue in clause.cues:
            before = [unit for unit in units if unit.span.end <= cue.span.start]
            if cue.span.of(text) in _BARE and before and before[-1].particle in ("に", "で"):
                opposable = Opposable(_GIVING, opposites().of(_GIVING))
                units.append(Unit(_GIVING, (_GIVING,), cue.span, 0.6, before[-1].clause, "", opposable))
    return replace(statement, units=tuple(sorted(units, key=lambda unit: unit.span)))


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
