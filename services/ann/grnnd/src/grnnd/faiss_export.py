"""A graph as faiss sees those of CAGRA: one level, the same degree everywhere."""

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from grnnd.errors import Unavailable
from grnnd.metric import Metric

if TYPE_CHECKING:
    from grnnd.graph import Graph


def to_faiss(graph: "Graph") -> Any:
    """See Graph.to_faiss."""
    try:
        faiss: Any = importlib.import_module("faiss")
    except ImportError as error:
        raise Unavailable("faiss is not installed: install grnnd[faiss]") from error

    count, degree = len(graph), graph.degree
    metric = faiss.METRIC_L2 if graph.metric is Metric.L2 else faiss.METRIC_INNER_PRODUCT
    # faiss gives level 0 twice as many neighbours as it is told: an odd degree leaves one place empty.
    half = (degree + 1) // 2
    index = faiss.IndexHNSWCagra(graph.dim, half, metric)
    index.base_level_only = True
    index.storage.add(np.ascontiguousarray(graph.vectors))
    index.ntotal = count
    neighbours = np.full((count, 2 * half), -1, dtype=np.int32)
    neighbours[:, :degree] = graph.neighbours()
    hnsw = index.hnsw
    faiss.copy_array_to_vector(np.ones(count, dtype=np.int32), hnsw.levels)
    faiss.copy_array_to_vector(np.arange(count + 1, dtype=np.uint64) * np.uint64(2 * half), hnsw.offsets)
    faiss.copy_array_to_vector(neighbours.ravel(), hnsw.neighbors)
    hnsw.max_level = 0
    hnsw.entry_point = int(graph.order[graph.entries[0]])
    return index
