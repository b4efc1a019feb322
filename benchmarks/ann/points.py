"""The points that the service's benchmarks store and look for, and how they travel."""

from collections.abc import Iterator

import numpy as np
from monshin_ann.core import vectors
from monshin_ann.core.block import Batch
from monshin_ann.core.vectors import Matrix
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2

DIM = 384
K = 10
COLLECTION = "collections/bench"
MOST_A_REQUEST = 4096
_CENTRES = 400


def points_and_queries(count: int, queries: int) -> tuple[Matrix, Matrix]:
    """Unit vectors with noise around 400 centres, and some of them moved a little."""
    rng = np.random.default_rng(0)
    data = rng.standard_normal((_CENTRES, DIM))[rng.integers(0, _CENTRES, count)] + rng.standard_normal((count, DIM))
    points = (data / np.linalg.norm(data, axis=1, keepdims=True)).astype(np.float32)
    noise = rng.standard_normal((queries, DIM)).astype(np.float32)
    return points, points[rng.integers(0, count, queries)] + 0.02 * noise


def batches(points: Matrix) -> Iterator[Batch]:
    """All of them as an index takes them, without payloads."""
    for start, rows in _chunks(points, MOST_A_REQUEST):
        yield Batch(_ids(start, rows), rows, vectors.lengths(rows), [None] * len(rows))


def requests(points: Matrix, chunk: int) -> Iterator[pb.UpsertRequest]:
    """All of them, so many a message, without payloads."""
    for start, rows in _chunks(points, chunk):
        yield pb.UpsertRequest(collection=COLLECTION, ids=_ids(start, rows), vectors=packed(rows))


def packed(rows: Matrix) -> vectors_pb2.Vectors:
    """As they travel."""
    return vectors_pb2.Vectors(data=rows.tobytes(), dim=DIM)


def _chunks(points: Matrix, size: int) -> Iterator[tuple[int, Matrix]]:
    return ((start, points[start : start + size]) for start in range(0, len(points), size))


def _ids(start: int, rows: Matrix) -> list[str]:
    return [f"p{number}" for number in range(start, start + len(rows))]
