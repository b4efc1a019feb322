"""The evaluation as Markdown: one table for RESULTS.md, the rest for the report."""

from collections.abc import Mapping, Sequence

import numpy as np
from monshin_factcheck.core.calibration import reliability

from benchmarks.factcheck.figures import (
    COVERAGES,
    Claims,
    Interval,
    accuracy_with_interval,
    auroc_with_interval,
    confusion,
    ece_with_interval,
    precision,
    quantity_errors,
    recall,
    risks,
    wrong_doses_supported,
)
from benchmarks.factcheck.methods import Judged

_LABELS = ("supported", "contradicted", "neither")
_VERDICTS = ("SUPPORTED", "CONTRADICTED", "NOT_ENOUGH_EVIDENCE")


def summary(sets: Mapping[str, tuple[Claims, Sequence[Judged]]], areas: Mapping[str, Sequence[Interval]]) -> str:
    """A row a method and set: what the targets ask for. areas: AUROC of each set by method."""
    lines = [
        "| set | method | C against S AUROC (95 %) | three-way accuracy (95 %) | SUPPORTED right | of supported claims "
        "| CONTRADICTED right | of contradicted claims | ECE |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (claims, judged) in sets.items():
        for one, area in zip(judged, areas[name], strict=True):
            cells = [
                name, one.name, _three(area), _three(accuracy_with_interval(one, claims)),
                precision(one, claims, 0), recall(one, claims, 0),
                precision(one, claims, 1), recall(one, claims, 1), _three(ece_with_interval(one, claims)),
            ]  # fmt: skip
            lines.append(_row(cells))
    return "\n".join(lines)


def groups(sets: Mapping[str, tuple[Claims, Sequence[Judged]]]) -> str:
    """AUROC by how a claim was worded and by language. Contradicted claims of a group against its supported ones, or
    against all of the set where it has none."""
    lines = ["| set | group | contradicted, supported | method | AUROC (95 %) |", "|---|---|---|---|---|"]
    for name, (claims, judged) in sets.items():
        for group, chosen in _groups(claims).items():
            against, for_ = chosen & (claims.labels == 1), chosen & (claims.labels == 0)
            if not for_.any():
                for_ = claims.labels == 0
            if not against.any():
                continue
            counts = f"{int(against.sum())}, {int(for_.sum())}"
            lines += [
                _row([name, group, counts, one.name, _three(auroc_with_interval(one, claims, against | for_))])
                for one in judged
            ]
    return "\n".join(lines)


def quantities(sets: Mapping[str, tuple[Claims, Sequence[Judged]]]) -> str:
    """Wrong quantities: caught, false alarms, and those called SUPPORTED with an upper bound."""
    lines = [
        "| set | method | caught at 5 % false alarms | called CONTRADICTED | false alarms of that verdict "
        "| wrong ones SUPPORTED | 95 % upper bound |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (claims, judged) in sets.items():
        for one in judged:
            worst = wrong_doses_supported(one, claims)
            lines.append(_row([name, one.name, *quantity_errors(one, claims), worst, f"{worst.upper:.3f}"]))
    return "\n".join(lines)


def coverage(sets: Mapping[str, tuple[Claims, Sequence[Judged]]]) -> str:
    """Error of the likeliest class among the surest claims."""
    shares = " | ".join(f"error at {share:.0%}" for share in COVERAGES)
    lines = [f"| set | method | {shares} | at 70 % / at 100 % |", "|---|---|---|---|---|---|"]
    for name, (claims, judged) in sets.items():
        for one in judged:
            found = risks(one, claims)
            ratio = f"{found[1] / found[0]:.2f}" if found[0] else "–"
            lines.append(_row([name, one.name, *(f"{risk:.3f}" for risk in found), ratio]))
    return "\n".join(lines)


def confusions(sets: Mapping[str, tuple[Claims, Sequence[Judged]]]) -> str:
    """Verdicts of the last method, which is what serves, by label."""
    lines = [f"| set | label | {' | '.join(_VERDICTS)} |", "|---|---|---|---|---|"]
    for name, (claims, judged) in sets.items():
        table = confusion(judged[-1], claims)
        lines += [_row([name, label, *table[at]]) for at, label in enumerate(_LABELS)]
    return "\n".join(lines)


def bins(sets: Mapping[str, tuple[Claims, Sequence[Judged]]]) -> str:
    """Reliability of the last method."""
    lines = ["| set | probability | claims | mean probability | right |", "|---|---|---|---|---|"]
    for name, (claims, judged) in sets.items():
        lines += [
            _row([name, f"{one.low:.1f}–{one.high:.1f}", one.claims, f"{one.confidence:.2f}", f"{one.right:.2f}"])
            for one in reliability(judged[-1].odds, claims.labels)
        ]
    return "\n".join(lines)


def _groups(claims: Claims) -> dict[str, np.ndarray]:
    return {
        "minimal edits": claims.is_edit,
        "free wording": ~claims.is_edit,
        "Japanese": ~claims.is_english,
        "English": claims.is_english,
    }


def _three(value: Interval) -> str:
    middle, low, high = value
    return "–" if np.isnan(middle) else f"{middle:.3f} ({low:.3f}–{high:.3f})"


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
