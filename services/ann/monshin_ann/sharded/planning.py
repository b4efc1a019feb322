"""The first job of a build: the source read once and checked, cells found on a sample, each row given to its cells.

Memory: a batch, the sample, a chunk of rows against all centres, and the cells of a block of rows; the rest is files.
"""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from grnnd import calibration
from grnnd.mapped import mapped, release
from monshin_kit.errors import InvalidInput
from monshin_kit.jobs import Artefact, JobContext
from numpy.typing import NDArray

from monshin_ann.core.definition import Metric
from monshin_ann.core.vectors import Matrix
from monshin_ann.sharded import cells, manifest, scratch
from monshin_ann.sharded.cell_files import CellFiles, block_rows
from monshin_ann.sharded.kinds import PlanResult, PlanSpec
from monshin_ann.sharded.points_table import PointsWriter
from monshin_ann.sharded.source import SourceFile
from monshin_ann.sharded.usage import Usage

MAX_ROWS = 2**31 - 2  # of grnnd
_CHUNK_ROWS = 16_384


def plan(context: JobContext[PlanSpec], root: Path) -> PlanResult:
    """root: where the worker keeps what it needs while it works. Raises InvalidInput that names file and row."""
    usage = Usage()
    with scratch.folder(root) as folder:
        source = _read(context, folder)
        usage.look()
        vectors = mapped(folder / "vectors", "<f4", (source.rows, context.spec.dim))
        held_out = np.zeros(source.rows, dtype=np.bool_)
        held_out[calibration.held_out(source.rows, context.spec.seed)] = True
        files = _assign(context, folder, vectors, held_out)
        usage.look()
        stored = _store(context, folder, source, files)
        return PlanResult(stored, source.rows, len(files.sizes), usage.cpu_s, usage.memory_bytes)


@dataclass(frozen=True, slots=True)
class _Source:
    rows: int
    artefacts: tuple[Artefact, ...]


def _read(context: JobContext[PlanSpec], folder: Path) -> _Source:
    spec, artefacts, starts = context.spec, [], [0]
    names = [name for name in context.artefacts.names(spec.source) if name.endswith(".parquet")]
    if not names:
        raise InvalidInput(f"there is no file *.parquet under {spec.source}/ in the artefact store")
    points = PointsWriter(folder / "points")
    with (folder / "vectors").open("wb") as out:
        for name in names:
            with _local(context, name, folder / "source") as artefact:
                rows = starts[-1]
                for batch in SourceFile(folder / "source", name, spec.dim, Metric(spec.metric)).batches():
                    points.add(batch.ids, batch.payloads)
                    out.write(batch.vectors.astype("<f4", copy=False).tobytes())
                    rows += len(batch.ids)
                    context.progress(rows, phase="read")
                artefacts.append(artefact)
                starts.append(rows)
    if not 0 < starts[-1] <= MAX_ROWS:
        raise InvalidInput(f"{spec.source}/ holds {starts[-1]} points, allowed are 1 to {MAX_ROWS}")
    context.progress(starts[-1], phase="index-ids")
    if (repeated := points.finish()) is not None:
        first, second = (_place(names, starts, row) for row in (repeated.first, repeated.second))
        raise InvalidInput(f"{second} repeats the id of {first}")
    return _Source(starts[-1], tuple(artefacts))


@contextmanager
def _local(context: JobContext[PlanSpec], name: str, target: Path) -> Iterator[Artefact]:
    try:
        yield context.artefacts.take(name, target)
    finally:
        target.unlink(missing_ok=True)


def _place(names: list[str], starts: list[int], row: int) -> str:
    number = bisect_right(starts, row) - 1
    return f"{names[number]}: row {row - starts[number]}"


def _assign(context: JobContext[PlanSpec], folder: Path, vectors: Matrix, held_out: NDArray[np.bool_]) -> CellFiles:
    """Fills the files of the cells, and `owners`."""
    spec, metric, rows = context.spec, Metric(context.spec.metric), len(vectors)
    rng = np.random.default_rng(spec.seed)
    context.progress(0, rows, phase="cells")
    size = min(rows, cells.MAX_SAMPLE, cells.SAMPLE_A_CELL * cells.wanted(rows, spec.shard_rows, spec.overlap))
    sample = cells.directions(vectors[np.sort(rng.choice(rows, size, replace=False))], metric)
    centres = cells.find(sample, rows, spec.shard_rows, spec.overlap, rng)
    assigner = cells.Assigner(centres, spec.shard_rows, spec.overlap)
    files = CellFiles(folder, len(centres), context.raise_if_cancelled)
    with (folder / "owners").open("wb") as out:
        for block in _ranges(0, rows, block_rows(spec.dim)):
            found = []
            for chunk in _ranges(block.start, block.stop, _CHUNK_ROWS):
                found.append(assigner.assign(cells.directions(np.ascontiguousarray(vectors[chunk]), metric)))
                context.progress(chunk.stop, rows, phase="assign")
            owners = files.add(block.start, vectors[block], np.concatenate(found), held_out[block])
            out.write(owners.astype("<u4").tobytes())
            release(vectors)
    return files


def _ranges(start: int, stop: int, size: int) -> Iterator[slice]:
    for first in range(start, stop, size):
        yield slice(first, min(first + size, stop))


def _store(context: JobContext[PlanSpec], folder: Path, source: _Source, files: CellFiles) -> str:
    spec = context.spec
    work = f"{spec.work}/plan-{context.attempt:06d}"
    # Under cosine the graph will hold vectors of length 1; what came is given back as it came.
    kept = spec.published if Metric(spec.metric) is Metric.COSINE else work

    def put(name: str, path: Path) -> str:
        context.progress(source.rows, source.rows, phase="store")
        return context.artefacts.put(name, path).reference

    stored = []
    for cell, size in enumerate(files.sizes.tolist()):
        rows, vectors = (put(f"{work}/{path.name}", path) for path in files.paths(cell))
        stored.append(manifest.Cell(rows, vectors, size))
    found = manifest.Plan(
        rows=source.rows,
        dim=spec.dim,
        vectors=put(f"{kept}/vectors-{context.attempt:06d}", folder / "vectors"),
        owners=put(f"{work}/owners", folder / "owners"),
        points=put(f"{spec.published}/points-{context.attempt:06d}", folder / "points"),
        sources=tuple(artefact.reference for artefact in source.artefacts),
        cells=tuple(stored),
    )
    return context.artefacts.put(f"{work}/plan.json", manifest.encode(found)).reference
