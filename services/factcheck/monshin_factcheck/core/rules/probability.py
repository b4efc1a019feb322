"""From what the rules noticed to three probabilities: a small log-linear map with its weights in one table."""

from collections.abc import Sequence
from math import exp

from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.rules.alignment import Alignment
from monshin_factcheck.core.rules.findings import NUMBER_CONFLICTS, FindingKind, RuleFinding

# Supported, contradicted, neither. From tools/fit_rules.py: 6,720 pairs of factcheck-train short-2, 4, 5, 7 and long-2,
# 3, 4, 6 (SHA-256 6e5f0e267757b256…); not calibrated for any other text.
WEIGHTS: dict[str, tuple[float, float, float]] = {
    "constant": (0.23, 0.23, -0.45),
    "coverage": (0.56, 0.12, -0.68),
    "coverage_squared": (0.89, 0.48, -1.37),
    "topic": (-0.77, -0.20, 0.98),
    "number_conflict": (-1.05, 0.59, 0.46),
    "quantity_match": (0.32, -0.37, 0.05),
    "quantity_within": (0.67, -0.11, -0.56),
    "quantity_outside": (-0.09, 0.43, -0.34),
    "antonym_conflict": (-0.43, 0.60, -0.17),
    "polarity_conflict": (-1.11, 0.94, 0.17),
    "place_conflict": (-0.60, 0.33, 0.27),
    "unpaired_numbers": (-0.52, -0.18, 0.69),
    "polarity_and_antonym": (0.09, -0.27, 0.18),
    "polarity_and_number": (0.26, -0.34, 0.08),
}
_VERBATIM = probabilities(18.0, 1.0, 1.0)
_PLACES = frozenset({FindingKind.LATERALITY_CONFLICT, FindingKind.ROUTE_CONFLICT})
_PAIRED = frozenset(kind for kind in FindingKind if kind.value.startswith(("quantity", "unit", "comparator")))


def features(alignment: Alignment, found: Sequence[RuleFinding]) -> dict[str, float]:
    """What the map looks at; each in [0, 1] but for `unpaired_numbers`, which counts up to 2."""
    strongest: dict[FindingKind, float] = {}
    for rule in found:
        strongest[rule.kind] = max(rule.strength, strongest.get(rule.kind, 0.0))
    number = max((strongest.get(kind, 0.0) for kind in NUMBER_CONFLICTS), default=0.0)
    polarity = strongest.get(FindingKind.POLARITY_CONFLICT, 0.0)
    antonym = strongest.get(FindingKind.ANTONYM_CONFLICT, 0.0)
    paired = sum(rule.kind in _PAIRED for rule in found)
    return {
        "constant": 1.0,
        "coverage": alignment.coverage,
        "coverage_squared": alignment.coverage**2,
        "topic": alignment.topic_coverage,
        "number_conflict": number,
        "quantity_match": strongest.get(FindingKind.QUANTITY_MATCH, 0.0),
        "quantity_within": strongest.get(FindingKind.QUANTITY_WITHIN, 0.0),
        "quantity_outside": strongest.get(FindingKind.QUANTITY_OUTSIDE, 0.0),
        "antonym_conflict": antonym,
        "polarity_conflict": polarity,
        "place_conflict": max(strongest.get(kind, 0.0) for kind in _PLACES),
        "unpaired_numbers": float(max(0, min(2, len(alignment.claim.quantities) - paired))),
        "polarity_and_antonym": polarity * antonym,
        "polarity_and_number": polarity * number,
    }


def estimate(alignment: Alignment, found: Sequence[RuleFinding]) -> Probabilities:
    """The softmax of the weighted features."""
    seen = features(alignment, found)
    scores = [sum(WEIGHTS[name][row] * value for name, value in seen.items()) for row in range(3)]
    return probabilities(*(exp(score) for score in scores))


def verbatim() -> Probabilities:
    """What a sentence is worth that says the same word for word: 18 : 1 : 1."""
    return _VERBATIM


def leaning_to_contradicted(found: Probabilities) -> Probabilities:
    """Where a named conflict decided, it leads by half at least: a verdict and its numbers never disagree."""
    lead = 1.5 * max(found.supported, found.neither)
    return probabilities(found.supported, max(found.contradicted, lead), found.neither)
