"""What a sentence leaves out where a cue is its only predicate, as far as the other sentence names it."""

from dataclasses import replace

from monshin_factcheck.core.alignment.lexicon import Lexicon
from monshin_factcheck.core.alignment.predications import arguments_before, is_argument
from monshin_factcheck.core.cues.opposites import Opposable, opposites
from monshin_factcheck.core.cues.polarity import Cue
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.language import Language

# Cues that stand without a predicate, and the predicate that they mean.
_BARE = frozenset({"禁忌", "不可", "禁止"})
_GIVING = "投与"
_WEIGHT = 0.6


def completed(statement: Statement, other: Statement, lexicon: Lexicon) -> Statement:
    """The statement, with the predicate that a cue by itself leaves out, where the other one has it.

    妊婦には禁忌 is 妊婦には投与禁忌 beside 妊婦には投与しない. Beside 妊婦には安全 the cue is taken as the word that
    it is, as it excludes the other one.
    """
    if statement.language is Language.ENGLISH:
        return statement
    made = statement
    for clause in statement.clauses:
        for cue in clause.cues:
            if not _is_bare(statement, cue):
                continue
            giving, word = _unit(statement, cue, _GIVING), _unit(statement, cue, cue.span.of(statement.text.text))
            if any(lexicon.are_same(unit, giving) for unit in other.units):
                made = _with(made, giving)
            elif any(lexicon.exclude(unit, word) for unit in other.units):
                made = _without(_with(made, word), cue)
    return made


def _is_bare(statement: Statement, cue: Cue) -> bool:
    """Whether the cue is said of what stands before it, and that names no act of giving."""
    before = [at for at, unit in enumerate(statement.units) if unit.span.end <= cue.span.start]
    if cue.span.of(statement.text.text) not in _BARE or not before or not is_argument(statement, before[-1]):
        return False
    about = [statement.units[at] for at in arguments_before(statement, cue.span.start)]
    return not any(_GIVING in (unit.key, *unit.forms) for unit in about)


def _unit(statement: Statement, cue: Cue, word: str) -> Unit:
    opposable = Opposable(word, opposites().of(word))
    return Unit(word, (word,), cue.span, _WEIGHT, statement.clause_at(cue.span.start), "", opposable)


def _with(statement: Statement, unit: Unit) -> Statement:
    return replace(statement, units=tuple(sorted((*statement.units, unit), key=lambda one: one.span)))


def _without(statement: Statement, cue: Cue) -> Statement:
    clauses = tuple(
        replace(clause, cues=tuple(one for one in clause.cues if one is not cue)) for clause in statement.clauses
    )
    return replace(statement, clauses=clauses)
