"""The export: plain faiss loads it and finds the same."""

from pathlib import Path

import numpy as np
import pytest
from distributions import sampled
from reference import recall

import grnnd

faiss = pytest.importorskip("faiss")


@pytest.mark.parametrize("degree", [8, 15, 32])
@pytest.mark.parametrize("metric", ["l2", "cosine", "inner_product"])
def test_faiss_finds_neighbours_in_a_written_and_read_export(tmp_path: Path, metric: str, degree: int) -> None:
    rows, queries = sampled("low rank 384d")
    exported = grnnd.build(rows, metric=metric, degree=degree).to_faiss()
    faiss.write_index(exported, str(tmp_path / "index"))
    index = faiss.read_index(str(tmp_path / "index"))
    index.hnsw.efSearch = 128
    asked = queries / np.linalg.norm(queries, axis=1, keepdims=True) if metric == "cosine" else queries
    found, ids = index.search(asked, 10)
    distances = {"l2": found, "cosine": 1 - found, "inner_product": -found}[metric]
    assert index.ntotal == len(rows)
    assert ids.max() < len(rows)
    assert recall(distances, rows, queries, metric) >= 0.95


def test_the_export_has_the_edges_of_the_graph() -> None:
    rows, _ = sampled("normal 16d")
    graph = grnnd.build(rows, degree=16)
    exported = graph.to_faiss()  # owns the lists that hnsw.neighbors looks at
    edges = faiss.vector_to_array(exported.hnsw.neighbors).reshape(len(rows), 16)
    assert (edges == graph.neighbours()).all()
