"""Many clusters far from each other: edges hardly lead from one to another."""

from collections.abc import Iterator

import grnnd

from benchmarks.ann import data
from benchmarks.ann.peers import K, faiss_hnsw
from benchmarks.ann.truth import nearest, recall
from benchmarks.report import Result

_WIDTH = 48


def tight_clusters(count: int) -> Iterator[Result]:
    """Recall at one width for all, beside faiss HNSW, where edges hardly lead from cluster to cluster."""
    for centres in (50, 400, 1000):
        rows, queries = data.tight(count, centres)
        exact = nearest(rows, queries)
        ours = recall(grnnd.build(rows, threads=1).search(queries, K, ef=_WIDTH, threads=1).ids, exact)
        peer = recall(faiss_hnsw(rows, {"M": 16, "efC": 60})(queries, _WIDTH), exact)
        name = f"recall at ef {_WIDTH}, {centres} tight clusters"
        yield Result(name, ours, peer, "faiss HNSW M=16 efC=60", 0.99, "", "higher")
