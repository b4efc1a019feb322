"""grnnd beside its peers: build and search, one thread each, by CPU time, which other work disturbs less.

The peers' settings are chosen on 25,000 rows in one round (tuning.py); only these are measured on all rows.
"""

import sys
from collections.abc import Callable, Iterator, Sequence

import faiss

from benchmarks.ann import curves
from benchmarks.ann.measured import HIGH_RECALL, RECALL, Measured
from benchmarks.ann.peers import Rows
from benchmarks.ann.truth import nearest
from benchmarks.ann.tuning import tuned
from benchmarks.report import Result

_SLOW_BUILD_S = 60.0  # of such, one build is enough
Choice = Callable[[str, Rows, Rows], list[Measured]]  # what is measured on data of this name; ours first


def compare(data: str, rows: Rows, queries: Rows, rounds: int, choose: Choice = tuned) -> Iterator[Result]:
    """Ours against the best of each kind on one kind of data. Keeps the curves for `plots`."""
    faiss.omp_set_num_threads(1)
    chosen = choose(data, rows, queries)
    exact = nearest(rows, queries)
    for _ in range(rounds):
        for each in chosen:
            if each.builds_s and each.builds_s[0] > _SLOW_BUILD_S:
                continue
            each.search(each.build(rows), queries, exact)
            print(f"{data}: {each.name} built in {each.builds_s[-1]:.1f} CPU-s", file=sys.stderr)
    _print(data, chosen)
    if rounds > 1:  # a quick run is told and forgotten
        curves.keep(data, len(rows), chosen)
    yield from _results(data, chosen)


def _results(data: str, found: Sequence[Measured]) -> Iterator[Result]:
    ours = found[0]
    graphs = [each for each in found if each.family.kind == "graph" and each.rate > 0]
    built = min(graphs, key=_build_s)
    yield Result(f"{data}: build", ours.build_s, built.build_s, built.name, 1 / 3, "CPU-s", "lower")
    refined = min((each for each in found if each.family.name == "faiss NSG" and each.rate > 0), key=_build_s)
    yield Result(f"{data}: build", ours.build_s, refined.build_s, refined.name, 1 / 8, "CPU-s", "lower")
    graphs += [each for each in found if each.family.kind == "slow"]
    quantised = [each for each in found if each.family.kind == "quantised"]
    for kind, target in ((graphs, 1.3), (quantised, 1.0)):
        best = max(kind, key=_rate)
        name = f"{data}: search at recall {RECALL}"
        yield Result(name, ours.rate, best.rate, best.name, target, "queries/CPU-s", "higher")
    width = ours.effort_for(HIGH_RECALL)
    yield Result(f"{data}: ef for recall {HIGH_RECALL}", width, None, "", 200, "ef", "lower")


def _print(data: str, found: Sequence[Measured]) -> None:
    print(
        f"\n{data:32}{'build CPU-s':>12}{'q/s at .95':>12}{'at .99':>10}{'effort .95':>12}{'.99':>8}", file=sys.stderr
    )
    for each in found:
        rates = f"{each.rate:12.0f}{each.rate_at(HIGH_RECALL):10.0f}"
        efforts = f"{each.effort_for(RECALL):12.0f}{each.effort_for(HIGH_RECALL):8.0f}"
        print(f"{each.name:32}{each.build_s:12.1f}{rates}{efforts}", file=sys.stderr)


def _rate(each: Measured) -> float:
    return each.rate


def _build_s(each: Measured) -> float:
    return each.build_s
