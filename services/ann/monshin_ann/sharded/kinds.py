"""What the jobs of a build are told and what they answer: ids and numbers, for the service and the workers.

    ann.sharded_build ──► ann.sharded_plan    the source read and checked, cells found, a file for each cell
                      ├─► ann.sharded_shard   one cell's graph; as many as there are cells, on all workers
                      └─► ann.sharded_merge   the cells' lists united, linked, published

A string that ends in `Ref` in a comment is a reference of `monshin_kit.jobs.Artefact`.
"""

from dataclasses import dataclass

from monshin_kit.jobs import Kind

PUBLISHED = "ann/sharded"  # in the artefact store: a folder of each collection


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """shelf: `{collection}-{token}`, the place in the service's folder that the collection will take.

    source: prefix of Parquet files in the artefact store. shard_rows: the most that a cell holds, overlap included.
    """

    shelf: str
    collection: str
    dim: int
    metric: str
    source: str
    shard_rows: int
    overlap: int
    degree: int
    seed: int


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """work: prefix of what is needed until the build ends. published: of what the collection is made of."""

    work: str
    published: str
    dim: int
    metric: str
    source: str
    shard_rows: int
    overlap: int
    seed: int


@dataclass(frozen=True, slots=True)
class PlanResult:
    """plan: Ref of `manifest.Plan`. cpu_s, memory_bytes: as `usage.Usage` measures, here and below."""

    plan: str
    rows: int
    shards: int
    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class ShardSpec:
    """One cell: rows, vectors: Refs of its files (`cell_files`)."""

    work: str
    rows: str
    vectors: str
    dim: int
    metric: str
    degree: int
    seed: int


@dataclass(frozen=True, slots=True)
class ShardResult:
    """part_rows, part_lists: Refs of the arrays of `grnnd.Part`. The same vectors give the same sums, on any worker."""

    part_rows: str
    part_lists: str
    rows: int
    distances: int
    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class MergeSpec:
    """plan: Ref of `manifest.Plan`. parts: Ref of `manifest.Parts`."""

    work: str
    published: str
    plan: str
    parts: str
    metric: str
    degree: int
    seed: int


@dataclass(frozen=True, slots=True)
class MergeResult:
    """manifest: Ref of `manifest.Published`. linked: rows that only an added edge made reachable."""

    manifest: str
    linked: int
    distances: int
    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class BuildResult:
    """manifest: Ref of `manifest.Published`."""

    manifest: str
    rows: int
    shards: int
    distances: int


BUILD = Kind("ann.sharded_build", BuildSpec)
PLAN = Kind("ann.sharded_plan", PlanSpec)
SHARD = Kind("ann.sharded_shard", ShardSpec)
MERGE = Kind("ann.sharded_merge", MergeSpec)
