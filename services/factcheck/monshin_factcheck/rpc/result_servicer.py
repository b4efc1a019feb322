"""ResultService: who may see what, then parse, ask the store, render."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from monshin_kit import paging
from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput
from monshin_kit.requests import key_of
from monshin_protos.factcheck.v1 import results_pb2 as pb

from monshin_factcheck.core.agreement import bins
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.corpora.registry import Corpora
from monshin_factcheck.results import reviews
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.results.model import Filter, Sight
from monshin_factcheck.results.store import ResultStore, sight_clause
from monshin_factcheck.rpc import render_results
from monshin_factcheck.rpc.render_check import VERDICTS

_PAGE = 100
_EXPORTED_AT_ONCE = 200
_SEE_ALL = "factcheck.results_all"
# Auditors account for what was checked; they need no patient's text for it.
_SEE_ALL_BUT_TEXTS = "audit.read"
_VERDICT_OF = {number: verdict for verdict, number in VERDICTS.items()}


class ResultServicer:
    """judge_revision: of the judges that read, as they are now."""

    def __init__(self, keeper: Keeper, corpora: Corpora, judge_revision: Callable[[], str]) -> None:
        self._keeper = keeper
        self._corpora = corpora
        self._judge_revision = judge_revision

    async def ListResults(self, request: pb.ListResultsRequest, context: Any) -> pb.ListResultsResponse:
        """As in the proto."""
        size, binding = request.page_size or _PAGE, _binding("ListResults", request)
        wanted, sight = _filter(request, paging.decode(request.page_token, binding), size + 1), self._sight()
        found = await self._keeper.run(lambda store: store.listed(wanted, sight))
        last = found[size - 1] if len(found) > size else None
        token = paging.encode(f"{last.time!r} {last.id}", binding) if last is not None else ""
        rendered = [render_results.result(one, sight, self._keeper.retention_s) for one in found[:size]]
        return pb.ListResultsResponse(results=rendered, next_page_token=token)

    async def GetResult(self, request: pb.GetResultRequest, context: Any) -> pb.Result:
        """As in the proto."""
        sight, result_id = self._sight(), _result_id(request.name)

        def read(store: ResultStore) -> pb.Result:
            kept = store.get(result_id, sight)
            newest = store.read(lambda connection: reviews.of_result(connection, result_id))
            return render_results.result(kept, sight, self._keeper.retention_s, newest)

        return await self._keeper.run(read)

    async def DeleteResult(self, request: pb.DeleteResultRequest, context: Any) -> Empty:
        """As in the proto."""
        key, sight, result_id = key_of("DeleteResult", request), self._sight_to_change(), _result_id(request.name)
        await self._keeper.run(lambda store: store.delete(result_id, sight, key))
        return Empty()

    async def ReviewClaim(self, request: pb.ReviewClaimRequest, context: Any) -> pb.Review:
        """As in the proto."""
        key, sight = key_of("ReviewClaim", request), self._sight_to_change()
        review = reviews.NewReview(
            _result_id(request.name), int(request.name.split("/")[3]), sight.caller, _VERDICT_OF[request.verdict],
            request.note,
        )  # fmt: skip
        return render_results.review(await self._keeper.run(lambda store: store.add_review(review, sight, key)))

    async def ListReviews(self, request: pb.ListReviewsRequest, context: Any) -> pb.ListReviewsResponse:
        """As in the proto."""
        size, binding = request.page_size or _PAGE, f"ListReviews {request.corpus}"
        before, seen = int(paging.decode(request.page_token, binding) or 0), sight_clause(self._sight())
        found = await self._keeper.run(
            lambda store: store.read(
                lambda connection: reviews.newest(
                    connection, seen, request.corpus, oldest=store.oldest(), before=before, limit=size + 1
                )
            )
        )
        token = paging.encode(str(found[size - 1][0]), binding) if len(found) > size else ""
        rendered = [render_results.review(review) for _, review in found[:size]]
        return pb.ListReviewsResponse(reviews=rendered, next_page_token=token)

    async def ExportReviews(
        self, request: pb.ExportReviewsRequest, context: Any
    ) -> AsyncIterator[pb.ExportReviewsResponse]:
        """As in the proto."""
        seen, after = sight_clause(self._sight()), 0
        while True:
            found = await self._keeper.run(
                lambda store, after=after: store.read(  # type: ignore[misc]  # a default cannot be inferred
                    lambda connection: reviews.labelled(
                        connection, seen, request.corpus, oldest=store.oldest(), after=after, limit=_EXPORTED_AT_ONCE
                    )
                )
            )
            for _, one in found:
                yield render_results.labelled(one)
            if len(found) < _EXPORTED_AT_ONCE:
                return
            after = found[-1][0]

    async def GetLocalCalibration(self, request: pb.GetLocalCalibrationRequest, context: Any) -> pb.LocalCalibration:
        """As in the proto."""
        concealed, revision = self._sight().concealed, self._judge_revision()
        if request.corpus in concealed:
            self._corpora.find(request.corpus.removeprefix("corpora/"), current_caller())  # raises NotFound
        seen = sight_clause(Sight("", sees_all=True, with_texts=False, concealed=concealed))
        found = await self._keeper.run(
            lambda store: store.read(
                lambda connection: reviews.outcomes(connection, seen, concealed, request.corpus, revision)
            )
        )
        return render_results.calibration(bins(found.outcomes), revision, found.rules_revisions)

    def _sight(self) -> Sight:
        caller = current_caller()
        with_texts = _SEE_ALL in caller.scopes
        concealed = {f"corpora/{name}": until for name, until in self._corpora.concealed_from(caller).items()}
        return Sight(caller.subject, with_texts or _SEE_ALL_BUT_TEXTS in caller.scopes, with_texts, concealed)

    def _sight_to_change(self) -> Sight:
        """Who sees numbers alone changes nothing."""
        sight = self._sight()
        return Sight(sight.caller, sight.with_texts, sight.with_texts, sight.concealed)


def _filter(request: pb.ListResultsRequest, position: str, limit: int) -> Filter:
    time, _, result_id = position.partition(" ")
    verdict: Verdict | None = _VERDICT_OF.get(request.verdict)
    return Filter(
        corpus=request.corpus, document=request.document, model=request.model, verdict=verdict,
        start=_seconds(request, "start_time"), end=_seconds(request, "end_time"), is_stored=request.stored,
        before=(float(time), result_id) if position else None, limit=limit,
    )  # fmt: skip


def _seconds(request: pb.ListResultsRequest, name: str) -> float | None:
    if not request.HasField(name):  # type: ignore[arg-type]  # one of two literals
        return None
    stamp: Timestamp = getattr(request, name)
    try:
        return stamp.ToNanoseconds() / 1e9
    except ValueError:
        raise InvalidInput(f"{name} is no time that a calendar has", field=name) from None


def _binding(method: str, request: pb.ListResultsRequest) -> str:
    bound = pb.ListResultsRequest()
    bound.CopyFrom(request)
    bound.page_size, bound.page_token = 0, ""
    return f"{method} {_hex(bound)}"


def _hex(message: Message) -> str:
    return message.SerializeToString(deterministic=True).hex()


def _result_id(name: str) -> str:
    """Of `results/{id}` and of everything below it."""
    return name.split("/")[1]
