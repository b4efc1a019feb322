"""The core's values as answers of the proto."""

from collections.abc import Sequence

import numpy as np
from google.rpc import code_pb2
from monshin_kit.errors import MonshinError, ResourceExhausted, Unavailable
from monshin_protos.embed.v1 import embed_pb2
from monshin_protos.vectors.v1 import vectors_pb2

from monshin_embed.core.batch import Rows
from monshin_embed.core.fingerprint import Fingerprint
from monshin_embed.core.model import Embeddings, ModelCard
from monshin_embed.core.tokenizer import Pieces


def embed_response(
    embeddings: Embeddings, card: ModelCard, dtype: vectors_pb2.DType.ValueType
) -> embed_pb2.EmbedResponse:
    """Rows in the numbers that were asked for, with what was read of each text."""
    reports = [
        embed_pb2.TextReport(
            token_count=report.token_count, truncated=report.dropped > 0, tokens_dropped=report.dropped
        )
        for report in embeddings.reports
    ]
    return embed_pb2.EmbedResponse(
        vectors=_vectors(embeddings.rows, dtype), reports=reports, fingerprint=_fingerprint(card.fingerprint)
    )


def stream_error(error: MonshinError) -> embed_pb2.StreamError:
    """Why one request of a stream failed."""
    answer = embed_pb2.StreamError(code=code_pb2.Code.Value(error.code), message=error.message)
    if isinstance(error, ResourceExhausted | Unavailable):
        answer.retry_after_ms = round(error.retry_after_s * 1000)
    return answer


def tokenize_response(texts: Sequence[Pieces], max_tokens: int) -> embed_pb2.TokenizeResponse:
    """How texts were split, and what the model reads of that."""
    tokens = [embed_pb2.Tokens(ids=text.ids, pieces=text.spelling) for text in texts]
    return embed_pb2.TokenizeResponse(tokens=tokens, max_tokens=max_tokens)


def model(card: ModelCard) -> embed_pb2.Model:
    """All that is told of a model."""
    return embed_pb2.Model(
        name=card.name,
        fingerprint=_fingerprint(card.fingerprint),
        backend=card.backend,
        device=card.device,
        max_tokens=card.max_tokens,
        query_prefix=card.prefixes.query,
        passage_prefix=card.prefixes.passage,
        licence=card.licence,
    )


def _vectors(rows: Rows, dtype: vectors_pb2.DType.ValueType) -> vectors_pb2.Vectors:
    if dtype == vectors_pb2.D_TYPE_FLOAT16:
        data = rows.astype(np.dtype("<f2")).tobytes()
    else:
        dtype = vectors_pb2.D_TYPE_FLOAT32
        data = rows.astype(np.dtype("<f4"), copy=False).tobytes()
    return vectors_pb2.Vectors(data=data, dim=rows.shape[1], dtype=dtype)


def _fingerprint(fingerprint: Fingerprint) -> vectors_pb2.Fingerprint:
    return vectors_pb2.Fingerprint(
        model=fingerprint.model,
        revision=fingerprint.revision,
        weights_sha256=fingerprint.weights_sha256,
        pooling=fingerprint.pooling,
        precision=fingerprint.precision,
        dim=fingerprint.dim,
        normalized=fingerprint.normalized,
        digest=fingerprint.digest,
    )
