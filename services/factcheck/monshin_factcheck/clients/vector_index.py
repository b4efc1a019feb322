"""ann, as factcheck uses it: one collection a corpus and fingerprint, points named by passage."""

from collections.abc import Sequence
from typing import Any

import grpc
import numpy as np
from monshin_kit.heartbeat import Heartbeat
from monshin_kit.status import from_rpc_error
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

SERVICE = "monshin.ann.v1.AnnService"
_SEARCH_TIMEOUT_S = 5.0
_WRITE_TIMEOUT_S = 60.0
_PAGE = 1000

Matrix = np.ndarray[Any, np.dtype[np.float32]]


class VectorIndex:
    """Raises Unavailable, FailedPrecondition (another fingerprint), NotFound … where ann says so."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: ann_pb2_grpc.AnnServiceAsyncStub = ann_pb2_grpc.AnnServiceStub(channel)
        self._heartbeat = Heartbeat(channel, "ann")

    async def ensure(self, collection: str, fingerprint: vectors_pb2.Fingerprint) -> None:
        """Makes the collection unless it exists; only services may use it."""
        wanted = pb.Collection(
            dim=fingerprint.dim, metric=pb.METRIC_COSINE, fingerprint=fingerprint, readers=["role:service"]
        )
        request = pb.CreateCollectionRequest(collection_id=collection, collection=wanted)
        try:
            await self._stub.CreateCollection(request, timeout=_WRITE_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
                raise from_rpc_error(error, "ann") from error

    async def upsert(self, collection: str, ids: Sequence[str], vectors: Matrix, fingerprint: str) -> None:
        """On ann's disk when this returns."""
        request = pb.UpsertRequest(
            collection=_name(collection), ids=ids, vectors=_pack(vectors), fingerprint_digest=fingerprint
        )
        await self._call("Upsert", request, _WRITE_TIMEOUT_S)

    async def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forgets points; those that do not exist are no error."""
        for start in range(0, len(ids), _PAGE):
            points = pb.PointIds(ids=ids[start : start + _PAGE])
            await self._call("DeletePoints", pb.DeletePointsRequest(collection=_name(collection), ids=points),
                             _WRITE_TIMEOUT_S)  # fmt: skip

    async def drop(self, collection: str) -> None:
        """Deletes the collection."""
        await self._call("DeleteCollection", pb.DeleteCollectionRequest(name=_name(collection)), _WRITE_TIMEOUT_S)

    async def search(self, collection: str, queries: Matrix, k: int, fingerprint: str) -> list[list[tuple[str, float]]]:
        """The k nearest points of each query, nearest first: id and cosine. queries: float32 (n, dim), n up to 256."""
        request = pb.SearchRequest(
            collection=_name(collection), queries=_pack(queries), k=k, fingerprint_digest=fingerprint
        )
        answer = await self._call("Search", request, _SEARCH_TIMEOUT_S)
        return [
            [(point, 1 - distance) for point, distance in zip(hits.ids, hits.distances, strict=True)]
            for hits in answer.hits
        ]

    async def ids(self, collection: str) -> set[str]:
        """All points' ids; raises NotFound without the collection."""
        found: set[str] = set()
        token = ""
        while True:
            request = pb.ListPointsRequest(collection=_name(collection), page_size=_PAGE, page_token=token)
            page = await self._call("ListPoints", request, _WRITE_TIMEOUT_S)
            found.update(page.points.ids)
            token = page.next_page_token
            if not token:
                return found

    async def _call(self, method: str, request: Any, timeout_s: float) -> Any:
        try:
            return await self._heartbeat.during(getattr(self._stub, method)(request, timeout=timeout_s))
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, "ann") from error


def _name(collection: str) -> str:
    return f"collections/{collection}"


def _pack(vectors: Matrix) -> vectors_pb2.Vectors:
    data = np.ascontiguousarray(vectors, dtype="<f4").tobytes()
    return vectors_pb2.Vectors(data=data, dim=vectors.shape[1], dtype=vectors_pb2.D_TYPE_FLOAT32)
