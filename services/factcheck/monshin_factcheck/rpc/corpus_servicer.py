"""CorpusService: parse, call, render. Authorisation, bounds, deadlines, spans and errors are kit's."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any, TypeVar

from google.protobuf.empty_pb2 import Empty
from monshin_kit import paging
from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_kit.requests import key_of
from monshin_protos.factcheck.v1 import corpus_pb2 as pb

from monshin_factcheck.corpora import documents, versions
from monshin_factcheck.corpora.changes import Changes
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import ImportCounts, NewDocument
from monshin_factcheck.corpora.publisher import Publisher
from monshin_factcheck.corpora.registry import Corpora
from monshin_factcheck.rpc import alias_stream, parse, render_corpus

_PAGE = 100
_STAGED_DOCUMENTS = 200
T = TypeVar("T")
R = TypeVar("R", pb.ImportDocumentsRequest, pb.ImportAliasesRequest)


class CorpusServicer:
    """Every store call runs in the executor: it may wait for the disk."""

    def __init__(self, corpora: Corpora, publisher: Publisher, changes: Changes, executor: Executor) -> None:
        self._corpora = corpora
        self._publisher = publisher
        self._changes = changes
        self._executor = executor

    async def CreateCorpus(self, request: pb.CreateCorpusRequest, context: Any) -> pb.Corpus:
        """As in the proto."""
        key = key_of("CreateCorpus", request)
        name, readers = request.corpus.display_name, tuple(request.corpus.readers)
        view = await self._executor.run(self._corpora.create, request.corpus_id, name, readers, key)
        return render_corpus.corpus(view)

    async def GetCorpus(self, request: pb.GetCorpusRequest, context: Any) -> pb.Corpus:
        """As in the proto."""
        return render_corpus.corpus(await self._on(request.name, Corpus.view))

    async def ListCorpora(self, request: pb.ListCorporaRequest, context: Any) -> pb.ListCorporaResponse:
        """As in the proto."""
        size, binding = request.page_size or _PAGE, "ListCorpora"
        after, caller = paging.decode(request.page_token, binding), current_caller()
        found = await self._executor.run(lambda: self._corpora.listed(caller, after=after, limit=size + 1))
        token = paging.encode(found[size - 1].definition.id, binding) if len(found) > size else ""
        return pb.ListCorporaResponse(corpora=map(render_corpus.corpus, found[:size]), next_page_token=token)

    async def UpdateCorpus(self, request: pb.UpdateCorpusRequest, context: Any) -> pb.Corpus:
        """As in the proto."""
        if not request.corpus.name.startswith("corpora/"):
            raise InvalidInput("corpus.name must be corpora/{id}", field="corpus.name")
        display_name, readers = parse.update(request)
        key, etag = key_of("UpdateCorpus", request), request.corpus.etag
        view = await self._on(request.corpus.name, lambda corpus: corpus.update(display_name, readers, etag, key))
        return render_corpus.corpus(view)

    async def DeleteCorpus(self, request: pb.DeleteCorpusRequest, context: Any) -> Empty:
        """As in the proto."""
        key, caller = key_of("DeleteCorpus", request), current_caller()
        corpus_id = parse.corpus_id(request.name)
        deletion = await self._executor.run(self._corpora.delete, corpus_id, caller, key)
        if deletion is not None:
            self._publisher.forget(deletion)
        return Empty()

    async def ImportDocuments(
        self, requests: AsyncIterator[pb.ImportDocumentsRequest], context: Any
    ) -> pb.ImportDocumentsResponse:
        """As in the proto."""
        counts = await self._import(await _first(requests), requests)
        return pb.ImportDocumentsResponse(**asdict(counts))

    async def ImportAliases(
        self, requests: AsyncIterator[pb.ImportAliasesRequest], context: Any
    ) -> pb.ImportAliasesResponse:
        """As in the proto."""
        first = await _first(requests)
        key, corpus = key_of("ImportAliases", first), await self._find(first.corpus)
        groups = await alias_stream.collected(first, requests)
        await self._executor.run(parse.require_sound, groups)
        revision = await self._executor.run(corpus.replace_aliases, groups, key)
        return pb.ImportAliasesResponse(groups=len(groups), revision=revision)

    async def ListAliases(self, request: pb.ListAliasesRequest, context: Any) -> pb.ListAliasesResponse:
        """As in the proto."""
        if request.draft and request.version:
            raise InvalidInput("version must be 0 with draft", field="version")
        size, corpus_id = request.page_size or _PAGE, parse.corpus_id(request.parent)
        binding = f"ListAliases {request.parent} {request.version} {request.draft}"
        start = int(paging.decode(request.page_token, binding) or 0)
        wanted = request.version, request.draft
        revision, groups = await self._read(request.parent, lambda c: alias_stream.listed(c, corpus_id, *wanted))
        token = paging.encode(str(start + size), binding) if len(groups) > start + size else ""
        page = map(render_corpus.alias_group, groups[start : start + size])
        return pb.ListAliasesResponse(groups=page, next_page_token=token, revision=revision)

    async def PublishVersion(self, request: pb.PublishVersionRequest, context: Any) -> pb.Version:
        """As in the proto."""
        key = key_of("PublishVersion", request)
        corpus = await self._find(request.corpus)
        version = await self._executor.run(corpus.begin_version, key)
        self._publisher.begin(corpus, version.number)
        return render_corpus.version(corpus.definition.id, version)

    async def ListVersions(self, request: pb.ListVersionsRequest, context: Any) -> pb.ListVersionsResponse:
        """As in the proto."""
        size, corpus_id = request.page_size or _PAGE, parse.corpus_id(request.parent)
        binding = f"ListVersions {request.parent}"
        before = int(paging.decode(request.page_token, binding) or 0)
        found = await self._read(request.parent, lambda c: versions.listed(c, before=before, limit=size + 1))
        token = paging.encode(str(found[size - 1].number), binding) if len(found) > size else ""
        rendered = [render_corpus.version(corpus_id, version) for version in found[:size]]
        return pb.ListVersionsResponse(versions=rendered, next_page_token=token)

    async def GetVersion(self, request: pb.GetVersionRequest, context: Any) -> pb.Version:
        """As in the proto."""
        return await self._version(request.name)

    async def WatchVersion(
        self, request: pb.WatchVersionRequest, context: Any
    ) -> AsyncIterator[pb.WatchVersionResponse]:
        """As in the proto."""
        last: pb.Version | None = None
        while True:
            change = self._changes.next(parse.corpus_id(request.name))
            version = await self._version(request.name)
            if version != last:
                yield pb.WatchVersionResponse(version=version)
            if version.state != pb.VERSION_STATE_PUBLISHING:
                return
            last = version
            await change.wait()

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Any) -> pb.Document:
        """As in the proto."""
        corpus_id, document_id = parse.corpus_id(request.name), parse.document_id(request.name)
        stored = await self._read(request.name, lambda c: documents.get(c, corpus_id, document_id, request.version))
        return render_corpus.document(corpus_id, stored)

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: Any) -> pb.ListDocumentsResponse:
        """As in the proto."""
        size, corpus_id = request.page_size or _PAGE, parse.corpus_id(request.parent)
        binding = f"ListDocuments {request.parent} {request.version}"
        after = paging.decode(request.page_token, binding)
        found = await self._read(
            request.parent, lambda c: documents.listed(c, corpus_id, request.version, after=after, limit=size + 1)
        )
        token = paging.encode(found[size - 1].document.id, binding) if len(found) > size else ""
        rendered = [render_corpus.document(corpus_id, stored, with_text=False) for stored in found[:size]]
        return pb.ListDocumentsResponse(documents=rendered, next_page_token=token)

    async def RetractDocument(self, request: pb.RetractDocumentRequest, context: Any) -> pb.Document:
        """As in the proto."""
        key = key_of("RetractDocument", request)
        corpus = await self._find(request.name)
        stored = await self._executor.run(corpus.retract, parse.document_id(request.name), request.reason, key)
        await self._publisher.tell(corpus)
        return render_corpus.document(corpus.definition.id, stored)

    async def _import(
        self, first: pb.ImportDocumentsRequest, rest: AsyncIterator[pb.ImportDocumentsRequest]
    ) -> ImportCounts:
        key = key_of("ImportDocuments", first)
        corpus = await self._find(first.corpus)
        remembered = await self._executor.run(corpus.recall, key)
        if remembered is not None:
            return ImportCounts(**json.loads(remembered))
        import_id = secrets.token_hex(8)
        try:
            await self._stage(corpus, import_id, first, rest)
            return await self._executor.run(corpus.adopt, import_id, key)
        except BaseException:
            await self._executor.run(corpus.drop_staged, import_id)
            raise

    async def _stage(
        self, corpus: Corpus, import_id: str, first: pb.ImportDocumentsRequest,
        rest: AsyncIterator[pb.ImportDocumentsRequest],
    ) -> None:  # fmt: skip
        position = 0
        waiting: list[NewDocument] = [parse.new_document(first.document, 0)]
        async for request in rest:
            if request.corpus not in ("", first.corpus):
                raise InvalidInput("all messages of a stream go to one corpus", field="corpus")
            waiting.append(parse.new_document(request.document, position + len(waiting)))
            if len(waiting) == _STAGED_DOCUMENTS:
                await self._executor.run(corpus.stage, import_id, position, waiting)
                position, waiting = position + len(waiting), []
        await self._executor.run(corpus.stage, import_id, position, waiting)

    async def _version(self, name: str) -> pb.Version:
        corpus_id, number = parse.corpus_id(name), parse.version_number(name)
        found = await self._read(name, lambda connection: versions.get(connection, corpus_id, number))
        return render_corpus.version(corpus_id, found)

    async def _find(self, name: str) -> Corpus:
        return self._corpora.find(parse.corpus_id(name), current_caller())

    async def _on(self, name: str, work: Callable[[Corpus], T]) -> T:
        return await self._executor.run(work, await self._find(name))

    async def _read(self, name: str, query: Callable[[Any], T]) -> T:
        return await self._on(name, lambda corpus: corpus.read(query))


async def _first(requests: AsyncIterator[R]) -> R:
    """The message that names the corpus of a stream."""
    try:
        first = await anext(requests)
    except StopAsyncIteration:
        raise InvalidInput("the stream is empty: its first message names the corpus") from None
    if not first.corpus:
        raise InvalidInput("the first message must name the corpus", field="corpus")
    return first
