"""Collections filled, given their graphs, and measured; found through the path that conftest sets."""

from collections.abc import Callable
from typing import Any

import numpy as np
from monshin_ann.collection import Collection
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.filters import Plan
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.indexing import BuildSettings
from monshin_kit.requests import NOT_REMEMBERED

DIM = 32
BUILDING = BuildSettings(Limits(seal_points=1000, segment_points=5000))
Make = Callable[..., Collection]


def clustered(count: int, seed: int = 0) -> Matrix:
    """Vectors in 40 clusters."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((40, DIM))
    rows = centres[rng.integers(0, 40, count)] + 0.5 * rng.standard_normal((count, DIM))
    return np.asarray(rows, dtype=np.float32)


def fill(collection: Collection, batch: Callable[..., Any], rows: Matrix, first: int = 0) -> None:
    """Stores them as p{first} …, with their number as payload."""
    names = [f"p{number}" for number in range(first, first + len(rows))]
    for start in range(0, len(rows), 1000):
        points = dict(zip(names[start : start + 1000], rows[start : start + 1000], strict=True))
        facts = {name: {"n": float(name[1:])} for name in points}
        collection.upsert(batch(points, facts), NOT_REMEMBERED).result()


def build(collection: Collection) -> None:
    """All that is due."""
    while collection.build_next():
        pass


def recall(collection: Collection, queries: Matrix, effort: Effort, plan: Plan | None = None) -> float:
    """Share of found points no farther than the true tenth."""
    exact = collection.search(queries, 10, plan, FOREVER, Effort(target_recall=EXACT)).neighbours
    found = collection.search(queries, 10, plan, FOREVER, effort).neighbours
    return float(
        np.mean([d <= true.distances[-1] for true, walked in zip(exact, found, strict=True) for d in walked.distances])
    )
