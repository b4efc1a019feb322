"""Build and search beside the peers, one thread each, on SIFT-like descriptors: `python bench/quick.py [rows]`.

CPU-seconds and queries a CPU-second of this process, so that other work on the machine disturbs less. Each index is
built once; searches run in interleaved rounds, and the median of each round's interpolated rate at recall 0.95 counts.
Prints one JSON object a line, and a table to stderr.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before any of them starts its threads

import faiss
import numpy as np
from descriptors import descriptors
from numpy.typing import NDArray
from peers import K, Peer, Rows, Search, peers

ROUNDS = 5
QUERIES = 1000
RECALL = 0.95
HIGH_RECALL = 0.99
BUILD_TARGET, SEARCH_TARGET, QUANTISED_TARGET, WIDTH_TARGET = 1 / 3, 1.3, 1.0, 200


@dataclass(slots=True)
class Measured:
    """build_s: CPU-seconds. recalls: by effort. rates: of each round, by effort."""

    peer: Peer
    search: Search
    build_s: float
    recalls: dict[int, float]
    rates: list[dict[int, float]]

    def rate_at(self, recall: float) -> float:
        """Queries a CPU-second, the median over the rounds; 0 where the recall is not reached."""
        return statistics.median(self._interpolated(rates, recall) for rates in self.rates)

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

    def effort_for(self, recall: float) -> int:
        """The least that reaches it."""
        return next((effort for effort, found in self.recalls.items() if found >= recall), 10**9)


def rate(search: Search, queries: Rows, effort: int) -> float:
    """Queries a CPU-second."""
    started = time.process_time()
    search(queries, effort)
    return len(queries) / (time.process_time() - started)


def measure(rows: Rows, queries: Rows, exact: NDArray[np.int64]) -> list[Measured]:
    """Builds all, then searches in rounds."""
    found: list[Measured] = []
    for peer in peers():
        started = time.process_time()
        search = peer.build(rows)
        build_s = time.process_time() - started
        recalls = {effort: recall(search(queries, effort), exact) for effort in peer.efforts}
        found.append(Measured(peer, search, build_s, recalls, []))
        print(f"built {peer.name} in {build_s:.1f} CPU-s", file=sys.stderr)
    for _ in range(ROUNDS):
        for each in found:
            each.rates.append({effort: rate(each.search, queries, effort) for effort in each.peer.efforts})
    return found


def recall(ids: NDArray[np.int64], exact: NDArray[np.int64]) -> float:
    """Share of the true nearest neighbours that were found."""
    return float((np.asarray(ids)[:, :, None] == exact[:, None, :]).any(axis=1).mean())


def results(found: list[Measured]) -> Iterator[dict[str, object]]:
    """Ours against the best of each kind."""
    ours = found[0]
    graphs = [each for each in found if each.peer.kind == "graph" and each.effort_for(RECALL) < 10**9]
    quantised = [each for each in found if each.peer.kind == "quantised"]
    built = min(graphs, key=lambda each: each.build_s)
    yield _row("build", ours.build_s, built.build_s, built, BUILD_TARGET, "CPU-s", "lower")
    for kind, target in ((graphs, SEARCH_TARGET), (quantised, QUANTISED_TARGET)):
        best = max(kind, key=lambda each: each.rate_at(RECALL))
        name = f"search at recall {RECALL}"
        yield _row(name, ours.rate_at(RECALL), best.rate_at(RECALL), best, target, "queries/CPU-s", "higher")
    width = ours.effort_for(HIGH_RECALL)
    row: dict[str, object] = {"name": f"ef for recall {HIGH_RECALL}", "ours": width, "target": WIDTH_TARGET}
    yield row | {"unit": "ef", "better": "lower", "ok": width <= WIDTH_TARGET}


def _row(
    name: str, ours: float, theirs: float, peer: Measured, target: float, unit: str, better: str
) -> dict[str, object]:
    ratio = ours / theirs
    is_met = ratio <= target if better == "lower" else ratio >= target
    row: dict[str, object] = {
        "name": name,
        "ours": round(ours, 2),
        "peer": round(theirs, 2),
        "peer_name": peer.peer.name,
    }
    return row | {"ratio": round(ratio, 3), "target": round(target, 3), "unit": unit, "better": better, "ok": is_met}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    everything = descriptors(count + QUERIES)
    rows, queries = np.ascontiguousarray(everything[:count]), np.ascontiguousarray(everything[count:])
    flat = faiss.IndexFlatL2(rows.shape[1])
    flat.add(rows)
    found = measure(rows, queries, flat.search(queries, K)[1])
    print(f"{'':36}{'build CPU-s':>12}{'q/s at .95':>12}{'at .99':>10}{'effort .95':>12}{'.99':>8}", file=sys.stderr)
    for each in found:
        rates = f"{each.rate_at(RECALL):12.0f}{each.rate_at(HIGH_RECALL):10.0f}"
        efforts = f"{each.effort_for(RECALL):12}{each.effort_for(HIGH_RECALL):8}".replace(str(10**9), "-")
        print(f"{each.peer.name:36}{each.build_s:12.1f}{rates}{efforts}", file=sys.stderr)
    for row in results(found):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
