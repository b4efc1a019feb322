"""Exact answers and facts about graphs, computed in float64 and Python."""

import numpy as np
from numpy.typing import NDArray

from grnnd import Graph, engine


def all_distances(rows: NDArray[np.float32], queries: NDArray[np.float32], metric: str = "l2") -> NDArray[np.float64]:
    """Of shape (queries, rows)."""
    x, q = rows.astype(np.float64), queries.astype(np.float64)
    match metric:
        case "l2":
            return np.array([np.square(x - one).sum(axis=1) for one in q])
        case "cosine":
            return 1 - (q / np.linalg.norm(q, axis=1)[:, None]) @ (x / np.linalg.norm(x, axis=1)[:, None]).T
        case _:
            return -q @ x.T


def recall(
    distances: NDArray[np.float32], rows: NDArray[np.float32], queries: NDArray[np.float32], metric: str = "l2"
) -> float:
    """Share of found rows no farther than the true k-th: of equally far rows any may be found."""
    k = distances.shape[1]
    true = np.sort(all_distances(rows, queries, metric), axis=1)[:, k - 1 : k]
    return float(np.mean(distances <= true + 1e-4 * np.abs(true) + 1e-6))


def is_walked(graph: Graph, k: int, ef: int, matching: int | None = None) -> bool:
    """Or does a search, of so many matching rows, scan them, so that it says nothing of the graph?"""
    index, _ = graph._opened
    return not index.is_scanned(k, ef, len(graph) if matching is None else matching)


def reachable_share(graph: Graph) -> float:
    """Of all vertices, from the entries."""
    return len(reachable(graph.edges, graph.entries)) / len(graph)


def reachable(edges: NDArray[np.uint32], entries: NDArray[np.uint32]) -> set[int]:
    """Vertices, from the entries; edges: (vertices, degree), filled up with NONE."""
    lists = [[v for v in row if v != engine.NONE] for row in edges.tolist()]
    reached = set(entries.tolist())
    waiting = list(reached)
    while waiting:
        for v in lists[waiting.pop()]:
            if v not in reached:
                reached.add(v)
                waiting.append(v)
    return reached
