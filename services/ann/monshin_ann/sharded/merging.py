"""The last job of a build: the cells' lists united cell by cell, what nothing leads to linked, everything published.

The checkpoint is the list of cells that are done, each an artefact.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grnnd
import numpy as np
from grnnd.mapped import mapped
from monshin_kit.jobs import Artefact, JobContext
from numpy.typing import DTypeLike, NDArray

from monshin_ann.core.definition import Metric
from monshin_ann.sharded import manifest, scratch
from monshin_ann.sharded.kinds import MergeResult, MergeSpec
from monshin_ann.sharded.usage import Usage

_COPY_BYTES = 1024 * 1024


def merge(context: JobContext[MergeSpec], root: Path, threads: int) -> MergeResult:
    """root: where the worker keeps what it needs while it works."""
    spec, usage = context.spec, Usage()
    with scratch.folder(root) as folder:
        plan = manifest.decode(manifest.Plan, context.artefacts.read(Artefact.of(spec.plan)))
        found = manifest.decode(manifest.Parts, context.artefacts.read(Artefact.of(spec.parts)))
        inputs = _Inputs(context, folder)
        vectors = inputs.array(plan.vectors, "vectors", "<f4", (plan.rows, plan.dim))
        owners = inputs.array(plan.owners, "owners", "<u4", (plan.rows,))
        sizes = [cell.size for cell in plan.cells]
        rows = inputs.joined(found.rows, "rows", "<u4", sizes, ())
        lists = inputs.joined(found.lists, "lists", "<u4", sizes, (spec.degree,))
        parts = [grnnd.Part(*each) for each in zip(rows, lists, strict=True)]

        def report(phase: str, done: int, total: int) -> None:
            usage.look()
            context.progress(done, total, phase=phase)

        external = grnnd.ExternalMerge(
            vectors, owners, parts, folder, metric=spec.metric, seed=spec.seed, threads=threads, on_step=report
        )
        _unite(context, external, len(parts), folder)
        graph = external.finish()
        report("publish", 0, 1)
        graph.save(folder / "graph")
        published = _publish(context, plan, folder / "graph")
        usage.look()
        return MergeResult(published, external.linked, external.distances, usage.cpu_s, usage.memory_bytes)


def _unite(context: JobContext[MergeSpec], external: grnnd.ExternalMerge, parts: int, folder: Path) -> None:
    saved = context.checkpoint()
    done: list[str] = json.loads(saved.read()) if saved is not None else []
    for part in range(parts):
        context.step(f"cell-{part:05d}")
        edges, path = external.edges_of(part), folder / "edges-of-cell"
        if part < len(done):
            context.artefacts.fetch(Artefact.of(done[part]), path)
            edges[:] = mapped(path, "<u4", edges.shape)
            continue
        external.unite(part)
        edges.astype("<u4", copy=False).tofile(path)
        name = f"{context.spec.work}/merge-{context.attempt:06d}/edges-{part:05d}"
        done.append(context.artefacts.put(name, path).reference)
        context.save_checkpoint(json.dumps(done).encode(), done=part + 1)
    context.step("publish")


def _publish(context: JobContext[MergeSpec], plan: manifest.Plan, graph: Path) -> str:
    spec = context.spec
    published = manifest.Published(
        rows=plan.rows,
        dim=plan.dim,
        metric=spec.metric,
        shards=len(plan.cells),
        graph=context.artefacts.put(f"{spec.published}/graph-{context.attempt:06d}", graph).reference,
        points=plan.points,
        vectors=plan.vectors if Metric(spec.metric) is Metric.COSINE else "",
        sources=plan.sources,
    )
    name = f"{spec.published}/manifest-{context.attempt:06d}.json"
    return context.artefacts.put(name, manifest.encode(published)).reference


class _Inputs:
    """Artefacts as mapped arrays, in the job's folder."""

    def __init__(self, context: JobContext[MergeSpec], folder: Path) -> None:
        self._context = context
        self._folder = folder

    def array(self, reference: str, name: str, dtype: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
        """Raises DataLoss if the artefact is gone or damaged."""
        if 0 in shape:
            return np.empty(shape, dtype=dtype)
        path = self._folder / f"input-{name}"
        self._fetch(reference, path)
        return mapped(path, dtype, shape)

    def joined(
        self, references: Sequence[str], name: str, dtype: DTypeLike, sizes: Sequence[int], rest: tuple[int, ...]
    ) -> Sequence[NDArray[Any]]:
        """One array of shape (size, *rest) for each reference, all in one file: of files and of mappings a process may
        have fewer than a plan has cells. Raises as `array`."""
        path, part = self._folder / f"input-{name}", self._folder / "input-part"
        with path.open("wb") as out:
            for reference, size in zip(references, sizes, strict=True):
                if size:
                    self._fetch(reference, part)
                    with part.open("rb") as source:
                        shutil.copyfileobj(source, out, _COPY_BYTES)
        part.unlink(missing_ok=True)
        return np.split(mapped(path, dtype, (sum(sizes), *rest)), np.cumsum(sizes)[:-1])

    def _fetch(self, reference: str, path: Path) -> None:
        self._context.progress(0, phase="fetch")
        self._context.artefacts.fetch(Artefact.of(reference), path)
