"""A search of a collection that was built in shards: by its graph, or, where that misses the recall, of every point."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grnnd
import numpy as np
import pytest
from monshin_ann.answers import State
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.segment import Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.sharded.collection import MANIFEST, REFERENCE, ShardedCollection
from monshin_ann.sharded.manifest import Published, encode
from monshin_ann.sharded.points_table import PointsWriter
from monshin_kit.jobs import Artefact


def shelved(folder: Path, rows: Matrix, degree: int) -> None:
    """The files of a collection of points `0`, `1` …, as the shelf lays them down."""
    grnnd.build(rows, degree=degree, code="f32").save(folder / "graph.grnnd")
    points = PointsWriter(folder / "points.table")
    points.add([str(row) for row in range(len(rows))], [None] * len(rows))
    points.finish()
    graph, table = (reference(folder / name) for name in ("graph.grnnd", "points.table"))
    published = Published(len(rows), rows.shape[1], "l2", 1, graph, table, "", ())
    (folder / MANIFEST).write_bytes(encode(published))
    (folder / REFERENCE).write_text(reference(folder / MANIFEST))


def reference(path: Path) -> str:
    """Of a file as an artefact."""
    return Artefact(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size).reference


@pytest.mark.parametrize(
    ("effort", "least", "most"), [(Effort(target_recall=0.95), 1.0, 1.0), (Effort(ef=100), 0.1, 0.9)]
)
def test_where_a_graph_misses_the_recall_every_point_is_compared(
    tmp_path: Path, definition: Callable[..., Any], effort: Effort, least: float, most: float
) -> None:
    """Noise of dim 64: a graph of degree 4 finds little of it at any width; a wished width is walked all the same."""
    noise = np.random.default_rng(0).standard_normal((6030, 64)).astype(np.float32)
    rows, queries = noise[:6000], noise[6000:]
    shelved(tmp_path, rows, degree=4)
    collection = ShardedCollection(definition(dim=64), tmp_path)
    assert collection.state is State.SERVING
    found = collection.search(queries, 10, None, FOREVER, effort).neighbours
    true = np.argsort(((queries[:, None] - rows[None]) ** 2).sum(axis=2), axis=1)[:, :10].astype(str)
    share = np.mean([len(set(a.ids) & set(b)) / 10 for a, b in zip(found, true.tolist(), strict=True)])
    assert least <= share <= most
    assert not any(each.is_truncated for each in found)
    collection.close()
