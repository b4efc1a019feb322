"""ImportPoints from its first message to the answer: received whole, checked, staged some rows at a time, published."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

from monshin_kit.auth import current_caller
from monshin_kit.errors import FailedPrecondition, InvalidInput
from monshin_kit.executor import Executor
from monshin_kit.requests import key_of
from monshin_protos.ann.v1 import index_pb2 as pb

from monshin_ann import disk_room, parse
from monshin_ann.collection import Collection
from monshin_ann.collections import Collections
from monshin_ann.importing import NAME, Import, Points
from monshin_ann.npy_points import NpyPoints
from monshin_ann.store.receipt import Receipt

Requests = AsyncIterator[pb.ImportPointsRequest]


async def import_points(collections: Collections, threads: Executor, requests: Requests) -> Receipt:
    """What the import did; a repeated request changes nothing. threads: each batch of rows takes its turn there.

    Where too many wait it is refused before it begins, and not any more afterwards: there is one a collection.
    """
    first = await anext(requests, pb.ImportPointsRequest())
    said = _said(first)
    collection = collections.find_writable(parse.collection_id(said.name), current_caller())
    collection.definition.check_digest(said.fingerprint_digest)
    key = key_of("ImportPoints", said)
    if (receipt := await threads.run(collection.imports.receipt_of, key)) is not None:
        async for _ in requests:  # a call that is answered amid its upload ends with an error of gRPC's own
            pass
        return receipt
    begun, upload = collection.imports.begin(collection.definition, collection.path.parent), collections.upload_path()
    try:
        with upload.open("xb") as file:
            await _receive(threads, collection, file, first, requests)
        points = await threads.run_accepted(_points, said, upload, collection)
        needed = await threads.run_accepted(begun.vector_bytes, points)
        with collections.memory.reserved(needed):
            await threads.run_accepted(begun.open, points)
            while await threads.run_accepted(begun.stage):
                pass
            return await asyncio.wrap_future(await threads.run_accepted(begun.publish, key))
    finally:
        # A cancelled call does not wait, and is cut off all the same: its batch at work comes before this.
        await asyncio.shield(asyncio.ensure_future(threads.run_accepted(_end, begun, upload)))


def _said(first: pb.ImportPointsRequest) -> pb.ImportPointsRequest:
    """The first message without data: what a repeated request must say again."""
    said = pb.ImportPointsRequest()
    said.CopyFrom(first)
    said.ClearField("data")
    if not said.name:
        raise InvalidInput("the first message must name the collection", field="name")
    if said.format == pb.IMPORT_FORMAT_UNSPECIFIED:
        raise InvalidInput("the first message must tell the format", field="format")
    if not said.sha256:
        raise InvalidInput("the first message must hold the checksum", field="sha256")
    if said.format == pb.IMPORT_FORMAT_PARQUET and (said.id_bytes or said.id_prefix):
        raise InvalidInput("a Parquet file has its ids in a column", field="id_bytes" if said.id_bytes else "id_prefix")
    if said.id_bytes > said.size:
        raise InvalidInput(f"the ids cannot take {said.id_bytes} of {said.size} bytes", field="id_bytes")
    return said


async def _receive(
    threads: Executor, collection: Collection, file: BinaryIO, first: pb.ImportPointsRequest, requests: Requests
) -> None:
    """Writes the data into the file, and verifies them."""
    disk_room.require(Path(file.name).parent, first.size)
    digest, received = hashlib.sha256(), len(first.data)
    await threads.run_accepted(_keep, file, digest, first.data)
    async for request in requests:
        if request != pb.ImportPointsRequest(data=request.data):
            raise InvalidInput("only the first message may hold more than data")
        received += len(request.data)
        if received > first.size:
            break
        collection.check_serving()  # one that was deleted or restored meanwhile takes no more
        await threads.run_accepted(_keep, file, digest, request.data)
    if received != first.size:
        more = "or more " if received > first.size else ""
        raise InvalidInput(f"{received} bytes {more}came, not {first.size}: nothing was changed", field="size")
    if digest.hexdigest() != first.sha256:
        raise InvalidInput("the data have another checksum: nothing was changed", field="sha256")


def _keep(file: BinaryIO, digest: Any, data: bytes) -> None:
    digest.update(data)
    disk_room.append(file, data)


def _points(said: pb.ImportPointsRequest, upload: Path, collection: Collection) -> Points:
    """Imports pyarrow the first time, for half a second."""
    dim = collection.definition.dim
    if said.format == pb.IMPORT_FORMAT_NPY:
        return NpyPoints(upload, NAME, dim, said.id_bytes, said.id_prefix)
    try:
        from monshin_ann.parquet_points import ParquetPoints
    except ImportError as error:
        text = "this installation lacks pyarrow: install monshin-ann[export]"
        raise FailedPrecondition(text, reason="NOT_INSTALLED") from error
    return ParquetPoints(upload, NAME, dim)


def _end(begun: Import, upload: Path) -> None:
    try:
        upload.unlink(missing_ok=True)
    finally:
        begun.end()
