"""grnnd and its peers behind one face: built with one thread, searched with one thread at an effort."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

K = 10
Rows = NDArray[np.float32]
Search = Callable[[Rows, int], NDArray[Any]]  # queries, effort → ids (queries, K)
Setting = Mapping[str, int]
_BEAM_WIDTHS = (12, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 200, 300)
# M and efConstruction: few edges and narrow beams build fastest, many and wide ones search fastest.
_HNSW = ((12, 60), (16, 40), (16, 60), (16, 100), (24, 100), (32, 200))
# Leaves of the tree, and how many of what is found get their exact distance.
_SCANN = ((316, 40), (316, 60), (316, 100), (316, 200), (1000, 60), (1000, 100))
_LEAVES = (5, 8, 12, 16, 20, 25, 30, 40, 60, 80, 120, 200)


@dataclass(frozen=True, slots=True)
class Family:
    """kind: ours, graph (a peer whose build and search count), slow (a graph whose build is compared apart), quantised.

    settings: the grid that is tried. efforts: rising; what a search is told. build: rows and a setting → search.
    """

    name: str
    kind: str
    settings: Sequence[Setting]
    efforts: Sequence[int]
    build: Callable[[Rows, Setting], Search]


def families() -> list[Family]:
    """Ours first. It has one setting: its defaults."""
    hnsw = [{"M": degree, "efC": width} for degree, width in _HNSW]
    nsg = [{"R": 16, "GK": 32}, {"R": 24, "GK": 48}, {"R": 32, "GK": 64}, {"R": 48, "GK": 64}]
    neighbours = [{"neighbours": count} for count in (10, 15, 20, 30)]
    scann = [{"leaves": leaves, "rerank": rerank} for leaves, rerank in _SCANN]
    return [
        Family("grnnd", "ours", [{}], _BEAM_WIDTHS, _grnnd),
        Family("faiss HNSW", "graph", hnsw, _BEAM_WIDTHS, faiss_hnsw),
        Family("hnswlib", "graph", hnsw, _BEAM_WIDTHS, _hnswlib),
        Family("usearch", "graph", hnsw, _BEAM_WIDTHS, _usearch),
        Family("pynndescent", "slow", neighbours, (0, 5, 10, 15, 20, 30, 40), _pynndescent),
        Family("faiss NSG", "slow", nsg, _BEAM_WIDTHS, _faiss_nsg),
        Family("ScaNN", "quantised", scann, _LEAVES, _scann),
    ]


def _grnnd(rows: Rows, setting: Setting) -> Search:
    import grnnd

    graph = grnnd.build(rows, threads=1)
    return lambda queries, ef: graph.search(queries, K, ef=ef, threads=1).ids


def faiss_hnsw(rows: Rows, setting: Setting) -> Search:
    import faiss

    index = faiss.IndexHNSWFlat(rows.shape[1], setting["M"])
    index.hnsw.efConstruction = setting["efC"]
    index.add(rows)

    def search(queries: Rows, ef: int) -> NDArray[Any]:
        index.hnsw.efSearch = ef
        found: NDArray[Any] = index.search(queries, K)[1]
        return found

    return search


def _faiss_nsg(rows: Rows, setting: Setting) -> Search:
    import faiss

    index = faiss.IndexNSGFlat(rows.shape[1], setting["R"])
    index.build_type, index.GK = 1, setting["GK"]  # by NN-descent
    index.add(rows)

    def search(queries: Rows, width: int) -> NDArray[Any]:
        index.nsg.search_L = width
        found: NDArray[Any] = index.search(queries, K)[1]
        return found

    return search


def _hnswlib(rows: Rows, setting: Setting) -> Search:
    import hnswlib

    index = hnswlib.Index("l2", rows.shape[1])
    index.init_index(len(rows), ef_construction=setting["efC"], M=setting["M"])
    index.add_items(rows, num_threads=1)

    def search(queries: Rows, ef: int) -> NDArray[Any]:
        index.set_ef(ef)
        found: NDArray[Any] = index.knn_query(queries, K, num_threads=1)[0]
        return found

    return search


def _usearch(rows: Rows, setting: Setting) -> Search:
    from usearch.index import Index

    index = Index(
        ndim=rows.shape[1], metric="l2sq", connectivity=setting["M"], expansion_add=setting["efC"], dtype="f32"
    )
    index.add(np.arange(len(rows)), rows, threads=1)

    def search(queries: Rows, ef: int) -> NDArray[Any]:
        index.expansion_search = ef
        found: NDArray[Any] = index.search(queries, K, threads=1).keys
        return found

    return search


def _pynndescent(rows: Rows, setting: Setting) -> Search:
    import pynndescent

    index = pynndescent.NNDescent(rows, n_neighbors=setting["neighbours"], n_jobs=1, random_state=0)
    index.prepare()

    def search(queries: Rows, effort: int) -> NDArray[Any]:
        found: NDArray[Any] = index.query(queries, K, epsilon=effort / 100)[0]
        return found

    return search


def _scann(rows: Rows, setting: Setting) -> Search:
    import scann

    rerank = setting["rerank"]
    builder = scann.scann_ops_pybind.builder(rows, K, "squared_l2")
    builder = builder.tree(num_leaves=setting["leaves"], num_leaves_to_search=20, training_sample_size=len(rows))
    index = builder.score_ah(2, anisotropic_quantization_threshold=0.2).reorder(rerank).build()

    def search(queries: Rows, leaves: int) -> NDArray[Any]:
        found: NDArray[Any] = index.search_batched(
            queries, leaves_to_search=leaves, pre_reorder_num_neighbors=rerank, final_num_neighbors=K
        )[0]
        return found

    return search
