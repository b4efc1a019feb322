"""ExplainService: parse, explain, render."""

from typing import Any

from monshin_protos.factcheck.v1 import explain_pb2 as pb

from monshin_factcheck.checking.explainer import Explainer
from monshin_factcheck.core.changes import Change
from monshin_factcheck.core.claims.split import whole_claim
from monshin_factcheck.core.reasons import Reason
from monshin_factcheck.rpc import parse, render_check
from monshin_factcheck.rpc.places import Places
from monshin_factcheck.rpc.render_check import VERDICTS, Renderer
from monshin_factcheck.rpc.runs import Runs


class ExplainServicer:
    """Explains verdicts of claims against a corpus or sources. places: those of checks, since it is one."""

    def __init__(self, explainer: Explainer, runs: Runs, places: Places) -> None:
        self._explainer = explainer
        self._runs = runs
        self._places = places

    async def ExplainClaim(self, request: pb.ExplainClaimRequest, context: Any) -> pb.ExplainClaimResponse:
        """As in the proto."""
        with self._places.one() as place:
            await place.begin()
            run = await self._runs.open(request.corpus, request.sources)
            explained = await self._explainer.explain(run, whole_claim(request.claim))
        renderer = Renderer(None, parse.offset_unit(request.offset_unit), run.evidence.text_of)
        return pb.ExplainClaimResponse(
            result=renderer.result(0, explained.checked),
            version=run.evidence.version,
            reasons=map(_reason, explained.reasons),
            changes=map(_change, explained.changes),
            not_run=render_check.not_run([run]),
        )


def _reason(reason: Reason) -> pb.Reason:
    return pb.Reason(
        kind=reason.kind.value,
        judge=reason.judge,
        evidence_index=-1 if reason.evidence is None else reason.evidence,
        claim_text=reason.claim_text,
        evidence_text=reason.evidence_text,
        finding=reason.finding,
        measure=reason.measure.value if reason.measure is not None else "",
        value=reason.value,
        threshold=reason.threshold,
        document=reason.document,
    )


def _change(change: Change) -> pb.Change:
    return pb.Change(
        kind=change.kind.value,
        claim=change.claim,
        from_text=change.was,
        to_text=change.becomes,
        document=change.document,
        verdict=VERDICTS[change.verdict],
    )
