"""What a sentence makes of a claim: says it, denies it in one place, or neither; and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.alignment.correspondence import Correspondence, correspond
from monshin_factcheck.core.alignment.guards import Laid, Obstacle, confirms, obstacles, opposed_stances
from monshin_factcheck.core.alignment.implied import completed
from monshin_factcheck.core.alignment.lexicon import Lexicon
from monshin_factcheck.core.quantities.compare import CONFLICTS
from monshin_factcheck.core.rules.alignment import align
from monshin_factcheck.core.rules.quantity_rules import pair_quantities
from monshin_factcheck.core.rules.statement import Statement

# What may stand beside a clash: words left out on the side of the sentence do not make it right.
_BESIDE_A_CLASH = frozenset({Obstacle.UNSAID})


class Outcome(Enum):
    """What a sentence makes of a claim."""

    SAYS = "says"
    DENIES = "denies"
    NEITHER = "neither"


class Turn(Enum):
    """Where a sentence denies a claim: in a word, in a number, or by saying yes for no."""

    NONE = ""
    WORD = "word"
    QUANTITY = "quantity"
    STANCE = "stance"


@dataclass(frozen=True, slots=True)
class Accounting:
    """laid: the claim on the sentence, with clashes in their places. obstacles: what stands against SAYS.

    turn: what makes it DENIES.
    """

    found: Correspondence
    laid: Laid
    obstacles: frozenset[Obstacle]
    outcome: Outcome
    turn: Turn = Turn.NONE


def account(claim: Statement, evidence: Statement, around: Sequence[Statement], lexicon: Lexicon) -> Accounting:
    """Lays a claim onto one sentence; both are `prepared`. around: what may be its subject, see
    rules/subjects.py."""
    claim, evidence = completed(claim, evidence, lexicon), completed(evidence, claim, lexicon)
    found = correspond(claim, evidence, around, lexicon)
    pairs = pair_quantities(align(claim, evidence, around))
    places = list(found.places)
    for clash in found.clashes:
        places[clash.claim] = clash.evidence
    laid = Laid(claim, evidence, tuple(places), pairs)
    against = obstacles(laid)
    missing = set(found.missing)
    turned = {clash.claim for clash in found.clashes}
    kinds = against | ({Obstacle.MISSING} if missing else frozenset())
    outcome, turn = Outcome.NEITHER, Turn.NONE
    if claim.units and not kinds:
        outcome = Outcome.SAYS
    elif claim.units and missing <= turned:
        rest = against - _BESIDE_A_CLASH
        if len(turned) == 1 and not rest:
            outcome, turn = Outcome.DENIES, Turn.WORD
        elif not turned and rest == {Obstacle.QUANTITY} and _has_one_wrong_number(laid):
            outcome, turn = Outcome.DENIES, Turn.QUANTITY
        elif not turned and rest == {Obstacle.STANCE} and opposed_stances(laid) == 1:
            outcome, turn = Outcome.DENIES, Turn.STANCE
    return Accounting(found, laid, frozenset(kinds), outcome, turn)


def _has_one_wrong_number(laid: Laid) -> bool:
    wrong = [pair for pair in laid.pairs if pair.agreement in CONFLICTS]
    right = [pair for pair in laid.pairs if confirms(pair)]
    return len(wrong) == 1 and len(wrong) + len(right) == len(laid.claim.quantities)
