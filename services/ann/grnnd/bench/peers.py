"""grnnd and its peers behind one face: build with one thread, search with one thread at an effort."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

K = 10
Rows = NDArray[np.float32]
Search = Callable[[Rows, int], NDArray[Any]]  # queries, effort → ids (queries, K)
BEAM_WIDTHS = (12, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 200, 300)
LEAVES = (5, 8, 12, 16, 20, 25, 30, 40, 60, 80, 120)


@dataclass(frozen=True, slots=True)
class Peer:
    """kind: grnnd, graph or quantised. build: of rows; what it returns searches."""

    name: str
    kind: str
    efforts: tuple[int, ...]
    build: Callable[[Rows], Search]


def peers() -> Iterator[Peer]:
    """Ours, then the others over a small grid each."""
    yield Peer("grnnd", "grnnd", BEAM_WIDTHS, _grnnd)
    for links, width in ((16, 60), (16, 100), (24, 100)):
        yield Peer(
            f"faiss HNSW M={links} efC={width}", "graph", BEAM_WIDTHS, lambda x, m=links, w=width: _faiss(x, m, w)
        )
        yield Peer(
            f"hnswlib M={links} efC={width}", "graph", BEAM_WIDTHS, lambda x, m=links, w=width: _hnswlib(x, m, w)
        )
    yield Peer("usearch M=16 efC=60", "graph", BEAM_WIDTHS, lambda x: _usearch(x, 16, 60))
    for leaves, rerank in ((316, 60), (316, 100), (1000, 60)):
        yield Peer(
            f"ScaNN {leaves} leaves, rerank {rerank}",
            "quantised",
            LEAVES,
            lambda x, n=leaves, r=rerank: _scann(x, n, r),
        )


def _grnnd(rows: Rows) -> Search:
    import grnnd

    graph = grnnd.build(rows, threads=1)
    return lambda queries, ef: graph.search(queries, K, ef=ef, threads=1).ids


def _faiss(rows: Rows, links: int, width: int) -> Search:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexHNSWFlat(rows.shape[1], links)
    index.hnsw.efConstruction = width
    index.add(rows)

    def search(queries: Rows, ef: int) -> NDArray[Any]:
        index.hnsw.efSearch = ef
        return index.search(queries, K)[1]

    return search


def _hnswlib(rows: Rows, links: int, width: int) -> Search:
    import hnswlib

    index = hnswlib.Index("l2", rows.shape[1])
    index.init_index(len(rows), ef_construction=width, M=links)
    index.add_items(rows, num_threads=1)

    def search(queries: Rows, ef: int) -> NDArray[Any]:
        index.set_ef(ef)
        return index.knn_query(queries, K, num_threads=1)[0]

    return search


def _usearch(rows: Rows, links: int, width: int) -> Search:
    from usearch.index import Index

    index = Index(ndim=rows.shape[1], metric="l2sq", connectivity=links, expansion_add=width, dtype="f32")
    index.add(np.arange(len(rows)), rows, threads=1)

    def search(queries: Rows, ef: int) -> NDArray[Any]:
        index.expansion_search = ef
        return index.search(queries, K, threads=1).keys

    return search


def _scann(rows: Rows, leaves: int, rerank: int) -> Search:
    import scann

    builder = scann.scann_ops_pybind.builder(rows, K, "squared_l2")
    builder = builder.tree(num_leaves=leaves, num_leaves_to_search=20, training_sample_size=len(rows))
    index = builder.score_ah(2, anisotropic_quantization_threshold=0.2).reorder(rerank).build()
    return lambda queries, effort: index.search_batched(
        queries, leaves_to_search=effort, pre_reorder_num_neighbors=rerank, final_num_neighbors=K
    )[0]
