"""What stands against saying that a sentence makes a claim's statement, although all of its words are there."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

from monshin_factcheck.core.alignment.predications import stance_at
from monshin_factcheck.core.alignment.roles import TOPICS, head_of, is_bonded, is_same_role, particle_of
from monshin_factcheck.core.alignment.stances import compare
from monshin_factcheck.core.cues.polarity import Stance
from monshin_factcheck.core.quantities.compare import Agreement
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.acts import is_done_by_people
from monshin_factcheck.core.rules.conditions import names_whom_or_when
from monshin_factcheck.core.rules.fronts import is_front
from monshin_factcheck.core.rules.quantity_rules import Pairing
from monshin_factcheck.core.rules.remainder import are_same_cues, are_same_roles, is_same_remainder
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.rules.unused import turns_the_rest
from monshin_factcheck.core.rules.verbatim import CASES
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span

# Particles of circumstances; not を, が or は, which say of what the sentence speaks.
_ASIDE = frozenset({"に", "で", "から", "へ", "と"})


class Obstacle(Enum):
    """Why a sentence does not say a claim; fixed words."""

    MISSING = "missing"
    ROLE = "role"
    BOND = "bond"
    HEAD = "head"
    ORDER = "order"
    STANCE = "stance"
    MARKERS = "markers"
    UNSAID = "unsaid"
    UNSAID_QUANTITY = "unsaid_quantity"
    LIMIT = "limit"
    QUANTITY = "quantity"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Laid:
    """A claim laid onto a sentence. places: as Correspondence.places, perhaps with a clash put in its place."""

    claim: Statement
    evidence: Statement
    places: tuple[int | None, ...]
    pairs: tuple[Pairing, ...]

    @property
    def used(self) -> frozenset[int]:
        """The clauses of the sentence that hold what is accounted for."""
        clauses = {self.evidence.units[place].clause for place in self.places if place is not None}
        clauses |= {self.evidence.clause_at(pair.evidence.span.start) for pair in self.pairs if confirms(pair)}
        return self.evidence.clauses_of(clauses)

    @property
    def spans(self) -> tuple[tuple[Span, Span], ...]:
        """Words and numbers of the claim with those of the sentence that they are laid on."""
        units = ((self.claim.units[at].span, self.evidence.units[place].span) for at, place in _placed(self))
        return (*units, *((pair.claim.span, pair.evidence.span) for pair in self.pairs))


def confirms(pair: Pairing) -> bool:
    """Whether a number is the same, not only near: 50未満 is not 50以下, 約50 or 1回50 do not confirm 50."""
    is_vaguer = pair.evidence.is_approximate and not pair.claim.is_approximate
    return pair.agreement is Agreement.SAME and pair.claim.scope is pair.evidence.scope and not is_vaguer


def obstacles(laid: Laid) -> frozenset[Obstacle]:
    """Everything but missing words."""
    checks: dict[Obstacle, Callable[[Laid], bool]] = {
        Obstacle.ROLE: lambda one: (
            _has_other_role(one) or not are_same_roles(one.claim, one.evidence, one.spans, one.used)
        ),
        Obstacle.BOND: _breaks_a_bond,
        Obstacle.HEAD: _has_another_head,
        Obstacle.ORDER: _is_out_of_order,
        Obstacle.STANCE: _has_other_stance,
        Obstacle.MARKERS: lambda one: not is_same_remainder(one.claim, one.evidence, one.spans, one.used),
        Obstacle.UNSAID: _leaves_words_out,
        Obstacle.UNSAID_QUANTITY: _leaves_quantities_out,
        Obstacle.LIMIT: _drops_a_limit,
        Obstacle.QUANTITY: _has_other_quantities,
        Obstacle.LANGUAGE: lambda one: one.claim.language is not one.evidence.language,
    }
    return frozenset(kind for kind, stands in checks.items() if stands(laid))


def _placed(laid: Laid) -> list[tuple[int, int]]:
    return [(at, place) for at, place in enumerate(laid.places) if place is not None]


def _has_other_role(laid: Laid) -> bool:
    return any(
        not is_same_role(laid.claim.units[at], laid.evidence.units[place]) and not _is_topic_of_an_act(laid, at, place)
        for at, place in _placed(laid)
    )


def _is_topic_of_an_act(laid: Laid, at: int, place: int) -> bool:
    """Whether は stands for を, where nobody is named who acts: 薬は中止する is 薬を中止する."""
    here, there = laid.claim.units[at].particle, laid.evidence.units[place].particle
    if {here, there} not in ({"は", "を"}, {"も", "を"}) or not is_done_by_people(laid.claim, laid.claim.units[at]):
        return False
    act, other = (laid.claim, laid.evidence) if here == "を" else (laid.evidence, laid.claim)
    return not any(unit.particle in TOPICS for unit in act.units) and not any(
        unit.particle in ("が", "を") for unit in other.units
    )


def _breaks_a_bond(laid: Laid) -> bool:
    """Whether a word that says which one the next word is, stands before another one there: AのBとCのD, AのDとCのB."""
    units = laid.claim.units
    places = {place for place in laid.places if place is not None}
    for at in range(len(units) - 1):
        one, other = laid.places[at], laid.places[at + 1]
        if one is None or other is None or not is_bonded(laid.claim, at):
            continue
        if one >= other or any(place in places for place in range(one + 1, other)):
            return True
    return False


def _has_another_head(laid: Laid) -> bool:
    """Whether a word goes with another predicate there: 腸では溶けず胃で溶ける against 胃では溶けず腸で溶ける."""
    if laid.claim.language is Language.ENGLISH:
        return False
    for at, place in _placed(laid):
        head = head_of(laid.claim, at)
        there = laid.places[head] if head is not None else None
        if head is None or there is None:
            continue
        if laid.claim.units[at].particle in TOPICS:
            between = {laid.places[one] for one in range(at + 1, head)}
            others = [
                one for one in range(place + 1, there)
                if laid.evidence.units[one].particle in TOPICS and one not in between
            ]  # fmt: skip
            if there < place or others:
                return True
        elif laid.claim.units[at].particle in CASES and not _reaches(laid, at, place, head):
            return True
    return False


def _reaches(laid: Laid, at: int, place: int, head: int) -> bool:
    """Whether the word goes with the same predicate, or is bonded to a word that does: 卵にアレルギー, 卵アレルギー."""
    there = head_of(laid.evidence, place)
    if is_bonded(laid.evidence, place):
        return there in {laid.places[one] for one in range(at + 1, head + 1)}
    return there == laid.places[head]


def _is_out_of_order(laid: Laid) -> bool:
    """Whether two units stand the other way round, and particles do not show that their roles are as they were."""
    for (one, here), (other, there) in combinations(_placed(laid), 2):
        if here < there:
            continue
        if laid.claim.language is Language.ENGLISH:
            return True
        mine = (particle_of(laid.claim, one), particle_of(laid.claim, other))
        theirs = (particle_of(laid.evidence, here), particle_of(laid.evidence, there))
        if mine != theirs or not any(mine):
            return True
        # In one role with one predicate only their order tells them apart: 集団討論を先に、筆記試験をあとで行う.
        if mine[0] == mine[1] and head_of(laid.claim, one) == head_of(laid.claim, other):
            return True
    return False


def _has_other_stance(laid: Laid) -> bool:
    # English cues may follow the last word that they turn: `is not recommended`.
    if laid.claim.language is Language.ENGLISH:
        return not are_same_cues(laid.claim, laid.evidence, laid.spans, laid.used)
    return compare(laid.claim, laid.evidence, laid.places, laid.used).differing


def opposed_stances(laid: Laid) -> int:
    """How many predicates are affirmed, allowed or demanded on one side and the contrary on the other."""
    return compare(laid.claim, laid.evidence, laid.places, laid.used).opposed


def _leaves_words_out(laid: Laid) -> bool:
    """Whether a clause that the claim uses says more, other than circumstances of what is done."""
    places, used = set(laid.places), laid.used
    unsaid = [at for at, unit in enumerate(laid.evidence.units) if at not in places and unit.clause in used]
    return any(not _is_aside(laid, at) for at in unsaid)


def _is_aside(laid: Laid, at: int) -> bool:
    """Where, with what or from where something is done that the claim says as well: 点滴から飲み薬に変える.

    Not whom or when it concerns, and not of what is denied: 割引と一緒には使えない says nothing of use without.
    """
    statement, units = laid.evidence, laid.evidence.units
    if statement.language is Language.ENGLISH or names_whom_or_when(units[at]):
        return False
    while is_bonded(statement, at):
        at += 1
        if at in laid.places or names_whom_or_when(units[at]):
            return False
    head = head_of(statement, at)
    rivals = [place for place in laid.places if place is not None and units[place].particle == units[at].particle]
    return (
        not any(head_of(statement, place) == head for place in rivals)
        and units[at].particle in _ASIDE and head in laid.places and head is not None
        and stance_at(statement, head) in (Stance.AFFIRMED, Stance.OBLIGED)
    )  # fmt: skip


def _leaves_quantities_out(laid: Laid) -> bool:
    used = laid.used
    paired = [pair.evidence for pair in laid.pairs]
    return any(
        quantity not in paired and laid.evidence.clause_at(quantity.span.start) in used
        for quantity in laid.evidence.quantities
    )


def _drops_a_limit(laid: Laid) -> bool:
    """Whether a clause that goes unused turns the rest, is one of a list, or opens the sentence: 当初、, イヌ：."""
    used = laid.used
    first = min(used - laid.evidence.bare_clauses, default=0)
    return any(is_front(laid.evidence, index) for index in range(first)) or any(
        index not in used and (turns_the_rest(laid.evidence, index) or _is_listed(laid, index))
        for index in range(len(laid.evidence.clauses))
    )


def _is_listed(laid: Laid, index: int) -> bool:
    """Whether the clause is a mere name between others: アスピリン、クロピドグレル、100 mg is a dose of the second."""
    own = [unit for unit in laid.evidence.units if unit.clause == index]
    numbers = [one for one in laid.evidence.quantities if laid.evidence.clause_at(one.span.start) == index]
    is_between = any(one < index for one in laid.used) and any(one > index for one in laid.used)
    said = laid.evidence.clauses[index].span.of(laid.evidence.text.text).strip(" 、，,・")
    return is_between and not numbers and len(own) == 1 and own[0].span.of(laid.evidence.text.text) == said


def _has_other_quantities(laid: Laid) -> bool:
    confirmed = [pair for pair in laid.pairs if confirms(pair)]
    if len(confirmed) < len(laid.claim.quantities):
        return True
    are_crossed = any(
        (one.claim.span < other.claim.span) != (one.evidence.span < other.evidence.span)
        for one, other in combinations(confirmed, 2)
        if one.claim.dimension == other.claim.dimension
    )
    return are_crossed or any(not _is_beside_the_same(laid, pair.claim, pair.evidence) for pair in confirmed)


def _is_beside_the_same(laid: Laid, mine: Quantity, theirs: Quantity) -> bool:
    """Whether a number stands between the same words there, as far as its clause has any, with the same particle."""
    for here, there in zip(_beside(laid.claim, mine), _beside(laid.evidence, theirs), strict=True):
        if here is not None and laid.places[here] is not None and laid.places[here] != there:
            return False
    particles = {_particle(laid.claim, mine), _particle(laid.evidence, theirs)} & CASES
    return len(particles) <= 1


def _beside(statement: Statement, quantity: Quantity) -> tuple[int | None, int | None]:
    clause = statement.clause_at(quantity.span.start)
    own = [at for at, unit in enumerate(statement.units) if unit.clause == clause]
    before = [at for at in own if statement.units[at].span.end <= quantity.span.start]
    behind = [at for at in own if statement.units[at].span.start >= quantity.span.end]
    return (before[-1] if before else None, behind[0] if behind else None)


def _particle(statement: Statement, quantity: Quantity) -> str:
    return next((word.surface for word in statement.words if word.span.start == quantity.span.end), "")
