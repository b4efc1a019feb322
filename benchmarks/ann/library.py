"""grnnd beside its peers: build and search, one thread each, by CPU time, which other work disturbs less.

The peers' settings are chosen on 25,000 rows in one round: of each family the one that searches fastest at recall 0.95,
and the one that builds fastest among those that reach it. Only these are measured on all rows.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.peers import Family, K, Rows, Search, Setting, families
from benchmarks.report import Result

RECALL, HIGH_RECALL = 0.95, 0.99
CURVES = Path(__file__).parent / "curves"
_TUNING_ROWS = 25_000
_TUNING_QUERIES = 300
_SLOW_BUILD_S = 60.0  # of such, one build is enough


@dataclass(slots=True)
class Measured:
    """An index at one setting. builds_s: CPU-seconds. recalls: by effort. rates: of each round, by effort."""

    family: Family
    setting: Setting
    builds_s: list[float] = field(default_factory=list)
    recalls: dict[int, float] = field(default_factory=dict)
    rates: list[dict[int, float]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """For people."""
        return " ".join([self.family.name, *(f"{key}={value}" for key, value in self.setting.items())])

    @property
    def build_s(self) -> float:
        """The median."""
        return statistics.median(self.builds_s)

    def rate_at(self, recall: float) -> float:
        """Queries a CPU-second, interpolated in each round, the median over them; 0 where the recall is not reached."""
        return statistics.median(self._interpolated(rates, recall) for rates in self.rates)

    def effort_for(self, recall: float) -> float:
        """The least that reaches it."""
        return next((float(effort) for effort, found in self.recalls.items() if found >= recall), float("inf"))

    def build(self, rows: Rows) -> Search:
        """Once more."""
        started = time.process_time()
        search = self.family.build(rows, self.setting)
        self.builds_s.append(time.process_time() - started)
        return search

    def search(self, search: Search, queries: Rows, exact: NDArray[np.int64]) -> None:
        """One round over all efforts."""
        rates = {}
        for effort in self.family.efforts:
            started = time.process_time()
            found = search(queries, effort)
            rates[effort] = len(queries) / (time.process_time() - started)
            self.recalls[effort] = recall(found, exact)
        self.rates.append(rates)

    def _interpolated(self, rates: dict[int, float], recall: float) -> float:
        below: tuple[float, float] | None = None
        for effort, found in self.recalls.items():
            if found >= recall:
                if below is None:
                    return rates[effort]
                share = (recall - below[0]) / (found - below[0])
                return float(below[1] ** (1 - share) * rates[effort] ** share)
            below = (found, rates[effort])
        return 0.0


def compare(data: str, rows: Rows, queries: Rows, rounds: int) -> Iterator[Result]:
    """Ours against the best of each kind on one kind of data. Keeps the curves for `plots`."""
    faiss.omp_set_num_threads(1)
    chosen = _tuned(rows[:_TUNING_ROWS], queries[:_TUNING_QUERIES])
    exact = nearest(rows, queries)
    for _ in range(rounds):
        for each in chosen:
            if each.builds_s and each.builds_s[0] > _SLOW_BUILD_S:
                continue
            each.search(each.build(rows), queries, exact)
            print(f"{data}: {each.name} built in {each.builds_s[-1]:.1f} CPU-s", file=sys.stderr)
    _print(data, chosen)
    _keep(data, len(rows), chosen)
    yield from _results(data, chosen)


def nearest(rows: Rows, queries: Rows) -> NDArray[np.int64]:
    """The true K nearest, (queries, K)."""
    flat = faiss.IndexFlatL2(rows.shape[1])
    flat.add(rows)
    found: NDArray[np.int64] = flat.search(queries, K)[1]
    return found


def recall(ids: NDArray[np.int64], exact: NDArray[np.int64]) -> float:
    """Share of the true nearest neighbours that were found."""
    return float((np.asarray(ids)[:, :, None] == exact[:, None, :]).any(axis=1).mean())


def _tuned(rows: Rows, queries: Rows) -> list[Measured]:
    exact = nearest(rows, queries)
    chosen = []
    for family in families():
        tried = [Measured(family, setting) for setting in family.settings]
        for each in tried if len(tried) > 1 else ():
            search = each.build(rows)
            search(queries[:1], family.efforts[0])  # what is compiled or laid out at the first call
            each.search(search, queries, exact)
            print(f"  tried {each.name}: {each.build_s:.1f} CPU-s, {each.rate_at(RECALL):.0f}/s", file=sys.stderr)
        able = [each for each in tried if len(tried) == 1 or each.rate_at(RECALL) > 0] or tried
        fastest = {each.name: each for each in (max(able, key=_rate), min(able, key=_build_s))}
        chosen += [Measured(each.family, each.setting) for each in fastest.values()]
    return chosen


def _rate(each: Measured) -> float:
    return each.rate_at(RECALL) if each.rates else 0.0


def _build_s(each: Measured) -> float:
    return each.build_s if each.builds_s else 0.0


def _results(data: str, found: Sequence[Measured]) -> Iterator[Result]:
    ours = found[0]
    graphs = [each for each in found if each.family.kind == "graph" and each.rate_at(RECALL) > 0]
    built = min(graphs, key=_build_s)
    yield Result(f"{data}: build", ours.build_s, built.build_s, built.name, 1 / 3, "CPU-s", "lower")
    for each in found:
        if each.family.name == "faiss NSG":
            yield Result(f"{data}: build", ours.build_s, each.build_s, each.name, 1 / 8, "CPU-s", "lower")
    graphs += [each for each in found if each.family.kind == "slow"]
    quantised = [each for each in found if each.family.kind == "quantised"]
    for kind, target in ((graphs, 1.3), (quantised, 1.0)):
        best = max(kind, key=_rate)
        name = f"{data}: search at recall {RECALL}"
        yield Result(name, _rate(ours), _rate(best), best.name, target, "queries/CPU-s", "higher")
    width = ours.effort_for(HIGH_RECALL)
    yield Result(f"{data}: ef for recall {HIGH_RECALL}", width, None, "", 200, "ef", "lower")


def _print(data: str, found: Sequence[Measured]) -> None:
    print(
        f"\n{data:32}{'build CPU-s':>12}{'q/s at .95':>12}{'at .99':>10}{'effort .95':>12}{'.99':>8}", file=sys.stderr
    )
    for each in found:
        rates = f"{each.rate_at(RECALL):12.0f}{each.rate_at(HIGH_RECALL):10.0f}"
        efforts = f"{each.effort_for(RECALL):12.0f}{each.effort_for(HIGH_RECALL):8.0f}"
        print(f"{each.name:32}{each.build_s:12.1f}{rates}{efforts}", file=sys.stderr)


def _keep(data: str, count: int, found: Sequence[Measured]) -> None:
    curves = [
        {
            "name": each.name,
            "kind": each.family.kind,
            "build_s": each.build_s,
            "recalls": list(each.recalls.values()),
            "rates": [statistics.median(rates[effort] for rates in each.rates) for effort in each.recalls],
        }
        for each in found
    ]
    CURVES.mkdir(exist_ok=True)
    kept = {"data": data, "rows": count, "curves": curves}
    (CURVES / f"{data.replace(' ', '-')}.json").write_text(json.dumps(kept, indent=1) + "\n")
