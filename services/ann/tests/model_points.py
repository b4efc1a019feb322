"""Points as the models of a collection draw and keep them: few ids, vectors of whole numbers, which tie, and wards."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from hypothesis import strategies as st
from monshin_ann.core import payloads
from monshin_ann.core.building import Limits
from monshin_ann.core.definition import Metric
from monshin_ann.core.filters import Filter, Not, OneOf
from monshin_ann.core.search import Neighbours
from monshin_ann.core.vectors import Matrix
from monshin_ann.indexing import BuildSettings

DIM = 3
SMALL = BuildSettings(Limits(seal_points=5, segment_points=20))  # graphs that a beam sees whole
LARGE = BuildSettings(Limits(seal_points=60, segment_points=2000))
LARGE_POINTS = 600  # which a narrow beam walks
WARDS = ("ICU", "ER", "7F")

IDS = st.sampled_from([f"p{i}" for i in range(30)] + ["患者/1", "a b"] + [f"base{i}" for i in range(8)])
FILTERS = st.builds(
    lambda ward, negate: Not(OneOf("ward", (ward,))) if negate else OneOf("ward", (ward,)),
    st.sampled_from(WARDS),
    st.booleans(),
)

Model = dict[str, tuple[list[float], str | None]]  # vector and ward by id


def base_points(count: int) -> Model:
    """base0 …, farther apart than those that are drawn."""
    rng = np.random.default_rng(count)
    wards = (None, *WARDS)
    return {
        f"base{i}": (rng.integers(-40, 41, DIM).astype(float).tolist(), wards[i % len(wards)]) for i in range(count)
    }


def facts(ward: str | None) -> dict[str, Any]:
    """A point's payload."""
    return {"ward": ward} if ward is not None else {}


class Exactness(Enum):
    """Of a search: IDS, where points are compared; DISTANCES, where a beam sees all of a graph, whose order decides
    which of equally far ones are found; NONE, where a graph is walked.
    """

    IDS = "ids"
    DISTANCES = "distances"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Oracle:
    """Functions of conftest. nearest: (distance, id) of the k nearest. passes: a payload a filter. batch: of points."""

    nearest: Callable[..., list[tuple[float, str]]]
    passes: Callable[..., bool]
    batch: Callable[..., Any]

    def batch_of(self, points: Model) -> Any:
        """To be stored."""
        rows = {name: np.array(vector, np.float32) for name, (vector, _) in points.items()}
        return self.batch(rows, {name: facts(ward) for name, (_, ward) in points.items()})

    def passing(self, model: Model, tree: Filter | None) -> set[str]:
        """Ids of the points that pass the filter; None: of all."""
        return {name for name, (_, ward) in model.items() if tree is None or self.passes(facts(ward), tree)}

    def check(
        self, found: Neighbours, model: Model, query: Matrix, k: int, tree: Filter | None, how: Exactness
    ) -> None:
        """An answer must be min(k, points that pass) of these, each once, with their payloads and true distances,
        nearest first, ties by id; and the very ones that `how` asks for.
        """
        points = {name: np.array(model[name][0], np.float32) for name in self.passing(model, tree)}
        expected = self.nearest(points, query, k, Metric.L2)
        assert not found.is_truncated
        assert set(found.ids) <= points.keys()
        assert len(found.ids) == len(set(found.ids)) == len(expected)
        ranked = list(zip(found.distances, found.ids, strict=True))
        assert ranked == self.nearest({name: points[name] for name in found.ids}, query, k, Metric.L2)
        assert found.payloads == [payloads.encode(facts(model[name][1]), "") for name in found.ids]
        if how is Exactness.IDS:
            assert ranked == expected
        if how is Exactness.DISTANCES:
            assert [distance for distance, _ in ranked] == [distance for distance, _ in expected]
