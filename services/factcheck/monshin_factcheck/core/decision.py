"""From opinions to a verdict: one document may settle a claim, two may disagree, none means an honest abstention."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.evidence import Probabilities, mean
from monshin_factcheck.core.judge import Condition, Opinion, Stance
from monshin_factcheck.core.orders import agreeing_doses, is_against, is_disputed_dose, is_other_order, other_doses
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.core.text.spans import Span

# A contradiction counts only if no other sentence speaks of clearly more of the claim.
NEARLY_BEST = 0.08
# Beside a document that supports, another one contradicts only if it speaks of nearly all of the claim.
_CONFLICTING_RELEVANCE = 0.85
MAX_EVIDENCE = 3
_DISPUTES = frozenset({FindingKind.RETRACTION.value, FindingKind.OTHER_CASE.value})


class Verdict(Enum):
    """What is said of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    CONFLICTING = "conflicting"
    NOT_CHECKABLE = "not_checkable"
    CONDITIONAL = "conditional"


class AbstainReason(Enum):
    """Why there is no verdict, where there is none."""

    NONE = "none"
    NO_EVIDENCE = "no_evidence"
    UNDECIDED = "undecided"
    NOT_RUN = "not_run"
    LANGUAGE = "language"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Saying:
    """What one judge said, before it was weighed: of a stretch `span` of a document, whose words are `quote`.

    elapsed_ms: how long it took; judges that read several claims at once took it for all of them.
    """

    judge: str
    revision: str
    probabilities: Probabilities
    document: str
    span: Span
    quote: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and what it rests on: `evidence` strongest first.

    is_calibrated: the map that made the probabilities was fitted on labelled claims for these judges as they are now.
    sayings: of each judge that took part, on the document that decided. conditions: of CONDITIONAL, in the first
    evidence.
    """

    verdict: Verdict
    probabilities: Probabilities
    evidence: tuple[Opinion, ...] = ()
    abstain_reason: AbstainReason = AbstainReason.NONE
    judges_run: tuple[str, ...] = ()
    is_calibrated: bool = False
    sayings: tuple[Saying, ...] = ()
    conditions: tuple[Condition, ...] = ()


NOTHING_FOUND = Probabilities(0.0, 0.0, 1.0)


def decide(opinions: Sequence[Opinion], judges_run: tuple[str, ...]) -> Decision:
    """One judge's opinions on a claim's passages, put together.

    SUPPORTED by one supporting sentence, unless another document, or another active order of the drug, contradicts or
    tells another dose (CONFLICTING; `orders.py`). CONTRADICTED by a contradicting sentence that speaks of about as much
    of the claim as the best one. CONDITIONAL where a sentence says it of a case that the claim does not state; its own
    document cannot contradict it then, as it speaks of other cases. Where one sentence says a dose and another one
    takes it back, nothing is settled. A superseded passage settles nothing, nor does it stand in the way of its
    successor; one that has ended without a successor still shows that another one speaks of less of the claim. A
    contradiction of a lower tier than the support does not count against it.
    Otherwise NOT_ENOUGH_EVIDENCE: NO_EVIDENCE if nothing speaks of the subject, UNDECIDED if something does.
    """
    ranked = sorted(opinions, key=lambda opinion: -opinion.relevance)
    valid = [opinion for opinion in ranked if not opinion.passage.is_superseded]
    supporting = [opinion for opinion in valid if opinion.stance is Stance.SUPPORTS]
    contradicting = [opinion for opinion in valid if opinion.stance is Stance.CONTRADICTS]
    overruled = [opinion for opinion in valid if opinion.is_overruled]
    saying = sorted(supporting or overruled, key=lambda opinion: opinion.passage.rank)
    if saying:
        taken = {opinion.passage.document for opinion in overruled}
        against = [
            opinion
            for opinion in contradicting
            if is_against(opinion, saying, _CONFLICTING_RELEVANCE)
            and (opinion.passage.document not in taken or any(is_other_order(opinion, one.passage) for one in saying))
            and opinion.passage.rank <= saying[0].passage.rank
        ]
        against += other_doses(supporting, valid)
        if against:
            evidence: tuple[Opinion, ...] = (saying[0], against[0])
            odds = mean([opinion.probabilities for opinion in evidence])
            return Decision(Verdict.CONFLICTING, odds, evidence, judges_run=judges_run)
        if not supporting:
            return _withheld(saying[0], ranked, judges_run)
        shown = tuple(saying[:MAX_EVIDENCE])
        if is_disputed_dose(supporting):
            return Decision(Verdict.NOT_ENOUGH_EVIDENCE, NOTHING_FOUND, shown, AbstainReason.UNDECIDED, judges_run)
        return Decision(Verdict.SUPPORTED, saying[0].probabilities, shown, judges_run=judges_run)
    related = [opinion for opinion in ranked if opinion.stance is not Stance.UNRELATED]
    nearest = tuple((related or ranked)[:MAX_EVIDENCE])
    limited = [opinion for opinion in valid if opinion.stance is Stance.SUPPORTS_IF]
    others = {opinion.passage.document for opinion in limited}
    contradicting = [opinion for opinion in contradicting if opinion.passage.document not in others]
    speaking = [one.relevance for one in ranked if not one.passage.is_superseded or one.passage.has_ended]
    if contradicting and contradicting[0].relevance >= speaking[0] - NEARLY_BEST:
        if agreeing := agreeing_doses(contradicting[0], valid):
            evidence = (agreeing[0], contradicting[0])
            odds = mean([opinion.probabilities for opinion in evidence])
            return Decision(Verdict.CONFLICTING, odds, evidence, judges_run=judges_run)
        rest = tuple(opinion for opinion in nearest if opinion is not contradicting[0])
        evidence = (contradicting[0], *rest)[:MAX_EVIDENCE]
        return Decision(Verdict.CONTRADICTED, contradicting[0].probabilities, evidence, judges_run=judges_run)
    if limited:
        rest = tuple(opinion for opinion in nearest if opinion is not limited[0])
        evidence = (limited[0], *rest)[:MAX_EVIDENCE]
        odds, named = limited[0].probabilities, limited[0].conditions
        return Decision(Verdict.CONDITIONAL, odds, evidence, judges_run=judges_run, conditions=named)
    reason = AbstainReason.UNDECIDED if related else AbstainReason.NO_EVIDENCE
    found = valid[0].probabilities if valid else NOTHING_FOUND
    return Decision(Verdict.NOT_ENOUGH_EVIDENCE, found, nearest, reason, judges_run)


def _withheld(opinion: Opinion, ranked: Sequence[Opinion], judges_run: tuple[str, ...]) -> Decision:
    """Of a passage that says the claim, and others that take it back: these are shown beside it."""
    kinds = {finding.kind for finding in opinion.findings} & _DISPUTES
    others = [one for one in ranked if one is not opinion and kinds & {finding.kind for finding in one.findings}]
    evidence = (opinion, *others)[:MAX_EVIDENCE]
    odds = opinion.probabilities
    return Decision(Verdict.NOT_ENOUGH_EVIDENCE, odds, evidence, AbstainReason.UNDECIDED, judges_run)
