"""From an accounting to three probabilities: a log-linear map with its weights in one table, and two ceilings."""

from math import exp

from monshin_factcheck.core.alignment.account import Accounting, Outcome, Turn
from monshin_factcheck.core.alignment.guards import Obstacle, confirms, opposed_stances
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.quantities.compare import CONFLICTS

# Supported, contradicted, neither. From tools/fit_alignment.py: 17,802 pairs of 1,500 items of factcheck-train
# (SHA-256 6ee34b53390cd771…), without the tenth that is held out; not calibrated for any other text.
WEIGHTS: dict[str, tuple[float, float, float]] = {
    "constant": (0.01, 0.08, -0.09),
    "coverage": (-0.80, -0.57, 1.37),
    "coverage_squared": (1.36, 0.53, -1.89),
    "missing": (0.29, 0.21, -0.51),
    "clashes": (-0.24, 0.26, -0.02),
    "turned_stances": (-0.14, 0.01, 0.13),
    "odd_turns": (-0.66, 0.84, -0.18),
    "wrong_number": (-0.13, 0.30, -0.16),
    "right_number": (0.22, -0.28, 0.06),
    "unpaired_numbers": (-0.51, -0.24, 0.75),
    "role": (0.23, 0.22, -0.45),
    "bond": (-0.12, -0.15, 0.27),
    "head": (0.15, 0.15, -0.30),
    "order": (0.47, 0.33, -0.80),
    "markers": (-0.05, 0.11, -0.06),
    "stance": (0.02, 0.17, -0.20),
    "unsaid": (-0.02, 0.12, -0.10),
    "limit": (-0.14, -0.18, 0.32),
    "says": (1.41, -0.82, -0.58),
    "denies_word": (-0.46, 0.56, -0.10),
    "denies_quantity": (-0.19, 0.37, -0.18),
    "denies_stance": (-0.35, 0.62, -0.27),
}
# What a verdict is worth at least: how often it was right on the pairs of the fit, rounded down.
SAID = 0.97
DENIED: dict[Turn, float] = {Turn.WORD: 0.92, Turn.QUANTITY: 0.92, Turn.STANCE: 0.89}
# Without a verdict neither SUPPORTED nor CONTRADICTED comes nearer to NEITHER than this.
_BELOW = 0.95


def features(accounting: Accounting) -> dict[str, float]:
    """What the map looks at; each in [0, 1]."""
    found, laid, against = accounting.found, accounting.laid, accounting.obstacles
    coverage = found.coverage
    clashes = min(len(found.clashes), 2) / 2
    turns = min(opposed_stances(laid), 2) / 2
    wrong = [pair.role for pair in laid.pairs if pair.agreement in CONFLICTS]
    right = [pair.role for pair in laid.pairs if confirms(pair)]
    odd = (len(found.clashes) + opposed_stances(laid) + len(wrong)) % 2
    return {
        "constant": 1.0,
        "coverage": coverage,
        "coverage_squared": coverage**2,
        "missing": min(len(found.missing), 6) / 6,
        "clashes": clashes,
        "turned_stances": turns,
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
