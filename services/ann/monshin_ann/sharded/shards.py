"""The jobs between: one cell's graph, reproducible bit by bit, so that a shard built again has the same sums."""

from pathlib import Path

import grnnd
import numpy as np
from grnnd.mapped import mapped, release
from monshin_kit.errors import FailedPrecondition
from monshin_kit.jobs import Artefact, JobContext
from numpy.typing import NDArray

from monshin_ann.settings import AnnSettings
from monshin_ann.sharded import scratch
from monshin_ann.sharded.kinds import ShardResult, ShardSpec
from monshin_ann.sharded.usage import Usage

_PARTS = 1000  # of the whole, in which progress is told


def shard(context: JobContext[ShardSpec], root: Path, settings: AnnSettings) -> ShardResult:
    """root: where the worker keeps what it needs meanwhile. Raises FailedPrecondition if it does not fit memory."""
    spec, usage = context.spec, Usage()
    with scratch.folder(root) as folder:
        context.progress(0, _PARTS, phase="fetch")
        rows = _fetched(context, spec.rows, folder / "rows", "<u4", 2)
        vectors = _fetched(context, spec.vectors, folder / "vectors", "<f4", spec.dim)

        def report(at: grnnd.Progress) -> None:
            usage.look()
            context.progress(int(at.fraction * _PARTS), _PARTS, phase="build", numbers={"distances": at.distances})
            counted[0] = at.distances

        counted = [0]
        try:
            graph = grnnd.build(
                vectors,
                metric=spec.metric,
                degree=spec.degree,
                seed=spec.seed,
                threads=settings.build_threads,
                device=settings.build_device,
                memory_limit=settings.build_memory_mib * 1024 * 1024 or None,
                progress=report,
            )
        except grnnd.TooLarge as error:
            raise FailedPrecondition(
                f"{len(rows)} rows of dim {spec.dim} need {error.needed_bytes} bytes, this worker has "
                f"{error.limit_bytes}: build with smaller shard_rows, or give the workers more",
                reason="SHARD_TOO_LARGE",
            ) from error
        part = grnnd.Part.of(graph, np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(rows[:, 1]))
        usage.look()
        del graph
        release(vectors)
        context.progress(_PARTS, _PARTS, phase="store")
        return ShardResult(
            part_rows=_stored(context, part.rows, "part-rows", folder),
            part_lists=_stored(context, part.lists, "part-lists", folder),
            rows=len(rows),
            distances=counted[0],
            cpu_s=usage.cpu_s,
            memory_bytes=usage.memory_bytes,
        )


def _fetched(
    context: JobContext[ShardSpec], reference: str, target: Path, dtype: str, columns: int
) -> NDArray[np.generic]:
    artefact = Artefact.of(reference)
    context.artefacts.fetch(artefact, target)
    width = columns * np.dtype(dtype).itemsize
    return mapped(target, dtype, (artefact.size_bytes // width, columns))


def _stored(context: JobContext[ShardSpec], array: NDArray[np.uint32], name: str, folder: Path) -> str:
    path = folder / name
    array.astype("<u4", copy=False).tofile(path)
    return context.artefacts.put(f"{context.spec.work}/{context.id}-{context.attempt:06d}/{name}", path).reference
