"""The SDK: one object that speaks to all services over gRPC."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from monshin_kit.errors import MonshinError
from monshin_protos.factcheck.v1 import explain_pb2, factcheck_pb2, results_pb2

from monshin.corpora import CorpusClient, corpus_name
from monshin.explanation import Explanation
from monshin.formats import ClaimLine, SourceLine
from monshin.indexes import IndexClient
from monshin.results import ClaimResult

CHUNK_CLAIMS = 64
_PIECE = 65_536  # code points of at most four bytes: a message of CheckStream may have 256 KiB of text
_CHUNK_BYTES = 4 * 1024 * 1024  # a message may have 8 MiB

# Component → why it did not run, such as {"dense_retrieval": "UNAVAILABLE"}.
NotRun = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A reviewed claim. evidence: what was shown for it; `line.sources` are its texts."""

    line: results_pb2.ExportReviewsResponse
    evidence: Sequence[factcheck_pb2.Evidence]


class Client(IndexClient, CorpusClient):
    """Use as `async with Client() as client`. Raises grpc.aio.AioRpcError where a service refuses or is down.

    role: which development role signs the calls if `settings.token` is empty. The stubs (`embed`, `ann`, `index`,
    `sharded`, `corpora`, `factcheck`, `explanations`, `results`) offer every RPC; the methods here are the common jobs.
    """

    async def check_answer(
        self,
        answer: str,
        *,
        corpus: str = "",
        question: str = "",
        sources: Sequence[str | factcheck_pb2.Source] = (),
        store: bool = False,
        model: str = "",
        not_run: Callable[[NotRun], None] = lambda missing: None,
        ended: Callable[[factcheck_pb2.Summary], None] = lambda summary: None,
    ) -> AsyncIterator[ClaimResult]:
        """Splits an answer into claims and yields each with its verdict, in the order of the answer.

        sources: in place of a corpus: texts, or Source messages such as a FHIR chart with its title.
        store: keep the texts in the result. model: the model under test. not_run: called at the end if something that
        was to take part did not. ended: called at the end; its `result` names what is kept.
        """
        request = factcheck_pb2.CheckAnswerRequest(
            corpus=corpus_name(corpus), answer=answer, question=question, sources=map(_source, sources), store=store,
            model=model,
        )  # fmt: skip
        async for event in self.factcheck.CheckAnswer(request):
            if event.HasField("claim_result") and not event.claim_result.provisional:
                yield ClaimResult.of(event.claim_result)
            elif event.HasField("summary"):
                _tell(event.summary, not_run, ended)

    async def check_stream(
        self,
        pieces: AsyncIterator[str],
        *,
        corpus: str = "",
        question: str = "",
        sources: Sequence[str | factcheck_pb2.Source] = (),
        store: bool = False,
        model: str = "",
        not_run: Callable[[NotRun], None] = lambda missing: None,
        ended: Callable[[factcheck_pb2.Summary], None] = lambda summary: None,
    ) -> AsyncIterator[ClaimResult]:
        """Checks an answer while it is written, cut anywhere: each claim with its verdict as soon as it is known.

        A claim may come twice: first `provisional`, while a slow judge is at work. An error of `pieces` that is a
        MonshinError ends the check and is raised. The rest is as in check_answer.
        """
        first = factcheck_pb2.CheckStreamRequest(
            corpus=corpus_name(corpus), question=question, sources=map(_source, sources), store=store, model=model
        )
        failed: list[MonshinError] = []

        async def messages() -> AsyncIterator[factcheck_pb2.CheckStreamRequest]:
            yield first
            try:
                async for piece in pieces:
                    for start in range(0, len(piece), _PIECE):
                        yield factcheck_pb2.CheckStreamRequest(text=piece[start : start + _PIECE])
            except MonshinError as error:
                # gRPC would take the end of the messages for the end of the answer.
                failed.append(error)
                call.cancel()

        call = self.factcheck.CheckStream(messages())
        try:
            async for event in call:
                if event.HasField("claim_result"):
                    yield ClaimResult.of(event.claim_result)
                elif event.HasField("summary"):
                    _tell(event.summary, not_run, ended)
        except asyncio.CancelledError:
            if failed:
                raise failed[0] from None
            raise
        finally:
            call.cancel()

    async def check_claims(
        self,
        claims: Sequence[ClaimLine],
        *,
        corpus: str = "",
        store: bool = False,
        model: str = "",
        not_run: Callable[[NotRun], None] = lambda missing: None,
        ended: Callable[[factcheck_pb2.Summary], None] = lambda summary: None,
    ) -> AsyncIterator[ClaimResult]:
        """Judges claims as they are: exactly one result a claim, in order. The rest is as in check_answer; `ended` is
        called for each chunk of claims."""
        for chunk in claim_chunks(claims):
            inputs = [
                factcheck_pb2.ClaimInput(id=line.id, claim=line.claim, sources=map(_source, line.sources))
                for line in chunk
            ]
            request = factcheck_pb2.CheckClaimsRequest(
                corpus=corpus_name(corpus), claims=inputs, store=store, model=model
            )
            async for event in self.factcheck.CheckClaims(request):
                if event.HasField("claim_result"):
                    yield ClaimResult.of(event.claim_result)
                elif event.HasField("summary"):
                    _tell(event.summary, not_run, ended)

    async def explain(
        self, claim: str, *, corpus: str = "", sources: Sequence[str | SourceLine | factcheck_pb2.Source] = ()
    ) -> Explanation:
        """Why a claim has its verdict, and what would change it."""
        request = explain_pb2.ExplainClaimRequest(
            corpus=corpus_name(corpus), claim=claim, sources=map(_source, sources)
        )
        return Explanation.of(await self.explanations.ExplainClaim(request))

    async def kept_results(self, **wanted: Any) -> AsyncIterator[results_pb2.Result]:
        """All kept results that the caller may see, newest first. wanted: fields of ListResultsRequest."""
        token = ""
        while True:
            page = await self.results.ListResults(results_pb2.ListResultsRequest(page_token=token, **wanted))
            for result in page.results:
                yield result
            token = page.next_page_token
            if not token:
                return

    async def labelled_claims(self, corpus: str = "") -> AsyncIterator[LabelledClaim]:
        """All reviewed claims that the caller may see, oldest review first. A result that is deleted meanwhile is left
        out with its reviews."""
        result = results_pb2.Result()
        async for line in self.results.ExportReviews(results_pb2.ExportReviewsRequest(corpus=corpus_name(corpus))):
            name = line.id.partition("/claims/")[0]
            if result.name != name:
                try:
                    result = await self.results.GetResult(results_pb2.GetResultRequest(name=name))
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.NOT_FOUND:
                        raise
                    continue
            yield LabelledClaim(line, next(one.result.evidence for one in result.claims if one.name == line.id))


def _source(source: str | SourceLine | factcheck_pb2.Source) -> factcheck_pb2.Source:
    if isinstance(source, SourceLine):
        return factcheck_pb2.Source(text=source.text, title=source.title, date=source.date)
    return factcheck_pb2.Source(text=source) if isinstance(source, str) else source


def claim_chunks(claims: Sequence[ClaimLine]) -> Iterator[Sequence[ClaimLine]]:
    """Stretches of at most 64 claims and about 4 MiB; a longer claim stands alone."""
    start = size = 0
    for place, line in enumerate(claims):
        own = 4 * (
            len(line.claim) + sum(len(one.text) + len(one.title) for one in line.sources)
        )  # a code point has at most four bytes
        if place > start and (place - start == CHUNK_CLAIMS or size + own > _CHUNK_BYTES):
            yield claims[start:place]
            start, size = place, 0
        size += own
    if start < len(claims):
        yield claims[start:]


def _tell(
    summary: factcheck_pb2.Summary, not_run: Callable[[NotRun], None], ended: Callable[[factcheck_pb2.Summary], None]
) -> None:
    if summary.not_run:
        not_run(_reasons(summary))
    ended(summary)


def _reasons(summary: factcheck_pb2.Summary) -> NotRun:
    return {item.component: item.reason for item in summary.not_run}
