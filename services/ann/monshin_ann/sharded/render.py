"""Builds made into operations."""

from google.longrunning.operations_pb2 import Operation
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2
from monshin_kit.jobs import operations
from monshin_protos.ann.v1 import sharded_pb2 as pb

from monshin_ann import render
from monshin_ann.sharded.parse import SERVICE
from monshin_ann.sharded.progress import Build, Phase

_PHASES = {
    Phase.QUEUED: pb.SHARDED_BUILD_PHASE_QUEUED,
    Phase.PLANNING: pb.SHARDED_BUILD_PHASE_PLANNING,
    Phase.SHARDS: pb.SHARDED_BUILD_PHASE_SHARDS,
    Phase.MERGING: pb.SHARDED_BUILD_PHASE_MERGING,
    Phase.INSTALLING: pb.SHARDED_BUILD_PHASE_INSTALLING,
    Phase.READY: pb.SHARDED_BUILD_PHASE_READY,
    Phase.CANCELLING: pb.SHARDED_BUILD_PHASE_CANCELLING,
    Phase.CANCELLED: pb.SHARDED_BUILD_PHASE_CANCELLED,
    Phase.FAILED: pb.SHARDED_BUILD_PHASE_FAILED,
    Phase.DAMAGED: pb.SHARDED_BUILD_PHASE_FAILED,
    Phase.DELETED: pb.SHARDED_BUILD_PHASE_READY,
}


def operation(build: Build) -> Operation:
    """A build as it is now."""
    response = render.collection(build.collection) if build.collection is not None else None
    message = operations.to_operation(SERVICE, build.job, metadata=_progress(build), response=response)
    match build.phase:
        case Phase.INSTALLING:  # the workers are done, the service is not
            message.done = False
            message.ClearField("response")
        case Phase.DAMAGED:
            message.error.code = code_pb2.DATA_LOSS
            message.error.message = "what the build published is damaged or gone: begin a new build"
        case Phase.DELETED:
            message.error.code = code_pb2.NOT_FOUND
            message.error.message = "the collection was deleted since"
    return message


def _progress(build: Build) -> pb.ShardedBuildProgress:
    message = pb.ShardedBuildProgress(
        collection=f"collections/{build.spec.collection}",
        phase=_PHASES[build.phase],
        sequence=build.sequence,
        shards=build.shards,
        shards_done=build.shards_done,
        distances=build.distances,
        fraction=build.fraction,
    )
    if build.remaining_s is not None:
        message.remaining.FromMilliseconds(round(build.remaining_s * 1000))
    for field, moment_s in (
        (message.create_time, build.job.created_s),
        (message.start_time, build.job.started_s),
        (message.end_time, build.job.finished_s),
    ):
        _set(field, moment_s)
    return message


def _set(field: Timestamp, moment_s: float) -> None:
    if moment_s:
        field.FromMilliseconds(round(moment_s * 1000))
