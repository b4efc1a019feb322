"""Requests of the proto made into values of the core; what the proto's own rules cannot say is refused here."""

import time
from typing import Protocol

from google.protobuf.struct_pb2 import ListValue, Struct, Value
from monshin_kit.errors import InvalidInput
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2

from monshin_ann.core import filters, payloads, vectors
from monshin_ann.core.block import Batch
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.definition import DEFAULT_DEGREE, Code, CollectionId, Definition, Fingerprint, Metric
from monshin_ann.core.filters import Filter, Plan
from monshin_ann.core.segment import THOROUGH, Effort
from monshin_ann.core.vectors import Matrix, NumberType

_METRICS = {
    pb.METRIC_L2: Metric.L2,
    pb.METRIC_INNER_PRODUCT: Metric.INNER_PRODUCT,
    pb.METRIC_COSINE: Metric.COSINE,
}
_CODES = {
    pb.CODE_UNSPECIFIED: Code.AUTO,
    pb.CODE_FLOAT32: Code.FLOAT32,
    pb.CODE_FLOAT16: Code.FLOAT16,
    pb.CODE_SQ8: Code.SQ8,
    pb.CODE_BITS: Code.BITS,
}
_NUMBER_TYPES = {
    vectors_pb2.D_TYPE_UNSPECIFIED: NumberType.FLOAT32,
    vectors_pb2.D_TYPE_FLOAT32: NumberType.FLOAT32,
    vectors_pb2.D_TYPE_FLOAT16: NumberType.FLOAT16,
}
_PREFIX = "collections/"


class Timed(Protocol):
    """The part of gRPC's context that knows the deadline."""

    def time_remaining(self) -> float | None:
        """Seconds; None without a deadline."""
        ...


def collection_id(name: str) -> CollectionId:
    """The id in `collections/{id}`."""
    return CollectionId(name.removeprefix(_PREFIX))


def deadline(context: Timed) -> Deadline:
    """Of the call."""
    remaining_s = context.time_remaining()
    return FOREVER if remaining_s is None else Deadline.after(remaining_s)


def definition(request: pb.CreateCollectionRequest) -> Definition:
    """The collection to be created now."""
    collection = request.collection
    return Definition(
        id=CollectionId(request.collection_id),
        dim=collection.dim,
        metric=_METRICS[collection.metric],
        created_ns=time.time_ns(),
        fingerprint=_fingerprint(collection.fingerprint) if collection.HasField("fingerprint") else None,
        readers=tuple(dict.fromkeys(collection.readers)),
        degree=collection.index_parameters.degree or DEFAULT_DEGREE,
        code=_CODES[collection.index_parameters.code],
    )


def readers(request: pb.UpdateCollectionRequest) -> tuple[str, ...]:
    """The readers that the update sets."""
    if not set(request.update_mask.paths) <= {"readers"}:
        raise InvalidInput("only `readers` can change", field="update_mask")
    return tuple(dict.fromkeys(request.collection.readers))


def batch(request: pb.UpsertRequest, target: Definition, prefix: str = "") -> Batch:
    """The points to store; `prefix` is the path of the message within the request, such as `chunk.`."""
    target.check_digest(request.fingerprint_digest)
    rows = _unpack(request.vectors, f"{prefix}vectors")
    lengths = vectors.check(rows, target, f"{prefix}vectors")
    ids, structs = list(request.ids), request.payloads
    if len(rows) != len(ids):
        raise InvalidInput(f"{len(ids)} ids and {len(rows)} vectors came", field=f"{prefix}vectors.data")
    if structs and len(structs) != len(ids):
        raise InvalidInput(f"{len(ids)} ids and {len(structs)} payloads came", field=f"{prefix}payloads")
    _refuse_repeated(ids, prefix)
    texts = [_payload(struct, f"{prefix}payloads[{row}]") for row, struct in enumerate(structs)]
    return Batch(ids, rows, lengths, texts or [None] * len(ids))


def queries(request: pb.SearchRequest, target: Definition) -> Matrix:
    """The vectors to search for."""
    target.check_digest(request.fingerprint_digest)
    rows = _unpack(request.queries, "queries")
    vectors.check(rows, target, "queries")
    if len(rows) > 256:
        raise InvalidInput(f"{len(rows)} queries came: at most 256 are allowed", field="queries.data")
    return rows


def effort(request: pb.SearchRequest) -> Effort:
    """How thorough the search is to be."""
    match request.WhichOneof("effort"):
        case "ef":
            return Effort(ef=request.ef)
        case "target_recall":
            return Effort(target_recall=request.target_recall)
        case _:
            return THOROUGH


def budget(request: pb.SearchRequest) -> Deadline:
    """Until when a search may take its time."""
    return Deadline.after(request.budget_ms / 1000) if request.budget_ms else FOREVER


def plan(request: pb.SearchRequest | pb.ListPointsRequest) -> Plan | None:
    """The filter of a request; None where it has none."""
    return Plan(_filter(request.filter)) if request.HasField("filter") else None


def deletion(request: pb.DeletePointsRequest) -> Plan:
    """The filter of a deletion that has one."""
    return Plan(_filter(request.filter))


def _fingerprint(message: vectors_pb2.Fingerprint) -> Fingerprint:
    return Fingerprint(
        digest=message.digest,
        model=message.model,
        revision=message.revision,
        weights_sha256=message.weights_sha256,
        pooling=message.pooling,
        precision=message.precision,
        dim=message.dim,
        is_normalized=message.normalized,
    )


def _unpack(message: vectors_pb2.Vectors, field: str) -> Matrix:
    return vectors.unpack(message.data, message.dim, _NUMBER_TYPES[message.dtype], field)


def _refuse_repeated(ids: list[str], prefix: str) -> None:
    seen: set[str] = set()
    for number, point_id in enumerate(ids):
        if point_id in seen:
            raise InvalidInput("the id came before in the same request", field=f"{prefix}ids[{number}]")
        seen.add(point_id)


def _payload(struct: Struct, field: str) -> str | None:
    return payloads.encode({name: _value(value, field) for name, value in struct.fields.items()}, field)


def _value(value: Value, field: str) -> payloads.Value:
    if value.WhichOneof("kind") == "list_value":
        return _scalars(value.list_value, field)
    return _scalar(value, field)


def _scalars(values: ListValue, field: str) -> list[payloads.Scalar]:
    return [_scalar(value, field) for value in values.values]


def _scalar(value: Value, field: str) -> payloads.Scalar:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case _:
            raise InvalidInput("a value must be a string, a number or a boolean, or a list of these", field=field)


def _filter(message: pb.Filter, field: str = "filter") -> Filter:
    match message.WhichOneof("kind"):
        case "condition":
            return _condition(message.condition, f"{field}.condition")
        case "all":
            return filters.AllOf(_filters(message.all, f"{field}.all"))
        case "any":
            return filters.AnyOf(_filters(message.any, f"{field}.any"))
        case "not":
            return filters.Not(_filter(getattr(message, "not"), f"{field}.not"))
        case _:
            raise InvalidInput("a filter must hold one of condition, all, any, not", field=field)


def _filters(message: pb.FilterList, field: str) -> tuple[Filter, ...]:
    if not message.filters:
        raise InvalidInput("the list of filters is empty", field=field)
    return tuple(_filter(each, f"{field}.filters[{number}]") for number, each in enumerate(message.filters))


def _condition(message: pb.Condition, field: str) -> Filter:
    match message.WhichOneof("test"):
        case "equals":
            return filters.OneOf(message.field, (_scalar(message.equals, f"{field}.equals"),))
        case "range":
            bounds = {descriptor.name: value for descriptor, value in message.range.ListFields()}
            return filters.InRange(message.field, **bounds)
        case "in":
            return filters.OneOf(message.field, tuple(_scalars(getattr(message, "in"), f"{field}.in")))
        case "exists":
            return filters.Exists(message.field, message.exists)
        case _:
            raise InvalidInput("a condition must hold one of equals, range, in, exists", field=field)
