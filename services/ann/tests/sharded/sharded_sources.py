"""Sources to build from; found through the path that conftest sets."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from monshin_ann.sharded.kinds import BuildSpec
from numpy.typing import NDArray

Rows = NDArray[np.float32]
DIM = 16


def clustered(count: int, dim: int = DIM, seed: int = 0) -> Rows:
    """Overlapping clusters, which any search finds neighbours across."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((50, dim))
    of = np.random.default_rng(seed + 1).integers(0, 50, count)
    rows: Rows = (centres[of] + 0.6 * rng.standard_normal((count, dim))).astype(np.float32)
    return rows


def write_parquet(path: Path, rows: Rows, first: int = 0) -> None:
    """Points `p0000000`… with a payload of two fields; every 100th has none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = range(first, first + len(rows))
    payloads = [json.dumps({"ward": "ABC"[n % 3], "n": n}) if n % 100 else None for n in numbers]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel(), pa.float32()), rows.shape[1])
    columns = {"id": [f"p{n:07}" for n in numbers], "vector": vectors, "payload": payloads}
    pq.write_table(pa.table(columns), path, row_group_size=4096)


def make_spec(**changes: object) -> BuildSpec:
    """A small build."""
    fields: dict[str, object] = {
        "shelf": "notes-1", "collection": "notes", "dim": DIM, "metric": "l2", "source": "imports/notes",
        "shard_rows": 1000, "overlap": 2, "degree": 16, "seed": 0,
    }  # fmt: skip
    return BuildSpec(**{**fields, **changes})  # type: ignore[arg-type]


def artefacts_folder(home: Path) -> Path:
    """Where a process whose home this is keeps artefacts, unless told otherwise."""
    return home / "data" / "artefacts"
