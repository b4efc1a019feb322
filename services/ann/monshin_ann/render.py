"""Values of the core made into answers of the proto."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from monshin_kit.errors import InvalidInput
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2

from monshin_ann.answers import Found, State, Stats
from monshin_ann.collections import AnyCollection
from monshin_ann.core import payloads
from monshin_ann.core.definition import Code, Definition, Fingerprint, Metric
from monshin_ann.store.layout import StoredPoint
from monshin_ann.store.receipt import Receipt

M = TypeVar("M", bound=Message)

_METRICS = {
    Metric.L2: pb.METRIC_L2,
    Metric.INNER_PRODUCT: pb.METRIC_INNER_PRODUCT,
    Metric.COSINE: pb.METRIC_COSINE,
}
_CODES = {
    Code.AUTO: pb.CODE_UNSPECIFIED,
    Code.FLOAT32: pb.CODE_FLOAT32,
    Code.FLOAT16: pb.CODE_FLOAT16,
    Code.SQ8: pb.CODE_SQ8,
    Code.BITS: pb.CODE_BITS,
}
_STATES = {
    State.SERVING: pb.COLLECTION_STATE_SERVING,
    State.QUARANTINED: pb.COLLECTION_STATE_QUARANTINED,
}


def collection(source: AnyCollection) -> pb.Collection:
    """A collection as it is now."""
    message = changed(source.definition)
    message.state = _STATES[source.state]
    message.stats.CopyFrom(_stats(source.stats))
    return message


def changed(definition: Definition) -> pb.Collection:
    """A collection as a mutation left it, without stats: a repeated request must get the same."""
    created = Timestamp()
    created.FromNanoseconds(definition.created_ns)
    return pb.Collection(
        name=definition.name,
        dim=definition.dim,
        metric=_METRICS[definition.metric],
        fingerprint=_fingerprint(definition.fingerprint) if definition.fingerprint is not None else None,
        readers=definition.readers,
        state=pb.COLLECTION_STATE_SERVING,
        create_time=created,
        etag=definition.etag,
        index_parameters=pb.IndexParameters(degree=definition.degree, code=_CODES[definition.code]),
    )


def upserted(receipt: Receipt) -> pb.UpsertResponse:
    """What an upsert did."""
    return pb.UpsertResponse(sequence=receipt.sequence, inserted=receipt.inserted, replaced=receipt.replaced)


def deleted(receipt: Receipt) -> pb.DeletePointsResponse:
    """What a deletion did."""
    return pb.DeletePointsResponse(sequence=receipt.sequence, deleted=receipt.deleted)


def points(found: Sequence[StoredPoint], dim: int, *, with_vectors: bool) -> pb.Points:
    """Points as parallel lists."""
    message = pb.Points(ids=[point.id for point in found], payloads=_structs(point.payload for point in found))
    if with_vectors:
        message.vectors.data = b"".join(point.vector for point in found)
        message.vectors.dim = dim
        message.vectors.dtype = vectors_pb2.D_TYPE_FLOAT32
    return message


def hits(found: Found, *, with_payloads: bool) -> pb.SearchResponse:
    """The answer of a search."""
    return pb.SearchResponse(
        hits=[
            pb.Hits(
                ids=each.ids,
                distances=each.distances,
                payloads=_structs(each.payloads) if with_payloads else (),
                truncated=each.is_truncated,
            )
            for each in found.neighbours
        ],
        sequence=found.sequence,
        calibrated_recall=found.recall,
    )


def sized(message: M, limit_bytes: int, field: str) -> M:
    """The message; raises InvalidInput, naming the field of the request to make smaller, if it cannot be sent."""
    size = message.ByteSize()
    if size > limit_bytes:
        raise InvalidInput(f"the answer would take {size} bytes: at most {limit_bytes} can be sent", field=field)
    return message


def _stats(stats: Stats) -> pb.CollectionStats:
    return pb.CollectionStats(
        points=stats.points,
        sequence=stats.sequence,
        disk_bytes=stats.disk_bytes,
        memory_bytes=stats.memory_bytes,
        indexed_points=stats.indexed_points,
    )


def _fingerprint(fingerprint: Fingerprint) -> vectors_pb2.Fingerprint:
    return vectors_pb2.Fingerprint(
        model=fingerprint.model,
        revision=fingerprint.revision,
        weights_sha256=fingerprint.weights_sha256,
        pooling=fingerprint.pooling,
        precision=fingerprint.precision,
        dim=fingerprint.dim,
        normalized=fingerprint.is_normalized,
        digest=fingerprint.digest,
    )


def _structs(texts: Iterable[str | None]) -> list[Struct]:
    return [_struct(text) for text in texts]


def _struct(text: str | None) -> Struct:
    struct = Struct()
    for name, value in payloads.decode(text).items():
        target = struct.fields[name]
        if isinstance(value, list):
            target.list_value.SetInParent()  # also where it is empty
            for element in value:
                _set(target.list_value.values.add(), element)
        else:
            _set(target, value)
    return struct


def _set(target: Value, value: payloads.Value) -> None:
    match value:
        case bool():
            target.bool_value = value
        case str():
            target.string_value = value
        case int() | float():
            target.number_value = value
        case _:
            raise TypeError("a payload holds scalars and lists of them only")
