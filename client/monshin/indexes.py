"""What the SDK does with collections and their indexes: fill, watch and build them, copy them out and back."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import grpc
from google.longrunning.operations_pb2 import Operation
from monshin_kit.uploads import Upload
from monshin_protos.ann.v1 import ann_pb2, index_pb2, sharded_pb2

from monshin.arrivals import Arrival, Arrivals
from monshin.connection import Connection
from monshin.point_files import PointFile

_PIECE_BYTES = 256 * 1024  # of a file
_AGAIN_S = 1.0
_AWAY_S = 60.0  # as long as a service may take to come back

T = TypeVar("T")


class IndexClient(Connection):
    """The common jobs on indexes. Raises grpc.aio.AioRpcError where the service refuses or is down."""

    async def upsert_points(
        self, chunks: Sequence[Callable[[], ann_pb2.UpsertRequest]]
    ) -> AsyncIterator[ann_pb2.UpsertResponse]:
        """Stores chunks of points of one collection in one stream; yields the answer to each, which is on disk then.

        chunks: made when they are sent. The same must come again if it is asked for twice, with its request_id: where a
        stream breaks, such as by the age of its connection, the next one begins at the first chunk without an answer.
        """
        answered = 0

        def unanswered() -> Iterator[ann_pb2.UpsertStreamRequest]:
            for chunk in chunks[answered:]:
                yield ann_pb2.UpsertStreamRequest(chunk=chunk())

        while answered < len(chunks):
            before = answered
            try:
                upload = Upload[ann_pb2.UpsertStreamResponse](self.ann.UpsertStream(unanswered()))
                async for answer in upload.responses():
                    answered += 1
                    yield answer.stored
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE or answered == before:
                    raise

    async def import_points(
        self, collection: str, file: PointFile, request_id: str = "", sent: Callable[[int, int], None] | None = None
    ) -> index_pb2.ImportPointsResponse:
        """Stores all points of a file at once, or none. The answer comes once all are on disk.

        request_id: a UUID; where a call broke and nobody knows how it ended, the same again stores nothing twice.
        Empty: one is made. sent: told how many bytes have been sent, of how many.
        """

        async def messages() -> AsyncIterator[index_pb2.ImportPointsRequest]:
            done, size = 0, 0
            for message in file.messages(collection_name(collection), request_id or str(uuid.uuid4())):
                yield message
                done, size = done + len(message.data), size or message.size
                if sent is not None:
                    sent(done, size)

        return await Upload[index_pb2.ImportPointsResponse](self.index.ImportPoints(messages())).response()

    async def watch_index(self, collection: str) -> AsyncIterator[index_pb2.Index]:
        """The index of a collection now and after each change, until nothing of it is being built nor wanted.

        Goes on where the service is away for up to a minute: what it has to build is on its disk.
        """
        request = index_pb2.WatchIndexRequest(name=f"{collection_name(collection)}/index")
        async for event in _patient(lambda: self.index.WatchIndex(request)):
            yield event.index

    async def begin_sharded_build(self, request: sharded_pb2.BuildShardedCollectionRequest) -> Operation:
        """Has a collection built in shards; an id for the request is made if it has none, so that it begins once."""
        wanted = sharded_pb2.BuildShardedCollectionRequest(request_id=str(uuid.uuid4()))
        wanted.MergeFrom(request)
        return await self.sharded.BuildShardedCollection(wanted)

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
        request = index_pb2.SnapshotCollectionRequest(name=collection_name(collection))
        with Arrival(file) as arrival:
            async for message in self.index.SnapshotCollection(request):
                arrival.write(message.data)
                if message.sha256:
                    arrival.finish(message.sha256)
            arrival.place()

    async def restore_collection(self, collection: str, file: Path) -> ann_pb2.Collection:
        """Puts a snapshot in the collection's place, once the service has verified all of it."""

        async def messages() -> AsyncIterator[index_pb2.RestoreCollectionRequest]:
            yield index_pb2.RestoreCollectionRequest(name=collection_name(collection))
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
        request = index_pb2.ExportCollectionRequest(name=collection_name(collection), format=file_format)
        with Arrivals(folder) as arrivals:
            async for message in self.index.ExportCollection(request):
                arrivals.write(message.file, message.data, message.sha256)
            return arrivals.place()


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


def collection_name(collection: str) -> str:
    """The resource name of a collection that is given by it or by its id."""
    return collection if collection.startswith("collections/") else f"collections/{collection}"
