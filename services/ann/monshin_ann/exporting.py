"""A collection as files for other systems."""

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monshin_kit.errors import FailedPrecondition

from monshin_ann.core.segment import Segment
from monshin_ann.core.snapshot import Part, Snapshot

_GROUP_ROWS = 4096


def write_parquet(snapshot: Snapshot, dim: int, folder: Path) -> Iterator[Path]:
    """`points.parquet`: id, vector as float list of `dim`, payload in JSON or null, sequence. Of one moment."""
    pyarrow, parquet = _module("pyarrow"), _module("pyarrow.parquet")
    schema = pyarrow.schema(
        [
            pyarrow.field("id", pyarrow.string(), nullable=False),
            pyarrow.field("vector", pyarrow.list_(pyarrow.float32(), dim), nullable=False),
            pyarrow.field("payload", pyarrow.string()),
            pyarrow.field("sequence", pyarrow.int64(), nullable=False),
        ]
    )
    path = folder / "points.parquet"
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in snapshot.parts():
            rows = np.flatnonzero(part.matching(None))
            for start in range(0, len(rows), _GROUP_ROWS):
                writer.write_table(_table(pyarrow, schema, part, rows[start : start + _GROUP_ROWS], dim))
    yield path


def write_faiss(snapshot: Snapshot, folder: Path) -> Iterator[Path]:
    """`index.faiss` and `ids.txt`, line n of which is the id of row n as a JSON string.

    Raises FailedPrecondition unless one segment holds all points and nothing else.
    """
    segment = _only_segment(snapshot)
    faiss = _module("faiss")
    path = folder / "index.faiss"
    faiss.write_index(segment.graph.to_faiss(), str(path))
    yield path
    path = folder / "ids.txt"
    with path.open("w", encoding="utf-8") as file:
        for block in segment.blocks:
            file.writelines(json.dumps(point_id, ensure_ascii=False) + "\n" for point_id in block.ids)
    yield path


def _table(pyarrow: Any, schema: Any, part: Part, rows: Any, dim: int) -> Any:
    batch, sequences = part.block.take(rows)
    flat = pyarrow.array(np.ascontiguousarray(batch.vectors).reshape(-1))
    vectors = pyarrow.FixedSizeListArray.from_arrays(flat, dim)
    columns: Sequence[Any] = [
        pyarrow.array(batch.ids, pyarrow.string()),
        vectors,
        pyarrow.array(batch.payloads, pyarrow.string()),
        pyarrow.array(sequences),
    ]
    return pyarrow.Table.from_arrays(columns, schema=schema)


def _only_segment(snapshot: Snapshot) -> Segment:
    if len(snapshot.segments) != 1 or snapshot.segments[0].points != snapshot.points or snapshot.segments[0].dead:
        raise FailedPrecondition(
            f"the {snapshot.points} points lie in {len(snapshot.segments)} segments, some without a graph or deleted: "
            "faiss needs all in one, call BuildIndex first; more points than MONSHIN_ANN_SEGMENT_POINTS never are",
            reason="NOT_IN_ONE_SEGMENT",
        )
    return snapshot.segments[0]


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        text = f"this installation lacks {name}: install monshin-ann[export]"
        raise FailedPrecondition(text, reason="NOT_INSTALLED") from error
