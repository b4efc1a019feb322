"""Results of a check as proto messages."""

from collections import Counter
from collections.abc import Callable, Sequence

from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.checker import Checked, Run
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.decision import AbstainReason, Saying, Verdict
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.judge import Condition, ConditionKind, Finding, Opinion, Stance
from monshin_factcheck.core.text.offsets import OffsetMap, OffsetUnit
from monshin_factcheck.core.text.spans import Span

VERDICTS = {
    Verdict.SUPPORTED: pb.VERDICT_SUPPORTED,
    Verdict.CONTRADICTED: pb.VERDICT_CONTRADICTED,
    Verdict.NOT_ENOUGH_EVIDENCE: pb.VERDICT_NOT_ENOUGH_EVIDENCE,
    Verdict.CONFLICTING: pb.VERDICT_CONFLICTING,
    Verdict.NOT_CHECKABLE: pb.VERDICT_NOT_CHECKABLE,
    Verdict.CONDITIONAL: pb.VERDICT_CONDITIONAL,
}
_REASONS = {
    AbstainReason.NONE: pb.ABSTAIN_REASON_UNSPECIFIED,
    AbstainReason.NO_EVIDENCE: pb.ABSTAIN_REASON_NO_EVIDENCE,
    AbstainReason.UNDECIDED: pb.ABSTAIN_REASON_UNDECIDED,
    AbstainReason.NOT_RUN: pb.ABSTAIN_REASON_NOT_RUN,
    AbstainReason.LANGUAGE: pb.ABSTAIN_REASON_LANGUAGE,
    AbstainReason.UNTOLD: pb.ABSTAIN_REASON_UNTOLD,
}
_STANCES = {
    Stance.SUPPORTS: pb.STANCE_SUPPORTS,
    # By itself it settles nothing: the verdict's conditions say more.
    Stance.SUPPORTS_IF: pb.STANCE_RELATED,
    Stance.CONTRADICTS: pb.STANCE_CONTRADICTS,
    Stance.RELATED: pb.STANCE_RELATED,
    Stance.UNRELATED: pb.STANCE_RELATED,
}
# The answer's verdict is that of its worst claim.
_WORST_FIRST = (
    Verdict.CONTRADICTED, Verdict.CONFLICTING, Verdict.CONDITIONAL, Verdict.NOT_ENOUGH_EVIDENCE, Verdict.SUPPORTED,
)  # fmt: skip
_CONDITION_KINDS = {
    ConditionKind.POPULATION: pb.CONDITION_KIND_POPULATION,
    ConditionKind.QUANTITY: pb.CONDITION_KIND_QUANTITY,
    ConditionKind.TIME: pb.CONDITION_KIND_TIME,
}


class Renderer:
    """answer: None for claims that stand in no answer. text_of: a document's whole text, to count in another unit."""

    def __init__(self, answer: str | None, unit: OffsetUnit, text_of: Callable[[str], str]) -> None:
        self._unit = unit
        self._answer = OffsetMap(answer, unit) if answer is not None else None
        self._text_of = text_of
        self._documents: dict[str, OffsetMap] = {}

    def answer_goes_on(self, text: str) -> None:
        """The answer is longer by `text`."""
        if self._answer is not None:
            self._answer.add(text)

    def claim(self, index: int, claim: Claim) -> pb.Claim:
        """With its place in the answer, if it has one."""
        span = _span(self._answer.convert(claim.span)) if self._answer is not None else None
        return pb.Claim(index=index, span=span, text=claim.text, checkable=claim.checkable)

    def result(self, index: int, checked: Checked, claim_id: str = "") -> pb.ClaimResult:
        """One claim's verdict with its evidence."""
        decision = checked.decision
        findings = [
            self._finding(finding, place, opinion, checked.claim.text)
            for place, opinion in enumerate(decision.evidence)
            for finding in opinion.findings
        ]
        return pb.ClaimResult(
            claim=self.claim(index, checked.claim),
            id=claim_id,
            verdict=VERDICTS[decision.verdict],
            probabilities=_probabilities(decision.probabilities),
            calibrated=decision.is_calibrated,
            evidence=map(self._evidence, decision.evidence),
            findings=findings,
            judges_run=decision.judges_run,
            abstain_reason=_REASONS[decision.abstain_reason],
            elapsed_ms=checked.elapsed_ms,
            provisional=checked.is_provisional,
            opinions=map(self._opinion, decision.sayings),
            important=checked.is_important,
            conditions=[self._condition(condition, decision.evidence[0]) for condition in decision.conditions],
        )

    def _opinion(self, saying: Saying) -> pb.JudgeOpinion:
        return pb.JudgeOpinion(
            judge=saying.judge,
            revision=saying.revision,
            probabilities=_probabilities(saying.probabilities),
            document=saying.document,
            span=self._in_document(saying.document, saying.span),
            quote=saying.quote,
            elapsed_ms=saying.elapsed_ms,
        )

    def _evidence(self, opinion: Opinion) -> pb.Evidence:
        passage = opinion.passage
        return pb.Evidence(
            document=passage.document,
            title=passage.title,
            source=passage.source,
            date=passage.date,
            span=self._in_document(passage.document, passage.span),
            text=passage.text,
            stance=_STANCES[opinion.stance],
            score=passage.score,
            tier=passage.tier,
            superseded=passage.is_superseded,
        )

    def _finding(self, finding: Finding, place: int, opinion: Opinion, claim: str) -> pb.Finding:
        passage = opinion.passage
        inside = Span(finding.evidence.start - passage.span.start, finding.evidence.end - passage.span.start)
        return pb.Finding(
            kind=finding.kind,
            judge=finding.judge,
            claim_span=_span(finding.claim),
            claim_text=finding.claim.of(claim),
            evidence_index=place,
            evidence_span=self._in_document(passage.document, finding.evidence),
            evidence_text=inside.of(passage.text),
        )

    def _condition(self, condition: Condition, opinion: Opinion) -> pb.Condition:
        return pb.Condition(
            text=condition.text,
            evidence_index=0,
            evidence_span=self._in_document(opinion.passage.document, condition.span),
            kind=_CONDITION_KINDS[condition.kind],
            normalised=condition.normalised,
        )

    def _in_document(self, document: str, span: Span) -> pb.Span:
        if self._unit is OffsetUnit.CODE_POINT:
            return _span(span)
        if document not in self._documents:
            self._documents[document] = OffsetMap(self._text_of(document), self._unit)
        return _span(self._documents[document].convert(span))


def summary(runs: Sequence[Run], results: Sequence[Checked], elapsed_ms: float) -> pb.Summary:
    """Counts, and the worst claim's verdict: a background claim that nothing settles is worse than nothing only."""
    counts = Counter(checked.decision.verdict for checked in results)
    weighty = Counter(
        checked.decision.verdict
        for checked in results
        if checked.is_important or checked.decision.verdict is not Verdict.NOT_ENOUGH_EVIDENCE
    )
    told = [verdict for some in (weighty, counts) for verdict in _WORST_FIRST if some[verdict]]
    worst = next(iter(told), Verdict.NOT_CHECKABLE)
    return pb.Summary(
        supported=counts[Verdict.SUPPORTED],
        contradicted=counts[Verdict.CONTRADICTED],
        not_enough_evidence=counts[Verdict.NOT_ENOUGH_EVIDENCE],
        conflicting=counts[Verdict.CONFLICTING],
        not_checkable=counts[Verdict.NOT_CHECKABLE],
        conditional=counts[Verdict.CONDITIONAL],
        worst=VERDICTS[worst],
        version=next((run.evidence.version for run in runs if run.evidence.version), ""),
        not_run=not_run(runs),
        elapsed_ms=elapsed_ms,
    )


def not_run(runs: Sequence[Run]) -> list[pb.NotRun]:
    merged = {component: reason for run in runs for component, reason in run.not_run.items()}
    return [pb.NotRun(component=component, reason=reason) for component, reason in merged.items()]


def _span(span: Span) -> pb.Span:
    return pb.Span(start=span.start, end=span.end)


def _probabilities(odds: Probabilities) -> pb.Probabilities:
    return pb.Probabilities(supported=odds.supported, contradicted=odds.contradicted, neither=odds.neither)
