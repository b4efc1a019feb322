"""What the SDK does with corpora: make, fill and publish them, and read what they hold."""

import uuid
from collections.abc import AsyncIterator, Iterable, Sequence

import grpc
from monshin_kit.status import reason_of
from monshin_kit.uploads import Upload
from monshin_protos.factcheck.v1 import corpus_pb2

from monshin.connection import Connection
from monshin.formats import AliasLine, CorpusLine

_PAGE = 1000


def corpus_name(corpus: str) -> str:
    """`corpora/{id}` of an id or of the name itself; empty stays empty."""
    return f"corpora/{corpus}" if corpus and not corpus.startswith("corpora/") else corpus


class CorpusClient(Connection):
    """The common jobs on corpora. Raises grpc.aio.AioRpcError where the service refuses or is down."""

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
                name = corpus_name(corpus) if index == 0 else ""
                yield corpus_pb2.ImportDocumentsRequest(
                    corpus=name, document=document, request_id=request_id if index == 0 else ""
                )

        return await Upload[corpus_pb2.ImportDocumentsResponse](self.corpora.ImportDocuments(messages())).response()

    async def import_aliases(self, corpus: str, groups: Sequence[AliasLine]) -> corpus_pb2.ImportAliasesResponse:
        """Makes these the names of the corpus's draft: all or none; none at all takes the list away."""
        name, request_id = corpus_name(corpus), str(uuid.uuid4())

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
                corpus_pb2.PublishVersionRequest(corpus=corpus_name(corpus), request_id=str(uuid.uuid4()))
            )
        except grpc.aio.AioRpcError as error:
            if reason_of(error) != "NOTHING_NEW":
                raise
            return
        async for event in self.corpora.WatchVersion(corpus_pb2.WatchVersionRequest(name=version.name)):
            yield event.version

    async def all_corpora(self) -> AsyncIterator[corpus_pb2.Corpus]:
        """All that the caller may read, by name."""
        token, is_last = "", False
        while not is_last:
            page = await self.corpora.ListCorpora(corpus_pb2.ListCorporaRequest(page_size=_PAGE, page_token=token))
            for corpus in page.corpora:
                yield corpus
            token, is_last = page.next_page_token, not page.next_page_token

    async def versions(self, corpus: str) -> AsyncIterator[corpus_pb2.Version]:
        """All of a corpus, newest first."""
        name, token, is_last = corpus_name(corpus), "", False
        while not is_last:
            request = corpus_pb2.ListVersionsRequest(parent=name, page_size=_PAGE, page_token=token)
            page = await self.corpora.ListVersions(request)
            for version in page.versions:
                yield version
            token, is_last = page.next_page_token, not page.next_page_token

    async def documents(self, corpus: str, version: int = 0) -> AsyncIterator[corpus_pb2.Document]:
        """All of a version, by name, without their texts; 0: of the newest published one."""
        name, token, is_last = corpus_name(corpus), "", False
        while not is_last:
            request = corpus_pb2.ListDocumentsRequest(parent=name, version=version, page_size=_PAGE, page_token=token)
            page = await self.corpora.ListDocuments(request)
            for document in page.documents:
                yield document
            token, is_last = page.next_page_token, not page.next_page_token
