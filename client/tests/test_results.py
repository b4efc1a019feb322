"""The output lines of a check, whose format is fixed."""

import json

from monshin.results import ClaimResult, Verdict
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

FIXED = {
    "id", "claim", "verdict", "p_supported", "p_contradicted", "p_neither", "evidence", "findings", "judges_run",
    "abstain_reason",
}  # fmt: skip


def message() -> pb.ClaimResult:
    """A contradicted claim of an answer."""
    return pb.ClaimResult(
        claim=pb.Claim(index=0, span=pb.Span(start=3, end=9), text="1日6gまで", checkable=True),
        verdict=pb.VERDICT_CONTRADICTED,
        probabilities=pb.Probabilities(supported=0.05, contradicted=0.85, neither=0.1),
        evidence=[pb.Evidence(document="corpora/demo/documents/drug-a", span=pb.Span(start=0, end=5), text="1日4g")],
        findings=[pb.Finding(kind="quantity_conflict", judge="rules", claim_text="6g", evidence_text="4g")],
        judges_run=["rules"],
    )


def test_a_line_has_every_fixed_field() -> None:
    """Later fields may be added, none of these may go."""
    assert set(json.loads(ClaimResult.of(message()).to_json())) >= FIXED


def test_a_corpus_document_is_named_by_its_id_and_a_source_by_its_number() -> None:
    """`document` is what the importer wrote as id, or `sources/{n}`."""
    result = message()
    result.evidence.add(document="sources/0")
    line = json.loads(ClaimResult.of(result).to_json())
    assert [item["document"] for item in line["evidence"]] == ["drug-a", "sources/0"]


def test_answer_offsets_appear_only_for_claims_of_an_answer() -> None:
    """A claim given by itself stands nowhere in an answer."""
    assert json.loads(ClaimResult.of(message()).to_json())["answer_end"] == 9
    alone = message()
    alone.claim.ClearField("span")
    assert "answer_start" not in json.loads(ClaimResult.of(alone).to_json())


def test_abstain_reason_is_null_without_abstention() -> None:
    """And the reason's plain name with it."""
    assert json.loads(ClaimResult.of(message()).to_json())["abstain_reason"] is None
    abstained = message()
    abstained.abstain_reason = pb.ABSTAIN_REASON_NO_EVIDENCE
    assert json.loads(ClaimResult.of(abstained).to_json())["abstain_reason"] == "NO_EVIDENCE"


def test_a_failed_line_still_has_numbers_that_sum_to_one() -> None:
    """One output line per input line, whatever happens."""
    line = json.loads(ClaimResult.failed("a", "x", "line 3: not JSON").to_json())
    assert set(line) >= FIXED
    assert line["p_supported"] + line["p_contradicted"] + line["p_neither"] == 1
    assert line["error"] == "line 3: not JSON"


def test_verdicts_are_those_of_the_proto() -> None:
    """The command line's words are the proto's."""
    assert {f"VERDICT_{verdict}" for verdict in Verdict} == set(pb.Verdict.keys()) - {"VERDICT_UNSPECIFIED"}


def test_conditions_are_told_with_their_place() -> None:
    """In the JSON line as in the message."""
    limited = message()
    limited.conditions.add(
        text="妊婦では", kind=pb.CONDITION_KIND_POPULATION, normalised="妊婦", evidence_span=pb.Span(start=3, end=7)
    )
    line = json.loads(ClaimResult.of(limited).to_json())
    assert line["conditions"] == [
        {"text": "妊婦では", "kind": "POPULATION", "normalised": "妊婦", "evidence_index": 0, "start": 3, "end": 7}
    ]
