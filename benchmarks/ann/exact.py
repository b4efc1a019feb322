"""Exact search in process, with and without a filter."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import faiss
from monshin_ann.core.definition import Metric
from monshin_ann.core.distances import Queries
from monshin_ann.core.filters import OneOf, Plan
from monshin_ann.core.index import Index
from monshin_ann.core.search import search
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.core.vectors import Matrix

from benchmarks.ann.points import DIM, K, batches
from benchmarks.ann.timing import rate
from benchmarks.report import Result, median_interleaved


def exact_search(points: Matrix, queries: Matrix, rounds: int) -> Iterator[Result]:
    """Ours, which breaks ties by id and sums distances in float64, beside IndexFlatL2, which does not."""
    faiss.omp_set_num_threads(1)
    index = _filled(points)
    flat = faiss.IndexFlatL2(DIM)
    flat.add(points)
    for batch, target in ((1, 0.6), (16, 1.0), (256, 1.0)):
        some, repeats = queries[:batch], max(1, 64 // batch)
        ours, peer = median_interleaved(
            rounds,
            rate(partial(_search, index, some), batch, repeats),
            rate(partial(flat.search, some, K), batch, repeats),
        )
        yield Result(
            f"exact search, {batch} at once", ours, peer, "faiss IndexFlatL2", target, "queries/CPU-s", "higher"
        )
    plan = Plan(OneOf("percent", (7.0,)))
    filtered, all_of_them = median_interleaved(
        rounds, rate(lambda: _search(index, queries[:16], plan), 16), rate(lambda: _search(index, queries[:16]), 16)
    )
    yield Result("filter that 1 % pass, 16 at once", filtered, all_of_them, "no filter", 0.5, "queries/CPU-s", "higher")


def _filled(points: Matrix) -> Index:
    """All points, with payloads whose `percent` goes from 0 to 99 and again."""
    index = Index(DIM)
    stored = 0
    for batch in batches(points):
        numbers = range(stored, stored + len(batch))
        payloads = [f'{{"percent":{number % 100}.0}}' for number in numbers]
        stored += len(batch)
        index.upsert(stored, replace(batch, payloads=payloads))
    return index


def _search(index: Index, queries: Matrix, plan: Plan | None = None) -> object:
    return search(index.snapshot, Queries.of(Metric.L2, queries), K, plan, effort=Effort(target_recall=EXACT))
