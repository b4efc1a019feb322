"""Search: always min(k, matching points) results a query, or said to be truncated; nearest first, ties by id."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core.block import Block
from monshin_ann.core.deadline import FOREVER, Deadline
from monshin_ann.core.distances import Queries, Scores
from monshin_ann.core.filters import Mask, Plan
from monshin_ann.core.segment import THOROUGH, Effort, Segment
from monshin_ann.core.shortlist import Candidates, Shortlist
from monshin_ann.core.snapshot import Part, Snapshot
from monshin_ann.core.vectors import Matrix

_CHUNK_NUMBERS = 1 << 16  # of float64, for exact distances; measured: twice as fast as 1 << 20
_MAX_WALKED_LENGTH = 1e16
_GATHER_BELOW = 0.25  # share of matching rows under which copying them beats scoring all


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest points of one query: parallel lists. payloads: JSON or None. is_truncated: time ran out."""

    ids: Sequence[str]
    distances: Sequence[float]
    payloads: Sequence[str | None]
    is_truncated: bool = False


def search(
    snapshot: Snapshot,
    queries: Queries,
    k: int,
    plan: Plan | None = None,
    deadline: Deadline = FOREVER,
    effort: Effort = THOROUGH,
    budget: Deadline = FOREVER,
) -> list[Neighbours]:
    """The k nearest points of each query among those that pass the filter: min(k, matching points), or truncated.

    Points of the head are compared exactly, those of segments found by their graphs as `effort` says; where a graph did
    not reach the recall asked for when it was built, its points are compared too. Distances are
    exact everywhere, so that with an exact effort the answer is a function of the points and the query alone: the same
    bits however the points came to be stored. Raises DeadlineExceeded; at the end of `budget` returns what was found.
    """
    parts = list(snapshot.parts())
    by_graph = segments_walked(snapshot, queries, k, effort)
    compared, first = list(range(len(snapshot.head))), len(snapshot.head)
    walked: list[tuple[Segment, int]] = []
    for segment in snapshot.segments:
        stop = first + len(segment.blocks)
        if segment in by_graph:
            walked.append((segment, first))
        else:
            compared += range(first, stop)
        first = stop
    until = min(deadline, budget)
    found, is_late = _compared(snapshot, parts, compared, queries, k, plan, deadline, until)
    truncated = np.full(len(queries), is_late)
    candidates = [found]
    for segment, first in walked:
        deadline.check()
        mine = parts[first : first + len(segment.blocks)]
        if plan is not None and not snapshot.parse(mine, until):
            truncated[:] = True
            continue
        near, was_cut = _walked(segment, first, snapshot.sequence, queries, k, plan, effort, until)
        candidates.append(near)
        truncated |= was_cut
    deadline.check()
    joined = Candidates.joined(candidates)
    return _ranked(parts, joined, _exact_distances(parts, joined, queries, deadline), truncated, k)


def segments_walked(snapshot: Snapshot, queries: Queries, k: int, effort: Effort) -> list[Segment]:
    """Those that a search asks by their graphs; all other points are compared."""
    # Graphs refuse coordinates beyond grnnd's limit; so long a query is compared with everything.
    if effort.is_exact or queries.lengths.max(initial=0.0) > _MAX_WALKED_LENGTH:
        return []
    return [segment for segment in snapshot.segments if effort.is_met_by(segment.graph, k)]


def _compared(
    snapshot: Snapshot,
    parts: Sequence[Part],
    which: Sequence[int],
    queries: Queries,
    k: int,
    plan: Plan | None,
    deadline: Deadline,
    until: Deadline,
) -> tuple[Candidates, bool]:
    """Rows of these parts that may be among the nearest, by comparing all; and whether the time ended before."""
    shortlist = Shortlist(len(queries), k)
    for number in which:
        part = parts[number]
        deadline.check()
        if until.has_passed() or (plan is not None and not snapshot.parse([part], until)):
            deadline.check()
            return shortlist.candidates(), True
        mask = part.matching(plan)
        if mask.any():
            shortlist.offer(number, *_score(part, mask, queries))
    return shortlist.candidates(), False


def _walked(
    segment: Segment,
    first: int,
    sequence: int,
    queries: Queries,
    k: int,
    plan: Plan | None,
    effort: Effort,
    until: Deadline,
) -> tuple[Candidates, NDArray[np.bool_]]:
    """The nearest rows of a segment by its graph; and for which queries the time ended before.

    first: place of its first block among the parts.
    """
    matching = segment.matching(sequence, plan)
    remaining_s = None if until == FOREVER else max(0.0, until.at_s - time.monotonic())
    ids, was_cut = segment.search(queries.rows, k, effort, matching, remaining_s)
    query, place = np.nonzero(ids >= 0)
    block, row = np.divmod(ids[query, place], segment.blocks[0].rows)
    bounds = np.zeros(len(query), dtype=np.float32)  # of a shortlist: it is none
    return Candidates(query, (block + first).astype(np.intp), row.astype(np.intp), bounds, bounds), was_cut


def _score(part: Part, mask: Mask, queries: Queries) -> tuple[Scores, Scores]:
    """Scores of all rows of the part, inf where the mask is False, and the margins of error."""
    vectors, lengths = part.block.vectors[: part.rows], part.block.lengths[: part.rows]
    matching = np.count_nonzero(mask)
    if matching < _GATHER_BELOW * part.rows:
        scores = np.full((part.rows, len(queries)), np.inf, dtype=np.float32)
        scores[mask] = queries.scores(vectors[mask], lengths[mask])
    else:
        scores = queries.scores(vectors, lengths)
        if matching < part.rows:
            scores[~mask] = np.inf
    return scores, queries.margins(part.block)


def _exact_distances(
    parts: Sequence[Part], candidates: Candidates, queries: Queries, deadline: Deadline
) -> NDArray[np.float32]:
    distances = np.empty(len(candidates), dtype=np.float32)
    dim = queries.scaled.shape[1]
    chunk = max(1, _CHUNK_NUMBERS // dim)
    by_part = np.argsort(candidates.part, kind="stable")
    for start in range(0, len(candidates), chunk):
        deadline.check()
        which = by_part[start : start + chunk]
        vectors = _gather(parts, candidates.part[which], candidates.row[which], dim)
        distances[which] = queries.distances(vectors, candidates.query[which])
    return distances


def _gather(parts: Sequence[Part], part: NDArray[np.intp], row: NDArray[np.intp], dim: int) -> Matrix:
    """The vectors of these rows, which are ordered by part."""
    vectors = np.empty((len(part), dim), dtype=np.float32)
    bounds = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(part)]
    for start, stop in itertools.pairwise(bounds):
        vectors[start:stop] = parts[part[start]].block.vectors[row[start:stop]]
    return vectors


def _ranked(
    parts: Sequence[Part],
    candidates: Candidates,
    distances: NDArray[np.float32],
    truncated: NDArray[np.bool_],
    k: int,
) -> list[Neighbours]:
    """The k nearest candidates of each query; of the others, Python objects are made only where they tie with these."""
    order = np.lexsort((distances, candidates.query))
    query = candidates.query[order]
    starts = np.searchsorted(query, np.arange(len(truncated) + 1))
    is_near = np.arange(len(order)) - starts[query] < k
    for start, stop in _ties(query, distances[order]):
        if is_near[start]:
            tied = order[start:stop]
            ids = [block.ids[row] for block, row in _places(parts, candidates, tied)]
            order[start:stop] = tied[sorted(range(len(ids)), key=ids.__getitem__)]
    near = order[is_near]
    places, found = _places(parts, candidates, near), distances[near].tolist()
    ids = [block.ids[row] for block, row in places]
    payloads = [block.payloads[row] for block, row in places]
    bounds = itertools.pairwise(np.searchsorted(query[is_near], np.arange(len(truncated) + 1)).tolist())
    return [
        Neighbours(ids[start:stop], found[start:stop], payloads[start:stop], was_cut)
        for (start, stop), was_cut in zip(bounds, truncated.tolist(), strict=True)
    ]


def _places(parts: Sequence[Part], candidates: Candidates, which: NDArray[np.intp]) -> list[tuple[Block, int]]:
    """Block and row of these candidates."""
    rows = zip(candidates.part[which].tolist(), candidates.row[which].tolist(), strict=True)
    return [(parts[part].block, row) for part, row in rows]


def _ties(query: NDArray[np.intp], distances: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Where runs of candidates of one query begin and end that are equally far; both arrays in order."""
    is_tied = (query[1:] == query[:-1]) & (distances[1:] == distances[:-1])
    edges = np.flatnonzero(np.diff(is_tied, prepend=False, append=False))
    for first, stop in edges.reshape(-1, 2).tolist():
        yield first, stop + 1
