"""Labelled claims against the verdicts on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monshin.evaluation.statistics import (
    Bin,
    Bools,
    Floats,
    Interval,
    auroc,
    bootstrap,
    calibration_bins,
    calibration_error,
    risks,
    wilson,
)
from monshin.formats import LabelledLine
from monshin.results import ClaimResult, Verdict
from monshin.scoring import Counts, count_label

# The three that probabilities are told for, in their order.
_SIDES = ("supported", "contradicted", "not_enough_evidence")
COVERAGES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled claim and what was said of it."""

    line: LabelledLine
    result: ClaimResult

    @property
    def is_right(self) -> bool:
        """Whether the verdict is the label; of a contradicted claim CONFLICTING flags it as well."""
        if self.line.label == "contradicted" and self.result.verdict is Verdict.CONFLICTING:
            return True
        return self.result.verdict.value.lower() == self.line.label


@dataclass(frozen=True, slots=True)
class TypeScore:
    """Claims of one type. right: verdicts equal to the label. counts: of those labelled with one of the three sides."""

    type: str
    claims: int
    right: Interval
    counts: Counts


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the claims with the largest p_supported, so large a share of all: how many are labelled supported."""

    coverage: float
    claims: int
    precision: Interval | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """types: the last is all of them. confusion: label → verdict → claims.

    auroc: that p_supported - p_contradicted ranks a supported claim above a contradicted one. told: precision of the
    verdict SUPPORTED. Confidence is the largest of the three probabilities, and right where its side is the label:
    ece, bins, coverages, risks of it; claims labelled otherwise than with these three are left out there.
    """

    types: Sequence[TypeScore]
    confusion: dict[str, dict[Verdict, int]]
    auroc: Interval | None
    told: Precision
    precisions: Sequence[Precision]
    ece: Interval | None
    bins: Sequence[Bin]
    coverages: Sequence[float]
    risks: Sequence[float]


def evaluate(judged: Sequence[Judged]) -> Evaluation:
    """Of at least one claim."""
    sided = [one for one in judged if one.line.label in _SIDES]
    groups = [one.line.item for one in sided]
    labels = np.array([_SIDES.index(one.line.label) for one in sided], dtype=int)
    odds = np.array([_odds(one.result) for one in sided]).reshape(len(sided), 3)
    confidence = odds.max(axis=1) if len(sided) else np.zeros(0)
    is_right = odds.argmax(axis=1) == labels if len(sided) else np.zeros(0, dtype=bool)
    curve = risks(confidence, is_right) if len(sided) else np.zeros(0)
    return Evaluation(
        types=_by_type(judged),
        confusion=_confusion(judged),
        auroc=bootstrap(lambda at: _auroc(odds[at], labels[at]), groups) if sided else None,
        told=_told(judged),
        precisions=[_precision(odds[:, 0], labels == 0, coverage) for coverage in COVERAGES] if sided else [],
        ece=bootstrap(lambda at: calibration_error(confidence[at], is_right[at]), groups) if sided else None,
        bins=calibration_bins(confidence, is_right),
        coverages=[(number + 1) / len(curve) for number in range(len(curve))],
        risks=[float(risk) for risk in curve],
    )


def _odds(result: ClaimResult) -> tuple[float, float, float]:
    return result.p_supported, result.p_contradicted, result.p_neither


def _auroc(odds: Floats, labels: Floats) -> float | None:
    either = labels < 2
    return auroc(odds[either, 0] - odds[either, 1], labels[either] == 0)


def _by_type(judged: Sequence[Judged]) -> list[TypeScore]:
    names = sorted({one.line.type for one in judged} - {""})
    scores = [_type_score(name, [one for one in judged if one.line.type == name]) for name in names]
    return [*scores, _type_score("all", judged)]


def _type_score(name: str, judged: Sequence[Judged]) -> TypeScore:
    counts = Counts()
    for one in judged:
        if one.line.label in _SIDES:
            count_label(counts, one.line.label, one.result.verdict)
    right = wilson(sum(one.is_right for one in judged), len(judged))
    assert right is not None, "a type has a claim"
    return TypeScore(name, len(judged), right, counts)


def _confusion(judged: Sequence[Judged]) -> dict[str, dict[Verdict, int]]:
    found: dict[str, dict[Verdict, int]] = {}
    for one in judged:
        row = found.setdefault(one.line.label, dict.fromkeys(Verdict, 0))
        row[one.result.verdict] += 1
    return found


def _told(judged: Sequence[Judged]) -> Precision:
    said = [one for one in judged if one.result.verdict is Verdict.SUPPORTED]
    return Precision(len(said) / len(judged), len(said), wilson(sum(one.is_right for one in said), len(said)))


def _precision(p_supported: Floats, is_supported: Bools, coverage: float) -> Precision:
    kept = max(1, round(coverage * len(p_supported)))
    best = np.argsort(-p_supported, kind="stable")[:kept]
    return Precision(coverage, kept, wilson(int(is_supported[best].sum()), kept))
