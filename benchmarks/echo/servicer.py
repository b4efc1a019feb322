"""What both servers do: as little as an RPC can."""

from typing import Any

from monshin_protos.embed.v1 import embed_pb2 as pb

SERVICE = "monshin.embed.v1.EmbedService"


class EchoServicer:
    """Embed answers with the lengths of its texts."""

    async def Embed(self, request: pb.EmbedRequest, context: Any) -> pb.EmbedResponse:
        """One report a text."""
        return pb.EmbedResponse(reports=[pb.TextReport(token_count=len(text)) for text in request.texts])
