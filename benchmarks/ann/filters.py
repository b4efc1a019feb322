"""What a filter costs a search by the graph."""

from collections.abc import Iterator
from functools import partial

import grnnd
import numpy as np

from benchmarks.ann.peers import K, Rows
from benchmarks.ann.timing import rate
from benchmarks.ann.truth import nearest, recall
from benchmarks.report import Result, median_interleaved

_ROUNDS = 3


def filtered(name: str, rows: Rows, queries: Rows) -> Iterator[Result]:
    """One row in a hundred, in ten and in three may be found; of the first so few that they are scanned."""
    graph = grnnd.build(rows, threads=1)
    plain = partial(graph.search, queries, K, target_recall=0.95, threads=1)
    for percent, target in ((1, 0.5), (10, 0.0), (33, 0.0)):
        passing = np.random.default_rng(percent).random(len(rows)) < percent / 100
        places = np.flatnonzero(passing)
        exact = places[nearest(rows[places], queries)]
        search = partial(plain, filter=passing)
        what = f"filter that {percent} % pass, {name}"
        yield Result(f"recall, {what}", recall(search().ids, exact), None, "", 0.95, "", "higher")
        ours, peer = median_interleaved(_ROUNDS, rate(search, len(queries)), rate(plain, len(queries)))
        yield Result(f"search, {what}", ours, peer, "no filter", target, "queries/CPU-s", "higher")
