"""The true nearest neighbours, and what share of them was found."""

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.peers import K, Rows


def nearest(rows: Rows, queries: Rows) -> NDArray[np.int64]:
    """The true K nearest, (queries, K)."""
    flat = faiss.IndexFlatL2(rows.shape[1])
    flat.add(rows)
    found: NDArray[np.int64] = flat.search(queries, K)[1]
    return found


def recall(ids: NDArray[np.int64], exact: NDArray[np.int64]) -> float:
    """Share of the true nearest neighbours that were found."""
    return float((np.asarray(ids)[:, :, None] == exact[:, None, :]).any(axis=1).mean())
