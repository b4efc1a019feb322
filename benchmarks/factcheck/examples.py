"""The most confident mistakes of what serves, by kind of mistake and kind of claim: chosen by rank, not by hand."""

from collections.abc import Sequence

import numpy as np

from benchmarks.factcheck.figures import Claims
from benchmarks.factcheck.methods import Judged

_WORDS = ("supported", "contradicted", "neither")
_MISTAKES = ((1, 0), (0, 1), (2, 0), (2, 1), (0, 2), (1, 2))
_EACH = 3
_LONGEST = 160


def examples(judged: Judged, claims: Claims) -> str:
    """For each mistake the claims with the highest probability of the wrong class, each of another item and kind."""
    lines = []
    for label, said in _MISTAKES:
        wrong = (claims.labels == label) & (judged.odds.argmax(1) == said)
        order = [at for at in np.argsort(-judged.odds[:, said], kind="stable") if wrong[at]]
        lines += [
            f"### {_WORDS[label]}, judged {_WORDS[said]}: {len(order)} of {int((claims.labels == label).sum())}",
            "",
        ]
        for at in _varied(order, claims):
            row = claims.rows[at]
            lines += [
                f"- **{row.claim}** ({row.kind}; p {judged.odds[at, said]:.2f}, "
                f"{'said' if judged.verdicts[at] == said else 'not said: below the threshold'})",
                f"  {row.text[:_LONGEST]}{'…' if len(row.text) > _LONGEST else ''}",
            ]
        lines.append("")
    return "\n".join(lines)


def by_kind(judged: Judged, claims: Claims) -> str:
    """Accuracy by kind of claim, worst first."""
    right = judged.odds.argmax(1) == claims.labels
    kinds = sorted({row.kind for row in claims.rows})
    told = []
    for kind in kinds:
        own = np.array([row.kind == kind for row in claims.rows])
        told.append((float(right[own].mean()), kind, int(own.sum())))
    lines = ["| kind | claims | right |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {kind} | {count} | {share:.2f} |" for share, kind, count in sorted(told))])


def _varied(order: Sequence[int], claims: Claims) -> list[int]:
    found: list[int] = []
    items: set[str] = set()
    kinds: set[str] = set()
    for at in order:
        row = claims.rows[at]
        if row.item not in items and row.kind not in kinds:
            items.add(row.item)
            kinds.add(row.kind)
            found.append(at)
        if len(found) == _EACH:
            break
    return found
