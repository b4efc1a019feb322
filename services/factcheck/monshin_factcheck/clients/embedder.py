"""embed, as factcheck uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
from monshin_kit.errors import MonshinError
from monshin_kit.heartbeat import Heartbeat
from monshin_kit.status import from_rpc_error
from monshin_protos.embed.v1 import embed_pb2 as pb
from monshin_protos.embed.v1 import embed_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

SERVICE = "monshin.embed.v1.EmbedService"
BATCH = 64
_QUERY_TIMEOUT_S = 10.0
_BULK_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Embedded:
    """vectors: float32 of shape (texts, dim). fingerprint: of the model that made them."""

    vectors: np.ndarray[Any, np.dtype[np.float32]]
    fingerprint: vectors_pb2.Fingerprint


class Embedder:
    """Raises Unavailable, ResourceExhausted or DeadlineExceeded where embed does not answer."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: embed_pb2_grpc.EmbedServiceAsyncStub = embed_pb2_grpc.EmbedServiceStub(channel)
        self._heartbeat = Heartbeat(channel, "embed")

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """Vectors of claims, for search; somebody waits for them. texts: 1 to 256."""
        return await self._embed(texts, pb.KIND_QUERY, pb.PRIORITY_INTERACTIVE, _QUERY_TIMEOUT_S)

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """Vectors of passages. texts: 1 to 256. bulk: an import, which gives way to people."""
        priority = pb.PRIORITY_BULK if bulk else pb.PRIORITY_INTERACTIVE
        return await self._embed(texts, pb.KIND_PASSAGE, priority, _BULK_TIMEOUT_S if bulk else _QUERY_TIMEOUT_S)

    async def fingerprint(self) -> vectors_pb2.Fingerprint:
        """Of the default model."""
        try:
            answer = await self._stub.ListModels(pb.ListModelsRequest(), timeout=_QUERY_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            raise _named(error) from error
        return answer.models[0].fingerprint

    async def _embed(
        self, texts: Sequence[str], kind: pb.Kind.ValueType, priority: pb.Priority.ValueType, timeout_s: float
    ) -> Embedded:
        request = pb.EmbedRequest(kind=kind, texts=texts, truncation=pb.TRUNCATION_END, priority=priority)
        try:
            answer = await self._heartbeat.during(self._stub.Embed(request, timeout=timeout_s))
        except grpc.aio.AioRpcError as error:
            raise _named(error) from error
        rows = np.frombuffer(answer.vectors.data, dtype="<f4").reshape(len(texts), answer.vectors.dim)
        return Embedded(rows, answer.fingerprint)


def _named(error: grpc.aio.AioRpcError) -> MonshinError:
    return from_rpc_error(error, "embed")
