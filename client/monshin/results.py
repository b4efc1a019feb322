"""What a check says of one claim, as the fixed JSON lines of `monshin factcheck check --json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from monshin_protos.factcheck.v1 import factcheck_pb2 as pb


class Verdict(StrEnum):
    """The six verdicts."""

    SUPPORTED = "SUPPORTED"
    CONTRADICTED = "CONTRADICTED"
    NOT_ENOUGH_EVIDENCE = "NOT_ENOUGH_EVIDENCE"
    CONFLICTING = "CONFLICTING"
    NOT_CHECKABLE = "NOT_CHECKABLE"
    CONDITIONAL = "CONDITIONAL"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a source; start and end are code points of the text as imported, end exclusive.

    tier: 1 (binding) to 5, 0 unknown. superseded: shown, and settles nothing.
    document: the document's id in the corpus, or `sources/{n}`. stance: SUPPORTS, CONTRADICTS or RELATED.
    """

    document: str
    start: int
    end: int
    text: str
    title: str = ""
    source: str = ""
    date: str = ""
    stance: str = ""
    tier: int = 0
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a judge noticed: the words of the claim and those of the evidence with this index."""

    kind: str
    judge: str
    claim_text: str
    evidence_text: str
    evidence_index: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge said by itself, and the words of the document that it rests on."""

    judge: str
    revision: str
    p_supported: float
    p_contradicted: float
    p_neither: float
    quote: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Condition:
    """What the evidence presupposes and the claim leaves out; start and end as in Evidence.

    kind: POPULATION, QUANTITY or TIME. normalised: the same in names and signs.
    """

    text: str
    kind: str
    normalised: str
    evidence_index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """One claim. p_supported + p_contradicted + p_neither = 1, also where the verdict abstains.

    conditions: of CONDITIONAL, which the answer does not say.
    answer_start, answer_end: code points of the answer; None for claims that were given one by one.
    not_run: what was to take part in this check and did not, component → reason.
    important: about a dose, a contraindication, an allergy or what to do. provisional: another result follows.
    error: why the line could not be checked; empty otherwise.
    """

    id: str
    claim: str
    verdict: Verdict
    p_supported: float
    p_contradicted: float
    p_neither: float
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    judges_run: tuple[str, ...] = ()
    abstain_reason: str | None = None
    answer_start: int | None = None
    answer_end: int | None = None
    calibrated: bool = False
    important: bool = False
    provisional: bool = False
    opinions: tuple[Opinion, ...] = ()
    not_run: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    conditions: tuple[Condition, ...] = ()

    @classmethod
    def failed(cls, claim_id: str, claim: str, error: str) -> "ClaimResult":
        """Stands for a claim that could not be checked, so that each input line has its output line."""
        return cls(
            claim_id, claim, Verdict.NOT_ENOUGH_EVIDENCE, 0.0, 0.0, 1.0, abstain_reason="LINE_FAILED", error=error
        )

    @classmethod
    def of(cls, result: pb.ClaimResult) -> "ClaimResult":
        """From the message."""
        odds = result.probabilities
        span = result.claim.span if result.claim.HasField("span") else None
        abstained = result.abstain_reason != pb.ABSTAIN_REASON_UNSPECIFIED
        return cls(
            id=result.id,
            claim=result.claim.text,
            verdict=Verdict(pb.Verdict.Name(result.verdict).removeprefix("VERDICT_")),
            p_supported=odds.supported,
            p_contradicted=odds.contradicted,
            p_neither=odds.neither,
            evidence=tuple(_evidence(item) for item in result.evidence),
            findings=tuple(
                Finding(item.kind, item.judge, item.claim_text, item.evidence_text, item.evidence_index)
                for item in result.findings
            ),
            judges_run=tuple(result.judges_run),
            abstain_reason=pb.AbstainReason.Name(result.abstain_reason).removeprefix("ABSTAIN_REASON_")
            if abstained
            else None,
            answer_start=span.start if span else None,
            answer_end=span.end if span else None,
            calibrated=result.calibrated,
            important=result.important,
            provisional=result.provisional,
            opinions=tuple(_opinion(item) for item in result.opinions),
            conditions=tuple(_condition(item) for item in result.conditions),
        )

    def to_json(self) -> str:
        """The output line: fields may be added to it, never changed."""
        line: dict[str, Any] = asdict(self)
        for key in ("answer_start", "answer_end", "error"):
            if line[key] in (None, ""):
                del line[key]
        return json.dumps(line, ensure_ascii=False)


def _evidence(item: pb.Evidence) -> Evidence:
    _, slash, document = item.document.partition("/documents/")
    return Evidence(
        document=document if slash else item.document,
        start=item.span.start,
        end=item.span.end,
        text=item.text,
        title=item.title,
        source=item.source,
        date=item.date,
        stance=pb.Stance.Name(item.stance).removeprefix("STANCE_"),
        tier=item.tier,
        superseded=item.superseded,
    )


def _opinion(item: pb.JudgeOpinion) -> Opinion:
    odds = item.probabilities
    return Opinion(
        item.judge, item.revision, odds.supported, odds.contradicted, odds.neither, item.quote, item.elapsed_ms
    )


def _condition(item: pb.Condition) -> Condition:
    kind = pb.ConditionKind.Name(item.kind).removeprefix("CONDITION_KIND_")
    span = item.evidence_span
    return Condition(item.text, kind, item.normalised, item.evidence_index, span.start, span.end)
