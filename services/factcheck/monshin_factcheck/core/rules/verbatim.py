"""Whether a sentence says what a claim says, almost word for word; the only way in which rules may support."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from monshin_factcheck.core.quantities.analytes import is_same_value
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.acts import is_done_by_people
from monshin_factcheck.core.rules.alignment import similarity
from monshin_factcheck.core.rules.fronts import is_idle
from monshin_factcheck.core.rules.remainder import are_same_cues, are_same_roles, is_same_remainder
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE, LONGEST
from monshin_factcheck.core.rules.unused import turns_the_rest
from monshin_factcheck.core.text.spans import Span

# Words of a source that a claim may leave out without saying more than the source.
_HARMLESS = frozenset({"当院", "本院", "院内", "患者", "本剤"})
# Particles that say in which role a word stands; は and も hide it.
CASES = frozenset({"が", "を", "に", "へ", "で", "と", "から", "より", "まで"})
# Particles behind a first word that say what a sentence is about.
TOPIC_ENDS = ("は", "の", "では", "には")
_LIKE_TO = {"へ": "に"}


@dataclass(frozen=True, slots=True)
class _Token:
    """A content unit or a quantity, in the order of the text."""

    span: Span
    clause: int
    unit: Unit | None
    quantity: Quantity | None
    particle: str


def says_the_same(claim: Statement, evidence: Statement, around: Sequence[Statement] = ()) -> bool:
    """True only if every content unit and quantity of the claim stands in the sentence, in its order and role, with
    the same stance, and the clauses that hold them say nothing more.

    The subject may come from `around` (see subjects.py) where the sentence leaves it out. Later clauses of the sentence
    may go unused; earlier ones may not but for such as なお、, nor those that limit it or take it back (see unused.py):
    dropping `妊婦では` would widen what the source says. A question says nothing.
    """
    if claim.language is not evidence.language or not claim.units:
        return False
    if "?" in evidence.text.text and "?" not in claim.text.text:
        return False
    mine, theirs = _tokens(claim), _tokens(evidence)
    places = _placed(mine, theirs)
    start = 0
    if places is None:
        start = _subject_length(mine, around)
        places = _placed(mine[start:], theirs) if start else None
    if not places:
        return False
    used = evidence.clauses_of({theirs[place].clause for place in places})
    if is_idle(evidence, 0) and not any(theirs[place].clause == 0 for place in places):
        used -= {0}
    unsaid = (token for place, token in enumerate(theirs) if token.clause in used and place not in places)
    if any(token.unit is None or token.unit.key not in _HARMLESS for token in unsaid):
        return False
    if not _may_leave_out(claim, evidence, used):
        return False
    if any(_hides_its_role(claim, token, theirs[place]) for token, place in zip(mine[start:], places, strict=True)):
        return False
    pairs = [(token.span, theirs[place].span) for token, place in zip(mine[start:], places, strict=True)]
    return (
        are_same_roles(claim, evidence, pairs, used)
        and is_same_remainder(claim, evidence, pairs, used)
        and are_same_cues(claim, evidence, pairs, used)
    )


def _tokens(statement: Statement) -> list[_Token]:
    tokens = [_Token(unit.span, unit.clause, unit, None, unit.particle) for unit in statement.units]
    tokens += [
        _Token(
            quantity.span,
            statement.clause_at(quantity.span.start),
            None,
            quantity,
            "",
        )
        for quantity in statement.quantities
    ]
    return sorted(tokens, key=lambda token: token.span)


def _placed(mine: Sequence[_Token], theirs: Sequence[_Token]) -> list[int] | None:
    """Where each token of the claim stands in the sentence: in order, or moved with its case particle."""
    places: list[int] = []
    last = -1
    for token in mine:
        options = [at for at, other in enumerate(theirs) if at not in places and _is_same(token, other)]
        ahead = [at for at in options if at > last]
        if ahead:
            places.append(ahead[0])
            last = ahead[0]
            continue
        moved = [at for at in options if token.particle in CASES and theirs[at].particle == token.particle]
        if not moved:
            return None
        places.append(moved[0])
    return places


def _is_same(token: _Token, other: _Token) -> bool:
    if token.unit is None or other.unit is None:
        return token.unit is other.unit and _is_same_quantity(token.quantity, other.quantity)
    if similarity(token.unit, other.unit) < ALIKE:
        return False
    cases = {_LIKE_TO.get(particle, particle) for particle in (token.particle, other.particle)} & CASES
    return len(cases) <= 1


def _hides_its_role(claim: Statement, token: _Token, other: _Token) -> bool:
    """Whether は stands for を, に or で although the predicate is nothing that people do."""
    particles = {token.particle, other.particle}
    is_hidden = bool(particles & {"は", "も"}) and bool(particles & (CASES - {"が"}))
    return is_hidden and token.unit is not None and not is_done_by_people(claim, token.unit)


def _is_same_quantity(one: Quantity | None, other: Quantity | None) -> bool:
    if one is None or other is None:
        return one is other
    if is_same_value(one, other):
        return True
    return (one.key, one.is_approximate) == (other.key, other.is_approximate)


def _subject_length(mine: Sequence[_Token], around: Sequence[Statement]) -> int:
    """How many of the claim's first tokens are a subject that stands around the sentence."""
    named = [unit for statement in around for unit in statement.units]
    for at, token in enumerate(mine[:LONGEST]):
        if token.unit is None or not any(similarity(token.unit, other) >= ALIKE for other in named):
            return 0
        if token.particle in TOPIC_ENDS:
            return at + 1
    return 0


def _may_leave_out(claim: Statement, evidence: Statement, used: Set[int]) -> bool:
    last = max(used - evidence.bare_clauses)
    for index, clause in enumerate(evidence.clauses):
        if index in used or is_idle(evidence, index) or clause.span.of(evidence.text.text) in claim.text.text:
            continue
        if index < last or turns_the_rest(evidence, index):
            return False
    return True
