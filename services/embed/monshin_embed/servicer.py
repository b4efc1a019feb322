"""EmbedService over the core: parse, call, render. Access, bounds, deadlines and errors are kit's."""

from collections.abc import AsyncIterator
from typing import Any

from monshin_kit.errors import MonshinError
from monshin_kit.validation import Validator
from monshin_protos.embed.v1 import embed_pb2 as pb
from monshin_protos.embed.v1 import embed_pb2_grpc as pb_grpc

from monshin_embed import parse, render
from monshin_embed.core.registry import Registry
from monshin_embed.embedding import Embedding
from monshin_embed.in_flight import in_completion_order


class EmbedServicer(pb_grpc.EmbedServiceServicer):
    """stream_requests: how many requests of one stream are computed at the same time."""

    def __init__(self, models: Registry, embedding: Embedding, stream_requests: int) -> None:
        self._models = models
        self._embedding = embedding
        self._stream_requests = stream_requests
        self._validator = Validator()  # by kit's, a bad request would end its stream

    async def Embed(self, request: pb.EmbedRequest, context: Any) -> pb.EmbedResponse:
        """Vectors of up to 256 texts."""
        model = self._models.get(request.model)
        wanted = parse.embed_request(request)
        embeddings = await self._embedding.embed(model, wanted, parse.requester(request, context))
        return render.embed_response(embeddings, model.card, request.dtype)

    async def EmbedStream(
        self, requests: AsyncIterator[pb.EmbedStreamRequest], context: Any
    ) -> AsyncIterator[pb.EmbedStreamResponse]:
        """The same for a stream, each request answered when it is done."""

        async def answer(item: pb.EmbedStreamRequest) -> pb.EmbedStreamResponse:
            try:
                self._validator.check(item.request)
                response = await self.Embed(item.request, context)
            except MonshinError as error:
                return pb.EmbedStreamResponse(request_key=item.request_key, error=render.stream_error(error))
            return pb.EmbedStreamResponse(request_key=item.request_key, response=response)

        async for response in in_completion_order(requests, answer, self._stream_requests):
            yield response

    async def Tokenize(self, request: pb.TokenizeRequest, context: Any) -> pb.TokenizeResponse:
        """How texts are split."""
        model = self._models.get(request.model)
        pieces = await self._embedding.tokenise(model, tuple(request.texts), parse.kind(request.kind))
        return render.tokenize_response(pieces, model.card.max_tokens)

    async def ListModels(self, request: pb.ListModelsRequest, context: Any) -> pb.ListModelsResponse:
        """All models, the default one first."""
        return pb.ListModelsResponse(models=[render.model(model.card) for model in self._models])

    async def GetModel(self, request: pb.GetModelRequest, context: Any) -> pb.Model:
        """One model."""
        return render.model(self._models.get(request.name).card)
