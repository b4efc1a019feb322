"""Kept results and reviews as proto messages."""

from google.protobuf.timestamp_pb2 import Timestamp
from monshin_protos.factcheck.v1 import factcheck_pb2
from monshin_protos.factcheck.v1 import results_pb2 as pb

from monshin_factcheck.core.agreement import LEAST, Bin
from monshin_factcheck.results.model import KeptClaim, Labelled, Result, Review, Sight
from monshin_factcheck.rpc.leaving import without_texts
from monshin_factcheck.rpc.render_check import VERDICTS


def result(kept: Result, sight: Sight, retention_s: float, reviews: dict[int, Review] | None = None) -> pb.Result:
    """With its claims as far as they were read; texts only where the caller may read them."""
    may_read = sight.may_read_texts(kept.caller)
    return pb.Result(
        name=f"results/{kept.id}",
        create_time=_time(kept.time),
        expire_time=_time(kept.time + retention_s),
        caller=kept.caller,
        model=kept.model,
        corpus=kept.corpus,
        text_sha256=kept.text_sha256,
        stored=kept.is_stored,
        withheld=kept.is_stored and not may_read,
        summary=factcheck_pb2.Summary.FromString(kept.summary),
        documents=[pb.UsedDocument(document=one.document, text_sha256=one.text_sha256) for one in kept.documents],
        judges_run=kept.judges,
        rules_revision=kept.revisions.rules,
        judge_revision=kept.revisions.judge,
        embedder_fingerprint=kept.revisions.embedder,
        reviewed=kept.reviewed,
        answer=kept.answer if may_read else "",
        question=kept.question if may_read else "",
        claims=[_claim(kept.id, one, (reviews or {}).get(one.number), may_read=may_read) for one in kept.claims],
    )


def review(one: Review, *, may_read: bool = True) -> pb.Review:
    """A note is a text."""
    return pb.Review(
        claim=f"results/{one.result}/claims/{one.number}",
        verdict=VERDICTS[one.verdict],
        note=one.note if may_read else "",
        reviewer=one.reviewer,
        create_time=_time(one.time),
        said=VERDICTS[one.said],
    )


def labelled(one: Labelled) -> pb.ExportReviewsResponse:
    """A line for an evaluation."""
    message = factcheck_pb2.ClaimResult.FromString(one.message)
    return pb.ExportReviewsResponse(
        id=f"results/{one.review.result}/claims/{one.review.number}",
        claim=message.claim.text,
        label=one.review.verdict.value,
        type=f"said_{one.review.said.value}",
        sources=[evidence.text for evidence in message.evidence],
        documents=[evidence.document for evidence in message.evidence],
        corpus=one.corpus,
        model=one.model,
    )


def calibration_bin(one: Bin) -> pb.CalibrationBin:
    """With its interval."""
    low, high = one.interval
    return pb.CalibrationBin(
        verdict=VERDICTS[one.verdict], low=one.low, high=one.high, count=one.count, agreed=one.agreed,
        share=one.share, share_low=low, share_high=high, enough=one.is_enough,
    )  # fmt: skip


def calibration(bins: list[Bin], judge_revision: str, rules_revisions: int) -> pb.LocalCalibration:
    """All bins."""
    return pb.LocalCalibration(
        bins=map(calibration_bin, bins),
        reviews=sum(one.count for one in bins),
        least=LEAST,
        judge_revision=judge_revision,
        rules_revisions=rules_revisions,
    )


def _claim(result_id: str, kept: KeptClaim, newest: Review | None, *, may_read: bool) -> pb.KeptClaim:
    message = factcheck_pb2.ClaimResult.FromString(kept.message)
    return pb.KeptClaim(
        name=f"results/{result_id}/claims/{kept.number}",
        result=message if may_read else without_texts(message),
        review=review(newest, may_read=may_read) if newest is not None else None,
    )


def _time(seconds: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromNanoseconds(round(seconds * 1e9))
    return stamp
