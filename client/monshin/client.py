"""The SDK: one object that speaks to all services over gRPC."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from google.longrunning.operations_pb2 import Operation
from monshin_kit.auth import dev
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.errors import MonshinError
from monshin_kit.settings import load
from monshin_kit.uploads import Upload
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc, index_pb2, index_pb2_grpc, sharded_pb2, sharded_pb2_grpc
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2_grpc
from monshin_protos.factcheck.v1 import (
    corpus_pb2,
    corpus_pb2_grpc,
    explain_pb2,
    explain_pb2_grpc,
    factcheck_pb2,
    factcheck_pb2_grpc,
    results_pb2,
    results_pb2_grpc,
)

from monshin.arrivals import Arrival, Arrivals
from monshin.explanation import Explanation
from monshin.formats import AliasLine, ClaimLine, CorpusLine
from monshin.results import ClaimResult
from monshin.settings import ClientSettings

AUDIT = "monshin.audit.v1.AuditService"
SERVICES = {
    "embed": ("monshin.embed.v1.EmbedService", AUDIT),
    "ann": (
        "monshin.ann.v1.AnnService",
        "monshin.ann.v1.IndexService",
        "monshin.ann.v1.ShardedIndexService",
        AUDIT,
    ),
    "factcheck": (
        "monshin.factcheck.v1.FactcheckService",
        "monshin.factcheck.v1.CorpusService",
        "monshin.factcheck.v1.ExplainService",
        "monshin.factcheck.v1.ResultService",
        AUDIT,
    ),
}
CHUNK_CLAIMS = 64
_PIECE = 65_536  # code points of at most four bytes: a message of CheckStream may have 256 KiB of text
_CHUNK_BYTES = 4 * 1024 * 1024  # a message may have 8 MiB
_PIECE_BYTES = 256 * 1024  # of a file
_AGAIN_S = 1.0
_AWAY_S = 60.0  # as long as a service may take to come back

T = TypeVar("T")

# Component → why it did not run, such as {"dense_retrieval": "UNAVAILABLE"}.
NotRun = Mapping[str, str]


class Client:
    """Use as `async with Client() as client`. Raises grpc.aio.AioRpcError where a service refuses or is down.

    role: which development role signs the calls if `settings.token` is empty. The stubs (`embed`, `ann`, `index`,
    `sharded`, `corpora`, `factcheck`, `explanations`, `results`) offer every RPC; the methods here are the common jobs.
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
        self.index: index_pb2_grpc.IndexServiceAsyncStub = index_pb2_grpc.IndexServiceStub(self._channels["ann"])
        self.sharded: sharded_pb2_grpc.ShardedIndexServiceAsyncStub = sharded_pb2_grpc.ShardedIndexServiceStub(
            self._channels["ann"]
        )
        factcheck = self._channels["factcheck"]
        self.corpora: corpus_pb2_grpc.CorpusServiceAsyncStub = corpus_pb2_grpc.CorpusServiceStub(factcheck)
        self.factcheck: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(
            factcheck
        )
        self.explanations: explain_pb2_grpc.ExplainServiceAsyncStub = explain_pb2_grpc.ExplainServiceStub(factcheck)
        self.results: results_pb2_grpc.ResultServiceAsyncStub = results_pb2_grpc.ResultServiceStub(factcheck)

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
            corpus=_corpus_name(corpus), answer=answer, question=question, sources=map(_source, sources), store=store,
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
            corpus=_corpus_name(corpus), question=question, sources=map(_source, sources), store=store, model=model
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
                corpus=_corpus_name(corpus), claims=inputs, store=store, model=model
            )
            async for event in self.factcheck.CheckClaims(request):
                if event.HasField("claim_result"):
                    yield ClaimResult.of(event.claim_result)
                elif event.HasField("summary"):
                    _tell(event.summary, not_run, ended)

    async def explain(
        self, claim: str, *, corpus: str = "", sources: Sequence[str | factcheck_pb2.Source] = ()
    ) -> Explanation:
        """Why a claim has its verdict, and what would change it."""
        request = explain_pb2.ExplainClaimRequest(
            corpus=_corpus_name(corpus), claim=claim, sources=map(_source, sources)
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

    async def watch_index(self, collection: str) -> AsyncIterator[index_pb2.Index]:
        """The index of a collection now and after each change, until nothing of it is being built nor wanted.

        Goes on where the service is away for up to a minute: what it has to build is on its disk.
        """
        request = index_pb2.WatchIndexRequest(name=f"{_collection_name(collection)}/index")
        async for event in _patient(lambda: self.index.WatchIndex(request)):
            yield event.index

    async def begin_sharded_build(self, request: sharded_pb2.BuildShardedCollectionRequest) -> Operation:
        """Has a collection built in shards; an id for the request is made if it has none, so that it begins once."""
        if not request.request_id:
            wanted, request = request, sharded_pb2.BuildShardedCollectionRequest(request_id=str(uuid.uuid4()))
            request.MergeFrom(wanted)
        return await self.sharded.BuildShardedCollection(request)

    async def sharded_builds(self) -> AsyncIterator[Operation]:
        """All builds in shards that the caller may see, the newest first; metadata: ShardedBuildProgress."""
        token = ""
        while True:
            request = sharded_pb2.ListShardedBuildsRequest(page_size=1000, page_token=token)
            page = await self.sharded.ListShardedBuilds(request)
            for build in page.builds:
                yield build
            token = page.next_page_token
            if not token:
                return

    async def watch_sharded_build(self, name: str, after_sequence: int = 0) -> AsyncIterator[Operation]:
        """A build each time it has got further than `after_sequence`, until its end; name: `ann/jobs/{id}`.

        Goes on where the service or its Redis is away for up to a minute.
        """
        last = [after_sequence]

        def watch() -> AsyncIterable[sharded_pb2.WatchShardedBuildResponse]:
            request = sharded_pb2.WatchShardedBuildRequest(name=name, after_sequence=last[0])
            return self.sharded.WatchShardedBuild(request)

        async for event in _patient(watch):
            progress = sharded_pb2.ShardedBuildProgress()
            if event.build.metadata.Unpack(progress):
                last[0] = progress.sequence
            yield event.build

    async def cancel_sharded_build(self, name: str) -> Operation:
        """Asks for the end of a build; what is done is kept. The build as it is now."""
        request = sharded_pb2.CancelShardedBuildRequest(name=name, request_id=str(uuid.uuid4()))
        return await self.sharded.CancelShardedBuild(request)

    async def resume_sharded_build(self, name: str) -> Operation:
        """Goes on with a failed or cancelled build. The build as it is now."""
        request = sharded_pb2.ResumeShardedBuildRequest(name=name, request_id=str(uuid.uuid4()))
        return await self.sharded.ResumeShardedBuild(request)

    async def snapshot_collection(self, collection: str, file: Path) -> None:
        """Copies a collection as it is at one moment into a file. Raises DataLoss if the copy came damaged."""
        request = index_pb2.SnapshotCollectionRequest(name=_collection_name(collection))
        with Arrival(file) as arrival:
            async for message in self.index.SnapshotCollection(request):
                arrival.write(message.data)
                if message.sha256:
                    arrival.finish(message.sha256)
            arrival.place()

    async def restore_collection(self, collection: str, file: Path) -> ann_pb2.Collection:
        """Puts a snapshot in the collection's place, once the service has verified all of it."""

        async def messages() -> AsyncIterator[index_pb2.RestoreCollectionRequest]:
            yield index_pb2.RestoreCollectionRequest(name=_collection_name(collection))
            digest = hashlib.sha256()
            with file.open("rb") as snapshot:
                while data := snapshot.read(_PIECE_BYTES):
                    digest.update(data)
                    yield index_pb2.RestoreCollectionRequest(data=data)
            yield index_pb2.RestoreCollectionRequest(sha256=digest.hexdigest())

        return await Upload[ann_pb2.Collection](self.index.RestoreCollection(messages())).response()

    async def export_collection(
        self, collection: str, folder: Path, file_format: index_pb2.ExportFormat.ValueType
    ) -> list[Path]:
        """Writes a collection's points into files of a folder: all of them, or none. Raises DataLoss as above."""
        request = index_pb2.ExportCollectionRequest(name=_collection_name(collection), format=file_format)
        with Arrivals(folder) as arrivals:
            async for message in self.index.ExportCollection(request):
                arrivals.write(message.file, message.data, message.sha256)
            return arrivals.place()

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


async def _patient(call: Callable[[], AsyncIterable[T]]) -> AsyncIterator[T]:
    """What a stream yields until its end; it is called again where the service is away for up to a minute."""
    heard_s = time.monotonic()
    while True:
        try:
            async for event in call():
                heard_s = time.monotonic()
                yield event
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE or time.monotonic() - heard_s > _AWAY_S:
                raise
        else:
            return
        await asyncio.sleep(_AGAIN_S)


def _corpus_name(corpus: str) -> str:
    return f"corpora/{corpus}" if corpus and not corpus.startswith("corpora/") else corpus


def _collection_name(collection: str) -> str:
    return collection if collection.startswith("collections/") else f"collections/{collection}"


def _source(source: str | factcheck_pb2.Source) -> factcheck_pb2.Source:
    return factcheck_pb2.Source(text=source) if isinstance(source, str) else source


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


def _tell(
    summary: factcheck_pb2.Summary, not_run: Callable[[NotRun], None], ended: Callable[[factcheck_pb2.Summary], None]
) -> None:
    if summary.not_run:
        not_run(_reasons(summary))
    ended(summary)


def _reasons(summary: factcheck_pb2.Summary) -> NotRun:
    return {item.component: item.reason for item in summary.not_run}
