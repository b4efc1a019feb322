"""Why a claim has its verdict, as it is shown and written."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from monshin_protos.factcheck.v1 import explain_pb2 as pb
from monshin_protos.factcheck.v1 import factcheck_pb2

from monshin.results import Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """kind: a fixed word, see services/factcheck/README.md; what a kind does not use is empty."""

    kind: str
    judge: str
    claim_text: str
    evidence_text: str
    finding: str
    measure: str
    value: float
    threshold: float
    document: str

    @property
    def words(self) -> str:
        """In one line."""
        sides = " ↔ ".join(text for text in (self.claim_text, self.evidence_text) if text)
        measured = f"{self.measure} {self.value:.2f} (needed {self.threshold:.2f})" if self.measure else ""
        parts = [self.finding, sides, measured, self.document, self.judge if self.kind == "decided_by" else ""]
        return " · ".join(part for part in (self.kind, *parts) if part)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that, changed alone, gives another verdict."""

    kind: str
    claim: str
    from_text: str
    to_text: str
    document: str
    verdict: Verdict

    @property
    def words(self) -> str:
        """In one line."""
        words = f"{self.from_text} → {self.to_text}" if self.from_text else self.to_text
        told = [part for part in (self.kind, words, self.document) if part]
        return " · ".join(told) + f" ⇒ {self.verdict}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of one claim; verdict: the one explained."""

    claim: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, message: pb.ExplainClaimResponse) -> "Explanation":
        """From the message."""
        return cls(
            claim=message.result.claim.text,
            verdict=_verdict(message.result.verdict),
            reasons=tuple(
                Reason(
                    one.kind, one.judge, one.claim_text, one.evidence_text, one.finding, one.measure, one.value,
                    one.threshold, one.document,
                )
                for one in message.reasons
            ),
            changes=tuple(
                Change(one.kind, one.claim, one.from_text, one.to_text, one.document, _verdict(one.verdict))
                for one in message.changes
            ),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """For an output line."""
        return dict(json.loads(json.dumps(asdict(self), ensure_ascii=False)))


def _verdict(value: factcheck_pb2.Verdict.ValueType) -> Verdict:
    return Verdict(factcheck_pb2.Verdict.Name(value).removeprefix("VERDICT_"))
