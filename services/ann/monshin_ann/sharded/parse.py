"""Requests for sharded builds made into values of the core."""

import time

from monshin_kit.auth import Caller, current_caller
from monshin_kit.jobs import JobId, operations
from monshin_kit.requests import RequestKey, key_of
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.ann.v1 import sharded_pb2 as pb

from monshin_ann.core.definition import DEFAULT_DEGREE, CollectionId, Definition, Metric
from monshin_ann.sharded.builds import Wish

SERVICE = "ann"
DEFAULT_SHARD_ROWS = 1_000_000
DEFAULT_OVERLAP = 2

_METRICS = {ann_pb2.METRIC_L2: Metric.L2, ann_pb2.METRIC_COSINE: Metric.COSINE}


def definition(request: pb.BuildShardedCollectionRequest) -> Definition:
    """The collection that is to be."""
    return Definition(
        id=CollectionId(request.collection_id),
        dim=request.dim,
        metric=_METRICS[request.metric],
        created_ns=time.time_ns(),
        readers=tuple(dict.fromkeys(request.readers)),
        degree=request.degree or DEFAULT_DEGREE,
    )


def wish(request: pb.BuildShardedCollectionRequest) -> Wish:
    """How it is to be built."""
    return Wish(
        source=request.source,
        shard_rows=request.shard_rows or DEFAULT_SHARD_ROWS,
        overlap=request.overlap or DEFAULT_OVERLAP,
        degree=request.degree or DEFAULT_DEGREE,
        seed=request.seed,
    )


def change(
    method: str, request: pb.CancelShardedBuildRequest | pb.ResumeShardedBuildRequest
) -> tuple[JobId, Caller, RequestKey]:
    """Of which build, by whom, and by what a repetition is known."""
    return job(request.name), current_caller(), key_of(method, request)


def job(name: str) -> JobId:
    """The id in `ann/jobs/{id}`."""
    return operations.parse_name(SERVICE, name)
