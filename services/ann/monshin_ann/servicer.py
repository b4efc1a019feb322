"""AnnService: parse, call, render. Authorisation, bounds, default deadlines, spans and errors are kit's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

from google.protobuf.empty_pb2 import Empty
from monshin_kit import paging
from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_kit.outbox import Outbox
from monshin_kit.requests import key_of
from monshin_protos.ann.v1 import ann_pb2 as pb

from monshin_ann import parse, render
from monshin_ann.answers import Replaced
from monshin_ann.collection import Collection
from monshin_ann.collections import AnyCollection, Collections
from monshin_ann.core.deadline import Deadline
from monshin_ann.parse import Timed
from monshin_ann.store.receipt import Receipt

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_DEFAULT_PAGE_SIZE = 100
_PAGE_BYTES = 4 * 1024 * 1024


class AnnServicer:
    """readers, writers: threads for searches and administration, and for upserts and deletions of ids, so that a bulk
    load does not stand before a search. deletions: for what may take long and must stand before neither: by a filter,
    which may parse all payloads first, and of a collection, which waits for those who use it. answer_bytes: the largest
    answer that can be sent."""

    def __init__(
        self,
        collections: Collections,
        *,
        readers: Executor,
        writers: Executor,
        deletions: Executor,
        outbox: Outbox,
        answer_bytes: int,
    ) -> None:
        self._collections = collections
        self._readers = readers
        self._writers = writers
        self._deletions = deletions
        self._outbox = outbox
        self._answer_bytes = answer_bytes

    async def CreateCollection(self, request: pb.CreateCollectionRequest, context: Timed) -> pb.Collection:
        """As in the proto."""
        definition = parse.definition(request)
        key = key_of("CreateCollection", request)
        created = await self._readers.run(self._collections.create, definition, key)
        digest = created.fingerprint.digest if created.fingerprint is not None else ""
        await self._outbox.emit("ann.collection.created", {"collection": created.name, "fingerprint": digest})
        return render.changed(created)

    async def GetCollection(self, request: pb.GetCollectionRequest, context: Timed) -> pb.Collection:
        """As in the proto."""
        return await self._readers.run(self._get_collection, request)  # it looks at files

    async def ListCollections(self, request: pb.ListCollectionsRequest, context: Timed) -> pb.ListCollectionsResponse:
        """As in the proto."""
        return await self._readers.run(self._list_collections, request)

    async def UpdateCollection(self, request: pb.UpdateCollectionRequest, context: Timed) -> pb.Collection:
        """As in the proto."""
        collection_id, etag = parse.collection_id(request.collection.name), request.collection.etag
        key = key_of("UpdateCollection", request)
        changed = await self._readers.run(
            self._collections.set_readers, collection_id, current_caller(), parse.readers(request), etag, key
        )
        return render.changed(changed)

    async def DeleteCollection(self, request: pb.DeleteCollectionRequest, context: Timed) -> Empty:
        """As in the proto."""
        key = key_of("DeleteCollection", request)
        collection_id = parse.collection_id(request.name)
        await self._deletions.run(self._collections.delete, collection_id, current_caller(), key)
        await self._outbox.emit("ann.collection.deleted", {"collection": request.name})
        return Empty()

    async def Upsert(self, request: pb.UpsertRequest, context: Timed) -> pb.UpsertResponse:
        """As in the proto."""
        return await self._store(request, "")

    async def UpsertStream(
        self, requests: AsyncIterator[pb.UpsertStreamRequest], context: Timed
    ) -> AsyncIterator[pb.UpsertStreamResponse]:
        """As in the proto."""
        name = ""
        async for request in requests:
            name = name or request.chunk.collection
            if request.chunk.collection != name:
                raise InvalidInput("all chunks of a stream go to one collection", field="chunk.collection")
            yield pb.UpsertStreamResponse(stored=await self._store(request.chunk, "chunk."))

    async def DeletePoints(self, request: pb.DeletePointsRequest, context: Timed) -> pb.DeletePointsResponse:
        """As in the proto."""
        executor = self._writers if request.HasField("ids") else self._deletions
        return render.deleted(await _mutated(executor, self._submit_deletion, request, parse.deadline(context)))

    async def GetPoints(self, request: pb.GetPointsRequest, context: Timed) -> pb.GetPointsResponse:
        """As in the proto."""
        return await self._answered(self._get_points, request)

    async def ListPoints(self, request: pb.ListPointsRequest, context: Timed) -> pb.ListPointsResponse:
        """As in the proto."""
        return await self._answered(self._list_points, request, parse.deadline(context))

    async def Search(self, request: pb.SearchRequest, context: Timed) -> pb.SearchResponse:
        """As in the proto."""
        return await self._answered(self._search, request, parse.deadline(context))

    async def _answered(self, read: Callable[Asked, Answer], *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """What is read of the collection; of the one that a restore put in its place, where it did so meanwhile."""
        while True:
            try:
                return await self._readers.run(read, *args, **kwargs)
            except Replaced:
                continue

    def _find(self, name: str) -> AnyCollection:
        return self._collections.find(parse.collection_id(name), current_caller())

    def _find_writable(self, name: str) -> Collection:
        return self._collections.find_writable(parse.collection_id(name), current_caller())

    def _get_collection(self, request: pb.GetCollectionRequest) -> pb.Collection:
        return render.collection(self._find(request.name))

    def _list_collections(self, request: pb.ListCollectionsRequest) -> pb.ListCollectionsResponse:
        after = paging.decode(request.page_token, "ListCollections")
        size = request.page_size or _DEFAULT_PAGE_SIZE
        found = [each for each in self._collections.visible(current_caller()) if each.definition.id > after]
        token = paging.encode(found[size - 1].definition.id, "ListCollections") if len(found) > size else ""
        return pb.ListCollectionsResponse(collections=map(render.collection, found[:size]), next_page_token=token)

    async def _store(self, request: pb.UpsertRequest, prefix: str) -> pb.UpsertResponse:
        return render.upserted(await _mutated(self._writers, self._submit_points, request, prefix))

    def _submit_points(self, request: pb.UpsertRequest, prefix: str) -> Future[Receipt]:
        collection = self._find_writable(request.collection)
        batch = parse.batch(request, collection.definition, prefix)
        self._collections.memory.check(batch.vectors.nbytes)
        return collection.upsert(batch, key_of("Upsert", request))

    def _submit_deletion(self, request: pb.DeletePointsRequest, deadline: Deadline) -> Future[Receipt]:
        collection = self._find_writable(request.collection)
        key = key_of("DeletePoints", request)
        if request.HasField("ids"):
            return collection.delete(list(dict.fromkeys(request.ids.ids)), key)
        return collection.delete_matching(parse.deletion(request), key, deadline)

    def _get_points(self, request: pb.GetPointsRequest) -> pb.GetPointsResponse:
        collection = self._find(request.collection)
        points = render.points(
            collection.read(request.ids), collection.definition.dim, with_vectors=request.with_vectors
        )
        return render.sized(pb.GetPointsResponse(points=points), self._answer_bytes, "ids")

    def _list_points(self, request: pb.ListPointsRequest, deadline: Deadline) -> pb.ListPointsResponse:
        collection = self._find(request.collection)
        binding = f"ListPoints {request.collection} {request.filter.SerializeToString(deterministic=True).hex()}"
        after = paging.decode(request.page_token, binding)
        page = collection.page(after, request.page_size or _DEFAULT_PAGE_SIZE, parse.plan(request), deadline)
        page = page.within(_PAGE_BYTES, with_vectors=request.with_vectors)
        return pb.ListPointsResponse(
            points=render.points(page.points, collection.definition.dim, with_vectors=request.with_vectors),
            next_page_token=paging.encode(page.after, binding) if page.after else "",
        )

    def _search(self, request: pb.SearchRequest, deadline: Deadline) -> pb.SearchResponse:
        collection = self._find(request.collection)
        queries = parse.queries(request, collection.definition)
        found = collection.search(
            queries,
            request.k,
            parse.plan(request),
            deadline,
            parse.effort(request),
            budget=parse.budget(request),
            min_sequence=request.min_sequence,
        )
        return render.sized(render.hits(found, with_payloads=request.with_payloads), self._answer_bytes, "k")


async def _mutated(
    executor: Executor, submit: Callable[Asked, Future[Receipt]], *args: Asked.args, **kwargs: Asked.kwargs
) -> Receipt:
    """The receipt once it is on disk, in the collection that a restore put in the other's place, where it did so."""
    while True:
        try:
            return await asyncio.wrap_future(await executor.run(submit, *args, **kwargs))
        except Replaced:
            continue
