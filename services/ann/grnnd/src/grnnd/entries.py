"""Where searches begin: an entry near any query, also where rows lie in many tight clusters.

Edges hardly lead from one tight cluster into another, so that a beam that begins in the wrong one stays there. Hence
entries are added where rows are far from all of them, by D² sampling (k-means++, Arthur and Vassilvitskii 2007) in
batches (k-means‖, Bahmani et al. 2012), until hardly a row is; data without such clusters keeps few, for each costs
every search a distance.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grnnd.engine import NONE, Floats, Ids

LEAST = 64
_VERTICES_AN_ENTRY = 32  # at least so many to each, once there are more than the least entries
_MOST = 4096
_SAMPLED = 4  # vertices for each entry that may come to be, by which it is seen who is far
_LOOK = 2048  # vertices by which it is seen whether any is
_MOST_NUMBERS = 1 << 22  # that are copied for it; memory.py counts on it
_MOST_PRODUCTS = 1 << 20  # of rows and entries at once
_BATCH = 32  # entries that are drawn at once
_FAR = 4.0  # times the squared distance of a vertex to the farthest of its neighbours
_FAR_SHARE = 0.003  # of vertices may lie farther from all entries
_OUTSIDE = 0.001  # of rows may lie outside of what is told apart, on either side: an outlier makes clusters no coarser
_NARROWEST = 1e-30  # a spread below is none

Positions = NDArray[np.int64]
Squares = NDArray[np.float64]


def entries_of(points: Floats, order: Ids, edges: Ids, seed: int, least: int = LEAST) -> Ids:
    """uint32, ascending: vertices. points: float32 (rows, dim); order: the row of each vertex, (vertices,); edges: of
    each vertex, in the order of its metric, (vertices, degree), filled up with NONE. seed: of the draws. least: as many
    lie evenly in the order of vertices, which is that of a tree's leaves.

    All arithmetic is of whole numbers and exact, so that the entries are the same on every machine. Inner products: an
    edge to a far row says little of what is near, so that fewer entries are added.
    """
    vertices = len(order)
    entries = _even(vertices, least)
    most = min(vertices // _VERTICES_AN_ENTRY, _MOST)
    if most > least and _Sample.of(points, order, edges, entries, _LOOK).has_far:
        sample = _Sample.of(points, order, edges, entries, most * _SAMPLED)
        entries = np.union1d(entries, sample.vertices[_drawn(sample, most - least, seed)])
    return entries.astype(np.uint32)


@dataclass(frozen=True, slots=True)
class _Sample:
    """vertices: spread evenly. rows: of these, as whole numbers. nearest: their squared distances to the nearest entry.
    far: from which squared distance on each is far from all.
    """

    vertices: Positions
    rows: Floats
    nearest: Squares
    far: Squares

    @classmethod
    def of(cls, points: Floats, order: Ids, edges: Ids, entries: Positions, count: int) -> "_Sample":
        own = _even(len(order), min(count, max(1, _MOST_NUMBERS // (2 * points.shape[1]))))
        chosen = np.concatenate([entries, own, _farthest(edges[own], own)])
        rows = _whole(points[order[chosen]])
        near, neighbours = rows[len(entries) :].reshape(2, len(own), -1)
        return cls(own, near, _to_nearest(near, rows[: len(entries)]), _FAR * _squares(near - neighbours))

    @property
    def has_far(self) -> bool:
        return bool(np.mean(self.nearest > self.far) > _FAR_SHARE)


def _drawn(sample: _Sample, most: int, seed: int) -> Positions:
    """Positions in the sample of further entries: as many, of at most `most`, as leave hardly a vertex far from all."""
    rng = np.random.default_rng(seed)
    drawn = [np.empty(0, dtype=np.int64)]
    for start in range(0, most, _BATCH):
        if not sample.has_far:
            break
        wanted = min(_BATCH, most - start)
        sums = np.cumsum(sample.nearest)
        marks = (np.arange(wanted) + rng.random(wanted)) / wanted * sums[-1]
        drawn.append(np.unique(np.searchsorted(sums[:-1], marks, side="right")))
        nearest = np.minimum(sample.nearest, _to_nearest(sample.rows, sample.rows[drawn[-1]]))
        sample = replace(sample, nearest=nearest)
    return np.concatenate(drawn)


def _farthest(lists: Ids, own: Positions) -> Positions:
    """The last of each list of edges; the vertex itself if it has none."""
    counts = (lists != NONE).sum(axis=1)
    last = lists[np.arange(len(lists)), np.maximum(counts, 1) - 1].astype(np.int64)
    return np.where(counts > 0, last, own)


def _even(vertices: int, count: int) -> Positions:
    count = min(count, vertices)
    return (np.arange(count) * vertices + vertices // 2) // count


def _whole(points: Floats) -> Floats:
    """As whole numbers, so small that float32 adds up the products of two rows exactly. Overwrites the points."""
    ranked = np.sort(points[::8], axis=0)
    outside = int(len(ranked) * _OUTSIDE)
    low, high = ranked[outside], ranked[len(ranked) - 1 - outside]
    largest = float((high / 2 - low / 2).max())
    bound = np.floor(np.sqrt(2**24 / points.shape[1]))
    points -= low / 2 + high / 2
    points *= np.float32(bound / largest if largest > _NARROWEST else 0)
    return np.clip(np.rint(points, out=points), -bound, bound, out=points)


def _to_nearest(rows: Floats, entries: Floats) -> Squares:
    """Squared distance of each row to the entry nearest to it."""
    nearest, own = np.empty(len(rows)), _squares(entries)
    step = max(1, _MOST_PRODUCTS // len(entries))
    for start in range(0, len(rows), step):
        products = (rows[start : start + step] @ entries.T).astype(np.float64)
        nearest[start : start + step] = (own - 2 * products).min(axis=1)
    squares: Squares = _squares(rows) + nearest
    return squares


def _squares(rows: Floats) -> Squares:
    squares: Squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
    return squares
