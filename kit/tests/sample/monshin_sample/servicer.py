"""Servicers without a domain: what they are asked to do stands in the text that they are sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from google.protobuf.empty_pb2 import Empty
from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.embed.v1 import embed_pb2 as pb


class EmbedServicer:
    """Embed obeys its first text: `sleep 0.5`, `compute 0.5`, `fail`, `refuse`, `caller`; else it echoes lengths."""

    def __init__(self, executor: Executor, on_cancelled: Callable[[], None]) -> None:
        self._executor = executor
        self._on_cancelled = on_cancelled

    async def Embed(self, request: pb.EmbedRequest, context: Any) -> pb.EmbedResponse:
        """One report a text; `token_count` is its length."""
        order, _, argument = request.texts[0].partition(" ")
        match order:
            case "sleep":
                await self._sleep(float(argument))
            case "compute":
                await self._executor.run(time.sleep, float(argument))
            case "fail":
                raise ValueError(f"cannot embed {request.texts[0]}")
            case "refuse":
                raise InvalidInput("the sample refuses this text: send another", field="texts[0]")
        return pb.EmbedResponse(reports=[pb.TextReport(token_count=len(text)) for text in request.texts])

    async def EmbedStream(
        self, requests: AsyncIterator[pb.EmbedStreamRequest], context: Any
    ) -> AsyncIterator[pb.EmbedStreamResponse]:
        """One answer a request, in order."""
        async for message in requests:
            response = await self.Embed(message.request, context)
            yield pb.EmbedStreamResponse(request_key=message.request_key, response=response)

    async def Tokenize(self, request: pb.TokenizeRequest, context: Any) -> pb.TokenizeResponse:
        """The caller's subject, as a piece."""
        return pb.TokenizeResponse(tokens=[pb.Tokens(pieces=[current_caller().subject])])

    async def ListModels(self, request: pb.ListModelsRequest, context: Any) -> pb.ListModelsResponse:
        """One model."""
        return pb.ListModelsResponse(models=[pb.Model(name="models/sample")])

    async def GetModel(self, request: pb.GetModelRequest, context: Any) -> pb.Model:
        """Any model."""
        return pb.Model(name=request.name)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self._on_cancelled()
            raise


class AnnServicer:
    """Mutations without an effect, for the access log."""

    async def CreateCollection(self, request: ann_pb2.CreateCollectionRequest, context: Any) -> ann_pb2.Collection:
        """The collection of the request."""
        return ann_pb2.Collection(name=f"collections/{request.collection_id}")

    async def DeleteCollection(self, request: ann_pb2.DeleteCollectionRequest, context: Any) -> Empty:
        """Nothing."""
        return Empty()

    async def UpsertStream(
        self, requests: AsyncIterator[ann_pb2.UpsertStreamRequest], context: Any
    ) -> AsyncIterator[ann_pb2.UpsertStreamResponse]:
        """Counts."""
        async for message in requests:
            yield ann_pb2.UpsertStreamResponse(stored=ann_pb2.UpsertResponse(inserted=len(message.chunk.ids)))


class UnlabelledServicer:
    """Its method's proto declares no scope: kit must never call it."""

    async def Peek(self, request: Empty, context: Any) -> Empty:
        """Nothing."""
        return Empty()
