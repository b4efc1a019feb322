"""A verdict from two witnesses: rules, which see numbers and words, and a judge that reads.

Their probabilities are joined by a small log-linear map, fitted on labelled claims that neither was made from
(tools/fit_weighing.py). Rules keep a veto: no claim is SUPPORTED with a quantity that the document does not confirm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

from monshin_factcheck.core.decision import MAX_EVIDENCE, NOTHING_FOUND, AbstainReason, Decision, Verdict
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.judge import Condition, Opinion, Stance

# Beyond these odds a witness is not believed more.
_SUREST = 6.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """weights: feature → (supported, contradicted, neither), see `features`. revision: of the reading judge for which
    they were fitted. supported, contradicted: least probability for a verdict."""

    weights: dict[str, tuple[float, float, float]]
    revision: str
    supported: float
    contradicted: float


@dataclass(frozen=True, slots=True)
class Account:
    """What the witnesses say of one document: the rules on its passages, at least one, and the reading judge on all."""

    opinions: tuple[Opinion, ...]
    read: Probabilities

    @property
    def nearest(self) -> Opinion:
        """The opinion on the passage that speaks of most of the claim."""
        return max(self.opinions, key=lambda opinion: opinion.relevance)

    @property
    def is_vetoed(self) -> bool:
        """Whether a quantity of the claim is confirmed by no passage of the document."""
        return bool(frozenset.intersection(*(opinion.unconfirmed for opinion in self.opinions)))


def features(account: Account) -> dict[str, float]:
    """What the map looks at: log odds against neither, in [-6, 6], and marks that are 0 or 1."""
    rules, read = account.nearest, account.read
    stances = {opinion.stance for opinion in account.opinions}
    return {
        "constant": 1.0,
        "read_supported": _odds(read.supported, read.neither),
        "read_contradicted": _odds(read.contradicted, read.neither),
        "rules_supported": _odds(rules.probabilities.supported, rules.probabilities.neither),
        "rules_contradicted": _odds(rules.probabilities.contradicted, rules.probabilities.neither),
        "says_the_same": float(Stance.SUPPORTS in stances),
        "names_a_conflict": float(Stance.CONTRADICTS in stances),
        "relevance": rules.relevance,
        "unconfirmed": float(account.is_vetoed),
    }


def weigh(account: Account, weighing: Weighing) -> Probabilities:
    """The joint probabilities of one document."""
    seen = features(account)
    scores = [sum(weighing.weights[name][row] * value for name, value in seen.items()) for row in range(3)]
    top = max(scores)
    return probabilities(*(exp(score - top) for score in scores))


def decide_by_both(accounts: Sequence[Account], weighing: Weighing, judges_run: tuple[str, ...]) -> Decision:
    """The verdict of the document that says most about the claim; two that disagree outright are CONFLICTING.

    A document of a lower tier does not overrule a higher one that supports, and a superseded one settles nothing.
    SUPPORTED becomes CONDITIONAL where the rules name a condition of its best passage that the claim leaves out.
    accounts: best document first. Below the least probabilities, or under a veto: NOT_ENOUGH_EVIDENCE.
    """
    if not accounts:
        return Decision(Verdict.NOT_ENOUGH_EVIDENCE, NOTHING_FOUND, (), AbstainReason.NO_EVIDENCE, judges_run)
    weighed = [_Weighed.of(account, weighing) for account in accounts]
    # Of those that say something; a superseded document says nothing that counts.
    told = min(weighed, key=lambda one: (one.is_superseded, one.odds.neither))
    against = [one for one in weighed if {one.verdict, told.verdict} == {Verdict.SUPPORTED, Verdict.CONTRADICTED}]
    higher = next((one for one in against if one.verdict is Verdict.SUPPORTED and one.rank < told.rank), None)
    if higher is not None:
        told, against = higher, []
    if told.verdict is Verdict.SUPPORTED:
        against = [one for one in against if one.rank <= told.rank]
    if against:
        evidence = (told.evidence[0], against[0].evidence[0])
        return Decision(Verdict.CONFLICTING, _mean(told.odds, against[0].odds), evidence, judges_run=judges_run)
    if told.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        is_related = any(opinion.stance is not Stance.UNRELATED for one in accounts for opinion in one.opinions)
        reason = AbstainReason.UNDECIDED if is_related else AbstainReason.NO_EVIDENCE
        return Decision(told.verdict, told.odds, told.evidence, reason, judges_run)
    return Decision(told.verdict, told.odds, told.evidence, judges_run=judges_run, conditions=told.conditions)


@dataclass(frozen=True, slots=True)
class _Weighed:
    verdict: Verdict
    odds: Probabilities
    evidence: tuple[Opinion, ...]

    @classmethod
    def of(cls, account: Account, weighing: Weighing) -> "_Weighed":
        odds = weigh(account, weighing)
        verdict, stance = Verdict.NOT_ENOUGH_EVIDENCE, None
        if account.nearest.passage.is_superseded:
            pass
        elif odds.supported >= weighing.supported and not account.is_vetoed:
            verdict, stance = Verdict.SUPPORTED, Stance.SUPPORTS
        elif odds.contradicted >= weighing.contradicted:
            verdict, stance = Verdict.CONTRADICTED, Stance.CONTRADICTS
        ranked = sorted(account.opinions, key=lambda opinion: -opinion.relevance)
        if stance is not None:
            # The same stance from the rules leads, as it points at the words; the reader's verdict is of the whole.
            ranked.sort(key=lambda opinion: opinion.stance is not stance)
            if verdict is Verdict.SUPPORTED and ranked[0].stance is not stance and ranked[0].conditions:
                # The reader overlooks what a claim leaves out; the rules name it.
                verdict, stance = Verdict.CONDITIONAL, Stance.SUPPORTS_IF
            ranked[0] = replace(ranked[0], stance=stance)
        return cls(verdict, odds, tuple(ranked[:MAX_EVIDENCE]))

    @property
    def rank(self) -> int:
        return self.evidence[0].passage.rank

    @property
    def is_superseded(self) -> bool:
        return self.evidence[0].passage.is_superseded

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.evidence[0].conditions if self.verdict is Verdict.CONDITIONAL else ()


def _odds(part: float, neither: float) -> float:
    return max(-_SUREST, min(_SUREST, log(max(part, 1e-9) / max(neither, 1e-9))))


def _mean(one: Probabilities, other: Probabilities) -> Probabilities:
    return probabilities(
        one.supported + other.supported, one.contradicted + other.contradicted, one.neither + other.neither
    )
