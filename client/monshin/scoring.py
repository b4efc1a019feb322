"""How verdicts compare with labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monshin.results import ClaimResult, Verdict

FLAGGED = frozenset({Verdict.CONTRADICTED, Verdict.CONFLICTING})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the demonstration. origin: who wrote it, such as `blind`."""

    id: str
    question: str
    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Label:
    """What the corpus says of a stretch of an answer.

    start, end: code points, end exclusive. label: supported, contradicted, not_enough_evidence or not_checkable.
    """

    answer_id: str
    start: int
    end: int
    label: str


@dataclass(slots=True)
class Counts:
    """wrong = caught + missed; missed includes wrong_supported. false_alarms: flagged although nothing is wrong in what
    the checker took as one claim; of a claim with a wrong half the other half is none."""

    wrong: int = 0
    caught: int = 0
    missed: int = 0
    wrong_supported: int = 0
    right: int = 0
    confirmed: int = 0
    false_alarms: int = 0


@dataclass(slots=True)
class Score:
    """unmatched: labelled statements that no claim of the checker overlaps."""

    total: Counts = field(default_factory=Counts)
    by_origin: dict[str, Counts] = field(default_factory=dict)
    unmatched: int = 0


def score(answers: Sequence[Answer], labels: Sequence[Label], results: Mapping[str, Sequence[ClaimResult]]) -> Score:
    """Counts each label once, by the claim that overlaps it most."""
    origins = {answer.id: answer.origin for answer in answers}
    found = Score()
    claims = [(label, _claim_at(label, results.get(label.answer_id, ()))) for label in labels]
    wrong = [claim for label, claim in claims if label.label == "contradicted"]
    for label, claim in claims:
        if label.label == "not_checkable":
            continue
        found.unmatched += claim is None
        verdict = None if claim is None else claim.verdict
        has_wrong_part = claim is not None and any(claim is one for one in wrong)
        for counts in (found.total, found.by_origin.setdefault(origins[label.answer_id], Counts())):
            count_label(counts, label.label, verdict, has_wrong_part=has_wrong_part)
    return found


def count_label(counts: Counts, label: str, verdict: Verdict | None, *, has_wrong_part: bool = False) -> None:
    """Adds one labelled claim. verdict: None where the checker did not see it. label: any but not_checkable.
    has_wrong_part: the checker's claim covers a wrong statement, too."""
    is_flagged = verdict in FLAGGED
    if label == "contradicted":
        counts.wrong += 1
        counts.caught += is_flagged
        counts.missed += not is_flagged
        counts.wrong_supported += verdict is Verdict.SUPPORTED
        return
    counts.right += label == "supported"
    counts.confirmed += label == "supported" and verdict is Verdict.SUPPORTED
    counts.false_alarms += is_flagged and not has_wrong_part


def _claim_at(label: Label, results: Sequence[ClaimResult]) -> ClaimResult | None:
    best, best_overlap = None, 0
    for result in results:
        if result.answer_start is None or result.answer_end is None:
            continue
        overlap = min(label.end, result.answer_end) - max(label.start, result.answer_start)
        if overlap > best_overlap:
            best, best_overlap = result, overlap
    return best
