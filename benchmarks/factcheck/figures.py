"""What is told of a method on a set of claims: ranking, accuracy, verdicts, calibration, each with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

import numpy as np
from monshin_factcheck.core.calibration import Flags, Floats, Ints, calibration_error, interval, risk_at
from monshin_factcheck.core.text.language import Language, guess_language

from benchmarks.factcheck.methods import Judged
from services.factcheck.tools.weighing_rows import Row

COVERAGES = (1.0, 0.7, 0.5)
QUANTITY_KINDS = frozenset({"num", "unit", "cmp", "freq"})
# Kinds whose claim keeps the passage's words but for one; all others are worded freely.
EDIT_KINDS = QUANTITY_KINDS | {
    "neg", "anto", "swap", "lat", "route", "order", "time", "place", "pop", "part", "dir", "drug", "entity",
}  # fmt: skip
_FALSE_ALARMS = 0.05

# A value and the ends of its 95 % interval.
Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Share:
    """k of n."""

    k: int
    n: int

    @property
    def value(self) -> float:
        """NaN of nothing."""
        return self.k / self.n if self.n else float("nan")

    @property
    def upper(self) -> float:
        """The share above which fewer than 5 % of such samples would show k or less: Clopper and Pearson, one-sided.

        >>> round(Share(0, 300).upper, 4)
        0.0099
        """
        if not self.n:
            return float("nan")
        low, high = self.k / self.n, 1.0
        while high - low > 1e-6:
            middle = (low + high) / 2
            low, high = (middle, high) if _at_most(self.k, self.n, middle) > 0.05 else (low, middle)
        return high

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.k}/{self.n})" if self.n else "–"


class Claims:
    """Rows of one set, with what groups them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.items = [row.item for row in rows]
        self.labels = np.array([row.label for row in rows])
        self.is_edit = np.array([row.kind in EDIT_KINDS for row in rows])
        self.is_quantity = np.array([row.kind in QUANTITY_KINDS for row in rows])
        self.has_number = np.array([any(letter.isdigit() for letter in row.claim) for row in rows])
        self.is_english = np.array([guess_language(row.claim) is Language.ENGLISH for row in rows])


def auroc(margins: Floats, labels: Ints) -> float:
    """Contradicted above supported, ties half; NaN where one side is empty. margins: as Judged.margins."""
    against, for_ = margins[labels == 1], np.sort(margins[labels == 0])
    if not len(against) or not len(for_):
        return float("nan")
    below = (np.searchsorted(for_, against, "left") + np.searchsorted(for_, against, "right")) / 2
    return float(below.mean() / len(for_))


def auroc_with_interval(judged: Judged, claims: Claims, chosen: Flags) -> Interval:
    """The value and its 95 % interval by item, over the chosen contradicted and supported claims."""
    return _with_interval(claims, chosen, lambda at: auroc(judged.margins[at], claims.labels[at]))


def accuracy(judged: Judged, claims: Claims) -> float:
    """How often the likeliest of the three is right."""
    return float(_is_right(judged, claims).mean())


def accuracy_with_interval(judged: Judged, claims: Claims) -> Interval:
    """The same with its 95 % interval by item."""
    right = _is_right(judged, claims)
    return _with_interval(claims, np.ones(len(right), bool), lambda at: float(right[at].mean()))


def ece_with_interval(judged: Judged, claims: Claims) -> Interval:
    """Expected calibration error over ten bins."""
    every = np.ones(len(claims.rows), bool)
    return _with_interval(claims, every, lambda at: calibration_error(judged.odds[at], claims.labels[at]))


def precision(judged: Judged, claims: Claims, label: int) -> Share:
    """Of the verdicts for `label`, those that are right."""
    said = judged.verdicts == label
    return Share(int((claims.labels[said] == label).sum()), int(said.sum()))


def recall(judged: Judged, claims: Claims, label: int) -> Share:
    """Of the claims with `label`, those with its verdict."""
    own = claims.labels == label
    return Share(int((judged.verdicts[own] == label).sum()), int(own.sum()))


def quantity_errors(judged: Judged, claims: Claims) -> tuple[Share, Share, Share]:
    """Wrong numbers, units, bounds and frequencies: caught at 5 % false alarms, by verdict CONTRADICTED; false alarms.

    False alarms are supported claims with a number; the threshold of the first figure is chosen on these same claims.
    """
    wrong = (claims.labels == 1) & claims.is_quantity
    right = (claims.labels == 0) & claims.has_number
    margins = judged.margins
    limit = np.quantile(margins[right], 1 - _FALSE_ALARMS) if right.any() else np.inf
    refuted = judged.verdicts == 1
    return (
        Share(int((margins[wrong] > limit).sum()), int(wrong.sum())),
        Share(int(refuted[wrong].sum()), int(wrong.sum())),
        Share(int(refuted[right].sum()), int(right.sum())),
    )


def wrong_doses_supported(judged: Judged, claims: Claims) -> Share:
    """Of the claims with a wrong quantity those that were called SUPPORTED."""
    wrong = (claims.labels == 1) & claims.is_quantity
    return Share(int((judged.verdicts[wrong] == 0).sum()), int(wrong.sum()))


def risks(judged: Judged, claims: Claims) -> list[float]:
    """Error of the likeliest class at each of COVERAGES, surest first."""
    return risk_at(judged.odds, claims.labels, COVERAGES)


def confusion(judged: Judged, claims: Claims) -> Ints:
    """Verdicts by label: int (3, 3), rows labels."""
    table = np.zeros((3, 3), int)
    np.add.at(table, (claims.labels, judged.verdicts), 1)
    return table


def _at_most(k: int, n: int, share: float) -> float:
    """Probability of k or less of n."""
    if share >= 1.0:
        return float(k >= n)
    ways = (lgamma(n + 1) - lgamma(one + 1) - lgamma(n - one + 1) for one in range(k + 1))
    return (
        sum(exp(way + one * log(share) + (n - one) * log1p(-share)) for one, way in enumerate(ways)) if share else 1.0
    )


def _is_right(judged: Judged, claims: Claims) -> Flags:
    right: Flags = judged.odds.argmax(1) == claims.labels
    return right


def _with_interval(claims: Claims, chosen: Flags, statistic: Callable[[Ints], float]) -> Interval:
    places = np.flatnonzero(chosen)
    value = statistic(places)
    if np.isnan(value):
        return value, value, value
    low, high = interval([claims.items[at] for at in places], lambda drawn: statistic(places[drawn]))
    return value, low, high
