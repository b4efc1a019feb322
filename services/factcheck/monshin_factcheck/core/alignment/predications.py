"""What each predicate of a sentence says yes or no to: a word with the cues that turn it, or a cue by itself.

A cue that stands right behind a verb turns it: 投与しない. One behind a subject or an object is a predicate of its own,
and says the same of all that stands before it, in whatever order: スタチンは妊婦に禁忌, 妊婦にはスタチンは禁忌.
English puts cues before or behind what they turn, so there a clause has one predicate.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monshin_factcheck.core.alignment.roles import TOPICS, is_bonded
from monshin_factcheck.core.cues.polarity import Cue, Stance, stance
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.rules.verbatim import CASES
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.words import Kind

# Behind a cue that is a subject itself: 禁忌は妊婦である.
_SUBJECT = ("は", "が", "も")
# Predicates that are no units: what is said by them is that there is something.
_BEING = frozenset({"有る", "居る", "御座る", "だ", "です"})
_NOUNS = frozenset({Kind.NOUN, Kind.SUFFIX})
# Behind a word that such a subject is said to be.
_COPULA = re.compile(r"(?:など|等)?(?:だ|で(?:あ|す|は)|[。、]|$)")


@dataclass(frozen=True, slots=True)
class Predication:
    """word: number of the unit that is the predicate, None where cues are, or where nothing but だ or ある is.

    about: the units that it is said of, in their order; the predicate is one of them. turned: those of them that the
    cues turn, of Japanese the last one. clauses: those that hold all this.
    """

    word: int | None
    about: tuple[int, ...]
    turned: frozenset[int]
    cues: tuple[Cue, ...]
    stance: Stance
    clauses: frozenset[int]


def predications(statement: Statement) -> tuple[Predication, ...]:
    """All of a sentence that is `prepared`, in its order."""
    if statement.language is Language.ENGLISH:
        return tuple(_of_clauses(statement))
    return tuple(_of_words(statement))


def stance_at(statement: Statement, at: int) -> Stance:
    """What the cues right behind a Japanese unit make of it."""
    return stance(_cues_behind(statement, at), statement.language)


def is_argument(statement: Statement, at: int) -> bool:
    """Whether a particle says that something else is said of the unit."""
    return statement.units[at].particle in CASES | TOPICS


def arguments_before(statement: Statement, at: int) -> tuple[int, ...]:
    """The units before a place of which something is said there: back to the last predicate."""
    found: list[int] = []
    for number in reversed(range(sum(unit.span.end <= at for unit in statement.units))):
        if is_argument(statement, number):
            found.append(number)
        elif not _is_modifier(statement, number):
            break
    return tuple(reversed(found))


def _of_clauses(statement: Statement) -> Iterator[Predication]:
    for index, clause in enumerate(statement.clauses):
        own = tuple(at for at, unit in enumerate(statement.units) if unit.clause == index)
        if own or clause.cues:
            said = stance(clause.cues, statement.language)
            yield Predication(None, own, frozenset(own), clause.cues, said, frozenset({index}))


def _of_words(statement: Statement) -> Iterator[Predication]:
    open_units: list[int] = []
    # Cues that are a subject, before the word that they are said to be.
    start = statement.units[0].span.start if statement.units else len(statement.text.text)
    subjects = [cue for cue in _cues(statement) if cue.span.start < start]
    for at in range(len(statement.units)):
        cues = _cues_behind(statement, at)
        if is_argument(statement, at) or _is_modifier(statement, at):
            if cues or is_argument(statement, at):
                open_units.append(at)
            subjects += cues
            if (cues and not _is_subject(statement, cues[-1])) or (not cues and _is_there(statement, at)):
                yield _made(statement, None, open_units, subjects)
                open_units, subjects = [], []
            continue
        if subjects and not _is_complement(statement, at):
            yield _made(statement, None, open_units, subjects)
            open_units, subjects = [], []
        yield _made(statement, None if subjects else at, (*open_units, at), (*subjects, *cues))
        open_units, subjects = [], []
    if open_units or subjects:
        yield _made(statement, None, open_units, subjects)


def _made(statement: Statement, word: int | None, about: Sequence[int], cues: Sequence[Cue]) -> Predication:
    clauses = {statement.units[at].clause for at in about} | {statement.clause_at(cue.span.start) for cue in cues}
    said = stance(tuple(cues), statement.language)
    return Predication(word, tuple(about), frozenset(about[-1:]), tuple(cues), said, frozenset(clauses))


def _is_modifier(statement: Statement, at: int) -> bool:
    return statement.units[at].particle == "の" or is_bonded(statement, at)


def _is_subject(statement: Statement, cue: Cue) -> bool:
    return statement.text.text.startswith(_SUBJECT, cue.span.end)


def _is_complement(statement: Statement, at: int) -> bool:
    """Whether the unit is what a subject is said to be, rather than what it does."""
    span = statement.units[at].span
    is_noun = any(word.span.end == span.end and word.kind in _NOUNS for word in statement.words)
    return is_noun and _COPULA.match(statement.text.text, span.end) is not None


def _is_there(statement: Statement, at: int) -> bool:
    """Whether nothing but ある, いる or だ is said of the unit, before the next one: 意識はあったが、.

    Not of 出血のある患者に, which is prepared as 出血に.
    """
    units = statement.units
    if not statement.text.text.startswith(units[at].particle, units[at].span.end):
        return False
    end = units[at + 1].span.start if at + 1 < len(units) else len(statement.text.text)
    behind = (word for word in statement.words if units[at].span.end <= word.span.start < end)
    return any(word.form in _BEING for word in behind)


def _cues(statement: Statement) -> list[Cue]:
    return [cue for clause in statement.clauses for cue in clause.cues]


def _cues_behind(statement: Statement, at: int) -> tuple[Cue, ...]:
    """Those that begin in or behind it and before the next one: the は避け of 薬は避ける is of 薬."""
    units = statement.units
    end = units[at + 1].span.start if at + 1 < len(units) else len(statement.text.text)
    return tuple(cue for cue in _cues(statement) if units[at].span.start <= cue.span.start < end)
