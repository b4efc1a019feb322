"""A search of a collection that was built in shards: by its graph, or, where that misses the recall, of every point."""

from types import SimpleNamespace

import grnnd
import numpy as np
import pytest
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.segment import Effort
from monshin_ann.sharded.collection import _walk

ALL = np.empty(0, dtype=np.uint8)


@pytest.mark.parametrize(
    ("effort", "least", "most"), [(Effort(target_recall=0.95), 1.0, 1.0), (Effort(ef=100), 0.1, 0.9)]
)
def test_where_a_graph_misses_the_recall_every_point_is_compared(effort: Effort, least: float, most: float) -> None:
    """Noise of dim 64: a graph of degree 4 finds little of it at any width; a wished width is walked all the same."""
    noise = np.random.default_rng(0).standard_normal((6030, 64)).astype(np.float32)
    rows, queries = noise[:6000], noise[6000:]
    opened = SimpleNamespace(graph=grnnd.build(rows, degree=4, code="f32"))
    found, is_cut = _walk(opened, queries, 10, ALL, effort, FOREVER)  # type: ignore[arg-type]  # all that it reads
    true = np.argsort(((queries[:, None] - rows[None]) ** 2).sum(axis=2), axis=1)[:, :10]
    share = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found.tolist(), true.tolist(), strict=True)])
    assert least <= share <= most
    assert not is_cut.any()
