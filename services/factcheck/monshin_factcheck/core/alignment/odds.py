"""From an accounting to three probabilities: a log-linear map with its weights in one table, and two ceilings."""

from math import exp

from monshin_factcheck.core.alignment.account import Accounting, Outcome, Turn
from monshin_factcheck.core.alignment.guards import Obstacle, confirms, opposed_stances
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.quantities.compare import CONFLICTS

# Supported, contradicted, neither. From tools/fit_alignment.py: 17,802 pairs of 1,500 items of factcheck-train
# (SHA-256 6ee34b53390cd771…), without the tenth that is held out; not calibrated for any other text.
WEIGHTS: dict[str, tuple[float, float, float]] = {
    "constant": (0.02, 0.09, -0.11),
    "coverage": (-0.79, -0.56, 1.35),
    "coverage_squared": (1.34, 0.50, -1.84),
    "missing": (0.28, 0.21, -0.48),
    "clashes": (-0.26, 0.22, 0.04),
    "turned_stances": (-0.17, 0.04, 0.13),
    "odd_turns": (-0.68, 0.83, -0.16),
    "wrong_number": (-0.13, 0.30, -0.17),
    "right_number": (0.17, -0.26, 0.08),
    "unpaired_numbers": (-0.46, -0.24, 0.70),
    "role": (0.23, 0.26, -0.49),
    "bond": (-0.14, -0.14, 0.28),
    "head": (0.15, 0.16, -0.31),
    "order": (0.49, 0.34, -0.83),
    "markers": (-0.03, 0.11, -0.08),
    "stance": (0.05, 0.17, -0.22),
    "unsaid": (-0.01, 0.11, -0.11),
    "limit": (-0.13, -0.16, 0.29),
    "says": (1.41, -0.82, -0.59),
    "denies_word": (-0.46, 0.57, -0.12),
    "denies_quantity": (-0.19, 0.37, -0.19),
    "denies_stance": (-0.32, 0.62, -0.29),
}
# What a verdict is worth at least: how often it was right on the pairs of the fit, rounded down (word 33 of 37,
# quantity 27 of 29, stance 64 of 70). That of SAID, all of 96, is set lower: nothing is certain.
SAID = 0.97
DENIED: dict[Turn, float] = {Turn.WORD: 0.89, Turn.QUANTITY: 0.93, Turn.STANCE: 0.91}
# Without a verdict neither SUPPORTED nor CONTRADICTED comes nearer to NEITHER than this.
_BELOW = 0.95


def features(accounting: Accounting) -> dict[str, float]:
    """What the map looks at; each in [0, 1]."""
    found, laid, against = accounting.found, accounting.laid, accounting.obstacles
    coverage = found.coverage
    clashes = min(len(found.clashes), 2) / 2
    turns = opposed_stances(laid)
    wrong = [pair.role for pair in laid.pairs if pair.agreement in CONFLICTS]
    right = [pair.role for pair in laid.pairs if confirms(pair)]
    odd = (len(found.clashes) + turns + len(wrong)) % 2
    return {
        "constant": 1.0,
        "coverage": coverage,
        "coverage_squared": coverage**2,
        "missing": min(len(found.missing), 6) / 6,
        "clashes": clashes,
        "turned_stances": min(turns, 2) / 2,
        "odd_turns": odd * coverage**2,
        "wrong_number": max(wrong, default=0.0),
        "right_number": max(right, default=0.0),
        "unpaired_numbers": min(len(laid.claim.quantities) - len(wrong) - len(right), 2) / 2,
        "role": float(Obstacle.ROLE in against) * coverage,
        "bond": float(Obstacle.BOND in against) * coverage,
        "head": float(Obstacle.HEAD in against) * coverage,
        "order": float(Obstacle.ORDER in against) * coverage,
        "markers": float(Obstacle.MARKERS in against) * coverage,
        "stance": float(Obstacle.STANCE in against) * coverage,
        "unsaid": float(Obstacle.UNSAID in against) * coverage,
        "limit": float(Obstacle.LIMIT in against) * coverage,
        "says": float(accounting.outcome is Outcome.SAYS),
        "denies_word": float(accounting.turn is Turn.WORD),
        "denies_quantity": float(accounting.turn is Turn.QUANTITY),
        "denies_stance": float(accounting.turn is Turn.STANCE),
    }


def estimate(accounting: Accounting) -> Probabilities:
    """A verdict's own share where there is one, else the map, with NEITHER the likeliest of the three."""
    seen = features(accounting)
    odds = probabilities(*(exp(sum(WEIGHTS[name][row] * value for name, value in seen.items())) for row in range(3)))
    if accounting.outcome is Outcome.SAYS:
        return _at_least(odds, 0, SAID)
    if accounting.outcome is Outcome.DENIES:
        return _at_least(odds, 1, DENIED[accounting.turn])
    least = max(odds.supported, odds.contradicted) / _BELOW
    return probabilities(odds.supported, odds.contradicted, max(odds.neither, least))


def _at_least(odds: Probabilities, row: int, share: float) -> Probabilities:
    parts = [odds.supported, odds.contradicted, odds.neither]
    if parts[row] >= share:
        return odds
    scale = (1 - share) / (1 - parts[row])
    scaled = [part * scale for part in parts]
    scaled[row] = share
    return probabilities(*scaled)
