"""Oracles: what the answers must be, worked out point by point in plain Python. And the service's real process."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.core import filters, payloads, vectors
from monshin_ann.core.block import Batch
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.core.filters import Filter
from monshin_ann.core.vectors import Matrix
from monshin_kit.testing import ServiceProcess

Ranked = list[tuple[float, str]]


def nearest(points: Mapping[str, Matrix], query: Matrix, k: int, metric: Metric) -> Ranked:
    """(distance, id) of the k nearest points: distances in float64, rounded once, ties by id."""
    with np.errstate(over="ignore"):
        ranked = sorted((float(np.float32(_distance(row, query, metric))), name) for name, row in points.items())
    return ranked[:k]


def _distance(row: Matrix, query: Matrix, metric: Metric) -> float:
    x, q = row.astype(np.float64), query.astype(np.float64)
    match metric:
        case Metric.L2:
            return float(((x - q) ** 2).sum())
        case Metric.INNER_PRODUCT:
            return 0.0 - float((x * q).sum())
        case Metric.COSINE:
            return 1 - float((x * q).sum()) / math.sqrt(float((x * x).sum()) * float((q * q).sum()))


def passes(payload: Mapping[str, Any], tree: Filter) -> bool:
    """Whether a payload passes a filter, as the proto's comments say it."""
    match tree:
        case filters.AllOf(trees):
            return all(passes(payload, each) for each in trees)
        case filters.AnyOf(trees):
            return any(passes(payload, each) for each in trees)
        case filters.Not(inner):
            return not passes(payload, inner)
        case filters.Exists(field, wanted):
            return (field in payload) == wanted
        case filters.OneOf(field, values):
            wanted_values = [(type(value), value) for value in values]
            return any((type(element), element) in wanted_values for element in _elements(payload, field))
        case filters.InRange(field, gt, gte, lt, lte):
            numbers = [element for element in _elements(payload, field) if type(element) is float]
            return any(gt < number and gte <= number and number < lt and number <= lte for number in numbers)


def _elements(payload: Mapping[str, Any], field: str) -> list[Any]:
    if field not in payload:
        return []
    value = payload[field]
    return value if isinstance(value, list) else [value]


def make_batch(points: Mapping[str, Matrix], facts: Mapping[str, Mapping[str, Any]] | None = None) -> Batch:
    """A batch of these vectors, with the payloads of those that have one."""
    rows = np.stack(list(points.values())).astype(np.float32)
    texts = [payloads.encode((facts or {}).get(name, {}), "payloads") for name in points]
    return Batch(list(points), rows, vectors.lengths(rows), texts)


def make_definition(dim: int = 3, metric: Metric = Metric.L2, name: str = "notes", **more: Any) -> Definition:
    """A collection to test with."""
    return Definition(CollectionId(name), dim, metric, time.time_ns(), **more)


@pytest.fixture
def oracle() -> Callable[..., Ranked]:
    """`nearest`."""
    return nearest


@pytest.fixture
def naive_filter() -> Callable[..., bool]:
    """`passes`."""
    return passes


@pytest.fixture
def batch() -> Callable[..., Batch]:
    """`make_batch`."""
    return make_batch


@pytest.fixture
def definition() -> Callable[..., Definition]:
    """`make_definition`."""
    return make_definition


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., ServiceProcess]:
    """Makes a process of the service in the test's folder; keyword arguments are settings of its environment."""

    def make(**env: str) -> ServiceProcess:
        return ServiceProcess("monshin_ann", tmp_path, env)

    return make


def some_vectors(names: Iterable[str], dim: int, seed: int) -> dict[str, Matrix]:
    """A random vector for each name."""
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(dim).astype(np.float32) for name in names}


@pytest.fixture
def random_points() -> Callable[..., dict[str, Matrix]]:
    """`some_vectors`."""
    return some_vectors
