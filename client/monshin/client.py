"""The SDK: one object that speaks to all services over gRPC."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

import grpc
from monshin_kit.auth import dev
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.settings import load
from monshin_kit.uploads import Upload
from monshin_protos.ann.v1 import ann_pb2_grpc
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2_grpc
from monshin_protos.factcheck.v1 import corpus_pb2, corpus_pb2_grpc, factcheck_pb2, factcheck_pb2_grpc

from monshin.formats import AliasLine, ClaimLine, CorpusLine
from monshin.results import ClaimResult
from monshin.settings import ClientSettings

AUDIT = "monshin.audit.v1.AuditService"
SERVICES = {
    "embed": ("monshin.embed.v1.EmbedService", AUDIT),
    "ann": ("monshin.ann.v1.AnnService", AUDIT),
    "factcheck": ("monshin.factcheck.v1.FactcheckService", "monshin.factcheck.v1.CorpusService", AUDIT),
}
CHUNK_CLAIMS = 64
_CHUNK_BYTES = 4 * 1024 * 1024  # a message may have 8 MiB

# Component → why it did not run, such as {"dense_retrieval": "UNAVAILABLE"}.
NotRun = Mapping[str, str]


class Client:
    """Use as `async with Client() as client`. Raises grpc.aio.AioRpcError where a service refuses or is down.

    role: which development role signs the calls if `settings.token` is empty. The stubs (`embed`, `ann`, `corpora`,
    `factcheck`) offer every RPC; the methods here are the common jobs.
    """

    def __init__(self, settings: ClientSettings | None = None, *, role: str = "clinician") -> None:
        self._settings = settings or load(ClientSettings)
        self._role = role
        tls = load(ChannelSettings)
        self._channels = {
            name: connect(target, SERVICES[name], tls, self._token) for name, target in self._settings.targets().items()
        }
        self.embed: embed_pb2_grpc.EmbedServiceAsyncStub = embed_pb2_grpc.EmbedServiceStub(self._channels["embed"])
        self.ann: ann_pb2_grpc.AnnServiceAsyncStub = ann_pb2_grpc.AnnServiceStub(self._channels["ann"])
        factcheck = self._channels["factcheck"]
        self.corpora: corpus_pb2_grpc.CorpusServiceAsyncStub = corpus_pb2_grpc.CorpusServiceStub(factcheck)
        self.factcheck: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(
            factcheck
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        for channel in self._channels.values():
            await channel.close(None)

    async def check_answer(
        self,
        answer: str,
        *,
        corpus: str = "",
        question: str = "",
        sources: Sequence[str] = (),
        not_run: Callable[[NotRun], None] = lambda missing: None,
    ) -> AsyncIterator[ClaimResult]:
        """Splits an answer into claims and yields each with its verdict, in the order of the answer.

        not_run: called at the end if something that was to take part did not.
        """
        request = factcheck_pb2.CheckAnswerRequest(
            corpus=_corpus_name(corpus), answer=answer, question=question, sources=map(_source, sources)
        )
        async for event in self.factcheck.CheckAnswer(request):
            if event.HasField("claim_result") and not event.claim_result.provisional:
                yield ClaimResult.of(event.claim_result)
            elif event.HasField("summary") and event.summary.not_run:
                not_run(_reasons(event.summary))

    async def check_claims(
        self, claims: Sequence[ClaimLine], *, corpus: str = "", not_run: Callable[[NotRun], None] = lambda missing: None
    ) -> AsyncIterator[ClaimResult]:
        """Judges claims as they are: exactly one result a claim, in order. not_run: as in check_answer."""
        for chunk in claim_chunks(claims):
            inputs = [
                factcheck_pb2.ClaimInput(id=line.id, claim=line.claim, sources=map(_source, line.sources))
                for line in chunk
            ]
            request = factcheck_pb2.CheckClaimsRequest(corpus=_corpus_name(corpus), claims=inputs)
            async for event in self.factcheck.CheckClaims(request):
                if event.HasField("claim_result"):
                    yield ClaimResult.of(event.claim_result)
                elif event.HasField("summary") and event.summary.not_run:
                    not_run(_reasons(event.summary))

    async def ensure_corpus(self, corpus: str, display_name: str = "") -> None:
        """Creates the corpus unless it exists."""
        try:
            await self.corpora.CreateCorpus(
                corpus_pb2.CreateCorpusRequest(
                    corpus_id=corpus, corpus=corpus_pb2.Corpus(display_name=display_name), request_id=str(uuid.uuid4())
                )
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
                raise

    async def import_documents(
        self, corpus: str, documents: Iterable[CorpusLine]
    ) -> corpus_pb2.ImportDocumentsResponse:
        """Stores documents in the corpus's draft: all or none."""
        request_id = str(uuid.uuid4())

        async def messages() -> AsyncIterator[corpus_pb2.ImportDocumentsRequest]:
            for index, line in enumerate(documents):
                document = corpus_pb2.NewDocument(
                    id=line.id, title=line.title, text=line.text, source=line.source, date=line.date,
                    tier=line.tier, supersedes=line.supersedes, effective_until=line.effective_until,
                )  # fmt: skip
                name = _corpus_name(corpus) if index == 0 else ""
                yield corpus_pb2.ImportDocumentsRequest(
                    corpus=name, document=document, request_id=request_id if index == 0 else ""
                )

        return await Upload[corpus_pb2.ImportDocumentsResponse](self.corpora.ImportDocuments(messages())).response()

    async def import_aliases(self, corpus: str, groups: Sequence[AliasLine]) -> corpus_pb2.ImportAliasesResponse:
        """Makes these the names of the corpus's draft: all or none; none at all takes the list away."""
        name, request_id = _corpus_name(corpus), str(uuid.uuid4())

        async def messages() -> AsyncIterator[corpus_pb2.ImportAliasesRequest]:
            if not groups:
                yield corpus_pb2.ImportAliasesRequest(corpus=name, request_id=request_id)
            for index, line in enumerate(groups):
                group = corpus_pb2.AliasGroup(name=line.name, aliases=line.aliases, ambiguous=line.ambiguous)
                yield corpus_pb2.ImportAliasesRequest(
                    corpus=name if index == 0 else "", group=group, request_id=request_id if index == 0 else ""
                )

        return await Upload[corpus_pb2.ImportAliasesResponse](self.corpora.ImportAliases(messages())).response()

    async def publish(self, corpus: str) -> AsyncIterator[corpus_pb2.Version]:
        """Publishes the draft and yields the version as it goes on, until it is PUBLISHED or FAILED.

        Yields nothing if the draft equals the newest version.
        """
        try:
            version = await self.corpora.PublishVersion(
                corpus_pb2.PublishVersionRequest(corpus=_corpus_name(corpus), request_id=str(uuid.uuid4()))
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
                raise
            return
        async for event in self.corpora.WatchVersion(corpus_pb2.WatchVersionRequest(name=version.name)):
            yield event.version

    async def audit_entries(self, service: str, after_sequence: int = 0) -> AsyncIterator[audit_pb2.AuditEntry]:
        """All entries of a service's access log after a sequence number."""
        stub: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(self._channels[service])
        while True:
            request = audit_pb2.ListAuditEntriesRequest(service=service, after_sequence=after_sequence, page_size=1000)
            page = await stub.ListAuditEntries(request)
            for entry in page.entries:
                yield entry
            # Each call is itself logged: without this bound a reader would chase its own tail.
            if len(page.entries) < 1000:
                return
            after_sequence = page.last_sequence

    def _token(self) -> str:
        if self._settings.token:
            return self._settings.token
        return dev.sign_token(self._settings.home / "keys" / dev.SIGNING_KEY, self._role)


def _corpus_name(corpus: str) -> str:
    return f"corpora/{corpus}" if corpus and not corpus.startswith("corpora/") else corpus


def _source(text: str) -> factcheck_pb2.Source:
    return factcheck_pb2.Source(text=text)


def claim_chunks(claims: Sequence[ClaimLine]) -> Iterator[Sequence[ClaimLine]]:
    """Stretches of at most 64 claims and about 4 MiB; a longer claim stands alone."""
    start = size = 0
    for place, line in enumerate(claims):
        own = 4 * (len(line.claim) + sum(map(len, line.sources)))  # a code point has at most four bytes
        if place > start and (place - start == CHUNK_CLAIMS or size + own > _CHUNK_BYTES):
            yield claims[start:place]
            start, size = place, 0
        size += own
    if start < len(claims):
        yield claims[start:]


def _reasons(summary: factcheck_pb2.Summary) -> NotRun:
    return {item.component: item.reason for item in summary.not_run}
