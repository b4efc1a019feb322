"""Requests of the proto as the core's values. What protovalidate has checked is not checked again."""

import math
import time
from typing import Any

from monshin_kit.auth import current_caller
from monshin_protos.embed.v1 import embed_pb2

from monshin_embed.core.request import EmbedRequest, Kind, Priority, Requester, Truncation

_KINDS = {
    embed_pb2.KIND_QUERY: Kind.QUERY,
    embed_pb2.KIND_PASSAGE: Kind.PASSAGE,
    embed_pb2.KIND_RAW: Kind.RAW,
}


def kind(value: embed_pb2.Kind.ValueType) -> Kind:
    """The kind; there is no default."""
    return _KINDS[value]


def embed_request(request: embed_pb2.EmbedRequest) -> EmbedRequest:
    """What is to be embedded. Raises InvalidInput as EmbedRequest."""
    at_end = request.truncation == embed_pb2.TRUNCATION_END
    truncation = Truncation.END if at_end else Truncation.ERROR
    return EmbedRequest(tuple(request.texts), kind(request.kind), truncation)


def requester(request: embed_pb2.EmbedRequest, context: Any) -> Requester:
    """Who waits for it, and how long. context: grpc.aio's, of the call."""
    is_bulk = request.priority == embed_pb2.PRIORITY_BULK
    remaining_s = context.time_remaining()
    return Requester(
        caller=current_caller().subject,
        priority=Priority.BULK if is_bulk else Priority.INTERACTIVE,
        deadline_s=math.inf if remaining_s is None else time.monotonic() + remaining_s,
    )
