"""How often people agreed with verdicts: shares with honest intervals, by the probability that was told."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.core.evidence import Probabilities

# Borders of the bins; 1 belongs to the last.
EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 1.0)
# Fewer reviews in a bin than this tell nothing: their interval is wider than 0.4.
LEAST = 20
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with the probability that was told for it, and whether a person gave the same. count: how often."""

    verdict: Verdict
    probability: float
    is_agreed: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Bin:
    """Outcomes of one verdict with a probability in [low, high); 1 belongs to the last bin."""

    verdict: Verdict
    low: float
    high: float
    count: int
    agreed: int

    @property
    def share(self) -> float:
        """Of those agreed with."""
        return self.agreed / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share, 95 %."""
        return wilson(self.agreed, self.count)

    @property
    def is_enough(self) -> bool:
        """Whether it tells anything."""
        return self.count >= LEAST


def bins(outcomes: Iterable[Outcome]) -> list[Bin]:
    """Those with at least one outcome, by verdict and probability."""
    counts: dict[tuple[Verdict, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in outcomes:
        place = min(bisect_right(EDGES, one.probability), len(EDGES) - 1) - 1
        found = counts[one.verdict, max(place, 0)]
        found[0] += one.count
        found[1] += one.count * one.is_agreed
    order = list(Verdict)
    keys = sorted(counts, key=lambda key: (order.index(key[0]), key[1]))
    return [Bin(verdict, EDGES[at], EDGES[at + 1], *counts[verdict, at]) for verdict, at in keys]


def told(verdict: Verdict, odds: Probabilities) -> float:
    """The probability that was told for a verdict. Of two sides that disagree: that of both together."""
    match verdict:
        case Verdict.SUPPORTED:
            return odds.supported
        case Verdict.CONTRADICTED:
            return odds.contradicted
        case Verdict.CONFLICTING:
            return min(1.0, odds.supported + odds.contradicted)
        case _:
            return odds.neither


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953); (0, 1) of nothing.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if count == 0:
        return 0.0, 1.0
    share, square = hits / count, _Z95 * _Z95
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = _Z95 * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    # At 0 and 1 an end is the share itself, but for rounding.
    return min(share, max(0.0, middle - spread)), max(share, min(1.0, middle + spread))
