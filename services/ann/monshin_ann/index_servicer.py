"""IndexService: graphs built and watched, collections copied and exported. Domain calls run in threads."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import apsw
from google.protobuf.message import Message
from monshin_kit import sqlite
from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_kit.requests import key_of
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.ann.v1 import index_pb2 as pb

from monshin_ann import disk_room, exporting, parse, render, render_index
from monshin_ann.collection import Collection
from monshin_ann.collections import Collections
from monshin_ann.import_call import import_points
from monshin_ann.parse import Timed
from monshin_ann.store import staging
from monshin_ann.store.folder import file_bytes
from monshin_ann.store.points_file import forget

_CHUNK_BYTES = 256 * 1024
_WATCH_S = 0.2
_STEPS_BETWEEN_LOOKS = 1000  # of SQLite's machine, some ten a row
_SUFFIX = "/index"


class IndexServicer:
    """wake: tells the builder that something may be due. wishes, copies: threads for what is short and what is long,
    apart from searches. imports: for bulk loads, which take turns there, batch by batch."""

    def __init__(
        self,
        collections: Collections,
        *,
        wishes: Executor,
        copies: Executor,
        imports: Executor,
        wake: Callable[[], None],
    ) -> None:
        self._collections = collections
        self._wishes = wishes
        self._executor = copies
        self._imports = imports
        self._wake = wake

    async def GetIndex(self, request: pb.GetIndexRequest, context: Timed) -> pb.Index:
        """As in the proto."""
        return self._render(self._find(request.name))

    async def BuildIndex(self, request: pb.BuildIndexRequest, context: Timed) -> pb.Index:
        """As in the proto."""
        collection = self._find(request.name)
        view = await self._wishes.run(collection.want_index, key_of("BuildIndex", request))
        self._wake()
        return render_index.index(collection.definition, view)

    async def CancelBuild(self, request: pb.CancelBuildRequest, context: Timed) -> pb.Index:
        """As in the proto."""
        collection = self._find(request.name)
        view = await self._wishes.run(collection.hold_index, key_of("CancelBuild", request))
        return render_index.index(collection.definition, view)

    async def WatchIndex(self, request: pb.WatchIndexRequest, context: Timed) -> AsyncIterator[pb.WatchIndexResponse]:
        """As in the proto."""
        sent: Message | None = None
        while True:
            index = self._render(self._find(request.name))
            if index != sent:
                yield pb.WatchIndexResponse(index=index)
                sent = index
            if index.state not in (pb.INDEX_STATE_WAITING, pb.INDEX_STATE_BUILDING):
                return
            await asyncio.sleep(_WATCH_S)

    async def SnapshotCollection(
        self, request: pb.SnapshotCollectionRequest, context: Timed
    ) -> AsyncIterator[pb.SnapshotCollectionResponse]:
        """As in the proto."""
        collection = self._collections.find_writable(parse.collection_id(request.name), current_caller())
        collection.check_serving()
        is_over = threading.Event()
        with TemporaryDirectory(dir=self._collections.scratch) as folder, ExitStack() as leaving:
            leaving.callback(is_over.set)  # a client that left: the copy ends, and another has its turn
            copy = Path(folder) / "points.sqlite"
            await self._executor.run(_copy, collection.path, copy, is_over.is_set)
            async for data, digest in self._pieces(copy):
                yield pb.SnapshotCollectionResponse(data=data, sha256=digest)

    async def RestoreCollection(
        self, requests: AsyncIterator[pb.RestoreCollectionRequest], context: Timed
    ) -> ann_pb2.Collection:
        """As in the proto."""
        upload = self._collections.upload_path()
        try:
            with upload.open("xb") as file:
                first, expected, digest = await self._receive(requests, file)
            if expected != digest:
                raise InvalidInput("the checksum is missing or another: nothing was changed", field="sha256")
            said = pb.RestoreCollectionRequest(name=first.name, sha256=digest, request_id=first.request_id)
            key, collection_id = key_of("RestoreCollection", said), parse.collection_id(first.name)
            restored = await self._executor.run(self._collections.restore, collection_id, current_caller(), upload, key)
        finally:
            for path in upload.parent.glob(upload.name + "*"):
                path.unlink(missing_ok=True)
        self._wake()
        return render.collection(restored)

    async def ImportPoints(
        self, requests: AsyncIterator[pb.ImportPointsRequest], context: Timed
    ) -> pb.ImportPointsResponse:
        """As in the proto."""
        receipt = await import_points(self._collections, self._imports, requests)
        self._wake()
        return pb.ImportPointsResponse(sequence=receipt.sequence, inserted=receipt.inserted, replaced=receipt.replaced)

    async def ExportCollection(
        self, request: pb.ExportCollectionRequest, context: Timed
    ) -> AsyncIterator[pb.ExportCollectionResponse]:
        """As in the proto."""
        collection = self._collections.find_writable(parse.collection_id(request.name), current_caller())
        snapshot = collection.snapshot()
        # Points take less in Parquet than in their file; faiss holds the vectors and edges that are in memory.
        memory_bytes = 0 if request.format == pb.EXPORT_FORMAT_PARQUET else snapshot.memory_bytes
        await self._executor.run(_require_room, collection.path, memory_bytes)
        with TemporaryDirectory(dir=self._collections.scratch) as folder:
            if request.format == pb.EXPORT_FORMAT_PARQUET:
                files = exporting.write_parquet(snapshot, collection.definition.dim, Path(folder))
            else:
                files = exporting.write_faiss(snapshot, Path(folder))
            while (path := await self._executor.run(_next, files)) is not None:
                async for data, digest in self._pieces(path):
                    yield pb.ExportCollectionResponse(file=path.name, data=data, sha256=digest)

    def _find(self, name: str) -> Collection:
        return self._collections.find_writable(parse.collection_id(name.removesuffix(_SUFFIX)), current_caller())

    def _render(self, collection: Collection) -> pb.Index:
        return render_index.index(collection.definition, collection.view_index())

    async def _receive(
        self, requests: AsyncIterator[pb.RestoreCollectionRequest], file: BinaryIO
    ) -> tuple[pb.RestoreCollectionRequest, str, str]:
        """What the first message says, the checksum that was sent, and that of the data."""
        first, expected, digest = pb.RestoreCollectionRequest(), "", hashlib.sha256()
        async for request in requests:
            if not first.name:
                first = pb.RestoreCollectionRequest(name=request.name, request_id=request.request_id)
                self._collections.find_writable(parse.collection_id(request.name), current_caller())
            if not first.name or request.name not in ("", first.name):
                raise InvalidInput("the first message names the collection, later ones no other", field="name")
            expected = request.sha256 or expected
            digest.update(request.data)
            await self._executor.run(disk_room.append, file, request.data)
        return first, expected, digest.hexdigest()

    async def _pieces(self, path: Path) -> AsyncIterator[tuple[bytes, str]]:
        """A file in pieces; the last one, which may be empty, comes with the checksum of all."""
        pieces = _read(path)
        while (piece := await self._executor.run(next, pieces, None)) is not None:
            yield piece


def _require_room(path: Path, more_bytes: int) -> None:
    """For as much as a collection's file takes, and so much more."""
    disk_room.require(path.parent, file_bytes(path) + more_bytes)


def _copy(source: Path, target: Path, is_stopped: Callable[[], bool]) -> None:
    """What the file says now and nothing else: no deleted points, and not who asked for what."""
    disk_room.require(source.parent, 2 * file_bytes(source))  # VACUUM writes it again
    whole = target.with_name("whole.sqlite")
    with disk_room.named():
        sqlite.copy(source, whole, is_stopped)
        with closing(apsw.Connection(str(whole))) as connection:
            connection.set_progress_handler(is_stopped, _STEPS_BETWEEN_LOOKS)
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            staging.drop(connection)
            forget(connection)
            connection.execute("VACUUM INTO ?", (str(target),))  # in place it would take a third copy's room
    whole.unlink()


def _next(files: Iterator[Path]) -> Path | None:
    with disk_room.named():
        return next(files, None)


def _read(path: Path) -> Iterator[tuple[bytes, str]]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_CHUNK_BYTES):
            digest.update(data)
            yield data, ""
    yield b"", digest.hexdigest()
