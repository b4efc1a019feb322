"""The state of a collection's graphs made into the proto's Index."""

from google.protobuf.timestamp_pb2 import Timestamp
from monshin_protos.ann.v1 import index_pb2 as pb

from monshin_ann.core.definition import Definition
from monshin_ann.core.segment import Segment
from monshin_ann.indexing import BuildState, IndexView
from monshin_ann.store.points_file import Aim

_MEASURED_K = 10


def index(definition: Definition, view: IndexView) -> pb.Index:
    """As of the view."""
    snapshot = view.snapshot
    return pb.Index(
        name=f"{definition.name}/index",
        state=_state(view),
        segments=[_segment(each) for each in snapshot.segments],
        head_points=snapshot.points - snapshot.indexed_points,
        build=_progress(view.build) if view.build is not None else None,
        failure=view.failure,
        sequence=snapshot.sequence,
        wanted_sequence=view.wish.bound or 0,
        retry_seconds=view.retry_s,
    )


def _state(view: IndexView) -> pb.IndexState.ValueType:
    if view.build is not None:
        return pb.INDEX_STATE_BUILDING
    if view.wish.aim is Aim.HOLD:
        return pb.INDEX_STATE_HELD
    if view.failure:
        return pb.INDEX_STATE_FAILED
    return pb.INDEX_STATE_WAITING if view.is_due else pb.INDEX_STATE_READY


def _segment(segment: Segment) -> pb.Segment:
    built = Timestamp()
    built.FromNanoseconds(segment.built.built_ns)
    recalls = segment.graph.calibration.recalls
    return pb.Segment(
        number=segment.built.number,
        points=segment.points,
        dead_points=segment.dead,
        vector_bytes=segment.vector_bytes,
        graph_bytes=segment.graph_bytes,
        build_time=built,
        build_seconds=segment.built.build_s,
        recalls=[pb.RecallPoint(ef=at.ef, recall=at.recall) for at in recalls.get(_MEASURED_K, ())],
    )


def _progress(build: BuildState) -> pb.BuildProgress:
    progress = build.progress
    if progress is None:
        return pb.BuildProgress(points=build.points, memory_bytes=build.memory_bytes)
    fraction, elapsed_s = progress.fraction, progress.elapsed_s
    return pb.BuildProgress(
        phase=progress.phase,
        round=progress.round,
        fraction=fraction,
        distances=progress.distances,
        points=build.points,
        elapsed_seconds=elapsed_s,
        remaining_seconds=elapsed_s * (1 - fraction) / fraction if fraction > 0 else 0.0,
        memory_bytes=build.memory_bytes,
    )
