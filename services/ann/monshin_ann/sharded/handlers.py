"""Which function does which job, in a worker: `monshin_ann.sharded.handlers:HANDLERS`."""

import hashlib
from pathlib import Path

from monshin_kit.jobs import Artefact, Handlers, JobContext, decode
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load

from monshin_ann.settings import AnnSettings
from monshin_ann.sharded import manifest, merging, planning, shards
from monshin_ann.sharded.kinds import (
    BUILD,
    MERGE,
    PLAN,
    PUBLISHED,
    SHARD,
    BuildResult,
    BuildSpec,
    MergeResult,
    MergeSpec,
    PlanResult,
    PlanSpec,
    ShardResult,
    ShardSpec,
)


def build(context: JobContext[BuildSpec]) -> BuildResult:
    """The whole: its parts run as jobs of their own, on whatever workers there are."""
    spec, artefacts = context.spec, context.artefacts
    work, published = f"{context.folder}/work", f"{PUBLISHED}/{spec.shelf}"
    plan_spec = PlanSpec(
        work, published, spec.dim, spec.metric, spec.source, spec.shard_rows, spec.overlap, seed=spec.seed
    )
    planned = decode(PlanResult, context.run_jobs(PLAN, {"plan": plan_spec})["plan"].result)
    plan = manifest.decode(manifest.Plan, artefacts.read(Artefact.of(planned.plan)))
    cells = {f"cell-{number:05d}": cell for number, cell in enumerate(plan.cells)}
    specs = {
        key: ShardSpec(work, cell.rows, cell.vectors, spec.dim, spec.metric, spec.degree, spec.seed)
        for key, cell in cells.items()
        if cell.size
    }
    built = {key: decode(ShardResult, job.result) for key, job in context.run_jobs(SHARD, specs, done_before=1).items()}
    parts = manifest.Parts(
        rows=tuple(built[key].part_rows if key in built else "" for key in cells),
        lists=tuple(built[key].part_lists if key in built else "" for key in cells),
    )
    listed = manifest.encode(parts)
    # By what it says: another attempt that counts on the same parts goes on with the same merge.
    stored = artefacts.put(f"{work}/parts-{hashlib.sha256(listed).hexdigest()[:16]}.json", listed)
    merge_spec = MergeSpec(
        work, published, planned.plan, stored.reference, metric=spec.metric, degree=spec.degree, seed=spec.seed
    )
    merging_job = context.run_jobs(MERGE, {"merge": merge_spec}, done_before=1 + len(specs))["merge"]
    merged = decode(MergeResult, merging_job.result)
    _forget_lost_attempts(context, published, Artefact.of(merged.manifest))
    distances = merged.distances + sum(result.distances for result in built.values())
    return BuildResult(merged.manifest, planned.rows, len(specs), distances)


def _forget_lost_attempts(context: JobContext[BuildSpec], published: str, made: Artefact) -> None:
    """Deletes what attempts published whose worker was lost before it could say so: nothing refers to it."""
    files = manifest.decode(manifest.Published, context.artefacts.read(made)).files.values()
    kept = {made.name, *(each.name for each in files)}
    for name in context.artefacts.names(published):
        if name not in kept:
            context.step("tidy")  # an attempt that was overtaken deletes nothing
            context.artefacts.delete(name)


def _plan(context: JobContext[PlanSpec]) -> PlanResult:
    return planning.plan(context, _scratch())


def _shard(context: JobContext[ShardSpec]) -> ShardResult:
    return shards.shard(context, _scratch(), load(AnnSettings))


def _merge(context: JobContext[MergeSpec]) -> MergeResult:
    return merging.merge(context, _scratch(), load(AnnSettings).build_threads)


def _scratch() -> Path:
    return load(ServerSettings).home.absolute() / "cache" / "ann-builds"


HANDLERS = Handlers().on(BUILD, build).on(PLAN, _plan).on(SHARD, _shard).on(MERGE, _merge)
