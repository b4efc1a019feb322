"""How much each witness of a claim counts: rules, which see numbers and words, and judges that read.

Their probabilities are joined by a small log-linear map, fitted on labelled claims that none of them was made from
(tools/fit_weighing.py), or by a careful one where none was fitted for these judges. core/joint_decision.py makes the
verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log

from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.judge import Stance

RULES = "rules"
# Beyond these odds a witness is not believed more.
_SUREST = 6.0
# Without a fitted map: what the mean of the judges must reach, and what a conflict named by the rules takes from it.
_CAREFUL = 0.9
_NAMED_CONFLICT = -3.0

Row = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Weighing:
    """weights: feature → (supported, contradicted, neither), see `features`.

    revisions: judge → revision that the weights were fitted for, `rules` among them. supported, contradicted: least
    probability for a verdict. temperature: scores are divided by it. is_calibrated: see Decision.
    keeps_contradictions: whether what the rules decide to be CONTRADICTED stays so, where these weights settle nothing.
    """

    weights: Mapping[str, Row]
    revisions: Mapping[str, str]
    supported: float
    contradicted: float
    temperature: float = 1.0
    is_calibrated: bool = False
    keeps_contradictions: bool = False

    @property
    def judges(self) -> frozenset[str]:
        """Those that read."""
        return frozenset(self.revisions) - {RULES}


def joint_revision(revisions: Mapping[str, str]) -> str:
    """One word for several judges that read, by name; the same whatever their order.

    >>> joint_revision({"nli": "b2", "local": "a1"})
    'local@a1 nli@b2'
    """
    return " ".join(f"{name}@{revisions[name]}" for name in sorted(revisions))


class Weighings:
    """The maps that were fitted, and the one that fits the judges of a claim. rules: the rules' revision now."""

    def __init__(self, fitted: Sequence[Weighing], rules: str) -> None:
        self._fitted = {weighing.judges: weighing for weighing in fitted}
        self._rules = rules

    def of(self, revisions: Mapping[str, str]) -> Weighing:
        """For judges that read, by name: the map fitted for exactly these judges and revisions, else the careful one.

        With other rules than those it was fitted with a map still serves, but is not calibrated.
        """
        fitted = self._fitted.get(frozenset(revisions))
        if fitted is None or any(fitted.revisions[name] != revision for name, revision in revisions.items()):
            return careful(revisions)
        return replace(fitted, is_calibrated=fitted.revisions.get(RULES) == self._rules)


def careful(revisions: Mapping[str, str]) -> Weighing:
    """For judges that no map was fitted for: the mean of their log odds, of which a verdict needs 0.9.

    A conflict that the rules name takes SUPPORTED away, and a contradiction that they decide by themselves stays one
    unless a judge is as sure of support as a verdict needs: no judge that joins them makes them see less. Their
    probabilities count for nothing else.
    """
    share = 1 / max(len(revisions), 1)
    weights: dict[str, Row] = {"names_a_conflict": (_NAMED_CONFLICT, 0.0, 0.0)}
    for name in revisions:
        weights[f"{name}:supported"] = (share, 0.0, 0.0)
        weights[f"{name}:contradicted"] = (0.0, share, 0.0)
    return Weighing(weights, revisions, _CAREFUL, _CAREFUL, keeps_contradictions=True)


def features(account: Account) -> dict[str, float]:
    """What a map looks at: log odds against neither, in [-6, 6], relevance in [0, 1], and marks that are 0 or 1."""
    rules = account.nearest.probabilities
    stances = {opinion.stance for opinion in account.opinions}
    relevance, searched = account.nearest.relevance, float(account.is_searched)
    seen = {
        "constant": 1.0,
        "rules:supported": _odds(rules.supported, rules.neither),
        "rules:contradicted": _odds(rules.contradicted, rules.neither),
        "says_the_same": float(Stance.SUPPORTS in stances),
        "names_a_conflict": float(Stance.CONTRADICTS in stances),
        "relevance": relevance,
        "unconfirmed": float(account.is_unconfirmed),
        "searched": searched,
        "searched:relevance": searched * relevance,
    }
    for saying in account.sayings:
        told = saying.probabilities
        seen[f"{saying.judge}:supported"] = _odds(told.supported, told.neither)
        seen[f"{saying.judge}:contradicted"] = _odds(told.contradicted, told.neither)
    return seen


def weigh(account: Account, weighing: Weighing) -> Probabilities:
    """The joint probabilities of one document; what the map has no weight for does not count."""
    seen = features(account)
    scores = [
        sum(row[side] * seen[name] for name, row in weighing.weights.items()) / weighing.temperature
        for side in range(3)
    ]
    top = max(scores)
    return probabilities(*(exp(score - top) for score in scores))


def _odds(part: float, neither: float) -> float:
    return max(-_SUREST, min(_SUREST, log(max(part, 1e-9) / max(neither, 1e-9))))
